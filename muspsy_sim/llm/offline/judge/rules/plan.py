"""Whether a session does what its plan says: the words of goal, focus and techniques in it."""

from __future__ import annotations

from muspsy_sim.llm.offline.judge.findings import Finding, share
from muspsy_sim.llm.offline.judge.reading import Reading, sentences_of, words_of
from muspsy_sim.records.scores import Quote


def goal(reading: Reading) -> Finding:
    """Whether the session is about the plan's goal and focus."""
    plan = reading.plan
    if plan is None:
        return Finding(None, "there is no plan")
    return _met(reading, words_of(f"{plan.goal}\n{plan.focus}", reading.language), "goal and focus")


def techniques(reading: Reading) -> Finding:
    """Whether the planned techniques are used."""
    plan = reading.plan
    if plan is None:
        return Finding(None, "there is no plan")
    return _met(reading, words_of("\n".join(plan.techniques), reading.language), "techniques")


def _met(reading: Reading, planned: frozenset[str], what: str) -> Finding:
    said = words_of("\n".join(line.text for line in reading.lines), reading.language)
    met = planned & said
    quotes = [
        Quote(turn=one.turn, text=one.text)
        for turn in reading.counselor
        for one in sentences_of(turn.line, reading.language)
        if words_of(one.text, reading.language) & planned
    ]
    return Finding(
        2.0 * share(len(met), len(planned)),
        f"{len(met)} of {len(planned)} content words of the plan's {what} come up",
        quotes,
    )
