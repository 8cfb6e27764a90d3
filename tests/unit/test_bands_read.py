"""The offline reader of bands against labelled stretches, and what it makes of a cue's place."""

from __future__ import annotations

import re
from random import Random

import pytest
from counted_steps import steps

from benchmarks.blind_readings import blind_readings
from muspsy_sim.evaluation.agreement import weighted_kappa
from muspsy_sim.evaluation.gate.fidelity import DISTRESS, TRUST
from muspsy_sim.llm.offline.annotator.band_clauses import distress_in
from muspsy_sim.llm.offline.annotator.band_cues import patterns
from muspsy_sim.llm.offline.annotator.bands import bands
from muspsy_sim.records.answers import BandsAnswer
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import BandsView, Line
from tests.unit.band_cases import What, agreement, cases, half, read

LANGUAGES: tuple[Language, ...] = ("en", "zh")
MEASURED: dict[tuple[What, Language], float] = {
    ("trust", "en"): 0.81,
    ("distress", "en"): 0.89,
    ("trust", "zh"): 0.79,
    ("distress", "zh"): 0.88,
}
"""Kappa on the held stretches, which are plain speech, none of whose misses was looked at. At first
reading it was 0.81, 0.90, 0.80 and 0.89; since then cues were mended on blind readings of simulated
clients, and the maps fitted anew. The 50 figurative stretches before them gave 0.38, 0.11, 0.63 and
0.50 at first reading; what they taught went into the cues, so they are held no more: read figures of
speech, and expect no more than that."""
SLACK = 0.05


