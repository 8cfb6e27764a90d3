"""How far judges agree: weighted kappa, Krippendorff's alpha, ICC, each with an interval.

Plain numpy, since the packages that compute alpha and ICC are under the GPL. A measure that is not
defined (one judge, fewer than two units, no variation) is `None` with the reason, never NaN.
Perfect agreement has no interval: none can say from it how far other units would differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ratings = NDArray[np.float64]
"""Units in rows, judges in columns; NaN where a judge gave no value."""

Level = Literal["nominal", "ordinal", "interval"]
Weights = Literal["linear", "quadratic"]

_DRAWS = 1000
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Agreement:
    """A measure with its 95% interval; `why` one of them is missing. `units`: what it rests on."""

    value: float | None
    low: float | None = None
    high: float | None = None
    units: int = 0
    why: str = ""


def weighted_kappa(
    one: Sequence[float],
    other: Sequence[float],
    categories: Sequence[float],
    weights: Weights = "quadratic",
) -> Agreement:
    """Cohen's weighted kappa of two judges (Cohen, 1968), over all categories of the scale.

    The interval is from the large-sample standard error of Fleiss, Cohen & Everitt (1969).
    Disagreement weighs as the distance of two categories' places, or as its square.
    """
    if len(one) != len(other):
        raise ValueError("two judges rate the same units")
    n, k = len(one), len(categories)
    if n < 2:
        return Agreement(None, units=n, why="fewer than two units were rated by both")
    place = {value: at for at, value in enumerate(categories)}
    table = np.zeros((k, k))
    for a, b in zip(one, other, strict=True):
        table[place[a], place[b]] += 1.0
    p = table / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / max(1, k - 1)
    w = 1.0 - (distance if weights == "linear" else distance**2)
    expected = float(rows @ w @ columns)
    if 1.0 - expected < _TINY:
        return Agreement(None, units=n, why="both judges gave one value throughout")
    observed = float((p * w).sum())
    kappa = (observed - expected) / (1.0 - expected)
    by_row, by_column = w @ columns, rows @ w
    inner = w - np.add.outer(by_row, by_column) * (1.0 - kappa)
    variance = float((p * inner**2).sum()) - (kappa - expected * (1.0 - kappa)) ** 2
    error = float(np.sqrt(max(0.0, variance) / n)) / (1.0 - expected)
    return _measured(kappa, max(-1.0, kappa - 1.96 * error), min(1.0, kappa + 1.96 * error), n)


def _measured(value: float, low: float | None, high: float | None, units: int) -> Agreement:
    if value > 1.0 - _TINY:
        return Agreement(value, units=units, why="no two judgments differ: there is no interval")
    return Agreement(value, low, high, units)


def krippendorff_alpha(
    ratings: Ratings,
    level: Level = "interval",
    *,
    clusters: Sequence[str] | None = None,
    seed: int = 0,
) -> Agreement:
    """Krippendorff's alpha for any number of judges, with values missing (Krippendorff, 2011).

    The interval is a percentile bootstrap, 1,000 draws from `seed`, over units or, where `clusters`
    names what each unit belongs to, over those.
    """
    value, why = _alpha(ratings, level)
    units = len(_paired(ratings))
    if value is None:
        return Agreement(None, units=units, why=why)
    members = _members(ratings, clusters)
    low, high = _bootstrap(members, lambda drawn: _alpha(drawn, level)[0], seed)
    return _measured(value, low, high, units)


def _members(ratings: Ratings, clusters: Sequence[str] | None) -> list[Ratings]:
    """The paired units, by what is drawn together."""
    kept = (~np.isnan(ratings)).sum(axis=1) >= 2
    names = [str(n) for n in range(len(ratings))] if clusters is None else clusters
    groups: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        if kept[row]:
            groups.setdefault(name, []).append(row)
    return [ratings[rows] for rows in groups.values()]


def _paired(ratings: Ratings) -> Ratings:
    """The units that at least two judges rated."""
    kept: Ratings = ratings[(~np.isnan(ratings)).sum(axis=1) >= 2]
    return kept


def _alpha(ratings: Ratings, level: Level) -> tuple[float | None, str]:
    units = _paired(ratings)
    if len(units) < 2:
        return None, "fewer than two units were rated by two judges"
    values, codes = np.unique(units[~np.isnan(units)], return_inverse=True)
    if len(values) < 2:
        return None, "all values are the same"
    counts = np.zeros((len(units), len(values)))
    rows = np.nonzero(~np.isnan(units))[0]
    np.add.at(counts, (rows, codes), 1.0)
    raters = counts.sum(axis=1)
    weight = 1.0 / (raters - 1.0)
    coincidences = (counts * weight[:, None]).T @ counts
    coincidences -= np.diag((counts * weight[:, None]).sum(axis=0))
    totals = coincidences.sum(axis=1)
    n = totals.sum()
    delta = _delta(values, totals, level)
    observed = float((coincidences * delta).sum())
    expected = float(totals @ delta @ totals) / (n - 1.0)
    if expected < _TINY:
        return None, "all values are the same"
    return float(1.0 - observed / expected), ""


def _delta(values: Ratings, totals: Ratings, level: Level) -> Ratings:
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "interval":
        return np.subtract.outer(values, values) ** 2
    between = np.cumsum(totals) - totals / 2.0
    return np.subtract.outer(between, between) ** 2


def icc(ratings: Ratings, average: bool = False) -> Agreement:
    """ICC(2,1), or ICC(2,k) for the mean of the judges: two-way random, absolute agreement.

    Over units that all judges rated. Formulas and intervals: Shrout & Fleiss (1979); McGraw & Wong
    (1996) for the interval of the two-way case.
    """
    whole = ratings[~np.isnan(ratings).any(axis=1)]
    n, k = whole.shape
    if k < 2 or n < 2:
        return Agreement(None, units=n, why="it takes two judges and two units rated by both")
    anova = _anova(whole)
    if anova.between + anova.residual + anova.judges < _TINY:
        return Agreement(None, units=n, why="all values are the same")
    b, j, e = anova.between, anova.judges, anova.residual
    denominator = b + (k - 1) * e + k * (j - e) / n
    if abs(denominator) < _TINY:
        return Agreement(None, units=n, why="there is no variation to share out")
    single = (b - e) / denominator
    low, high = _icc_interval(single, b, j, e, n, k)
    if average:
        single, low, high = (_stepped_up(x, k) for x in (single, low, high))
    return _measured(single, low, high, n)


@dataclass(frozen=True, slots=True)
class Anova:
    """Mean squares of a two-way table: between units, between judges, residual, within units."""

    between: float
    judges: float
    residual: float
    within: float


def _anova(table: Ratings) -> Anova:
    n, k = table.shape
    grand = table.mean()
    rows = k * float(((table.mean(axis=1) - grand) ** 2).sum())
    columns = n * float(((table.mean(axis=0) - grand) ** 2).sum())
    total = float(((table - grand) ** 2).sum())
    residual = max(0.0, total - rows - columns)
    return Anova(
        between=rows / (n - 1),
        judges=columns / (k - 1),
        residual=residual / ((n - 1) * (k - 1)),
        within=(total - rows) / (n * (k - 1)),
    )


def _stepped_up(single: float, k: int) -> float:
    """The reliability of the mean of `k` judges (Spearman-Brown)."""
    denominator = 1.0 + (k - 1) * single
    return k * single / denominator if abs(denominator) > _TINY else -1.0


def _icc_interval(
    value: float, b: float, j: float, e: float, n: int, k: int
) -> tuple[float, float]:
    from scipy.stats import f

    if e < _TINY:
        return value, min(1.0, value)
    fj = j / e
    upper = (k - 1) * (n - 1) * (k * value * fj + n * (1 + (k - 1) * value) - k * value) ** 2
    lower = (n - 1) * k**2 * value**2 * fj**2
    lower += (n * (1 + (k - 1) * value) - k * value) ** 2
    v = max(1e-6, upper / lower)
    f_up = float(f.ppf(0.975, n - 1, v))
    f_down = float(f.ppf(0.975, v, n - 1))
    low = n * (b - f_up * e) / (f_up * (k * j + (k * n - k - n) * e) + n * b)
    high = n * (f_down * b - e) / (k * j + (k * n - k - n) * e + n * f_down * b)
    return low, high


def _bootstrap(
    groups: list[Ratings], measure: Callable[[Ratings], float | None], seed: int
) -> tuple[float | None, float | None]:
    """The 95% percentile interval over drawn groups; draws in which it is not defined are left out.

    Where that is so in more than one draw in twenty there is no interval.
    """
    if len(groups) < 2:
        return None, None
    rng = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(_DRAWS):
        drawn = rng.integers(0, len(groups), len(groups))
        value = measure(np.concatenate([groups[at] for at in drawn]))
        if value is not None:
            found.append(value)
    if len(found) < 0.95 * _DRAWS:
        return None, None
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)
