"""A code counts only where its quote stands in the counselor's own words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.agents.appraiser.appraise import settle
from muspsy_sim.records.answers import AppraisalAnswer, CodedAnswer
from muspsy_sim.records.appraisal import BEHAVIOURS, Appraisal

SAID = "That sounds hard.\n  What did you\tdo then?"


def settled(*codes: tuple[str, str], quality: int = 1, said: str = SAID) -> Appraisal:
    coded = [CodedAnswer.model_validate({"behaviour": b, "quote": q}) for b, q in codes]
    return settle(AppraisalAnswer(behaviours=coded, quality=quality), said)


def test_a_quote_that_is_there_is_kept_whatever_its_whitespace() -> None:
    kept = settled(("open_question", "What  did you\ndo then?"), ("empathy", "That sounds hard."))
    assert [(c.behaviour, c.quote) for c in kept.behaviours] == [
        ("open_question", "What did you do then?"),
        ("empathy", "That sounds hard."),
    ]
    assert kept.dropped == 0


def test_a_quote_that_is_not_there_is_dropped_and_counted() -> None:
    kept = settled(("affirm", "You are so brave."), ("empathy", "That sounds hard."))
    assert [c.behaviour for c in kept.behaviours] == ["empathy"]
    assert kept.dropped == 1


def test_an_empty_quote_shows_nothing() -> None:
    assert settled(("affirm", "  ")).dropped == 1


def test_case_and_punctuation_must_match() -> None:
    assert settled(("empathy", "that sounds hard!")).dropped == 1


def test_a_repeated_code_counts_once_and_is_no_dropped_one() -> None:
    kept = settled(("empathy", "That sounds hard."), ("empathy", "That  sounds hard."))
    assert len(kept.behaviours) == 1
    assert kept.dropped == 0


def test_one_behaviour_twice_with_different_words_stays_twice() -> None:
    assert len(settled(("empathy", "That sounds"), ("empathy", "hard.")).behaviours) == 2


def test_quality_is_as_answered_even_where_every_code_fell() -> None:
    kept = settled(("empathy", "nowhere"), quality=-2)
    assert kept.quality == -2
    assert kept.behaviours == []


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.sampled_from(BEHAVIOURS), st.text(max_size=20)), max_size=6),
)
def test_every_code_is_kept_once_or_dropped_or_a_repetition(
    said: str, codes: list[tuple[str, str]]
) -> None:
    kept = settled(*codes, said=said)
    folded = " ".join(said.split())
    assert all(c.quote and c.quote in folded for c in kept.behaviours)
    assert len(kept.behaviours) + kept.dropped <= len(codes)
    assert len({(c.behaviour, c.quote) for c in kept.behaviours}) == len(kept.behaviours)
