"""An episode's steps as Inspect's events, with ids and times of their own, the same every time.

Spans are intake, sessions, weeks, follow-up and scoring; what was said, planned, noted and coded is
an info event, the client's state a store event. Nothing poses as a model call: the calls are in the
run's journal, and a log that showed them by reconstruction would show what never happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from muspsy_sim.evaluation.inspect_logs.clock import Clock
from muspsy_sim.evaluation.inspect_logs.scored import Valued
from muspsy_sim.evaluation.inspect_logs.steps import Begin, Change, Changed, End, Step, Told

_LATE = {"week": 6, "follow-up": 6}
"""Days into its week on which a span of this type begins; others begin on the first."""


class Events:
    """The events of one episode, made one after another."""

    def __init__(self, episode: str) -> None:
        self._episode = episode
        self._clock = Clock()
        self._open: list[str] = []
        self._made = 0

    @property
    def clock(self) -> Clock:
        """The time that it is."""
        return self._clock

    def of(self, steps: Iterable[Step]) -> Iterator[Any]:
        """The event of each step."""
        from inspect_ai.event import InfoEvent, StoreEvent

        for step in steps:
            if isinstance(step, Begin):
                self._clock.to_week(max(step.week - 1, 0), days=_LATE.get(step.type, 0))
                yield self._begin(step.name, step.type)
            elif isinstance(step, End):
                yield self._end()
            elif isinstance(step, Told):
                yield InfoEvent(source=step.source, data=step.data, **self.stamp())
                self._clock.pass_time(minute=step.minute)
            elif isinstance(step, Changed):
                yield StoreEvent(changes=[_change(c) for c in step.changes], **self.stamp())

    def scores(self, values: dict[str, Valued]) -> Iterator[Any]:
        """Each score as an event, in a span after all others."""
        from inspect_ai.event import ScoreEvent

        if not values:
            return
        yield self._begin("scorers", "scorers")
        for name, valued in values.items():
            yield ScoreEvent(score=inspect_score(valued), scorer=name, **self.stamp())
        yield self._end()

    def _begin(self, name: str, type_: str) -> Any:
        from inspect_ai.event import SpanBeginEvent

        parent = self._open[-1] if self._open else None
        stamp = self.stamp()
        span = stamp["uuid"]
        self._open.append(span)
        return SpanBeginEvent(
            id=span, parent_id=parent, name=name, type=type_, **{**stamp, "span_id": span}
        )

    def _end(self) -> Any:
        from inspect_ai.event import SpanEndEvent

        stamp = self.stamp()
        return SpanEndEvent(id=self._open.pop(), **stamp)

    def stamp(self) -> dict[str, Any]:
        """Id, span and time of the next event."""
        self._made += 1
        return {
            "uuid": short_id(self._episode, str(self._made)),
            "span_id": self._open[-1] if self._open else None,
            "timestamp": self._clock.now,
            "working_start": self._clock.seconds,
        }


def inspect_score(valued: Valued) -> Any:
    """A score as Inspect's own."""
    from inspect_ai.scorer import Score

    return Score(value=valued.value, explanation=valued.explanation, metadata=dict(valued.metadata))


def short_id(*parts: str) -> str:
    """An id that only these parts have, of 22 characters like Inspect's own."""
    return blake2b("\0".join(parts).encode(), digest_size=11).hexdigest()


def _change(change: Change) -> Any:
    return {
        "op": change.op,
        "path": change.path,
        "value": change.value,
        "replaced": change.replaced,
    }
