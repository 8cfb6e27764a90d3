"""An episode as a sequence of steps: spans begun and ended, things told, and state that changed.

Each fact stands once, in the order in which it was lived: intake, the first report, then week by
week the session held, what came of it, the week and its report. The client's state is one JSON
object; `Changed` steps, applied in order to an empty one, leave the last state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from muspsy_sim.records.base import Record
from muspsy_sim.records.episode import Episode, Session, Turn, Week
from muspsy_sim.records.state import StateValues, SymptomReport

STATE = "client_state"
"""The key of Inspect's store under which the client's state lies."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A span begins. `week` is counted from 1; 0 lies before the first session."""

    name: str
    type: Literal["intake", "session", "week", "follow-up"]
    week: int


@dataclass(frozen=True, slots=True)
class End:
    """The innermost open span ends."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something recorded: who or what says it, and what. `minute`: it takes one of its own."""

    source: str
    data: Any
    minute: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One value of the state: its JSON pointer, what it became, and what it was."""

    op: Literal["add", "replace", "remove"]
    path: str
    value: Any
    replaced: Any = None


@dataclass(frozen=True, slots=True)
class Changed:
    """The state differs from the one before it in these values; `after` is the whole of it."""

    changes: tuple[Change, ...]
    after: dict[str, Any]


Step = Begin | End | Told | Changed


def steps(episode: Episode) -> Iterator[Step]:
    """The steps of an episode."""
    state = _State()
    if episode.intake is not None:
        yield from _session(episode.intake, state, "intake", 0)
    if episode.baseline is not None:
        yield Told("report", _report(episode.baseline))
    held = {session.number: session for session in episode.sessions}
    for week in episode.weeks:
        if week.session in held:
            session = held.pop(week.session)
            yield from _session(session, state, f"session {session.number}", week.number)
        yield from _week(week, state)
    for session in held.values():  # the course was stopped before its week was lived
        yield from _session(session, state, f"session {session.number}", session.week)
    if episode.follow_up:
        yield Begin("follow-up", "follow-up", episode.follow_up[0].week)
        for report in episode.follow_up:
            yield Told("report", _report(report))
        yield End()
    yield Told(
        "end", {"end": episode.end.value, "by": episode.end.by, "detail": episode.end_detail}
    )


def last_state(episode: Episode) -> dict[str, Any]:
    """The client's state when the record ends, as Inspect's store holds it; empty for none."""
    changed = [step for step in steps(episode) if isinstance(step, Changed)]
    return {STATE: changed[-1].after} if changed else {}


def _session(session: Session, state: _State, name: str, week: int) -> Iterator[Step]:
    yield Begin(name, "intake" if session.number == 0 else "session", week)
    if session.plan is not None:
        yield Told("session plan", _plain(session.plan))
    for turn in session.turns:
        yield from _turn(turn, state)
    for failure in session.failures:
        yield Told("failure", _plain(failure))
    if session.note is not None:
        yield Told("session note", _plain(session.note))
    if session.treatment_plan is not None:
        yield Told("treatment plan", _plain(session.treatment_plan))
    if session.client_memory is not None:
        yield Told("client memory", session.client_memory.text)
    ended = {"end": session.end.value, "by": session.end.by, "detail": session.end_detail}
    yield Told("session end", ended)
    yield End()


def _turn(turn: Turn, state: _State) -> Iterator[Step]:
    if turn.plan is not None:
        yield Told(f"turn plan {turn.id}", _plain(turn.plan))
    if turn.recalled:
        yield Told(f"recalled for {turn.id}", list(turn.recalled))
    if turn.state is not None:
        yield from state.step(turn.state)
    if turn.reasoning:
        yield Told(f"reasoning {turn.id}", turn.reasoning)
    yield Told(f"{turn.speaker} {turn.id}", turn.text, minute=True)
    if turn.appraisal is not None:
        yield Told(f"appraisal {turn.id}", _plain(turn.appraisal))
    if turn.changes:
        yield Told(f"why the state changes {turn.id}", [_plain(c) for c in turn.changes])
    if turn.disclosed:
        yield Told(f"disclosed {turn.id}", [_plain(fact) for fact in turn.disclosed])
    if turn.unlicensed:
        yield Told(f"told without being unlocked {turn.id}", list(turn.unlicensed))


def _week(week: Week, state: _State) -> Iterator[Step]:
    yield Begin(f"week {week.number}", "week", week.number)
    lived: dict[str, Any] = {"missed": week.missed, "events": week.events}
    if week.homework is not None:
        lived["homework"] = week.homework
    yield Told("week", lived)
    if week.changes:
        yield Told("why the state changes", [_plain(change) for change in week.changes])
    yield from state.step(week.values)
    yield Told("report", _report(week.report))
    yield End()


def _report(report: SymptomReport) -> dict[str, Any]:
    return {
        "week": report.week,
        "PHQ-9": report.phq9_total,
        "GAD-7": report.gad7_total,
        "PHQ-9 items": report.phq9,
        "GAD-7 items": report.gad7,
    }


def _plain(record: Record) -> Any:
    return record.model_dump(mode="json", exclude_none=True)


class _State:
    """The client's state so far."""

    def __init__(self) -> None:
        self._now: dict[str, Any] | None = None

    def step(self, values: StateValues) -> Iterator[Step]:
        """Take over `values`; a step where anything is different now."""
        new = values.model_dump(mode="json")
        before, self._now = self._now, new
        if before is None:
            changes = [Change("add", f"/{STATE}", new)]
        else:
            changes = list(_differences(f"/{STATE}", before, new))
        if changes:
            yield Changed(tuple(changes), new)
            yield Told("client state", new)


def _differences(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for key in sorted({*old, *new}):
        place = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
        if key not in new:
            yield Change("remove", place, None, old[key])
        elif key not in old:
            yield Change("add", place, new[key])
        elif isinstance(old[key], dict) and isinstance(new[key], dict):
            yield from _differences(place, old[key], new[key])
        elif old[key] != new[key]:
            yield Change("replace", place, new[key], old[key])
