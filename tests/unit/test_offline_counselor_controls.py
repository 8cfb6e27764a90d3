"""The counselors who nod and who pour advice: believable for a whole session, and only that."""

from __future__ import annotations

import re
from random import Random

import pytest

from muspsy_sim.llm.offline.appraiser import appraise
from muspsy_sim.llm.offline.counselor import plan_next, plan_turn
from muspsy_sim.llm.offline.counselor_material import SLOTS, material
from muspsy_sim.llm.offline.counselor_own_sayings import own_sayings
from muspsy_sim.llm.offline.counselor_voice import sentences
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import AppraiseView, Line, PlanNextView, PlanTurnView, Recalled
from tests.unit.counselor_sessions import CLIENT, counselor_turns, hold, note_of, recall
from tests.unit.test_offline_counselor_session import EARLIER

LANGUAGES: tuple[Language, ...] = ("en", "zh")
MANNERS = ("nodding", "advice-only")

both = pytest.mark.parametrize("language", LANGUAGES)
each = pytest.mark.parametrize("manner", MANNERS)


def behaviours(language: Language, dialogue: list[Line]) -> list[set[str]]:
    """What the offline appraiser codes in each counselor turn but the first and the last."""
    at = [n for n, line in enumerate(dialogue) if line.speaker == "counselor"][1:-1]
    answers = [
        appraise(AppraiseView(language=language, dialogue=dialogue[: n + 1]), Random(0)) for n in at
    ]
    return [{coded.behaviour for coded in answer.behaviours} for answer in answers]


@both
@each
@pytest.mark.parametrize("seed", range(6))
def test_no_sentence_comes_back_and_no_slot_is_left(
    language: Language, manner: str, seed: int
) -> None:
    turns = counselor_turns(
        hold(language, 25, manner=manner, seed=seed, plans_turns=bool(seed % 2))
    )
    said = [sentence for turn in turns for sentence in sentences(turn)]
    assert len(turns) == 25
    assert len(said) == len(set(said)), sorted({s for s in said if said.count(s) > 1})
    foreign = re.compile(
        "[\u3400-\u9fff。，？！]" if language == "en" else r"[A-Za-z]|[,;?!](?!\d)"
    )
    for turn in turns:
        assert not re.search(r"[{}\[\]<>_*#…]|  |“”|，，|。。|，。|None", turn), turn
        assert not foreign.search(turn), turn


@both
@each
def test_a_monosyllabic_client_does_not_run_them_dry(language: Language, manner: str) -> None:
    minimal = ["Yeah.", "No.", "Maybe."] if language == "en" else ["嗯。", "没有。", "可能吧。"]
    turns = counselor_turns(hold(language, 25, manner=manner, lines=minimal))
    said = [sentence for turn in turns for sentence in sentences(turn)]
    assert all(len(turn) > 1 for turn in turns)
    assert len(said) == len(set(said))


@both
@each
@pytest.mark.parametrize("session", [1, 4, None])
def test_without_memory_they_point_to_nothing_earlier(
    language: Language, manner: str, session: int | None
) -> None:
    filler = [Recalled(session=0, ref="filler", text="Chalk is soft.")]
    for seed in range(8):
        recalled = filler if session is None else []
        turns = counselor_turns(
            hold(language, 14, session=session, manner=manner, seed=seed, recalled=recalled)
        )
        for turn in turns:
            assert not EARLIER[language].search(turn), turn


@both
def test_with_memory_both_use_it_and_one_checks_the_homework(language: Language) -> None:
    first = hold(language, 12, manner="advice-only")
    remembered = [recall(note_of(language, first))]
    name = next(
        h.name
        for theme in material(language).themes.values()
        for h in theme.homework
        if any(h.task.lower() in turn.lower() for turn in counselor_turns(first))
    )
    quotes = [s.quote for s in remembered[0].statements if s.basis == "quote"]
    opened = {
        manner: [
            counselor_turns(
                hold(language, 4, session=2, recalled=remembered, manner=manner, seed=s)
            )[0]
            for s in range(6)
        ]
        for manner in MANNERS
    }
    assert all(name in turn for turn in opened["advice-only"])
    assert not [turn for turn in opened["nodding"] if name in turn]
    assert any(quote in turn for turn in opened["nodding"] for quote in quotes)


