"""What becomes of each conclusion over the draws, and which parameter moves its effect most.

A conclusion is: better, worse, or not told apart, at p 0.05. It is fragile where fewer than nine in
ten draws come to it. A parameter is named only if its rank correlation with the effect is beyond
what the largest of as many unrelated ones would show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from muspsy_sim.evaluation.comparing.asking import Asked
from muspsy_sim.evaluation.comparing.reading import Row, cube_of
from muspsy_sim.evaluation.statistics.cube import contrast
from muspsy_sim.evaluation.statistics.effects import Effect, effect_of
from muspsy_sim.evaluation.statistics.resampling import Array
from muspsy_sim.records.base import Record

ALPHA = 0.05
HOLDS = 0.9
"""Share of draws that must come to the same conclusion for it to stand."""

_SHUFFLES = 400
_FEWEST = 10
"""Draws below which no parameter is named."""


class Held(Record):
    """One effect over all draws."""

    endpoint: str
    contrast: str
    shipped: float | None = Field(description="the effect at the shipped parameters")
    shipped_p: float | None
    draws: int = Field(description="draws in which the effect could be computed")
    low: float | None = Field(default=None, description="2.5% quantile over draws")
    median: float | None = None
    high: float | None = None
    same_sign: float | None = Field(
        default=None, description="share of draws with the shipped sign, of those not zero"
    )
    significant: float | None = Field(default=None, description="share of draws with p <= 0.05")
    same_conclusion: float | None = None
    fragile: bool | None = None
    mover: str | None = Field(default=None, description="the parameter that moves it most")
    mover_rank: float | None = Field(default=None, description="its Spearman correlation")
    mover_beyond_chance: bool | None = None
    reason: str = ""


class Sensitivity(Record):
    """The whole test of a run's conclusions."""

    loop: Literal["closed", "open"]
    draws: int
    parameters: list[str]
    episodes: int
    clients: int
    cases: int
    seeds: int
    seconds: float
    held: list[Held]


def conclusions(
    shipped: Sequence[Row],
    drawn: Sequence[Sequence[Row]],
    points: Sequence[dict[str, float]],
    endpoints: Sequence[str],
    asked: Sequence[Asked],
    arms: Sequence[str],
) -> list[Held]:
    """Every endpoint in every contrast. `drawn` and `points` go together."""
    found = []
    names = list(points[0]) if points else []
    ranks = _ranks(np.array([[point[name] for name in names] for point in points]))
    for endpoint in endpoints:
        base = _effects(shipped, endpoint, asked, arms)
        each = [_effects(rows, endpoint, asked, arms) for rows in drawn]
        for k, one in enumerate(asked):
            effects = [effects[k] for effects in each]
            found.append(_held(endpoint, one.name, base[k], effects, ranks, names))
    return found


def _effects(
    rows: Sequence[Row], endpoint: str, asked: Sequence[Asked], arms: Sequence[str]
) -> list[Effect]:
    clients = sorted({row.persona for row in rows})
    cube = cube_of(rows, endpoint, arms, clients)
    return [effect_of(contrast(cube, one.weights)) for one in asked]


def _held(
    endpoint: str,
    name: str,
    base: Effect,
    effects: Sequence[Effect],
    ranks: Array,
    names: Sequence[str],
) -> Held:
    known = [
        (k, e.estimate, e.p)
        for k, e in enumerate(effects)
        if e.estimate is not None and e.p is not None
    ]
    held = Held(
        endpoint=endpoint,
        contrast=name,
        shipped=base.estimate,
        shipped_p=base.p,
        draws=len(known),
        reason=base.reason if base.p is None else "",
    )
    if not known or base.estimate is None or base.p is None:
        held.reason = held.reason or "no draw gave this effect"
        return held
    estimates = np.array([estimate for _, estimate, _ in known])
    p_values = np.array([p for _, _, p in known])
    held.low, held.median, held.high = (
        float(np.quantile(estimates, q)) for q in (0.025, 0.5, 0.975)
    )
    moved = estimates[np.abs(estimates) > 1e-12]
    if len(moved) and abs(base.estimate) > 1e-12:
        held.same_sign = float(np.mean(np.sign(moved) == np.sign(base.estimate)))
    held.significant = float(np.mean(p_values <= ALPHA))
    concluded = np.sign(estimates) * (p_values <= ALPHA)
    held.same_conclusion = float(np.mean(concluded == np.sign(base.estimate) * (base.p <= ALPHA)))
    held.fragile = held.same_conclusion < HOLDS
    if len(known) >= _FEWEST and np.ptp(estimates) > 1e-12:
        _name_mover(held, _ranks(estimates[:, None])[:, 0], ranks[[k for k, *_ in known]], names)
    return held


def _name_mover(held: Held, effect: Array, ranks: Array, names: Sequence[str]) -> None:
    """Find the parameter whose rank goes most with the effect's, and whether chance would too."""
    along = _correlations(effect[None, :], ranks)[0]
    most = int(np.argmax(np.abs(along)))
    held.mover, held.mover_rank = names[most], float(along[most])
    rng = np.random.default_rng(len(effect))
    shuffled = np.array([rng.permutation(effect) for _ in range(_SHUFFLES)])
    largest = np.abs(_correlations(shuffled, ranks)).max(axis=1)
    held.mover_beyond_chance = bool(abs(along[most]) > np.quantile(largest, 0.95))


def _correlations(effects: Array, ranks: Array) -> Array:
    """Pearson correlations of ranks: effects (k x draws) with parameters (draws x p)."""
    y = effects - effects.mean(axis=1, keepdims=True)
    x = ranks - ranks.mean(axis=0)
    below = np.linalg.norm(y, axis=1)[:, None] * np.linalg.norm(x, axis=0)[None, :]
    return np.asarray((y @ x) / np.where(below > 0.0, below, np.inf))


def _ranks(values: Array) -> Array:
    from scipy.stats import rankdata

    if not values.size:
        return values
    return np.asarray(rankdata(values, axis=0), dtype=float)
