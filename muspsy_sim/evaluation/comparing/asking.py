"""The contrasts that a comparison asks about: arms, factors, and arms with their controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muspsy_sim.evaluation.comparing.comparison import Question
from muspsy_sim.evaluation.comparing.design import Crossed, Declared, matched_pairs
from muspsy_sim.evaluation.statistics.factorial import factor_effects


@dataclass(frozen=True, slots=True)
class Asked:
    """One contrast that every endpoint is looked at in."""

    question: Question
    name: str
    weights: dict[str, float]


def questions(
    declared: Declared, arms: Sequence[str], base: str, crossed: Crossed | None
) -> list[Asked]:
    """Each arm against the baseline, every factorial effect, each arm against its control."""
    others = [arm for arm in arms if arm != base]
    asked = [Asked("arm", f"{arm} - {base}", {arm: 1.0, base: -1.0}) for arm in others]
    if crossed:
        asked += [
            Asked("main" if e.kind == "main" else "interaction", e.name, e.weights)
            for e in factor_effects(crossed.arms, crossed.levels)
        ]
    asked += [
        Asked("matched", f"{arm} - {control} (equal {what})", {arm: 1.0, control: -1.0})
        for arm, control, what in matched_pairs(declared, arms)
    ]
    return asked
