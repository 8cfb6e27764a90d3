"""Resampling with replacement, as counts: how often each of `n` cases is drawn into each sample.

A mean over a resample is a row of counts times the values, so that all resamples of many data sets
at once are one product of matrices. The same `n` always gives the same resamples.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RESAMPLES = 9999
"""Resamples behind an interval: the error of a bound from them is about 1% of its distance."""

_SEED = 20211


@lru_cache(maxsize=8)
def counts(n: int, resamples: int = RESAMPLES) -> Array:
    """`resamples` x `n`: how often each case is in each resample; each row sums to `n`."""
    drawn = np.random.default_rng([_SEED, n, resamples])
    return drawn.multinomial(n, np.full(n, 1.0 / n), size=resamples).astype(np.float64)


def resampled_means(values: Array, resamples: int = RESAMPLES) -> Array:
    """Means of the resamples of `values` (... x n): ... x resamples."""
    n = values.shape[-1]
    return np.asarray(values @ counts(n, resamples).T / n)


def resampled_variances(values: Array, means: Array) -> Array:
    """Sample variances (n - 1 below) of the same resamples; never below 0."""
    n = values.shape[-1]
    squares = values**2 @ counts(n, means.shape[-1]).T / n
    return np.asarray(np.maximum((squares - means**2) * n / (n - 1), 0.0))
