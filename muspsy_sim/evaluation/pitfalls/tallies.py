"""What a pitfall counts, in forms that add up over episodes: shares, spreads, waits and trends.

Each holds what it needs to be added and read off at the end, never the episodes themselves, so a
run of any length is measured one episode at a time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol, Self

_FEWEST_FOR_A_TREND = 2
"""Different session numbers without which there is no slope."""


class Tally(Protocol):
    """Counts that add up. `n` of `of`: the numerator and the denominator that stand beside it."""

    @property
    def n(self) -> float:
        """The numerator, or what the docs put in its place."""
        ...

    @property
    def of(self) -> float:
        """The denominator: how many there were to look at."""
        ...

    def value(self) -> float | None:
        """The pitfall's value; `None` where these counts give none."""
        ...

    def __add__(self, other: Self) -> Self: ...


@dataclass(frozen=True, slots=True)
class Share:
    """`n` of `of`: a share in [0, 1]."""

    n: float = 0
    of: float = 0

    def value(self) -> float | None:
        """The share; `None` of nothing."""
        return self.n / self.of if self.of else None

    def __add__(self, other: Share) -> Share:
        return Share(self.n + other.n, self.of + other.of)


@dataclass(frozen=True, slots=True)
class Spread:
    """How often each value occurred. Its value is the median; `n` their sum, `of` their number."""

    counts: Counter[float] = field(default_factory=Counter)

    @property
    def n(self) -> float:
        """The sum of the values."""
        return sum(value * times for value, times in self.counts.items())

    @property
    def of(self) -> float:
        """How many values there were."""
        return self.counts.total()

    def value(self) -> float | None:
        """The median: of an even number, the mean of the two in the middle."""
        total = self.counts.total()
        if not total:
            return None
        ordered = sorted(self.counts.items())
        return (_at(ordered, (total - 1) // 2) + _at(ordered, total // 2)) / 2

    def __add__(self, other: Spread) -> Spread:
        return Spread(self.counts + other.counts)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long it took until something came, or until one stopped looking without its coming.

    Its value is the median wait by Kaplan and Meier (1958): the first time by which the estimated
    share that still waits is a half or less; `None` where it never gets there. `n` counts the
    arrivals, `of` the waits.
    """

    came: Counter[int] = field(default_factory=Counter)
    unseen: Counter[int] = field(default_factory=Counter)

    @property
    def n(self) -> float:
        """Waits that ended with what was waited for."""
        return self.came.total()

    @property
    def of(self) -> float:
        """All waits."""
        return self.came.total() + self.unseen.total()

    def value(self) -> float | None:
        """The median wait, in the unit of the times."""
        at_risk = self.came.total() + self.unseen.total()
        waiting = 1.0
        for time in sorted(self.came.keys() | self.unseen.keys()):
            if self.came[time]:
                waiting *= 1 - self.came[time] / at_risk
                if waiting <= 0.5:
                    return float(time)
            at_risk -= self.came[time] + self.unseen[time]
        return None

    def __add__(self, other: Waits) -> Waits:
        return Waits(self.came + other.came, self.unseen + other.unseen)


@dataclass(frozen=True, slots=True)
class Trend:
    """How a share moves from session to session: the least-squares slope over turns.

    `by_session` holds, for each session number, turns that show it and all turns.
    """

    by_session: dict[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def n(self) -> float:
        """Turns that show it, over all sessions."""
        return sum(shown for shown, _ in self.by_session.values())

    @property
    def of(self) -> float:
        """All turns."""
        return sum(turns for _, turns in self.by_session.values())

    def value(self) -> float | None:
        """Change of the share from one session to the next; `None` within a single session."""
        held = {number: each for number, each in self.by_session.items() if each[1]}
        if len(held) < _FEWEST_FOR_A_TREND:
            return None
        turns = sum(of for _, of in held.values())
        middle = sum(number * of for number, (_, of) in held.items()) / turns
        share = sum(shown for shown, _ in held.values()) / turns
        together = sum((number - middle) * (n - share * of) for number, (n, of) in held.items())
        apart = sum(of * (number - middle) ** 2 for number, (_, of) in held.items())
        return together / apart

    def __add__(self, other: Trend) -> Trend:
        both = dict(self.by_session)
        for number, (shown, turns) in other.by_session.items():
            before = both.get(number, (0, 0))
            both[number] = (before[0] + shown, before[1] + turns)
        return Trend(both)


def _at(ordered: list[tuple[float, int]], index: int) -> float:
    for value, times in ordered:
        if index < times:
            return value
        index -= times
    raise AssertionError("the index lies within the counts")
