"""The working alliance: whether goals and tasks are agreed on, and whether there is a bond."""

from __future__ import annotations

from muspsy_sim.llm.offline.judge.findings import Finding, share
from muspsy_sim.llm.offline.judge.reading import ClientTurn, Reading
from muspsy_sim.llm.offline.judge.rules.shared import against, hearing, takes_up


def goal_shared(reading: Reading) -> Finding:
    """Whether what the client wants is asked for, and the lead shared."""
    asked = reading.quotes("elicit_change", "collaborate", "autonomy") + reading.cued("agenda")
    turns = {quote.turn for quote in asked}
    hard, counter = against(reading)
    return Finding(
        min(1.0, len(turns) / 3.0) - hard,
        f"{len(turns)} turns ask what the client wants or share the lead",
        asked,
        counter,
    )


def goal_kept(reading: Reading) -> Finding:
    """Whether the work stays with what the client brings."""
    answering = reading.answering
    kept = [turn for turn in answering if takes_up(turn)]
    hard, counter = against(reading)
    return Finding(
        share(len(kept), len(answering)) - hard,
        f"{len(kept)} of {len(answering)} answers take up what the client had just said",
        reading.lines_of(kept),
        counter,
    )


def task_clear(reading: Reading) -> Finding:
    """Whether it is said what the two do here, or until the next time."""
    said = reading.quotes("assign_homework", "suggest_with_permission", "inform")
    said += reading.cued("task_set")
    turns = {quote.turn for quote in said}
    hard, counter = against(reading)
    return Finding(
        min(1.0, len(turns) / 2.0) - hard,
        f"{len(turns)} turns say what is to be done and how",
        said,
        counter,
    )


def task_joined(reading: Reading) -> Finding:
    """Whether the client goes along: answers with content, takes a task up."""
    asked = [turn for turn in reading.client if turn.after is not None]
    joins = [turn for turn in asked if _joins(reading, turn)]
    hard, counter = against(reading)
    return Finding(
        share(len(joins), len(asked)) - hard / 2.0,
        f"{len(joins)} of {len(asked)} answers of the client have content or take a task up",
        reading.lines_of(joins),
        counter,
    )


def _joins(reading: Reading, turn: ClientTurn) -> bool:
    if turn.heard.has("refuses", "complaint"):
        return False
    return reading.cues.found("accepts", turn.low) or not turn.heard.has("minimal")


def bond_heard(reading: Reading) -> Finding:
    """Whether the counselor lets the client feel heard."""
    part, evidence = hearing(reading)
    hard, counter = against(reading)
    return Finding(
        1.25 * part - 2.0 * hard,
        f"{part:.0%} of the answers give back what was said, or the feeling in it",
        evidence,
        counter,
    )


def bond_open(reading: Reading) -> Finding:
    """Whether the client speaks openly, and says nothing against the counselor."""
    lines = [turn for turn in reading.client if turn.after is not None]
    opened = [t for t in lines if not t.heard.has("minimal", "refuses", "complaint", "goodbye")]
    against_it = [t for t in lines if t.heard.has("complaint")]
    hard, counter = against(reading)
    return Finding(
        share(len(opened), len(lines)) - share(len(against_it), len(lines)) - hard,
        f"{len(opened)} of {len(lines)} answers of the client tell something",
        reading.lines_of(opened),
        [*reading.lines_of(against_it), *counter],
    )
