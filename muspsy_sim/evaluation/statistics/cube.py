"""One endpoint as a cube: client x arm x seed, with NaN inside where nothing was measured.

NaN never leaves this folder: what is computed from a cube is a number or `None` with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muspsy_sim.evaluation.statistics.resampling import Array


@dataclass(frozen=True, slots=True)
class Cube:
    """Values of one endpoint and what the axes stand for."""

    clients: list[str]
    cases: list[str]
    """The source case of each client."""
    arms: list[str]
    seeds: list[int]
    values: Array
    """client x arm x seed."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A weighted sum over arms, by client and by source case.

    `by_client` holds the clients for whom at least one seed was measured in every arm concerned;
    seeds are averaged inside. Each source case weighs the same, and each client inside its case.
    """

    by_client: Array
    by_case: Array
    clients: list[str]
    cases: list[str]
    case_of: list[str]
    """The source case of each client."""
    plus: Array
    minus: Array
    """What the arms of positive and of negative weight average to, by client."""
    lost: int
    """Clients who drop out of the comparison: no seed was measured in all arms concerned."""

    @property
    def estimate(self) -> float:
        """The mean over source cases."""
        return float(self.by_case.mean())


def contrast(cube: Cube, weights: Mapping[str, float]) -> Contrast:
    """The contrast that `weights` (arm to weight) ask for."""
    concerned = [k for k, arm in enumerate(cube.arms) if weights.get(arm)]
    w = np.array([weights[cube.arms[k]] for k in concerned])
    part = cube.values[:, concerned, :]
    # Client x seed: measured in every arm concerned.
    whole = np.asarray(np.isfinite(part).min(axis=1), dtype=bool)
    kept = np.asarray(whole.max(axis=1), dtype=bool)
    seeds = np.maximum(whole.sum(axis=1), 1)[:, None]
    means = np.where(whole[:, None, :], part, 0.0).sum(axis=2) / seeds  # client x arm
    means = means[kept]
    clients = [c for c, k in zip(cube.clients, kept, strict=True) if k]
    of_client = [c for c, k in zip(cube.cases, kept, strict=True) if k]
    by_client = means @ w
    cases, by_case = _by_case(by_client, of_client)
    return Contrast(
        by_client,
        by_case,
        clients,
        cases,
        of_client,
        _side(means, w > 0, w),
        _side(means, w < 0, w),
        len(cube.clients) - len(clients),
    )


def arm_means(cube: Cube) -> Array:
    """Client x arm: seeds averaged, NaN where none was measured."""
    known = np.isfinite(cube.values)
    total = np.where(known, cube.values, 0.0).sum(axis=2)
    number = known.sum(axis=2)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _by_case(by_client: Array, of_client: list[str]) -> tuple[list[str], Array]:
    cases = list(dict.fromkeys(of_client))
    place = {case: k for k, case in enumerate(cases)}
    at = np.array([place[case] for case in of_client], dtype=int)
    if not cases:
        return cases, np.zeros(0)
    return cases, np.asarray(np.bincount(at, weights=by_client) / np.bincount(at), dtype=float)


def _side(means: Array, which: NDArray[np.bool_], w: Array) -> Array:
    share = np.abs(w) * which
    return np.asarray(means @ share / share.sum()) if share.any() else np.zeros(len(means))
