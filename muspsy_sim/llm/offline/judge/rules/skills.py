"""Skill in cognitive and in motivational work, as far as words show it."""

from __future__ import annotations

from muspsy_sim.llm.offline.judge.findings import Finding, share
from muspsy_sim.llm.offline.judge.reading import Reading
from muspsy_sim.llm.offline.judge.rules.shared import against, harming, hearing, pressing
from muspsy_sim.records.appraisal import Behaviour

_ASKS: tuple[Behaviour, ...] = ("open_question", "explore_thought", "elicit_change")


def agenda(reading: Reading) -> Finding:
    """Whether it is settled at the start what the hour is for."""
    first = reading.counselor[: max(2, len(reading.counselor) // 3)]
    said = reading.cued("agenda", first)
    said += [q for t in first for q in t.quotes("collaborate", "autonomy", "review_homework")]
    hard, counter = against(reading)
    turns = {quote.turn for quote in said}
    return Finding(
        min(1.0, 0.5 * len(turns)) - hard,
        f"{len(turns)} of the first turns settle with the client what to look at",
        said,
        counter,
    )


def discovery(reading: Reading) -> Finding:
    """Whether the counselor asks so that the client finds out, rather than tells."""
    answering = reading.answering
    asks = [turn for turn in answering if turn.shows(*_ASKS)]
    press, counter = pressing(reading)
    harm, harmed = harming(reading)
    return Finding(
        share(len(asks), len(answering)) - press - harm,
        f"{len(asks)} of {len(answering)} answers ask openly",
        [q for t in asks for q in t.quotes(*_ASKS)],
        [*counter, *harmed],
    )


def thoughts(reading: Reading) -> Finding:
    """Whether thoughts, and what they do, are looked at."""
    said = reading.quotes("explore_thought", "reframe") + reading.cued("thought")
    turns = {quote.turn for quote in said}
    press, counter = pressing(reading)
    return Finding(
        min(1.0, len(turns) / 4.0) - press,
        f"{len(turns)} turns look at a thought or its meaning",
        said,
        counter,
    )


def technique(reading: Reading) -> Finding:
    """Whether something is tried out: an experiment, an exercise, another view offered."""
    said = reading.quotes("assign_homework", "suggest_with_permission", "reframe")
    said += reading.cued("experiment")
    turns = {quote.turn for quote in said}
    press, counter = pressing(reading)
    return Finding(
        min(1.0, len(turns) / 3.0) - press,
        f"{len(turns)} turns offer something to try",
        said,
        counter,
    )


def evoking(reading: Reading) -> Finding:
    """Whether the client's own reasons and steps are drawn out."""
    answering = reading.answering
    asks = [turn for turn in answering if turn.shows(*_ASKS)]
    draws = [turn for turn in answering if turn.shows("elicit_change")]
    press, counter = pressing(reading)
    return Finding(
        share(len(asks), len(answering)) * 0.7 + min(0.3, 0.15 * len(draws)) - press,
        f"{len(asks)} of {len(answering)} answers ask openly, {len(draws)} for change",
        [q for t in asks for q in t.quotes(*_ASKS)],
        counter,
    )


def autonomy(reading: Reading) -> Finding:
    """Whether the decision stays with the client, above all where the client holds back."""
    holds = [
        turn
        for turn in reading.counselor
        if turn.client.has("refuses", "minimal") or turn.shows("autonomy", "collaborate")
    ]
    soft = [turn for turn in holds if not turn.shows("advise", "confront", "dismiss", "reassure")]
    hard, counter = against(reading)
    own = reading.quotes("autonomy", "collaborate", "suggest_with_permission")
    return Finding(
        0.25 + 0.5 * share(len(soft), len(holds)) + min(0.25, 0.125 * len(own)) - hard,
        f"{len(soft)} of {len(holds)} turns leave it to the client where it held back",
        own or reading.lines_of(soft),
        counter,
    )


def partnership(reading: Reading) -> Finding:
    """Whether the lead is shared and offers stay offers."""
    shares = reading.quotes("collaborate", "autonomy", "suggest_with_permission", "affirm")
    turns = {quote.turn for quote in shares}
    hard, counter = against(reading)
    return Finding(
        0.25 + min(0.75, 0.25 * len(turns)) - hard,
        f"{len(turns)} turns share the lead, offer, or name what the client did",
        shares,
        counter,
    )


def empathy(reading: Reading) -> Finding:
    """Whether the client's view is grasped and given back."""
    part, evidence = hearing(reading)
    deep = [t for t in reading.answering if t.shows("complex_reflection", "empathy", "summarise")]
    harm, counter = against(reading)
    return Finding(
        part + 0.5 * share(len(deep), len(reading.answering)) - harm,
        f"{part:.0%} of the answers reflect, {len(deep)} of them with a feeling or a meaning",
        evidence,
        counter,
    )
