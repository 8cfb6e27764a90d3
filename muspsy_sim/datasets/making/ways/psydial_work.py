"""One dialogue in reconstruction: what was said so far, and the trail of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.datasets.making.bench import Bench, Complaint
from muspsy_sim.datasets.making.plain_words import Plain, cut
from muspsy_sim.datasets.making.record import Check, Trail, TurnTrail, given
from muspsy_sim.datasets.making.shared_spans import length
from muspsy_sim.datasets.making.source_turns import Source, SourceTurn
from muspsy_sim.datasets.making.turn_rules import (
    without_the_client,
)
from muspsy_sim.records.views import Line

CALLS_A_TURN = 100
"""The n-th try at source turn t is asked as turn 100 t + n."""


@dataclass(frozen=True, slots=True)
class Said:
    """A turn of the new dialogue, and which source turn it stands for."""

    source: SourceTurn
    text: str


@dataclass(slots=True)
class Work:
    """One dialogue in reconstruction."""

    bench: Bench
    source: Source
    known: Plain
    trail: Trail
    summary: str = ""
    complaint: Complaint | None = None
    at: int = 0
    """Source turns that are through."""
    said: list[Said] = field(default_factory=list)

    @property
    def turn(self) -> SourceTurn:
        """The source turn in hand."""
        return self.source.turns[self.at - 1]

    @property
    def about(self) -> str:
        """The complaint's text."""
        return given(self.complaint).text

    @property
    def dialogue(self) -> list[Line]:
        """The new dialogue so far."""
        return [
            Line(id=f"s{s.source.session}t{n}", speaker=s.source.speaker, text=s.text)
            for n, s in enumerate(self.said, start=1)
        ]

    @property
    def asked(self) -> str:
        """The counselor's turn that waits for an answer; empty where the client opens."""
        last = self.said[-1] if self.said else None
        open_ = last is not None and last.source.session == self.turn.session
        return last.text if last and open_ and last.source.speaker == "counselor" else ""


def kept_of(work: Work, turn: SourceTurn, told: str | None) -> str:
    """A counselor's turn with holes where it tells of its client; `told` bears words out."""
    borne = None if told is None else Plain(frozenset(), frozenset()).and_of(told)
    return cut(without_the_client(turn.masked, work.source), work.known, borne)


def why_not(checks: list[Check]) -> list[str]:
    """What is wrong, of the checks that were not kept."""
    return [check.found for check in checks if not check.kept]


def note(work: Work, turn: SourceTurn, text: str, checks: list[Check], tries: int) -> None:
    """Into the trail; an empty text is a turn that was dropped."""
    work.trail.turns.append(
        TurnTrail(
            turn=turn.number,
            speaker=turn.speaker,
            source=work.source.keyed(turn.text),
            source_length=length(turn.text),
            length=length(text),
            tries=tries,
            kept=bool(text),
            checks=checks,
        )
    )
