"""A difference adjusted for a covariate that the arms differ in, such as how much is said.

Alliance that a language model judges rises with the length of what is said (reported: +0.305 per
log token), so a longer-winded arm is flattered. Adjusted = what is left at equal length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muspsy_sim.evaluation.statistics.cube import Contrast
from muspsy_sim.evaluation.statistics.resampling import Array, counts

_FEWEST = 6
"""Source cases below which a bootstrap of a slope says nothing."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A difference at equal length; `slope` is per unit of the covariate."""

    estimate: float | None
    low: float | None
    high: float | None
    slope: float | None
    shift: float | None
    """The mean difference in the covariate that was adjusted for."""
    reason: str = ""


def adjusted(outcome: Contrast, covariate: Contrast, level: float = 0.95) -> Adjusted:
    """The mean difference in `outcome` at no difference in `covariate`.

    The slope is taken inside each side, over clients, so that the difference between the sides has
    no part in it; the interval is the percentile bootstrap over source cases, slope included.
    """
    at = {client: k for k, client in enumerate(covariate.clients)}
    on = [k for k, client in enumerate(outcome.clients) if client in at]
    place = {case: k for k, case in enumerate(outcome.cases)}
    case = np.array([place[outcome.case_of[k]] for k in on], dtype=int)
    if len(set(case.tolist())) < _FEWEST:
        return Adjusted(None, None, None, None, None, f"fewer than {_FEWEST} source cases")
    other = [at[outcome.clients[k]] for k in on]
    y = np.stack([outcome.plus[on], outcome.minus[on]])
    x = np.stack([covariate.plus[other], covariate.minus[other]])
    if float(np.ptp(x, axis=1).max()) < 1e-9:
        return Adjusted(None, None, None, None, None, "length does not differ between clients")
    drawn = np.vstack([np.ones(len(place)), counts(len(place))])[:, case]  # resample x client
    estimates, slopes, shifts = _at_equal_length(y, x, drawn)
    low, high = np.nanquantile(estimates[1:], [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Adjusted(
        float(estimates[0]), float(low), float(high), float(slopes[0]), float(shifts[0])
    )


def _at_equal_length(y: Array, x: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Differences at equal length, slopes and shifts, one for each row of client weights."""
    total = weights.sum(axis=1)
    y_means, x_means = weights @ y.T / total[:, None], weights @ x.T / total[:, None]
    xy = weights @ (x * y).sum(axis=0) - total * (x_means * y_means).sum(axis=1)
    xx = weights @ (x * x).sum(axis=0) - total * (x_means**2).sum(axis=1)
    flat = xx <= 1e-12
    slopes = np.where(flat, np.nan, xy / np.where(flat, 1.0, xx))
    shifts = x_means[:, 0] - x_means[:, 1]
    return (y_means[:, 0] - y_means[:, 1]) - slopes * shifts, slopes, shifts
