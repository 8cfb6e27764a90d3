"""Means and differences over clients: seeds averaged first, arms compared within a client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from muspsy_sim.evaluation.gate.intervals import Interval, mean_interval
from muspsy_sim.evaluation.gate.outcomes import Outcome

ROUNDING = 9
"""Decimals to which ends are compared: 0.0000000000000002 is no difference."""


@dataclass(frozen=True, slots=True)
class Found:
    """A paired difference, or why there is none."""

    interval: Interval | None
    clients: int
    why: str


def difference(outcomes: Sequence[Outcome], better: str, worse: str, level: float) -> Found:
    """How many points more clients improve under `better` than under `worse`, over who met both."""
    one = paired(outcomes, better, lambda o: o.change)
    other = paired(outcomes, worse, lambda o: o.change)
    clients = sorted(one.keys() & other.keys())
    interval, why = mean_of([one[c] - other[c] for c in clients], level)
    return Found(interval=interval, clients=len(clients), why=why)


def mean_of(values: Sequence[float], level: float) -> tuple[Interval | None, str]:
    """The mean with an interval that has both ends, or why there is none."""
    if not values:
        return None, "no client has lived these courses"
    interval = mean_interval([round(value, ROUNDING) for value in values], level)
    if interval.low is None or interval.high is None:
        few = "1 client is" if len(values) == 1 else f"{len(values)} clients are"
        return None, f"{few} too few for a {level:.0%} interval"
    tidy = [round(v, ROUNDING) + 0.0 for v in (interval.figure, interval.low, interval.high)]
    return Interval(*tidy), ""


def paired(
    outcomes: Sequence[Outcome], arm: str, value: Callable[[Outcome], float]
) -> dict[str, float]:
    """Each client's mean in one arm."""
    return by_client([o for o in outcomes if o.arm == arm], value)


def by_client(outcomes: Sequence[Outcome], value: Callable[[Outcome], float]) -> dict[str, float]:
    """Each client's mean over its seeds (and over its variants: one source case is one client)."""
    values: dict[str, list[float]] = {}
    for outcome in outcomes:
        values.setdefault(outcome.client, []).append(value(outcome))
    return {client: sum(v) / len(v) for client, v in sorted(values.items())}