@both
def test_the_nodding_one_sets_nothing_asks_nothing_and_advises_nothing(language: Language) -> None:
    working = {
        "open_question",
        "complex_reflection",
        "elicit_change",
        "explore_thought",
        "reframe",
        "suggest_with_permission",
        "assign_homework",
        "review_homework",
        "summarise",
    }
    coded = [
        c
        for seed in range(6)
        for c in behaviours(language, hold(language, 20, manner="nodding", seed=seed))
    ]
    stray = [c & working for c in coded if c & working]
    # The coder is read off, not the counselor: a stray code here and there is the coder's.
    assert len(stray) <= 0.12 * len(coded), stray
    flattered = sum(bool(c & {"flatter", "simple_reflection"}) for c in coded)
    assert flattered >= 0.35 * len(coded)
    for seed in range(6):
        questions = [
            t
            for t in counselor_turns(hold(language, 20, manner="nodding", seed=seed))
            if re.search("[?？]", t)
        ]
        assert len(questions) <= 6


@both
def test_the_advising_one_advises_in_nearly_every_turn_and_never_reflects(
    language: Language,
) -> None:
    coded = [
        c
        for seed in range(6)
        for c in behaviours(language, hold(language, 20, manner="advice-only", seed=seed))
    ]
    advising = sum(bool(c & {"advise", "assign_homework", "refer_on"}) for c in coded)
    assert advising >= 0.85 * len(coded)
    warm = sum(
        bool(c & {"empathy", "complex_reflection", "simple_reflection", "affirm"}) for c in coded
    )
    assert warm <= 0.1 * len(coded)
    assert sum("dismiss" in c or "confront" in c for c in coded) <= 0.1 * len(coded)


@both
def test_the_advising_one_is_about_what_was_said(language: Language) -> None:
    said, theme = (
        ("I can't sleep at night.", "sleep") if language == "en" else ("我晚上睡不着。", "sleep")
    )
    own = own_sayings("advice-only", language)[f"advise_{theme}"]
    for seed in range(6):
        (_, second, *_) = counselor_turns(
            hold(language, 8, manner="advice-only", seed=seed, lines=[said])
        )
        assert any(frame.key in second.lower() for frame in own), second


@both
@each
def test_danger_is_never_nodded_through(language: Language, manner: str) -> None:
    said = "I don't want to live anymore." if language == "en" else "我不想活了。"
    line = "crisis line" if language == "en" else "12356"
    for seed in range(6):
        turns = counselor_turns(
            hold(language, 6, manner=manner, seed=seed, lines=[said, CLIENT[language][1]])
        )
        assert line in turns[1]
        if manner == "nodding":
            quoted = said.rstrip(".。").lower()
            assert quoted not in turns[1].lower()


@both
@each
@pytest.mark.parametrize("exchanges", [1, 2, 4, 9])
def test_the_session_is_closed_in_its_last_turn(
    language: Language, manner: str, exchanges: int
) -> None:
    assert len(counselor_turns(hold(language, exchanges, manner=manner))) == exchanges
    bye = "Thanks, see you next week." if language == "en" else "谢谢，那我先走了，再见。"
    left = hold(language, 14, manner=manner, lines=[*CLIENT[language][1:4], bye])
    assert len(counselor_turns(left)) == 5


@both
@each
def test_every_theme_and_function_is_there_in_both_languages(
    language: Language, manner: str
) -> None:
    mine, other = own_sayings(manner, language), own_sayings(manner, "en")
    assert set(mine) == set(other)
    every = [frame.parts for frames in mine.values() for frame in frames]
    assert len(every) == len(set(every)) > 100
    assert all(frame.slots <= SLOTS for frames in mine.values() for frame in frames)
    if manner == "advice-only":
        assert {f"advise_{theme}" for theme in material(language).themes} <= set(mine)


@both
@each
def test_their_plans_are_of_their_kind(language: Language, manner: str) -> None:
    seen = {"language": language, "session": 1, "manner": manner, "manner_text": "m"}
    line = Line(id="s1t2", speaker="client", text=CLIENT[language][1])
    strategies = {
        plan_turn(
            PlanTurnView(**seen, exchange=3, exchanges_left=4, dialogue=[line]),  # type: ignore[arg-type]
            Random(seed),
        ).strategy
        for seed in range(20)
    }
    assert strategies == (
        {"affirmation", "restatement"} if manner == "nodding" else {"suggestion", "information"}
    )
    planned = plan_next(PlanNextView(**seen, sessions_left=4), Random(0))  # type: ignore[arg-type]
    usual = plan_next(PlanNextView(**{**seen, "manner": "attuned"}, sessions_left=4), Random(0))  # type: ignore[arg-type]
    assert planned.treatment.approach != usual.treatment.approach


@both
def test_a_plan_takes_filler_for_nothing(language: Language) -> None:
    seen = {"language": language, "manner": "attuned", "manner_text": "m", "sessions_left": 3}
    filler = [Recalled(session=0, ref="filler", text="Chalk is soft.")]
    plain = plan_next(PlanNextView(**seen, session=4), Random(0))  # type: ignore[arg-type]
    sham = plan_next(PlanNextView(**seen, session=4, notes=filler), Random(0))  # type: ignore[arg-type]
    assert sham == plain
