"""The interval of a share: one formula, wherever a share of turns or of pairs is reported."""

from __future__ import annotations

import math

_Z = 1.959963984540054


def wilson(share: float, n: float) -> tuple[float, float]:
    """The 95% score interval of a share of `n`, in [0, 1] (Wilson 1927, JASA 22, 209-212).

    Raises:
        ValueError: `n` is below 1.
    """
    if n < 1:
        raise ValueError("an interval needs at least one case")
    z2 = _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # At the ends the interval touches them; rounding must not leave a sliver.
    low = 0.0 if share <= 0.0 else max(0.0, middle - half)
    high = 1.0 if share >= 1.0 else min(1.0, middle + half)
    return low, high
