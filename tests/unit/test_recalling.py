"""What each way of recalling brings, how much of it, and that the sham brings nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from muspsy_sim.agents.counselor import view as views
from muspsy_sim.agents.counselor.acting import keep_note, note_lengths
from muspsy_sim.agents.counselor.recalling.association import associated, memory_graph
from muspsy_sim.agents.counselor.recalling.bm25 import bm25
from muspsy_sim.agents.counselor.recalling.filler import HEADING, NOTHING, filler_sentences
from muspsy_sim.agents.counselor.recalling.pieces import AT_MOST, newest_first, pieces
from muspsy_sim.agents.counselor.recalling.search import search
from muspsy_sim.agents.counselor.recalling.size import head_tokens, statement_tokens, tokens_of
from muspsy_sim.agents.counselor.recalling.terms import terms
from muspsy_sim.agents.counselor.recalling.words import things_in
from muspsy_sim.agents.live import CounselorSide, Levels, RecallLevel, Schedule
from muspsy_sim.agents.prompts import PLAN_NEXT, PLAN_TURN, REMEMBER, RESPOND
from muspsy_sim.graphs.compile import compile_arm
from muspsy_sim.llm.prompting import load_template, render
from muspsy_sim.llm.seam import Sampling
from muspsy_sim.llm.tokens import estimate_prompt_tokens
from muspsy_sim.personas.library import load_profile
from muspsy_sim.personas.summaries import list_profiles
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.memory import SessionNote, Statement
from muspsy_sim.records.views import (
    Line,
    PlanNextView,
    PlanTurnView,
    Recalled,
    RememberView,
    RespondView,
)
from muspsy_sim.runs.course import Seat, begin, sit
from muspsy_sim.runs.provenance import ROLES
from tests.fakes import FakeModel
from tests.unit.courses import PERSONA, ran

LANGUAGES: tuple[Language, ...] = ("en", "zh")
PLENTY = 100_000

NOTES: dict[Language, list[SessionNote]] = {
    "en": [
        SessionNote(
            session=1,
            emotion_and_cognition=[
                Statement(
                    text="Feels guilty", basis="quote", turns=["s1t4"], quote="I sold Mum's piano"
                ),
                Statement(
                    text="A rule", basis="quote", turns=["s1t6"], quote="I should have asked"
                ),
            ],
            observations=[Statement(text="Talks readily about the garden", turns=["s1t2"])],
            assignments=[
                Statement(
                    text="Homework agreed, night log: write down when the light went out",
                    basis="plan",
                    turns=["s1t9"],
                    quote="Write down each morning when the light went out.",
                )
            ],
            session_goal="Hear about the flat",
            summary=[Statement(text="Began from the empty flat", turns=["s1t2"])],
        ),
        SessionNote(
            session=2,
            emotion_and_cognition=[
                Statement(
                    text="Feels angry", basis="quote", turns=["s2t4"], quote="My boss shouted"
                )
            ],
            observations=[
                Statement(text="Brought the night log, three mornings of light", turns=["s2t2"])
            ],
            session_goal="Look at the office",
            summary=[
                Statement(text="Ended lighter", turns=["s2t8"]),
                Statement(
                    text="Spoke of the funeral",
                    basis="quote",
                    turns=["s2t6"],
                    quote="Mother would have laughed",
                ),
            ],
        ),
    ],
    "zh": [
        SessionNote(
            session=1,
            emotion_and_cognition=[
                Statement(
                    text="感到内疚", basis="quote", turns=["s1t4"], quote="我把妈妈的钢琴卖了"
                ),
                Statement(text="一条规矩", basis="quote", turns=["s1t6"], quote="我应该先问一声"),
            ],
            observations=[Statement(text="谈起院子里的花就话多", turns=["s1t2"])],
            assignments=[
                Statement(
                    text="商定作业，睡前记录：写下几点关灯",
                    basis="plan",
                    turns=["s1t9"],
                    quote="每天早上写下昨晚几点关灯。",
                )
            ],
            session_goal="听听搬空的房子",
            summary=[Statement(text="从搬空的房子说起", turns=["s1t2"])],
        ),
        SessionNote(
            session=2,
            emotion_and_cognition=[
                Statement(text="感到生气", basis="quote", turns=["s2t4"], quote="领导冲我吼")
            ],
            observations=[Statement(text="带来了睡前记录，三天的关灯时间", turns=["s2t2"])],
            session_goal="看看办公室的事",
            summary=[
                Statement(text="结束时松快一些", turns=["s2t8"]),
                Statement(text="说起葬礼", basis="quote", turns=["s2t6"], quote="母亲一定会笑"),
            ],
        ),
    ],
}


def many(language: Language, sessions: int) -> list[SessionNote]:
    """As many notes as sessions, the two above over and over."""
    return [NOTES[language][n % 2].model_copy(update={"session": n + 1}) for n in range(sessions)]


def side(level: RecallLevel, language: Language, notes: list[SessionNote]) -> CounselorSide:
    """A counselor's side that has kept these notes as its level keeps them."""
    made = CounselorSide(
        language, Levels(recall=level), "as it is", level != "sham", chance=Chance("case", 3)
    )
    for note in notes:
        keep_note(made, note)
    return made


