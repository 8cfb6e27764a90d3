"""Alliance at equal length: judges reward the longer-winded counselor, so say what is left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from muspsy_sim.evaluation.comparing.comparison import Adjustment
from muspsy_sim.evaluation.comparing.endpoints import endpoint_named
from muspsy_sim.evaluation.statistics.adjusting import adjusted
from muspsy_sim.evaluation.statistics.cube import Cube, contrast

LENGTH = "counselor_words"


class Contrasted(Protocol):
    """A named contrast."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def weights(self) -> dict[str, float]:
        """Arm to weight."""


def alliance_adjustments(cubes: dict[str, Cube], asked: Sequence[Contrasted]) -> list[Adjustment]:
    """Every judged item of a working alliance, and the latent alliance, in every contrast."""
    if LENGTH not in cubes:
        return []
    words = cubes[LENGTH]
    logs = replace(words, values=_log(words))
    found = []
    for name, cube in cubes.items():
        if name != "alliance" and not name.partition(".")[0].endswith("alliance"):
            continue
        if name == "alliance" and any(other.count("alliance.") for other in cubes):
            continue  # the judged alliance is what length can flatter
        for one in asked:
            outcome = contrast(cube, one.weights)
            came = adjusted(outcome, contrast(logs, one.weights))
            found.append(
                Adjustment(
                    endpoint=name,
                    kind=endpoint_named(name).kind,
                    contrast=one.name,
                    raw=outcome.estimate if len(outcome.cases) else None,
                    estimate=came.estimate,
                    low=came.low,
                    high=came.high,
                    slope=came.slope,
                    length_ratio=math.exp(came.shift) if came.shift is not None else None,
                    reason=came.reason,
                )
            )
    return found


def _log(words: Cube) -> np.ndarray:
    known = np.where(words.values > 0, words.values, np.nan)
    return np.log(known)
