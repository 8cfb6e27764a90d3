"""Intervals for few clients, and weighted agreement: a few numpy lines, pure.

Below 30 clients a bootstrap is too narrow, so intervals invert a sign-flip test: under a shift by
the true value each client's difference is as likely to point the other way (symmetry is assumed).
Hartigan (1969), "Using subsample values as typical values": the means of all subsets of the sample
are the ends of the exact intervals of that test.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muspsy_sim.evaluation import agreement

Floats = NDArray[np.float64]

_ALL_SUBSETS = 14
"""Up to so many clients every subset is looked at; above, `_DRAWN` subsets are drawn."""
_DRAWN = 20_000
_SEED = 20_261
_FLOAT_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its two ends. An end is `None` where the clients are too few to bound it."""

    figure: float
    low: float | None
    high: float | None

    def excludes_below(self, limit: float) -> bool:
        """Whether the whole interval lies above `limit`."""
        return self.low is not None and self.low > limit

    def includes(self, value: float) -> bool:
        """Whether `value` lies in the interval. False where an end is missing."""
        return self.low is not None and self.high is not None and self.low <= value <= self.high


def mean_interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """The mean of one value a client, with the sign-flip interval at `level`.

    Six clients are needed for a 95% interval, one more for each halving of what is left out.
    """
    each = np.asarray(values, dtype=np.float64)
    members = _subsets(len(each))
    low, high = _ends((members @ each) / members.sum(axis=1), len(each), level)
    return Interval(float(each.mean()), low, high)


def ratio_interval(
    numerators: Sequence[float], denominators: Sequence[float], level: float = 0.95
) -> Interval | None:
    """The ratio of two sums over clients, with its interval; `None` where the lower sum is 0.

    A ratio r fits the data when the sum of (numerator - r x denominator) could be 0, which is the
    same sign-flip test: its ends are the subsets' own ratios.
    """
    above, below = np.asarray(numerators, float), np.asarray(denominators, float)
    if below.sum() <= 0:
        return None
    members = _subsets(len(above))
    tops, bottoms = members @ above, members @ below
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(bottoms > 0, tops / bottoms, np.where(tops > 0, np.inf, 0.0))
    low, high = _ends(ratios, len(above), level)
    return Interval(float(above.sum() / below.sum()), low, high)


def _subsets(clients: int) -> Floats:
    """A row a subset (none of them empty), with 1 where a client is in it."""
    if clients < 1:
        raise ValueError("an interval needs clients")
    if clients <= _ALL_SUBSETS:
        numbers = np.arange(1, 2**clients, dtype=np.int64)
        return ((numbers[:, None] >> np.arange(clients)) & 1).astype(np.float64)
    drawn = np.random.default_rng(_SEED).integers(0, 2, (_DRAWN - 1, clients)).astype(np.float64)
    drawn[drawn.sum(axis=1) == 0, 0] = 1.0
    return drawn


def _ends(typical: Floats, clients: int, level: float) -> tuple[float | None, float | None]:
    """The k-th smallest and largest typical value, where k leaves out `1 - level` in all."""
    ordered = np.sort(typical)
    tests = len(ordered) + 1
    k = math.floor((1.0 - level) / 2.0 * tests + _FLOAT_ROUNDING)
    if k < 1:
        return None, None
    low, high = float(ordered[k - 1]), float(ordered[len(ordered) - k])
    return (low if math.isfinite(low) else None), (high if math.isfinite(high) else None)


def weighted_kappa(one: Sequence[int], other: Sequence[int], bands: int) -> float | None:
    """Cohen's kappa with quadratic weights over ordered bands 0 to `bands` - 1.

    `None` where it is undefined: nothing was rated, or one of the two used one band only, and
    agreement beyond chance has no meaning. Quadratic, since the bands cut a continuous value: a
    neighbour at a cut is measurement error and three bands off is not; so weighted, kappa is the
    intraclass correlation (Fleiss and Cohen 1973).
    """
    if len(set(one)) < 2 or len(set(other)) < 2:
        return None
    return agreement.weighted_kappa(one, other, range(bands)).value


def left_out_interval(
    clients: Sequence[str], figure_of: Callable[[Sequence[int]], float | None], level: float = 0.95
) -> Interval | None:
    """A figure over rows of several clients, with a jackknife interval that leaves out clients.

    `figure_of` takes the rows' indices. Student's t with one degree of freedom less than there are
    clients (Efron and Tibshirani 1993, chapter 11). `None` where the figure itself is undefined.
    """
    from scipy.stats import t

    whole = figure_of(range(len(clients)))
    if whole is None:
        return None
    each = sorted(set(clients))
    without = [figure_of([i for i, c in enumerate(clients) if c != left]) for left in each]
    known = np.array([value for value in without if value is not None])
    if len(each) < 3 or len(known) < len(each):
        return Interval(whole, None, None)
    n = len(each)
    error = math.sqrt((n - 1) / n * float(((known - known.mean()) ** 2).sum()))
    reach = float(t.ppf(0.5 + level / 2.0, n - 1)) * error
    return Interval(whole, whole - reach, whole + reach)
