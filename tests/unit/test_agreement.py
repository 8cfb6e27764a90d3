"""Agreement measures against worked examples that were published."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from muspsy_sim.evaluation.agreement import (
    Agreement,
    icc,
    krippendorff_alpha,
    weighted_kappa,
)

N = np.nan

# Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability, example C: four observers,
# twelve units, values missing. Published: nominal .743, ordinal .815, interval .849; the fourth
# decimal follows from the coincidence matrix printed there.
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
).T

# The three-coder example of the README of the Python package `krippendorff` (also in Wikipedia's
# article), printed there as 0.691358024691358 and 0.8108448928121059.
CODERS = np.array(
    [
        [N, N, N, N, N, 3, 4, 1, 2, 1, 1, 3, 3, N, 3],
        [1, N, 2, 1, 3, 3, 4, 3, N, N, N, N, N, N, N],
        [N, N, 2, 1, 3, 4, 4, N, 2, 1, 1, 3, 3, N, 4],
    ]
).T

# Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations. Psychological Bulletin, 86,
# 420-428, table 2: six targets, four judges; mean squares 11.24, 32.49 (97.49 / 3), 1.02.
TARGETS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)

# Agresti, A. (1990). Categorical data analysis; in R's package vcd as SexualFun: husbands by wives.
# `Kappa(SexualFun)` prints 0.2374 with an ASE of 0.0783, equal spacing.
COUPLES = np.array([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]])


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.7434), ("ordinal", 0.8154), ("interval", 0.8491)]
)
def test_alpha_of_krippendorffs_own_example(level: str, published: float) -> None:
    found = krippendorff_alpha(OBSERVERS, level)  # type: ignore[arg-type]
    assert found.value == pytest.approx(published, abs=5e-5)
    assert found.units == 11, "the unit that one observer saw is left out"
    assert found.low is not None
    assert found.high is not None
    assert found.low < published < found.high


def test_alpha_of_the_three_coders() -> None:
    assert krippendorff_alpha(CODERS, "nominal").value == pytest.approx(0.691358024691358)
    assert krippendorff_alpha(CODERS, "interval").value == pytest.approx(0.8108448928121059)


def test_icc_of_shrout_and_fleiss() -> None:
    one, mean = icc(TARGETS), icc(TARGETS, average=True)
    # .29 and .62 in the paper; R's psych prints the interval of the single rating as .019 to .76.
    assert one.value == pytest.approx(0.2898, abs=5e-5)
    assert mean.value == pytest.approx(0.6201, abs=5e-5)
    assert (one.low, one.high) == (
        pytest.approx(0.0188, abs=5e-5),
        pytest.approx(0.7611, abs=5e-5),
    )


def test_weighted_kappa_of_the_couples() -> None:
    husbands = [i for i in range(4) for j in range(4) for _ in range(COUPLES[i, j])]
    wives = [j for i in range(4) for j in range(4) for _ in range(COUPLES[i, j])]
    linear = weighted_kappa(husbands, wives, range(4), "linear")
    assert linear.value == pytest.approx(0.2374, abs=5e-5)
    assert linear.low is not None
    assert (linear.value - linear.low) / 1.96 == pytest.approx(0.0783, abs=5e-5)
    for weights in ("linear", "quadratic"):
        theirs = cohens_kappa(COUPLES, wt=weights, return_results=True).kappa
        ours = weighted_kappa(husbands, wives, range(4), weights)  # type: ignore[arg-type]
        assert ours.value == pytest.approx(theirs)


def test_categories_that_nobody_used_count_as_steps_of_the_scale() -> None:
    one, other = [0, 0, 4, 4], [0, 1, 4, 4]
    whole = weighted_kappa(one, other, range(5)).value
    table = np.zeros((5, 5))
    for a, b in zip(one, other, strict=True):
        table[a, b] += 1
    assert whole == pytest.approx(cohens_kappa(table, wt="quadratic").kappa)
    assert whole != pytest.approx(weighted_kappa([0, 0, 2, 2], [0, 1, 2, 2], range(3)).value)


@pytest.mark.parametrize(
    "found",
    [
        weighted_kappa([1.0], [1.0], [0, 1]),
        weighted_kappa([1, 1, 1], [1, 1, 1], [0, 1]),
        krippendorff_alpha(np.array([[1.0, 1.0], [1.0, 1.0]])),
        krippendorff_alpha(np.array([[1.0, N], [N, 2.0]])),
        icc(np.array([[3.0, 3.0], [3.0, 3.0]])),
        icc(np.array([[3.0], [4.0]])),
    ],
)
def test_what_is_not_defined_says_why_and_is_no_number(found: Agreement) -> None:
    assert found.value is None
    assert found.why


def test_alpha_draws_whole_clusters() -> None:
    rng = np.random.default_rng(1)
    base = np.repeat(rng.integers(1, 6, 6), 20)
    table = np.stack([base, base + (rng.random(120) < 0.2)], axis=1).astype(float)
    by_unit = krippendorff_alpha(table)
    by_case = krippendorff_alpha(table, clusters=[str(n // 20) for n in range(120)])
    assert by_unit.value == by_case.value
    assert by_unit.low is not None
    assert by_case.low is not None
    assert by_case.low < by_unit.low, "units of one client are not independent"


@pytest.mark.parametrize(
    "found",
    [
        icc(np.array([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]])),
        weighted_kappa([1, 2, 3, 3], [1, 2, 3, 3], [1, 2, 3]),
        krippendorff_alpha(np.array([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]])),
    ],
)
def test_perfect_agreement_is_one_and_claims_no_interval(found: Agreement) -> None:
    assert found.value == pytest.approx(1.0)
    assert (found.low, found.high) == (None, None)
    assert "no interval" in found.why
