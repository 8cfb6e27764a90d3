"""Intervals for a mean difference over source cases: studentized, Student's t and BCa.

All take `... x n` values and return bounds of shape `...`, so that a test can cover thousands of
data sets at once. `docs/decisions/0011-intervals.md` has the measured coverage behind the choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special, stats

from muspsy_sim.evaluation.statistics.resampling import (
    RESAMPLES,
    Array,
    resampled_means,
    resampled_variances,
)

FEW = 30
"""Source cases below which no interval tried here keeps its level on skewed or discrete data."""

SKEWED = 1.0
"""Skewness of the values from which each bound is looked at by itself as well."""

Method = Literal["studentized", "studentized or t", "studentized, both tails"]

_NO_SPREAD = 1e-12
_ROUNDING = 1e-6
_OFTEN = 0.001


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of an interval for a mean, and how they were found."""

    low: float
    high: float
    method: Method
    level: float


def interval(values: Array, level: float = 0.95) -> Interval | None:
    """The interval for the mean of `values` (n), `None` where they can't have one.

    From 30 values on the symmetric studentized bootstrap; where they are very skewed, the wider of
    it and of the same bootstrap with a bound for each tail. Below 30, or where resamples often have
    no spread because few values differ, the wider of the symmetric one and Student's t.
    One value, or values that are all the same, say nothing about how far they spread.
    """
    if len(values) < 2 or np.ptp(values) <= _NO_SPREAD * max(1.0, float(np.abs(values).max())):
        return None
    (low, high), method = used(values, level)
    return Interval(float(low), float(high), method, level)


def used(
    values: Array, level: float = 0.95, resamples: int = RESAMPLES
) -> tuple[tuple[Array, Array], Method]:
    """The bounds for the mean of `values` (n) that have some spread, and how they were found."""
    t, mean, error = _studentized(values, resamples)
    reach = _upper_quantile(np.abs(t), level) * error
    low, high = mean - reach, mean + reach
    if len(values) < FEW or _often_flat(values):
        t_low, t_high = student(values, level)
        return (np.fmin(low, t_low), np.fmax(high, t_high)), "studentized or t"
    if abs(float(stats.skew(values))) > SKEWED:
        far = mean - _upper_quantile(t, 0.5 + level / 2.0) * error
        near = mean + _upper_quantile(-t, 0.5 + level / 2.0) * error
        return (np.fmin(low, far), np.fmax(high, near)), "studentized, both tails"
    return (low, high), "studentized"


def studentized(
    values: Array, level: float = 0.95, resamples: int = RESAMPLES
) -> tuple[Array, Array]:
    """Symmetric studentized bootstrap interval (Hall 1988, Annals of Statistics 16, 927-953).

    NaN where no resample had any spread.
    """
    t, mean, error = _studentized(values, resamples)
    reach = _upper_quantile(np.abs(t), level) * error
    return mean - reach, mean + reach


def _studentized(values: Array, resamples: int) -> tuple[Array, Array, Array]:
    """Each resample's t about the mean, NaN without spread; the mean; its standard error."""
    mean, error = _mean_and_error(values)
    centred = values - mean[..., None]
    means = resampled_means(centred, resamples)
    spreads = np.sqrt(resampled_variances(centred, means) / values.shape[-1])
    # A resample without spread (but for rounding) has no t; `interval` minds where many have none.
    usable = spreads > _ROUNDING * error[..., None]
    return np.where(usable, means / np.where(usable, spreads, 1.0), np.nan), mean, error


def student(values: Array, level: float = 0.95) -> tuple[Array, Array]:
    """Student's t interval for a mean."""
    mean, error = _mean_and_error(values)
    reach = stats.t.ppf(0.5 + level / 2.0, values.shape[-1] - 1) * error
    return mean - reach, mean + reach


def bca(values: Array, level: float = 0.95, resamples: int = RESAMPLES) -> tuple[Array, Array]:
    """Bias-corrected and accelerated bootstrap interval (Efron 1987, JASA 82, 171-185).

    As `scipy.stats.bootstrap` computes it from the same resamples; NaN where the values are all
    the same.
    """
    mean, _ = _mean_and_error(values)
    drawn = resampled_means(values, resamples)
    at = mean[..., None]
    same = np.isclose(drawn, at, rtol=1e-12, atol=1e-12)
    below = ((drawn < at) & ~same).mean(-1) + 0.5 * same.mean(-1)
    bias = special.ndtri(below)
    centred = values - at
    with np.errstate(invalid="ignore", divide="ignore"):
        acceleration = (centred**3).sum(-1) / (6.0 * (centred**2).sum(-1) ** 1.5)
    bounds = []
    ordered = np.sort(drawn, axis=-1)
    for tail in ((1.0 - level) / 2.0, (1.0 + level) / 2.0):
        z = bias + special.ndtri(tail)
        bounds.append(_quantile(ordered, special.ndtr(bias + z / (1.0 - acceleration * z))))
    return bounds[0], bounds[1]


def _often_flat(values: Array) -> bool:
    """Whether a resample often holds the commonest value alone."""
    _, times = np.unique(values, return_counts=True)
    return bool((times.max() / len(values)) ** len(values) > _OFTEN)


def _mean_and_error(values: Array) -> tuple[Array, Array]:
    n = values.shape[-1]
    return np.asarray(values.mean(-1)), np.asarray(values.std(-1, ddof=1) / np.sqrt(n))


def _upper_quantile(t: Array, level: float) -> Array:
    """The `level` quantile of what is not NaN along the last axis; NaN where all is."""
    ordered = np.sort(t, axis=-1)  # NaN goes last
    known = np.isfinite(t).sum(-1)
    at = np.ceil(level * (known + 1)).astype(int) - 1
    at = np.clip(at, 0, np.maximum(known - 1, 0))
    return np.asarray(np.take_along_axis(ordered, at[..., None], -1)[..., 0])


def _quantile(ordered: Array, share: Array) -> Array:
    """Linear quantiles of sorted values, one share for each row."""
    last = ordered.shape[-1] - 1
    place = np.clip(np.nan_to_num(share, nan=0.0) * last, 0.0, last)
    under = np.floor(place).astype(int)
    over = np.minimum(under + 1, last)
    low = np.take_along_axis(ordered, under[..., None], -1)[..., 0]
    high = np.take_along_axis(ordered, over[..., None], -1)[..., 0]
    return np.where(np.isnan(share), np.nan, low + (high - low) * (place - under))
