"""The offline client in whole sessions: what it says, how long, how often, and never twice."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from random import Random

import pytest
from counted_steps import steps
from offline_client_people import (
    COUNSELOR_EN,
    COUNSELOR_ZH,
    daniel,
    gao,
    imported,
    lin,
    nora,
    said_in_session,
    stance,
)

from muspsy_sim.llm.offline.client import speak
from muspsy_sim.llm.offline.client.material import client_material, pattern
from muspsy_sim.llm.offline.client.moves import ROOM
from muspsy_sim.llm.offline.client.wording import bare, sentences, size
from muspsy_sim.records.answers import Speech
from muspsy_sim.records.views import Line, Move, SpeakView, Stance

PEOPLE: dict[str, Callable[[], SpeakView]] = {
    "nora": nora,
    "daniel": daniel,
    "lin": lin,
    "gao": gao,
    "imported-en": lambda: imported("en"),
    "imported-zh": lambda: imported("zh"),
}
SHORT_ACKNOWLEDGEMENT = {"en": 12, "zh": 4}
"""Characters up to which a sentence may come back: `Yes.`, `Not really.`, `嗯。`"""
NEVER = re.compile(
    r"[{}<>|_#]|\s{2,}|,,|，，|\.\.(?!\.)|。。|[.,;:!?]{2,}(?<!\.\.\.)|。，|，。|？。|！。|\bI I\b| [,.!?]"
)


def counselor_for(view: SpeakView) -> list[str]:
    return COUNSELOR_EN if view.language == "en" else COUNSELOR_ZH


def session(
    who: str, seed: int, number: int = 2, exchanges: int = 25
) -> list[tuple[Stance, Speech]]:
    view = PEOPLE[who]().model_copy(update={"session": number})
    return said_in_session(view, counselor_for(view), seed, exchanges)[1]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("seed", range(6))
def test_no_sentence_comes_back_within_a_session(who: str, seed: int) -> None:
    language = PEOPLE[who]().language
    said = [bare(s) for _, speech in session(who, seed) for s in sentences(speech.text)]
    longer = [s for s in said if len(s) > SHORT_ACKNOWLEDGEMENT[language]]
    assert sorted({s for s in longer if longer.count(s) > 1}) == []


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("seed", range(6))
def test_text_is_clean_and_of_one_language(who: str, seed: int) -> None:
    language = PEOPLE[who]().language
    for _, speech in session(who, seed, number=1 + seed):
        text = speech.text
        assert not NEVER.search(text), text
        assert text == text.strip()
        assert text.rstrip("”\"'’")[-1] in ".!?…。！？", text
        if language == "en":
            assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", text), text
            assert not text[0].islower(), text
        else:
            assert not re.search(r"[A-Za-z,.!?;:]", text), text


@pytest.mark.parametrize("who", PEOPLE)
def test_turns_are_as_long_as_the_stance_allows(who: str) -> None:
    language = PEOPLE[who]().language
    for seed in range(4):
        for how, speech in session(who, seed):
            most = ROOM[language][how.length][0]
            if how.move in ("disclose", "greet"):
                continue
            # A habitual word and a yes may come on top of what was measured out.
            assert size(speech.text) <= most + 5, (how.length, speech.text)


@pytest.mark.parametrize("who", PEOPLE)
def test_minimal_turns_are_at_most_four_words(who: str) -> None:
    view = PEOPLE[who]()
    for n, line in enumerate(counselor_for(view)):
        now = view.model_copy(
            update={
                "stance": stance("minimal", "a word or two"),
                "dialogue": [Line(id="s2t1", speaker="counselor", text=line)],
            }
        )
        text = speak(now, Random(n)).text
        assert size(text) <= (4 if view.language == "en" else 6), text


@pytest.mark.parametrize("who", ["nora", "daniel", "lin", "gao"])
def test_a_fact_is_told_word_for_word_whatever_the_move(who: str) -> None:
    view = PEOPLE[who]()
    for fact in view.unlocked:
        untold = [f.model_copy(update={"told": False}) for f in view.unlocked]
        for n, move in enumerate(("disclose", "answer", "elaborate", "minimal")):
            now = view.model_copy(
                update={"unlocked": untold, "tell": fact.id, "stance": stance(move)}
            )
            speech = speak(now, Random(n))
            assert fact.text in speech.text
            assert [(t.fact, t.quote) for t in speech.told] == [(fact.id, fact.text)]


def test_nothing_is_told_unbidden() -> None:
    """A fact that is unlocked and not yet told stays unsaid until it is its turn."""
    view = nora()
    kept = next(f for f in view.unlocked if not f.told)
    for seed in range(5):
        for how, speech in said_in_session(view, COUNSELOR_EN, seed)[1]:
            if how.move == "disclose":
                break
            assert kept.text not in speech.text
            assert not any(d in speech.text for d in kept.details)
            assert speech.told == []


def test_risk_is_told_when_it_may_be_and_put_off_when_not() -> None:
    asked = [Line(id="s2t1", speaker="counselor", text="Have you had thoughts of suicide?")]
    words = "Some mornings I'd rather not wake up."
    told = speak(
        nora().model_copy(
            update={"stance": stance("disclose"), "risk_words": words, "dialogue": asked}
        ),
        Random(1),
    )
    assert words in told.text
    assert [(t.fact, t.quote) for t in told.told] == [("risk", words)]
    for seed in range(8):
        held = nora().model_copy(update={"stance": stance("deflect"), "dialogue": asked})
        speech = speak(held, Random(seed))
        assert speech.told == []
        assert not speech.text.startswith(("No.", "No,"))


@pytest.mark.parametrize("who", PEOPLE)
def test_the_same_view_and_seed_give_the_same_words(who: str) -> None:
    first = [speech.text for _, speech in session(who, 3)]
    assert [speech.text for _, speech in session(who, 3)] == first
    assert [speech.text for _, speech in session(who, 4)] != first


def test_speaking_leaves_the_view_as_it_was() -> None:
    view = lin()
    before = view.model_dump_json()
    speak(view, Random(0))
    assert view.model_dump_json() == before


@pytest.mark.parametrize(("one", "other"), [("nora", "daniel"), ("lin", "gao")])
def test_two_personas_share_less_than_a_tenth_of_their_five_grams(one: str, other: str) -> None:
    def grams(who: str) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = set()
        for number in range(1, 5):
            text = " ".join(s.text for _, s in session(who, number, number)).lower()
            words = re.findall(r"[a-z']+|[\u4e00-\u9fff]", text)
            found |= set(zip(*(words[n:] for n in range(5)), strict=False))
        return found

    ours, theirs = grams(one), grams(other)
    assert len(ours & theirs) / min(len(ours), len(theirs)) < 0.10


@pytest.mark.parametrize("who", ["imported-en", "imported-zh"])
def test_an_imported_client_speaks_of_itself_and_not_as_its_report_does(who: str) -> None:
    said = " ".join(s.text for n in range(4) for _, s in session(who, n))
    assert not re.search(r"the client|retired|李某|男性|退休", said)


@pytest.mark.parametrize(("person", "language"), [(nora, "zh"), (lin, "en")])
def test_words_of_another_language_are_never_spoken(
    person: Callable[[], SpeakView], language: str
) -> None:
    view = person().model_copy(update={"language": language})
    lines = COUNSELOR_EN if language == "en" else COUNSELOR_ZH
    strange = r"[\u3400-\u9fff]" if language == "en" else r"[A-Za-z]"
    for seed in range(3):
        for _, speech in said_in_session(view, lines, seed)[1]:
            assert not re.search(strange, speech.text), speech.text
    untold = [f.model_copy(update={"told": False}) for f in view.unlocked]
    tells = view.model_copy(
        update={"unlocked": untold, "tell": untold[0].id, "stance": stance("disclose")}
    )
    assert speak(tells, Random(0)).told == []


@pytest.mark.parametrize("move", ["close", "walk_out"])
@pytest.mark.parametrize("who", PEOPLE)
def test_leaving_says_so(who: str, move: Move) -> None:
    view = PEOPLE[who]()
    for seed in range(5):
        now = view.model_copy(update={"stance": stance(move, "one short sentence")})
        assert speak(now, Random(seed)).leaves
    assert not speak(view, Random(0)).leaves


@pytest.mark.parametrize("who", ["nora", "daniel", "lin", "gao"])
def test_agreement_and_minimal_responses_are_as_common_as_in_people(who: str) -> None:
    view = PEOPLE[who]()
    agreeing = pattern(*client_material(view.language).agreeing)
    said = [s.text for seed in range(8) for _, s in session(who, seed, 1 + seed % 6)]
    agreed = sum(1 for text in said if agreeing.match(text)) / len(said)
    brief = sum(1 for text in said if size(text) <= 3) / len(said)
    assert 0.07 <= agreed <= 0.25, agreed
    assert 0.02 <= brief <= 0.20, brief


@pytest.mark.parametrize(
    ("person", "line"), [(daniel, "It sounds like you are tired."), (gao, "听起来你很累。")]
)
def test_a_client_does_not_nod_along_with_everything(
    person: Callable[[], SpeakView], line: str
) -> None:
    """A counselor who only reflects, and a stance that would always go along."""
    view = person()
    agreeing = pattern(*client_material(view.language).agreeing)
    dialogue: list[Line] = []
    agreed = 0
    for n in range(20):
        dialogue.append(Line(id=f"s2t{2 * n + 1}", speaker="counselor", text=line))
        now = view.model_copy(update={"dialogue": list(dialogue), "stance": stance("agree")})
        text = speak(now, Random(n)).text
        agreed += bool(agreeing.match(text))
        dialogue.append(Line(id=f"s2t{2 * n + 2}", speaker="client", text=text))
    assert 2 <= agreed <= 5


def test_a_session_of_four_hundred_turns_is_lived_through() -> None:
    for view in (gao(), imported("en")):
        lines = list(itertools.islice(itertools.cycle(counselor_for(view)[1:-2]), 197))
        spoken = said_in_session(view, ["你好。", *lines, "再见。", "再见。"], 1, exchanges=199)[1]
        assert all(speech.text for _, speech in spoken)


def test_a_turn_takes_work_that_grows_with_the_session_and_no_faster() -> None:
    view = nora()
    dialogue = said_in_session(view, COUNSELOR_EN, 1)[0]

    def speaking(after: int) -> int:
        now = view.model_copy(update={"dialogue": dialogue[: 2 * after + 1]})
        speak(now, Random(0))
        return steps(lambda: [speak(now, Random(seed)) for seed in range(20)])

    assert speaking(24) < 2.5 * speaking(12)