def refs(found: list[Recalled]) -> list[str]:
    return [item.ref for item in found]


def texts(found: list[Recalled]) -> list[str]:
    return [s.text for item in found for s in item.statements]


# search


@pytest.mark.parametrize(
    ("language", "said", "ref"),
    [
        ("en", "They play pianos in the street here.", ["note:1#0"]),
        ("en", "The flat upstairs is loud.", ["note:1#4"]),
        ("en", "He shouted at all of us, the boss.", ["note:2#0"]),
        ("zh", "街上有人弹钢琴。", ["note:1#0"]),
        ("zh", "领导今天倒是没说话。", ["note:2#0"]),
    ],
)
def test_a_search_finds_what_shares_words_with_what_was_just_said(
    language: Language, said: str, ref: list[str]
) -> None:
    assert refs(search(NOTES[language], [said], PLENTY, language)) == ref


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_goes_by_the_last_line_and_only_else_by_the_lines_before(
    language: Language,
) -> None:
    piano, boss, yes = {
        "en": ("The piano is gone.", "My boss was there.", "Yes."),
        "zh": ("钢琴没了。", "领导也在。", "嗯。"),
    }[language]
    assert refs(search(NOTES[language], [piano, "…", boss], PLENTY, language)) == ["note:2#0"]
    assert refs(search(NOTES[language], [piano, "…", yes], PLENTY, language)) == ["note:1#0"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_was_said_or_found_the_newest_statements_come_to_mind(
    language: Language,
) -> None:
    notes = many(language, 3)
    for heard in ([], ["Hm."], ["Xylophones, vermilion."]):
        found = search(notes, heard, PLENTY, language)
        assert found[-1].ref == "note:3#0,1,2,3,4"
        assert sum(len(item.statements) for item in found) == AT_MOST
    # What was set as homework comes to mind first.
    assert newest_first(pieces(notes))[0].statement == notes[2].assignments[0]
    (one,) = search(notes, [], 1, language)
    assert one.statements == notes[2].assignments


def test_a_rare_word_counts_more_and_a_long_statement_less() -> None:
    documents = [["flat", "piano"], ["flat"], ["flat", "a", "b", "c", "d", "e"], ["x"]]
    worth = bm25(["flat", "piano"], documents)
    assert worth[0] > worth[1] > worth[2] > worth[3] == 0
    assert bm25(["piano"], documents)[0] > bm25(["flat"], documents)[0] > 0
    assert bm25([], documents) == [0.0] * 4
    assert bm25(["flat"], []) == []


def test_terms_are_words_without_plurals_and_pairs_of_characters() -> None:
    assert terms("The pianos’ keys are mine; my studies bore me", "en") == (
        "piano",
        "key",
        "mine",
        "study",
        "bore",
    )
    assert terms("我把钢琴卖了，PHQ 9分", "zh") == ("phq", "9", "钢琴", "琴卖", "分")


# graph


def test_the_graph_holds_people_feelings_events_beliefs_and_homework() -> None:
    for language in LANGUAGES:
        graph = memory_graph(pieces(NOTES[language]), language)
        kinds = {node[0] for node in graph}
        assert kinds >= {"statement", "session", "person", "feeling", "event", "belief", "homework"}
        # The homework is joined to the note that set it and to the one that tells of it.
        task = ("homework", 1, 3)
        assert set(graph[task]) == {("statement", 1, 3), ("statement", 2, 1)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_association_brings_what_is_about_the_same_person_in_other_words(
    language: Language,
) -> None:
    said = "My mother rang again." if language == "en" else "我妈又打电话来了。"
    first, second = NOTES[language]
    both = [first.emotion_and_cognition[0], second.summary[1]]
    room = sum(map(statement_tokens, both)) + 2 * head_tokens()
    # The quotes say Mum and Mother; both are a step from the mother that was named.
    assert texts(associated(NOTES[language], [said], room, language)) == [s.text for s in both]
    # Where somebody else is named the same room is given to something else.
    boss = "The boss, always the boss." if language == "en" else "领导，又是领导。"
    other = texts(associated(NOTES[language], [boss], room, language))
    assert second.emotion_and_cognition[0].text in other
    assert both[0].text not in other


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_association_reaches_what_shares_no_word_and_a_search_does_not(
    language: Language,
) -> None:
    said = "Mum!" if language == "en" else "爸妈和妈妈。"
    mother = NOTES[language][1].summary[1].text
    found = associated(NOTES[language], [said], PLENTY, language)
    assert mother in texts(found)
    assert mother not in texts(search(NOTES[language], [said], PLENTY, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_association_with_nothing_starts_from_the_last_session(language: Language) -> None:
    found = associated(NOTES[language], [], PLENTY, language)
    ranked = associated(NOTES[language], [], 40, language)
    assert found[-1].session == 2
    assert {item.session for item in ranked} == {2}
    assert associated([], ["Hello."], PLENTY, language) == []
    assert search([], ["Hello."], PLENTY, language) == []


def test_things_are_recognised_by_whole_words() -> None:
    assert things_in("My mother-in-law's mother is proud", "en") == (
        ("person", "mother"),
        ("person", "relatives"),
        ("feeling", "pride"),
    )
    assert things_in("The chummy bossanova", "en") == ()
    assert things_in("Told Graham on Sunday, and Mo, about Graham", "en") == (
        ("person", "Graham"),
        ("person", "Mo"),
    )
    assert ("person", "老周") in things_in("跟老周和陈姐谈过", "zh")
    assert ("person", "陈姐") in things_in("跟老周和陈姐谈过", "zh")
    assert things_in("老是这样，小时候也这样", "zh") == (("belief", "总是或从不"),)
    assert ("person", "母亲") in things_in("我妈说我没用", "zh")
    assert ("belief", "不够好") in things_in("我妈说我没用", "zh")


# budgets


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", ["notes", "search", "graph", "transcript", "sham"])
@pytest.mark.parametrize("budget", [150, 400, 2000])
def test_what_is_recalled_stays_within_its_budget(
    language: Language, level: RecallLevel, budget: int
) -> None:
    made = side(level, language, many(language, 12))
    words = "piano flat boss night log light funeral" if language == "en" else "钢琴 房子 领导 关灯"
    lines = [Line(id=f"s1t{n}", speaker="client", text=f"{words} {n}") for n in range(4)]
    made.transcripts = [(n, lines) for n in range(1, 13)] if level == "transcript" else []
    found = views.recall(made, budget, heard=[words], session=13, turn=3)
    assert found
    assert sum(tokens_of(item) for item in found) <= budget
    assert [item.session for item in found] == sorted(item.session for item in found)
    if level in ("search", "graph"):
        assert sum(len(item.statements) for item in found) <= AT_MOST
    if level in ("notes", "transcript"):
        assert found[-1].session == 12
        assert all(b.session == a.session + 1 for a, b in pairwise(found))


@pytest.mark.parametrize("level", ["notes", "search", "graph", "transcript"])
def test_the_first_of_what_is_recalled_is_kept_however_long(level: RecallLevel) -> None:
    made = side(level, "en", NOTES["en"])
    made.transcripts = [(1, [Line(id="s1t1", speaker="client", text="many words " * 40)])]
    assert len(views.recall(made, 1, heard=["My boss."])) == 1


# sham


def prompts(recalled: list[Recalled], language: Language, session: int) -> dict[str, int]:
    """The lengths of the counselor's prompts with this memory, in tokens."""
    line = Line(id="s9t1", speaker="counselor", text="Hello." if language == "en" else "你好。")
    seen = {
        "language": language,
        "session": None if recalled and recalled[0].text else session,
        "manner": "attuned",
        "manner_text": "As it is.",
        "intake": [Line(id="s0t1", speaker="client", text="…")],
        "recalled": recalled,
        "exchange": 2,
        "exchanges_left": 5,
        "dialogue": [line],
    }
    asked: list[tuple[str, Record]] = [
        ("respond", RespondView(**seen)),  # type: ignore[arg-type]
        ("plan_turn", PlanTurnView(**seen)),  # type: ignore[arg-type]
        (
            "remember",
            RememberView(language=language, session=session, earlier=recalled, dialogue=[line]),
        ),
        (
            "plan_next",
            PlanNextView(
                language=language,
                session=session,
                sessions_left=2,
                manner="attuned",
                manner_text="As it is.",
                intake=[line],
                notes=recalled,
            ),
        ),
    ]
    by_name = {
        "respond": RESPOND,
        "plan_turn": PLAN_TURN,
        "remember": REMEMBER,
        "plan_next": PLAN_NEXT,
    }
    return {name: estimate_prompt_tokens(render(by_name[name], view)) for name, view in asked}  # type: ignore[index]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sessions", [1, 2, 4, 9, 30])
@pytest.mark.parametrize("budget", [300, 1200, 20_000])
def test_a_sham_takes_as_many_tokens_as_notes(
    language: Language, sessions: int, budget: int
) -> None:
    notes = many(language, sessions)
    real = views.recall(side("notes", language, notes), budget)
    false = views.recall(side("sham", language, notes), budget, session=sessions + 1, turn=1)
    empty = prompts([], language, sessions + 1)
    noted, filled = (prompts(found, language, sessions + 1) for found in (real, false))
    for name in noted:
        assert filled[name] == pytest.approx(noted[name], rel=0.025)
    # Of what memory adds to the prompt of a turn: within 3 %, or the length of a short sentence.
    added = noted["respond"] - empty["respond"]
    assert abs(noted["respond"] - filled["respond"]) <= max(8, 0.03 * added)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sham_tells_nothing_and_is_the_same_whatever_was_noted(language: Language) -> None:
    notes = many(language, 4)
    others = [
        note.model_copy(
            update={
                "summary": [
                    Statement(text=s.text[::-1], basis=s.basis, turns=s.turns, quote=s.quote[::-1])
                    for s in note.summary
                ]
            }
        )
        for note in notes
    ]
    assert note_lengths(notes) == note_lengths(others)
    made, other = side("sham", language, notes), side("sham", language, others)
    assert made.notes == []
    first = views.recall(made, 1200, heard=["piano 钢琴"], session=5, turn=3)
    assert first == views.recall(other, 1200, heard=["…"], session=5, turn=3)
    (item,) = first
    assert (item.session, item.statements, item.lines, item.session_goal) == (0, [], [], "")
    left = item.text
    for sentence, _ in sorted(filler_sentences(language), key=lambda pair: -len(pair[0])):
        left = left.replace(sentence, "")
    assert left.strip() == ""
    assert item != views.recall(made, 1200, session=5, turn=5)[0]
    assert item != views.recall(made, 1200, session=6, turn=3)[0]


def test_no_filler_shares_a_phrase_with_any_persona() -> None:
    def spans(text: str, language: Language) -> set[tuple[str, ...]]:
        found = text.lower().split() if language == "en" else list(text)
        length = 5 if language == "en" else 6
        return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}

    for summary in list_profiles():
        profile = load_profile(summary.id)
        told = spans(profile.model_dump_json(), profile.language)
        for sentence, _ in filler_sentences(profile.language):
            assert not told & spans(sentence, profile.language), sentence


def test_prompts_say_what_the_length_of_filler_is_reckoned_with() -> None:
    view = RespondView(
        language="en",
        session=None,
        manner="attuned",
        manner_text="m",
        intake=[Line(id="s0t1", speaker="client", text="…")],
        recalled=[Recalled(session=0, ref="filler", text="Chalk is soft.")],
        exchange=1,
        exchanges_left=1,
    )
    said = "\n".join(m.content for m in render(RESPOND, view))
    assert HEADING in said
    assert NOTHING in said
    assert "Chalk is soft." in said
    assert "session 0" not in said
    for prompt in (PLAN_TURN, REMEMBER, PLAN_NEXT):
        assert "now" in load_template(prompt.template).parts


@pytest.mark.slow
def test_a_sham_course_asks_as_often_as_one_with_notes_and_keeps_no_note(tmp_path: Path) -> None:
    asked: dict[str, list[str]] = {}
    for arm in ("full", "sham-recall"):
        model = FakeModel(keep=True)
        (episode,) = ran(tmp_path / arm, model, arms=[arm])
        asked[arm] = [str(r.key).partition("--s0")[2] for r in model.requests]
        assert all(s.note is not None for s in episode.sessions if s.turns)
        assert [t for s in episode.sessions for t in s.turns if t.recalled] == [] or arm == "full"
        for request in model.requests:
            if arm == "sham-recall" and request.role == "counselor":
                shown = "\n".join(m.content for m in request.messages)
                said = [
                    t.text for s in episode.sessions[: request.key.session - 1] for t in s.turns
                ]
                assert not [text for text in said if text in shown]
    assert len(asked["full"]) == len(asked["sham-recall"]) > 20


def test_a_sham_that_takes_over_a_course_keeps_how_long_its_notes_were() -> None:
    def seat(arm: str) -> Seat:
        compiled = compile_arm(arm)
        models = dict.fromkeys(ROLES, FakeModel())
        return Seat(arm, compiled, compiled.levels, models, {role: Sampling() for role in ROLES})

    course = begin("e", load_profile(PERSONA), seat("full"), 0, Schedule(3, 4, 0, 1200))
    for note in NOTES["en"]:
        keep_note(course.counselor, note)
    assert course.counselor.remembers
    sit(course, seat("sham-recall"))
    assert not course.counselor.remembers
    assert course.counselor.notes == []
    assert course.counselor.note_tokens == note_lengths(NOTES["en"])
    assert course.counselor.treatment is None
    # Who takes over from a sham finds no notes either.
    sit(course, seat("full"))
    assert course.counselor.remembers
    assert course.counselor.notes == []
