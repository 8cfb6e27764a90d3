"""Main effects and interactions of crossed factors, as weights over arms.

A main effect sets one level of a factor against its reference, averaged over all combinations of
the other factors. An interaction of two factors is the difference between two such differences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

Crossing = Mapping[str, Mapping[str, str]]
"""Arm to its level of each factor."""


@dataclass(frozen=True, slots=True)
class FactorEffect:
    """A named contrast of a factorial design."""

    name: str
    kind: str
    """`main` or `interaction`."""
    weights: dict[str, float]


def factor_effects(arms: Crossing, levels: Mapping[str, Sequence[str]]) -> list[FactorEffect]:
    """All main effects and two-way interactions.

    `levels`: factor to its levels, the reference level first. `arms` must be completely crossed;
    see `is_crossed`.
    """
    of = {tuple(at[f] for f in levels): arm for arm, at in arms.items()}
    names = list(levels)
    found = [
        FactorEffect(
            f"{factor}: {level} - {levels[factor][0]}",
            "main",
            _weights(of, names, {factor: (level, levels[factor][0])}, levels),
        )
        for factor in names
        for level in levels[factor][1:]
    ]
    for one, other in combinations(names, 2):
        for a, b in product(levels[one][1:], levels[other][1:]):
            pairs = {one: (a, levels[one][0]), other: (b, levels[other][0])}
            name = f"{one} {a} x {other} {b}" if _many(levels, one, other) else f"{one} x {other}"
            found.append(FactorEffect(name, "interaction", _weights(of, names, pairs, levels)))
    return found


def is_crossed(arms: Crossing, levels: Mapping[str, Sequence[str]]) -> bool:
    """Whether each combination of levels is there exactly once."""
    wanted = set(product(*levels.values()))
    had = [tuple(at[f] for f in levels) for at in arms.values()]
    return len(had) == len(wanted) and set(had) == wanted


def _many(levels: Mapping[str, Sequence[str]], one: str, other: str) -> bool:
    return len(levels[one]) > 2 or len(levels[other]) > 2


def _weights(
    of: Mapping[tuple[str, ...], str],
    names: Sequence[str],
    pairs: Mapping[str, tuple[str, str]],
    levels: Mapping[str, Sequence[str]],
) -> dict[str, float]:
    """Weights that subtract along each pair and average over the rest."""
    rest = 1
    for name in names:
        rest *= 1 if name in pairs else len(levels[name])
    weights: dict[str, float] = {}
    for at, arm in of.items():
        sign = 1.0
        for name, level in zip(names, at, strict=True):
            if name in pairs:
                high, low = pairs[name]
                sign *= 1.0 if level == high else (-1.0 if level == low else 0.0)
        if sign:
            weights[arm] = sign / rest
    return weights
