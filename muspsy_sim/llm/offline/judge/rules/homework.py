"""Homework: whether something is set, asked about, and used."""

from __future__ import annotations

from muspsy_sim.llm.offline.judge.findings import Finding
from muspsy_sim.llm.offline.judge.reading import CounselorTurn, Reading
from muspsy_sim.llm.offline.judge.references import references
from muspsy_sim.records.scores import Quote

_LOOKED = 5
"""Counselor turns at the start in which an earlier task is asked about, if at all."""


def tasks_in(reading: Reading, turns: list[CounselorTurn]) -> list[Quote]:
    """The words that set a task in these turns."""
    return [q for t in turns for q in t.quotes("assign_homework")] + reading.cued("task_set", turns)


def tasks_before(reading: Reading) -> list[Quote]:
    """The words that set a task in the session before, or in any before that."""
    if not reading.earlier:
        return []
    last = max(turn.session for turn in reading.earlier)
    return tasks_in(reading, [turn for turn in reading.earlier if turn.session == last])


def asked_quotes(reading: Reading) -> list[Quote]:
    """The words that ask what came of a task; not where they name one that nobody set."""
    unknown = [one.quote for one in references(reading) if one.found == "nowhere"]
    first = reading.counselor[:_LOOKED]
    asks = [q for t in first for q in t.quotes("review_homework")]
    asks += reading.cued("task_asked", first)
    return [
        ask
        for ask in asks
        if not any(ask.turn == one.turn and ask.text in one.text for one in unknown)
    ]


def task_set(reading: Reading) -> Finding:
    """Whether something concrete to try is agreed on."""
    tasks = tasks_in(reading, reading.counselor)
    turns = {quote.turn for quote in tasks}
    takes = [
        turn
        for turn in reading.client
        if turn.after is not None
        and turn.after.id in turns
        and reading.cues.found("accepts", turn.low)
    ]
    level = 0.0 if not tasks else 0.67 + (0.33 if takes else 0.0)
    return Finding(
        level,
        f"{len(turns)} turns set something to try"
        + (", and the client takes it up" if takes else ""),
        [*tasks, *reading.lines_of(takes)],
    )


def asked(reading: Reading) -> Finding:
    """Whether the last session's task is asked about."""
    before = tasks_before(reading)
    if not before:
        return Finding(None, "nothing was set to try in the session before")
    asks = asked_quotes(reading)
    named = len({quote.turn for quote in asks})
    return Finding(
        min(1.0, 0.67 * bool(asks) + 0.33 * (named > 1)),
        f"{named} turns ask what came of it",
        asks,
        [] if asks else before[-1:],
    )


def used(reading: Reading) -> Finding:
    """Whether what came of the task is worked with, done or not."""
    before = tasks_before(reading)
    if not before:
        return Finding(None, "nothing was set to try in the session before")
    asks = asked_quotes(reading)
    works = reading.cued("task_used", reading.counselor[: _LOOKED + 1])
    level = 0.0 if not asks else min(1.0, 0.34 + 0.33 * len({q.turn for q in works}))
    return Finding(
        level,
        "what came of it is "
        + ("taken up" if asks and works else "asked for" if asks else "not asked for"),
        [*works, *asks] if asks else [],
        [] if asks else before[-1:],
    )
