"""Tests of a mean difference: sign flips over source cases, and Holm's correction over several.

Under the hypothesis that two arms do the same, each paired difference is as likely to have come out
with the other sign. The test counts how many of all such flips are at least as extreme.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from muspsy_sim.evaluation.statistics.resampling import Array

EXACT = 14
"""Cases up to which every pattern of signs is counted (16,384); beyond, `FLIPS` are drawn."""

FLIPS = 19999

_SEED = 40427
_TOLERANCE = 1e-9


def flip_p(values: Array) -> Array:
    """Two-sided p of the mean of `values` (... x n) by sign flips; 1 where all are 0.

    Exact up to 14 cases. Beyond, drawn flips, the observed one counted among them (Phipson and
    Smyth 2010), so that p is never 0.
    """
    n = values.shape[-1]
    signs = _signs(n)
    observed = np.abs(values.sum(-1))[..., None]
    flipped = np.abs(values @ signs.T)
    extreme = (flipped >= observed - _TOLERANCE * np.maximum(1.0, observed)).sum(-1)
    if n <= EXACT:
        return np.asarray(extreme / len(signs))
    return np.asarray((extreme + 1.0) / (len(signs) + 1.0))


def least_p(cases: int) -> float:
    """The smallest p that sign flips over so many cases can give."""
    return 2.0 / 2**cases if cases <= EXACT else 1.0 / (FLIPS + 1.0)


def attainable(cases: int, alpha: float) -> float:
    """The largest p that sign flips over so many cases can give without passing `alpha`; 0: none.

    Patterns come in pairs, each with all its signs turned round. Beyond 14 cases `alpha` itself.
    """
    if cases > EXACT:
        return alpha
    pairs = 2.0 ** (cases - 1)
    return float(np.floor(alpha * pairs + _TOLERANCE)) / pairs


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values (1979, Scandinavian Journal of Statistics 6, 65-70), in order."""
    order = sorted(range(len(p_values)), key=lambda k: p_values[k])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p_values[at]))
        adjusted[at] = highest
    return adjusted


@lru_cache(maxsize=8)
def _signs(n: int) -> Array:
    """Patterns of signs, one a row: all of them, or a fixed draw."""
    if n <= EXACT:
        bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    else:
        bits = np.random.default_rng([_SEED, n]).integers(0, 2, size=(FLIPS, n))
    return (1.0 - 2.0 * bits).astype(np.float64)