def weight(text: str, language: Language) -> float:
    return sum(found.weight for found in distress_in(text, language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["trust", "distress"])
def test_it_agrees_with_the_labels_that_it_was_not_fitted_on(
    what: What, language: Language
) -> None:
    kappa = agreement(what, language, held=True).value
    assert kappa is not None
    assert kappa > MEASURED[what, language] - SLACK


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("held", [True, False])
def test_every_band_of_one_is_labelled_with_every_band_of_the_other(
    language: Language, held: bool
) -> None:
    some = half(language, held=held)
    assert len(some) >= (50 if held else 120)
    assert len({(case.trust, case.distress) for case in some}) == 25
    assert len({tuple(case.lines) for case in cases(language)}) == len(cases(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_that_always_says_the_middle_does_not_pass(language: Language) -> None:
    def middle(view: BandsView, rng: Random) -> BandsAnswer:
        return BandsAnswer(
            trust="cautious", trust_quotes=["-"], distress="troubled", distress_quotes=["-"]
        )

    assert agreement("distress", language, held=True, reader=middle).value == pytest.approx(0.0)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_are_the_clients_own_and_the_answer_is_always_the_same(language: Language) -> None:
    for case in cases(language):
        answer = read(case, language)
        for quote in (*answer.trust_quotes, *answer.distress_quotes):
            assert quote
            assert any(quote in text for text in case.said)
        assert read(case, language, lambda view, rng: bands(view, Random(7))) == answer


def test_a_curly_apostrophe_is_an_apostrophe_and_stays_in_the_quote() -> None:
    line = Line(id="t1", speaker="client", text="I can’t sleep.")
    answer = bands(BandsView(language="en", dialogue=[line]), Random(0))
    assert answer.distress_quotes == ["can’t sleep"]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ends_of_the_scales_are_reached(language: Language) -> None:
    answers = [read(case, language) for case in cases(language)]
    assert {answer.trust for answer in answers} == set(TRUST)
    assert {answer.distress for answer in answers} == set(DISTRESS)


@pytest.mark.parametrize(
    ("language", "less", "more"),
    [
        # Negation, of either kind, and what only looks like one.
        ("en", "I'm not sad.", "I'm sad."),
        ("en", "I feel better.", "I don't feel better."),
        ("en", "It's not so bad.", "It's bad."),
        ("en", "I'm worried.", "I'm not only worried, I'm terrified."),
        ("zh", "没那么难受。", "难受。"),
        ("zh", "好一点了。", "没有好一点。"),
        ("zh", "我不害怕。", "我很害怕。"),
        ("zh", "心里不堵了。", "心里堵。"),
        # Degree.
        ("en", "I'm a bit anxious.", "I'm terribly anxious."),
        ("zh", "有点紧张。", "特别紧张。"),
        # Whose it is.
        ("en", "My mother was crying.", "I was crying."),
        ("en", "She says she's exhausted.", "I'm exhausted."),
        ("zh", "我妈一直哭。", "我一直哭。"),
        ("zh", "他很痛苦。", "我很痛苦。"),
        # Then and now.
        ("en", "Back then I was miserable.", "I am miserable now."),
        ("zh", "那时候我很痛苦。", "我现在很痛苦。"),
        ("en", "I enjoy it.", "I used to enjoy it."),
        # Relief that is there, and relief that is wished for.
        ("en", "I feel calm.", "I wish I could feel calm."),
        ("zh", "我心里平静。", "我想要平静。"),
        # What may never happen.
        ("en", "I would be sad if they left.", "I am sad that they left."),
        # The body's words.
        ("en", "It was a long day.", "There's a weight on my chest."),
        ("zh", "今天去了公司。", "胸口闷，喘不过气，睡不着。"),
        ("zh", "今天去了公司。", "心里堵得慌。"),
    ],
)
def test_a_cue_weighs_what_its_place_makes_of_it(language: Language, less: str, more: str) -> None:
    assert weight(less, language) < weight(more, language)


def test_lines_without_a_cue_are_not_all_one_band() -> None:
    def trust(*said: str) -> str:
        lines = [Line(id=f"t{n}", speaker="client", text=text) for n, text in enumerate(said, 1)]
        return bands(BandsView(language="en", dialogue=lines), Random(0)).trust

    told = "We drove out to the coast on Sunday and walked along the harbour wall to the lighthouse"
    assert TRUST.index(trust("Yes.", "The coast.", "By car.")) < TRUST.index(
        trust(told, told, told)
    )


IDLE: dict[Language, tuple[str, ...]] = {
    "en": ("The office moved to the second floor in March.", "There are three of us in the team."),
    "zh": ("公司三月份搬到了二楼。", "现在组里三个人，还有一个借来的。"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_turns_that_say_nothing_speak_for_nothing(language: Language) -> None:
    def thinned(view: BandsView, rng: Random) -> BandsAnswer:
        idle = [Line(id=f"i{n}", speaker="client", text=t) for n, t in enumerate(IDLE[language])]
        return bands(view.model_copy(update={"dialogue": [*view.dialogue, *idle]}), rng)

    # Trust is also in how long turns are, so idle ones take something from it.
    allowed: dict[What, float] = {"trust": 3 * SLACK, "distress": SLACK}
    for what, less in allowed.items():
        kappa = agreement(what, language, held=True, reader=thinned).value
        assert kappa is not None
        assert kappa > MEASURED[what, language] - less
    assert heavy(*IDLE[language], language=language) == "troubled", "the middle"


def heavy(*said: str, language: Language) -> str:
    lines = [Line(id=f"t{n}", speaker="client", text=text) for n, text in enumerate(said, 1)]
    return bands(BandsView(language=language, dialogue=lines), Random(0)).distress


def test_reading_takes_work_that_grows_with_the_stretch_and_no_faster() -> None:
    said = [f"I lay awake on day {n}, and it would not let go of me." for n in range(32)]
    heavy(*said, language="en")
    half = steps(lambda: heavy(*said[:16], language="en"))
    assert steps(lambda: heavy(*said, language="en")) < 2.5 * half


# --- blind readings of simulated clients


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_hears_what_a_blind_reader_heard_where_the_map_was_not_fitted(
    language: Language,
) -> None:
    some = [r for r in blind_readings() if r.round == 2 and r.language == language]
    kappa = weighted_kappa(
        [float(r.heard.number("distress")) for r in some],
        [float(r.by_rule().number("distress")) for r in some],
        range(5),
    ).value
    assert kappa is not None
    assert kappa > {"en": 0.86, "zh": 0.77}[language] - SLACK


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Good morning. I hope that you are well."),
        ("en", "Okay, I'd better go."),
        ("en", "It's easier said."),
        ("zh", "我先走了。"),
        ("zh", "你这口气跟他们像。"),
        ("zh", "您莫笑。"),
    ],
)
def test_a_courtesy_is_no_cue(language: Language, said: str) -> None:
    assert not [found for found in distress_in(said, language) if found.weight]


def test_a_quoted_voice_and_a_long_story_say_less_of_how_it_is_than_a_plain_sentence() -> None:
    plain, told, voice = (
        distress_in(said, "en")[0].plainly
        for said in (
            "I am miserable.",
            "On the way back from the shop with the bags I met our neighbour and felt miserable.",
            'It just says, "You are miserable."',
        )
    )
    assert plain == 1.0
    assert told < plain
    assert voice < plain


def test_no_cue_is_a_whole_sentence_of_a_simulated_client() -> None:
    for reading in blind_readings():
        rules = patterns(reading.language)
        for sentence in re.split(r"[.!?。！？]", " ".join(reading.said)):
            said = sentence.strip(' "“”')
            size = len(said.split()) if reading.language == "en" else len(said)
            if size > (4 if reading.language == "en" else 6):
                whole = [c for _, c in (*rules.distress, *rules.trust) if c.fullmatch(said)]
                assert not whole, said
