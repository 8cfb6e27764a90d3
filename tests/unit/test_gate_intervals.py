"""The gate's intervals and agreement, held against the tests that they invert and worked examples."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.evaluation.gate.intervals import (
    left_out_interval,
    mean_interval,
    ratio_interval,
    weighted_kappa,
)

SEVEN = [1.0, 2.5, -0.5, 3.0, 0.75, 4.0, 1.25]


def p_value(values: list[float], shift: float) -> float:
    """One-sided sign-flip test by brute force: how often a flipped mean is as large as the real."""
    moved = np.array(values) - shift
    flipped = [float(np.dot(signs, moved)) for signs in product((1, -1), repeat=len(moved))]
    return sum(f >= moved.sum() - 1e-9 for f in flipped) / len(flipped)


def test_the_interval_is_where_the_sign_flip_test_does_not_reject() -> None:
    found = mean_interval(SEVEN)
    assert found.figure == pytest.approx(np.mean(SEVEN))
    assert found.low is not None
    assert found.high is not None
    # A shift just inside either end is not rejected at 2.5% a side, and one just outside is.
    assert p_value(SEVEN, found.low - 0.01) <= 0.025 < p_value(SEVEN, found.low + 0.01)
    mirrored = [-v for v in SEVEN]
    assert p_value(mirrored, -found.high - 0.01) <= 0.025 < p_value(mirrored, -found.high + 0.01)


def test_five_clients_are_too_few_and_six_are_enough() -> None:
    assert mean_interval([1.0] * 5).low is None
    assert mean_interval([1.0] * 6).low == 1.0
    assert mean_interval([1.0] * 6, level=0.99).low is None


def test_an_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    samples = rng.normal(1.0, 2.0, (300, 9))
    covered = sum(mean_interval(list(sample)).includes(1.0) for sample in samples)
    assert 0.92 <= covered / 300 <= 0.98


def test_many_clients_are_drawn_the_same_way_each_time() -> None:
    values = list(np.random.default_rng(1).normal(0.5, 1.0, 60))
    found = mean_interval(values)
    assert found == mean_interval(values)
    normal = 1.96 * np.std(values, ddof=1) / np.sqrt(60)
    assert found.high is not None
    assert found.low is not None
    assert found.high - found.low == pytest.approx(2 * normal, rel=0.1)


def test_a_ratio_of_sums_and_its_interval() -> None:
    found = ratio_interval([1.0] * 8, [4.0] * 8)
    assert found is not None
    assert (found.figure, found.low, found.high) == (0.25, 0.25, 0.25)
    assert ratio_interval([1.0, 2.0], [0.0, 0.0]) is None
    unbounded = ratio_interval([1.0] * 6, [1.0] + [0.0] * 5)
    assert unbounded is not None
    assert unbounded.high is None, "what cannot be bounded is not a number"


def test_kappa_of_a_worked_example() -> None:
    # Off by one in 2 of 6 over 3 bands. Observed 2/6 x 1/4; by chance (4/9 x 1/4 + 2/9 x 1).
    one, other = [0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 2, 0]
    observed = (1 / 4 + 1 / 4 + 1) / 6
    chance = 4 / 9 * 1 / 4 + 2 / 9
    assert weighted_kappa(one, other, 3) == pytest.approx(1 - observed / chance)


def test_kappa_at_its_ends_and_where_it_has_none() -> None:
    assert weighted_kappa([0, 1, 2, 4], [0, 1, 2, 4], 5) == 1.0
    assert weighted_kappa([0, 4], [4, 0], 5) == -1.0
    assert weighted_kappa([], [], 5) is None
    assert weighted_kappa([1, 1], [0, 2], 5) is None


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=30))
def test_kappa_is_symmetric_and_never_above_one(pairs: list[tuple[int, int]]) -> None:
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    found = weighted_kappa(one, other, 5)
    back = weighted_kappa(other, one, 5)
    assert (found is None) == (back is None)
    if found is not None:
        assert found == pytest.approx(back)
        assert -1.0 - 1e-9 <= found <= 1.0 + 1e-9


def test_a_mean_left_out_client_by_client_has_students_interval() -> None:
    clients = [f"c{n}" for n in range(len(SEVEN))]
    found = left_out_interval(clients, lambda rows: float(np.mean([SEVEN[i] for i in rows])))
    assert found is not None
    assert found.high is not None
    from scipy.stats import t

    error = np.std(SEVEN, ddof=1) / np.sqrt(len(SEVEN))
    assert found.high - found.figure == pytest.approx(t.ppf(0.975, len(SEVEN) - 1) * error)
    assert left_out_interval(["a", "b"], lambda rows: 1.0).high is None  # type: ignore[union-attr]
