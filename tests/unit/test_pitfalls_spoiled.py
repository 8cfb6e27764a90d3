"""Each measure moves when the text of a course is spoiled on purpose, and in the right direction.

One course in each language is lived with the offline default; then its turns are changed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from muspsy_sim.evaluation.pitfalls.measuring import measure
from muspsy_sim.evaluation.pitfalls.telling import facts_told, sensitive_told
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.records.episode import Episode, Turn
from muspsy_sim.records.state import StateValues
from tests.unit.courses import ran

Language = Literal["en", "zh"]
Change = Callable[[int, Turn], str | None]
"""The new text of the n-th turn of a session, or nothing where it stays."""

PERSONAS = {"en": "en-imogen-baptiste", "zh": "zh-ma-guoqing"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Episode]:
    folder: Path = tmp_path_factory.mktemp("lived")
    made = ran(folder, OfflineModel(), personas=list(PERSONAS.values()), exchanges=6)
    return {episode.language: episode for episode in made}


def spoiled(episode: Episode, change: Change) -> Episode:
    def turn(at: int, turn_: Turn) -> Turn:
        text = change(at, turn_)
        return turn_ if text is None else turn_.model_copy(update={"text": text})

    sessions = [
        s.model_copy(update={"turns": [turn(n, t) for n, t in enumerate(s.turns, start=1)]})
        for s in episode.sessions
    ]
    return episode.model_copy(update={"sessions": sessions})


def of(speaker: str, text: Callable[[int, Turn], str]) -> Change:
    return lambda at, turn: text(at, turn) if turn.speaker == speaker else None


def before(words: dict[Language, str], speaker: str = "client") -> dict[Language, Change]:
    return {
        language: of(speaker, lambda _, turn, w=said: f"{w} {turn.text}")  # type: ignore[misc]
        for language, said in words.items()
    }


def last(words: dict[Language, str], speaker: str = "client") -> dict[Language, Change]:
    return {
        language: of(speaker, lambda at, turn, w=said: w if at > 6 else turn.text)  # type: ignore[misc]
        for language, said in words.items()
    }


SPOILS: list[tuple[str, dict[Language, Change]]] = [
    ("agreement_openings.client", before({"en": "You're right.", "zh": "您说得对。"})),
    (
        "capitulation.client",
        {
            "en": of("client", lambda at, _: "I don't want to talk." if at < 5 else "I'll try it."),
            "zh": of("client", lambda at, _: "我不想说。" if at < 5 else "我试试。"),
        },
    ),
    ("role_inversion.client", before({"en": "Thank you for sharing.", "zh": "谢谢你的分享。"})),
    ("role_inversion.counselor", before({"en": "I can't sleep.", "zh": "我睡不着。"}, "counselor")),
    (
        "repetition_within.client",
        last({"en": "The rain came in again, that's all.", "zh": "外面又下雨了，就是这样。"}),
    ),
    (
        "repetition_within.counselor",
        last(
            {"en": "What is that like for you now?", "zh": "这对你来说意味着什么呢？"}, "counselor"
        ),
    ),
    (
        "repetition_across.client",
        before({"en": "The rain came in again.", "zh": "外面又开始下大雨了。"}),
    ),
    ("minimal_responses.client", last({"en": "Suppose so.", "zh": "可能吧。"})),
    (
        "contradictions.client",
        before({"en": "I'm ninety-one years old.", "zh": "我今年九十一岁了。"}),
    ),
    (
        "false_recall.client",
        before(
            {
                "en": "Last time you told me to adopt seven llamas from Peru.",
                "zh": "上次您让我去秘鲁领养羊驼。",
            }
        ),
    ),
    (
        "false_recall.counselor",
        before(
            {
                "en": "Last time you said “the llamas from Peru ate the curtains”.",
                "zh": "上次你说过“羊驼把窗帘全吃光了”。",
            },
            "counselor",
        ),
    ),
]
SPOILS.append(
    (
        "farewell_loops.both",
        {
            "en": lambda at, turn: f"{turn.text} Take care, see you next week." if at > 8 else None,
            "zh": lambda at, turn: f"{turn.text}保重，下周见。" if at > 8 else None,
        },
    )
)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("name", "changes"), SPOILS, ids=[name for name, _ in SPOILS])
def test_spoiling_raises_the_measure(
    lived: dict[Language, Episode], name: str, changes: dict[Language, Change], language: Language
) -> None:
    clean = measure(lived[language])[name].tally.value() or 0.0
    raised = measure(spoiled(lived[language], changes[language]))[name].tally.value()
    assert raised is not None
    assert raised > clean + 0.1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_client_who_tells_everything_at_once_tells_too_early(
    lived: dict[Language, Episode], language: Language
) -> None:
    facts = " ".join(f.text for f in lived[language].profile.facts)
    all_told = spoiled(
        lived[language], lambda at, turn: facts if at == 2 and turn.id.startswith("s1") else None
    )
    told, known = sensitive_told(all_told)
    assert told >= known - 1  # words about self-harm are no fact, and were not said
    assert {t.client_turn for t in facts_told(all_told) if t.sensitivity >= 2} == {1}
    found = measure(all_told)
    assert found["premature_disclosure.client"].tally.value() == 1
    assert (found["unlicensed_disclosure.client"].tally.value() or 0) > 0.5
    assert measure(lived[language])["unlicensed_disclosure.client"].tally.n == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_client_who_talks_on_and_on_has_longer_turns(
    lived: dict[Language, Episode], language: Language
) -> None:
    twice = spoiled(lived[language], of("client", lambda _, turn: f"{turn.text} {turn.text}"))
    clean = measure(lived[language])["turn_words.client"].tally.value()
    assert clean is not None
    assert measure(twice)["turn_words.client"].tally.value() == pytest.approx(2 * clean, rel=0.1)
    assert (
        measure(twice)["turn_words.counselor"] == measure(lived[language])["turn_words.counselor"]
    )


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("side", ["client", "counselor"])
def test_the_same_words_again_are_less_varied(
    lived: dict[Language, Episode], language: Language, side: str
) -> None:
    first = next(t.text for t in lived[language].sessions[0].turns if t.speaker == side)
    same = spoiled(lived[language], of(side, lambda *_: first))
    value = measure(same)[f"distinct_2.{side}"].tally.value()
    assert value is not None
    assert value < 0.5 < (measure(lived[language])[f"distinct_2.{side}"].tally.value() or 0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_counselor_who_forgets_recalls_nothing(
    lived: dict[Language, Episode], language: Language
) -> None:
    told = facts_told(lived[language])[0]
    words = told.quote
    recalls = spoiled(lived[language], of("counselor", lambda at, _: words if at == 1 else "..."))
    forgets = spoiled(lived[language], of("counselor", lambda *_: "..."))
    name = f"recall.counselor.lag{1 if told.session < 3 else 2}"
    assert measure(recalls)[name].tally.n >= 1
    assert measure(forgets)[name].tally.n == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_but_text_profile_and_recorded_disclosures_is_read(
    lived: dict[Language, Episode], language: Language
) -> None:
    """With the simulator's own state taken away or turned round, every measure stays the same."""
    episode = lived[language].model_copy(deep=True)
    for session in episode.sessions:
        session.state_before = session.state_after = session.plan = session.note = None
        session.client_memory = None
        for turn in session.turns:
            turn.appraisal, turn.plan, turn.move, turn.reasoning = None, None, "nod", None
            turn.changes, turn.recalled, turn.unlicensed, turn.labels = [], [], ["fact-x"], []
            if isinstance(turn.state, StateValues):
                turn.state.trust = 1 - turn.state.trust
    episode.weeks, episode.baseline = [], None
    assert measure(episode) == measure(lived[language])
