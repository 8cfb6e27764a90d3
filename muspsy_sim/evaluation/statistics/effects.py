"""One effect: estimate, interval, test and effect sizes of one contrast on one endpoint.

What cannot be computed is `None` and `reason` says why; no figure here is ever NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field
from scipy.stats import skew

from muspsy_sim.evaluation.statistics.cube import Contrast
from muspsy_sim.evaluation.statistics.intervals import FEW, bca, interval
from muspsy_sim.evaluation.statistics.resampling import Array
from muspsy_sim.evaluation.statistics.testing import flip_p
from muspsy_sim.records.base import Record


class Effect(Record):
    """What one contrast comes to. Bounds are of the 95% interval."""

    estimate: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    bca_low: float | None = Field(default=None, description="BCa bounds beside it, from 30 cases")
    bca_high: float | None = None
    p: float | None = Field(default=None, description="two-sided, by sign flips over source cases")
    p_holm: float | None = Field(default=None, description="corrected over the declared family")
    d_z: float | None = Field(default=None, description="mean over sd of clients' differences")
    d_av: float | None = Field(default=None, description="mean over the mean of both sides' sd")
    cases: int
    alike: int = Field(
        default=0, description="source cases whose difference has the sign of the estimate"
    )
    other: int = Field(default=0, description="source cases whose difference has the other sign")
    farthest: str = Field(default="", description="the source case that is farthest from the mean")
    farthest_by: float | None = Field(default=None, description="its difference")
    skew: float | None = Field(default=None, description="skewness of source cases' differences")
    clients: int
    lost: int = Field(default=0, description="clients left out: not measured in every arm")
    reason: str = Field(default="", description="why a figure is missing")


def effect_of(found: Contrast) -> Effect:
    """The effect that a contrast shows."""
    cases, clients = len(found.cases), len(found.clients)
    if not cases:
        return Effect(
            estimate=None,
            cases=0,
            clients=0,
            lost=found.lost,
            reason="no client was measured in every arm concerned",
        )
    estimate = found.estimate
    same = bool(np.ptp(found.by_case) <= 1e-12 * max(1.0, float(np.abs(found.by_case).max())))
    if cases == 1:
        why = "one source case: nothing says how far others would differ"
        return Effect(estimate=estimate, cases=1, clients=clients, lost=found.lost, reason=why)
    p = float(flip_p(found.by_case))
    if same:
        every = "no source case differs" if abs(estimate) < 1e-12 else "all differ by the same"
        return Effect(
            estimate=estimate,
            p=p,
            cases=cases,
            clients=clients,
            lost=found.lost,
            reason=f"{every}, so there is no interval",
        )
    bounds = interval(found.by_case)
    beside: tuple[Array, Array] | None = bca(found.by_case) if cases >= FEW else None
    return Effect(
        estimate=estimate,
        low=bounds.low if bounds else None,
        high=bounds.high if bounds else None,
        method=bounds.method if bounds else "",
        bca_low=_finite(beside[0]) if beside else None,
        bca_high=_finite(beside[1]) if beside else None,
        p=p,
        d_z=d_z(found.by_client),
        d_av=d_av(found.by_client, found.plus, found.minus),
        cases=cases,
        **_spread(found, estimate),
        clients=clients,
        lost=found.lost,
    )


def _spread(found: Contrast, estimate: float) -> dict[str, Any]:
    """How the source cases lie about the mean: which way each goes, and which lies farthest."""
    each = found.by_case
    ways = np.sign(np.where(np.abs(each) <= 1e-12, 0.0, each)) * np.sign(estimate)
    farthest = int(np.argmax(np.abs(each - estimate)))
    return {
        "alike": int((ways > 0).sum()),
        "other": int((ways < 0).sum()),
        "farthest": found.cases[farthest],
        "farthest_by": float(each[farthest]),
        "skew": float(skew(each)),
    }


def d_z(differences: Array) -> float | None:
    """Cohen's d of paired differences: mean over their standard deviation.

    `None` where they don't differ.
    """
    if len(differences) < 2:
        return None
    spread = float(differences.std(ddof=1))
    return float(differences.mean()) / spread if spread > 1e-12 else None


def d_av(differences: Array, plus: Array, minus: Array) -> float | None:
    """Mean difference over the mean of both sides' standard deviations (Lakens 2013, no. 10)."""
    if len(differences) < 2:
        return None
    spread = float(plus.std(ddof=1) + minus.std(ddof=1)) / 2.0
    return float(differences.mean()) / spread if spread > 1e-12 else None


def _finite(bound: Array) -> float | None:
    return float(bound) if np.isfinite(bound) else None
