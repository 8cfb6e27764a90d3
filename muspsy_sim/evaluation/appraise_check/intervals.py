"""Intervals of 95%: Wilson's for a share of turns, and a bootstrap that draws whole turns anew."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from muspsy_sim.evaluation.statistics.shares import wilson
from muspsy_sim.records.base import Record

Floats = npt.NDArray[np.float64]

RESAMPLES = 2_000
_LEVEL = 0.95
_FEWEST_DEFINED = 0.9
"""Below this share of resamples in which a figure exists, its interval would be of another one."""


class Estimate(Record):
    """A figure with its 95% interval; `None` with the reason where there is none."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = Field(ge=0, description="turns that it is of")
    reason: str | None = Field(default=None, description="why there is no value, or no interval")


class Share(Estimate):
    """A share of turns with Wilson's interval; `count` of `n`."""

    count: int = Field(ge=0)


def share(count: int, n: int, of_what: str) -> Share:
    """`count` of `n` with Wilson's score interval (Wilson 1927, JASA 22, 209-212)."""
    if n == 0:
        return Share(count=0, n=0, reason=f"there are no {of_what}")
    low, high = wilson(count / n, n)
    return Share(count=count, n=n, value=count / n, low=low, high=high)


@cache
def resampling_counts(n: int, seed: int = 0) -> Floats:
    """How often each of `n` turns is drawn in each resample: `RESAMPLES x n`, rows sum to n."""
    rng = np.random.default_rng(seed)
    counts: Floats = rng.multinomial(n, np.full(n, 1.0 / n), size=RESAMPLES).astype(np.float64)
    counts.flags.writeable = False
    return counts


def estimate(value: float, resampled: Floats, n: int, undefined: str) -> Estimate:
    """A figure with the percentile interval of its resampled values; NaN means undefined."""
    if not math.isfinite(value):
        return Estimate(n=n, reason=undefined)
    defined = resampled[np.isfinite(resampled)]
    if len(defined) < _FEWEST_DEFINED * len(resampled):
        return Estimate(n=n, value=value, reason="too few turns for an interval")
    low, high = np.quantile(defined, ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2))
    return Estimate(n=n, value=value, low=float(low), high=float(high))


def ratio(top: Any, bottom: Any) -> Any:
    """`top / bottom`, NaN where nothing is divided by nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(bottom) != 0, np.divide(top, bottom), np.nan)
