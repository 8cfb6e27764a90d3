"""Points spread over a unit cube: each axis is cut into as many strata as there are points.

A Latin hypercube (McKay, Beckman and Conover 1979): every stratum of every axis holds exactly one
point, so that a handful of variants covers each range instead of clumping. Keyed draws, so the
same key gives the same points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from muspsy_sim.records.chance import Chance

T = TypeVar("T")

Point = dict[str, float]
"""A value in (0, 1) for each axis."""


def spread(chance: Chance, axes: Sequence[str], number: int) -> list[Point]:
    """`number` points, each stratum of each axis held once. An axis does not depend on the others.

    The same chance and another `number` give other points: the strata are others.
    """
    columns = {axis: _column(chance, axis, number) for axis in axes}
    return [{axis: column[n] for axis, column in columns.items()} for n in range(number)]


def pick(at: float, choices: Sequence[T]) -> T:
    """The choice in whose equal share of (0, 1) a value lies."""
    return choices[min(int(at * len(choices)), len(choices) - 1)]


def _column(chance: Chance, axis: str, number: int) -> list[float]:
    draws = chance.rng(0, 0, f"spread/{number}/{axis}")
    strata = list(range(number))
    draws.shuffle(strata)
    return [(stratum + draws.uniform(0.05, 0.95)) / number for stratum in strata]
