"""Verdicts on pairs added up: how often each arm was found better, whatever the order shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from muspsy_sim.records.pairs import PairScores


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each arm was found better; only consistent verdicts are wins."""

    instrument: str
    item: str
    first: int
    second: int
    ties: int
    inconsistent: int
    lost: int
    """Verdicts that failed or were voided."""

    @property
    def counted(self) -> int:
        """Verdicts that count: wins of either arm, and ties."""
        return self.first + self.second + self.ties


def tallies(pairs: Sequence[PairScores]) -> list[Tally]:
    """Verdicts added up by instrument and item, over clients, seeds, sessions and judges."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for pair in pairs:
        for verdict in pair.verdicts:
            counts.setdefault((verdict.instrument, verdict.item), Counter())[verdict.outcome] += 1
    return [
        Tally(
            instrument,
            item,
            first=count["first"],
            second=count["second"],
            ties=count["tie"],
            inconsistent=count["inconsistent"],
            lost=count["failed"] + count["void"],
        )
        for (instrument, item), count in sorted(counts.items())
    ]
