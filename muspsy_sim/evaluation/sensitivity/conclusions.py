"""What becomes of each conclusion over the draws, and which parameter moves its effect most.

A conclusion is: better, worse, or not told apart, at p 0.05, corrected as a comparison corrects it.
It is fragile where fewer than nine in ten draws come to it. A parameter is named only if its rank
correlation with the effect is beyond what the largest of as many unrelated ones would show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from pydantic import Field

from muspsy_sim.evaluation.comparing.asking import Asked
from muspsy_sim.evaluation.comparing.families import corrected, least_corrected
from muspsy_sim.evaluation.comparing.reading import Row, cube_of
from muspsy_sim.evaluation.comparing.wording import ALPHA
from muspsy_sim.evaluation.statistics.cube import contrast
from muspsy_sim.evaluation.statistics.effects import effect_of
from muspsy_sim.evaluation.statistics.resampling import Array
from muspsy_sim.evaluation.statistics.testing import least_p
from muspsy_sim.records.base import Record

HOLDS = 0.9
"""Share of draws that must come to the same conclusion for it to stand."""

_SHUFFLES = 400
_FEWEST = 10
"""Draws below which no parameter is named."""


class Held(Record):
    """One effect over all draws."""

    endpoint: str
    contrast: str
    recorded: float | None = Field(
        default=None, description="the effect in the whole run, as it was recorded"
    )
    recorded_p: float | None = None
    shipped: float | None = Field(
        description="the effect at the run's own parameters, in what is lived again"
    )
    shipped_p: float | None
    least_p: float = Field(
        default=0.0, description="the smallest p that so many cases and tests can give, in [0, 1]"
    )
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
    as_recorded: bool | None = Field(
        default=None, description="whether the part lived again comes to the whole run's conclusion"
    )
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
    whole: bool = Field(description="whether every client and seed of the run takes part")
    corrected: bool = Field(
        default=False, description="whether p is corrected over declared endpoints"
    )
    left_out: list[str] = Field(
        default_factory=list, description="declared endpoints that only a judge could give"
    )
    differing: int = Field(
        default=0,
        description="episodes that are not as recorded at the run's own parameters: the program or "
        "its material has changed since",
    )
    stopped: int = Field(default=0, description="courses, over all draws, without an endpoint")
    seconds: float
    held: list[Held]


@dataclass(frozen=True, slots=True)
class Tested:
    """One effect and the p that its conclusion rests on: corrected where it was declared."""

    estimate: float | None
    p: float | None
    least: float
    """The smallest p that could have been found; above 0.05 nothing can be."""
    reason: str

    @property
    def conclusion(self) -> int | None:
        """1 for more, -1 for less, 0 for not told apart; `None` where nothing could be found."""
        if self.estimate is None or self.p is None or self.least > ALPHA:
            return None
        return int(np.sign(self.estimate)) * (self.p <= ALPHA)


def conclusions(
    recorded: Sequence[Row],
    shipped: Sequence[Row],
    drawn: Sequence[Sequence[Row]],
    points: Sequence[dict[str, float]],
    endpoints: Sequence[str],
    asked: Sequence[Asked],
    arms: Sequence[str],
    *,
    declared: bool = False,
) -> list[Held]:
    """Every endpoint in every contrast. `drawn` and `points` go together.

    `recorded`: the whole run; `shipped`: what is lived again, at the run's own parameters;
    `declared`: the endpoints were, so Holm's correction runs over them, as in a comparison.
    """

    def tested(rows: Sequence[Row]) -> list[Tested]:
        return _tested(rows, endpoints, asked, arms, declared)

    names = list(points[0]) if points else []
    ranks = _ranks(np.array([[point[name] for name in names] for point in points]))
    whole, own, each = tested(recorded), tested(shipped), [tested(rows) for rows in drawn]
    found = []
    for k, (endpoint, contrast_) in enumerate(product(endpoints, asked)):
        held = Held(
            endpoint=endpoint,
            contrast=contrast_.name,
            recorded=whole[k].estimate,
            recorded_p=whole[k].p,
            shipped=own[k].estimate,
            shipped_p=own[k].p,
            least_p=own[k].least,
            draws=0,
        )
        _hold(held, own[k], [effects[k] for effects in each], ranks, names)
        if whole[k].conclusion is not None and own[k].conclusion is not None:
            held.as_recorded = whole[k].conclusion == own[k].conclusion
        found.append(held)
    return found


def _tested(
    rows: Sequence[Row],
    endpoints: Sequence[str],
    asked: Sequence[Asked],
    arms: Sequence[str],
    declared: bool,
) -> list[Tested]:
    clients = sorted({row.persona for row in rows})
    cubes = {name: cube_of(rows, name, arms, clients) for name in endpoints}
    effects = [
        effect_of(contrast(cubes[name], one.weights)) for name, one in product(endpoints, asked)
    ]
    p_values = [effect.p for effect in effects]
    least = [least_p(effect.cases) for effect in effects]
    if declared:
        questions = [one.question for _, one in product(endpoints, asked)]
        p_values, _ = corrected(list(zip(questions, p_values, strict=True)))
        counted = [k for k, p in enumerate(p_values) if p is not None]
        floors = least_corrected([(questions[k], effects[k].cases) for k in counted])
        for k, floor in zip(counted, floors, strict=True):
            least[k] = floor
    return [
        Tested(effect.estimate, p, floor, effect.reason)
        for effect, p, floor in zip(effects, p_values, least, strict=True)
    ]


def _hold(
    held: Held, own: Tested, drawn: Sequence[Tested], ranks: Array, names: Sequence[str]
) -> None:
    """What becomes of one effect over the draws."""
    known = [
        (k, one.estimate, one.p)
        for k, one in enumerate(drawn)
        if one.estimate is not None and one.p is not None
    ]
    held.draws = len(known)
    if not known or own.estimate is None or own.p is None:
        held.reason = own.reason or "no draw gave this effect"
        return
    estimates = np.array([estimate for _, estimate, _ in known])
    p_values = np.array([p for _, _, p in known])
    held.low, held.median, held.high = (
        float(np.quantile(estimates, q)) for q in (0.025, 0.5, 0.975)
    )
    moved = estimates[np.abs(estimates) > 1e-12]
    if len(moved) and abs(own.estimate) > 1e-12:
        held.same_sign = float(np.mean(np.sign(moved) == np.sign(own.estimate)))
    held.significant = float(np.mean(p_values <= ALPHA))
    if own.conclusion is not None:
        came = np.sign(estimates) * (p_values <= ALPHA)
        held.same_conclusion = float(np.mean(came == own.conclusion))
        held.fragile = held.same_conclusion < HOLDS
    if len(known) >= _FEWEST and np.ptp(estimates) > 1e-12:
        _name_mover(held, _ranks(estimates[:, None])[:, 0], ranks[[k for k, *_ in known]], names)


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
