"""Statistics agree with scipy and statsmodels where these compute the same, and say what they can't."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from muspsy_sim.evaluation.comparing.comparison import Comparison
from muspsy_sim.evaluation.comparing.wording import marked_p, stands_apart, why_apart
from muspsy_sim.evaluation.statistics.adjusting import adjusted
from muspsy_sim.evaluation.statistics.cube import Cube, arm_means, contrast
from muspsy_sim.evaluation.statistics.effects import d_av, d_z, effect_of
from muspsy_sim.evaluation.statistics.factorial import factor_effects, is_crossed
from muspsy_sim.evaluation.statistics.intervals import bca, interval, student, studentized
from muspsy_sim.evaluation.statistics.mixed import MixedModel
from muspsy_sim.evaluation.statistics.power import (
    ONE_EACH,
    Design,
    detectable,
    power,
    spread_of,
    t_power,
)
from muspsy_sim.evaluation.statistics.resampling import resampled_means
from muspsy_sim.evaluation.statistics.testing import flip_p, holm

RNG = np.random.default_rng(3)
SKEWED = RNG.exponential(1.0, 40)


def _cube(values: np.ndarray, per_case: int = 1, arms: list[str] | None = None) -> Cube:
    clients, n_arms, seeds = values.shape
    return Cube(
        [f"k{k}" for k in range(clients)],
        [f"case{k // per_case}" for k in range(clients)],
        arms or [f"arm{k}" for k in range(n_arms)],
        list(range(seeds)),
        values,
    )


def test_bca_is_scipys_on_the_same_resamples() -> None:
    from scipy.stats._resampling import BootstrapResult

    drawn = BootstrapResult(None, resampled_means(SKEWED), None)
    theirs = stats.bootstrap(
        (SKEWED,), np.mean, n_resamples=0, bootstrap_result=drawn, method="BCa"
    ).confidence_interval
    assert bca(SKEWED) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_bca_agrees_with_scipys_own_resamples() -> None:
    theirs = stats.bootstrap(
        (SKEWED,), np.mean, n_resamples=20000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    assert bca(SKEWED) == pytest.approx((theirs.low, theirs.high), abs=0.02)


def test_students_interval_is_scipys() -> None:
    theirs = stats.ttest_1samp(SKEWED, 0.0).confidence_interval(0.95)
    assert student(SKEWED) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_sign_flips_are_scipys_permutation_test() -> None:
    few = SKEWED[:11] - 0.7
    theirs = stats.permutation_test((few,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert float(flip_p(few)) == pytest.approx(theirs.pvalue, abs=1e-12)
    many = RNG.normal(0.25, 1.0, 60)
    theirs = stats.permutation_test(
        (many,),
        lambda a, axis: np.mean(a, axis=axis),
        permutation_type="samples",
        n_resamples=19999,
        vectorized=True,
        rng=np.random.default_rng(2),
    )
    assert float(flip_p(many)) == pytest.approx(theirs.pvalue, abs=0.01)


@pytest.mark.slow
def test_holm_is_statsmodels() -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p_values = [0.04, 0.001, 0.03, 0.5, 0.012, 0.04]
    theirs = multitest.multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(list(theirs), abs=1e-12)


def test_power_is_statsmodels_and_the_fields_figure() -> None:
    theirs = pytest.importorskip("statsmodels.stats.power").TTestPower()
    for effect, n in ((0.3, 90), (0.5, 12), (0.2, 30), (0.0, 20)):
        assert t_power(effect * n**0.5, n - 1) == pytest.approx(
            theirs.power(effect, n, 0.05), abs=1e-9
        )
    assert power(0.3, Design(90, 90, 1), ONE_EACH) == pytest.approx(0.80, abs=0.01)
    assert detectable(Design(90, 90, 1), ONE_EACH) == pytest.approx(0.30, abs=0.005)
    assert detectable(Design(60, 60, 3), ONE_EACH) == pytest.approx(0.30, abs=0.005)
    assert detectable(Design(1, 5, 3), ONE_EACH) is None


def test_too_few_cases_see_nothing_however_large_it_is() -> None:
    """Sign flips over five cases give no p below 1/16; six give 1/32, and not a tenth of 0.05."""
    assert power(50.0, Design(5, 5, 3), ONE_EACH) == 0.0
    assert detectable(Design(5, 25, 3), ONE_EACH) is None
    assert power(50.0, Design(6, 6, 3), ONE_EACH) > 0.99
    assert power(50.0, Design(6, 6, 3), ONE_EACH, 0.005) == 0.0
    assert flip_p(np.full(5, 9.0)) > 0.05


def test_the_studentized_interval_leans_on_students_where_values_are_few() -> None:
    few = SKEWED[:12]
    found = interval(few)
    assert found is not None
    assert found.method == "studentized or t"
    assert found.low <= min(student(few)[0], studentized(few)[0])
    whole = interval(RNG.normal(size=len(SKEWED)))
    assert whole is not None
    assert whole.method == "studentized"


def test_each_bound_of_skewed_values_is_looked_at_by_itself() -> None:
    values = np.random.default_rng(4).lognormal(size=40)
    found = interval(values)
    assert found is not None
    assert found.method == "studentized, both tails"
    low, high = studentized(values)
    assert found.low <= float(low)
    assert found.high > float(high)
    turned = interval(-values)
    assert turned is not None
    assert turned.low == pytest.approx(-found.high)


def test_no_interval_without_spread() -> None:
    assert interval(np.array([2.0])) is None
    assert interval(np.zeros(40)) is None
    assert interval(np.full(12, 0.1) * 3) is None
    one_differs = np.array([0.0] * 11 + [1.0])
    found = interval(one_differs)
    assert found is not None
    assert np.isfinite([found.low, found.high]).all()


def test_seeds_are_averaged_inside_and_only_where_every_arm_has_them() -> None:
    values = np.array([[[1.0, 3.0, np.nan], [0.0, 5.0, 7.0]], [[np.nan] * 3, [1.0, 1.0, 1.0]]])
    found = contrast(_cube(values), {"arm0": 1.0, "arm1": -1.0})
    assert found.by_client == pytest.approx([(1 + 3) / 2 - (0 + 5) / 2])
    assert found.lost == 1
    assert found.clients == ["k0"]
    assert arm_means(_cube(values))[0] == pytest.approx([2.0, 4.0])


def test_each_source_case_weighs_the_same() -> None:
    values = np.zeros((3, 2, 1))
    values[:, 0, 0] = [1.0, 3.0, 10.0]
    cube = Cube(["a", "b", "c"], ["x", "x", "y"], ["arm0", "arm1"], [0], values)
    found = contrast(cube, {"arm0": 1.0, "arm1": -1.0})
    assert found.by_case == pytest.approx([2.0, 10.0])
    assert found.estimate == 6.0


def test_factor_effects_of_a_two_by_two() -> None:
    arms = {a + b: {"memory": a, "plan": b} for a in "01" for b in "01"}
    levels = {"memory": ["0", "1"], "plan": ["0", "1"]}
    assert is_crossed(arms, levels)
    memory, plan, both = factor_effects(arms, levels)
    assert memory.weights == {"00": -0.5, "01": -0.5, "10": 0.5, "11": 0.5}
    assert plan.weights == {"00": -0.5, "01": 0.5, "10": -0.5, "11": 0.5}
    assert both.weights == {"00": 1.0, "01": -1.0, "10": -1.0, "11": 1.0}
    del arms["11"]
    assert not is_crossed(arms, levels)


def test_three_levels_are_each_set_against_the_first() -> None:
    arms = {f"{a}-{b}": {"memory": a, "plan": b} for a in ("off", "on", "sham") for b in "01"}
    found = factor_effects(arms, {"memory": ["off", "on", "sham"], "plan": ["0", "1"]})
    assert [e.name for e in found] == [
        "memory: on - off",
        "memory: sham - off",
        "plan: 1 - 0",
        "memory on x plan 1",
        "memory sham x plan 1",
    ]
    assert "sham-0" not in found[0].weights
    assert sum(found[2].weights.values()) == pytest.approx(0.0)


def test_effect_sizes() -> None:
    plus, minus = RNG.normal(1, 2, 30), RNG.normal(0, 1, 30)
    both = plus - minus
    assert d_z(both) == pytest.approx(both.mean() / both.std(ddof=1))
    assert d_av(both, plus, minus) == pytest.approx(
        both.mean() / ((plus.std(ddof=1) + minus.std(ddof=1)) / 2)
    )
    assert d_z(np.ones(5)) is None
    assert d_av(np.ones(1), np.ones(1), np.zeros(1)) is None


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.full((3, 2, 1), np.nan), "no client was measured"),
        (np.ones((1, 2, 2)), "one source case"),
        (np.ones((6, 2, 2)), "no source case differs"),
        (np.ones((6, 2, 2)) * np.array([2.0, 1.0])[None, :, None], "all differ by the same"),
    ],
)
def test_what_cannot_be_computed_says_why(values: np.ndarray, reason: str) -> None:
    found = effect_of(contrast(_cube(values), {"arm0": 1.0, "arm1": -1.0}))
    assert reason in found.reason
    assert found.low is None
    figures = [v for v in found.model_dump().values() if isinstance(v, float)]
    assert np.isfinite(figures).all()


@pytest.mark.slow
def test_the_mixed_model_finds_the_same_effect_in_balanced_data() -> None:
    pytest.importorskip("statsmodels")
    values = RNG.normal(size=(24, 2, 2)) + RNG.normal(size=(24, 1, 1)) * 2
    values[:, 1] += 0.7
    cube = _cube(values, per_case=2)
    found = contrast(cube, {"arm1": 1.0, "arm0": -1.0})
    model = MixedModel(cube, cube.arms).estimate({"arm1": 1.0, "arm0": -1.0})
    assert model.estimate == pytest.approx(found.estimate, abs=1e-8)
    assert model.error == pytest.approx(found.by_case.std(ddof=1) / 12**0.5, rel=0.5)


def test_the_mixed_model_is_statsmodels_with_the_clients_intercept() -> None:
    mixed = pytest.importorskip("statsmodels.regression.mixed_linear_model")
    import pandas as pd

    values = RNG.normal(size=(20, 2, 1)) + RNG.normal(size=(20, 1, 1)) * 2
    model = MixedModel(_cube(values), ["arm0", "arm1"]).estimate({"arm1": 1.0, "arm0": -1.0})
    frame = pd.DataFrame(
        [(k, a, values[k, a, 0]) for k in range(20) for a in range(2)],
        columns=["client", "arm", "value"],
    )
    theirs = mixed.MixedLM.from_formula("value ~ arm", frame, groups="client").fit(reml=True)
    assert model.estimate == pytest.approx(theirs.params["arm"], abs=1e-6)
    assert model.error == pytest.approx(theirs.bse["arm"], rel=1e-3)


def test_the_mixed_model_says_why_it_did_not_look() -> None:
    assert "fewer than three" in MixedModel(_cube(np.ones((2, 2, 2))), ["arm0", "arm1"]).note
    assert "the same" in MixedModel(_cube(np.ones((5, 2, 2))), ["arm0", "arm1"]).note


def test_length_explains_what_only_length_brought() -> None:
    length = RNG.normal(5.0, 0.4, (40, 2, 1)) + np.array([0.5, 0.0])[None, :, None]
    judged = 0.3 * length + RNG.normal(0, 0.02, (40, 2, 1))
    both = {"arm0": 1.0, "arm1": -1.0}
    raw = contrast(_cube(judged), both)
    found = adjusted(raw, contrast(_cube(length), both))
    assert raw.estimate > 0.1
    assert found.estimate == pytest.approx(0.0, abs=0.02)
    assert found.slope == pytest.approx(0.3, abs=0.03)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.0 < found.high or abs(found.estimate or 0) < 0.02


def test_length_without_spread_is_not_adjusted_for() -> None:
    both = {"arm0": 1.0, "arm1": -1.0}
    y = contrast(_cube(RNG.normal(size=(8, 2, 1))), both)
    assert adjusted(y, contrast(_cube(np.ones((8, 2, 1))), both)).estimate is None
    few = contrast(_cube(RNG.normal(size=(4, 2, 1))), both)
    assert "source cases" in adjusted(few, few).reason


def test_variance_shares_are_found_again() -> None:
    rng = np.random.default_rng(11)
    of = np.repeat(np.arange(200), 4)
    differences = (
        rng.normal(0, 0.5, 200)[of][:, None]
        + rng.normal(0, 0.5, 800)[:, None]
        + rng.normal(0, 0.5**0.5, (800, 3))
    )
    found = spread_of(differences, [str(k) for k in of], "measured")
    assert found is not None
    assert (found.case, found.client, found.seed) == pytest.approx((0.25, 0.25, 0.5), abs=0.05)
    assert spread_of(np.ones((4, 1)), list("abcd"), "") is None
    assert spread_of(np.ones((4, 2)), list("abcd"), "") is None


FAR_OUT = np.array([-0.067, 0, 0, 0.067, 0.133, 0.133, 0.2, 0.267, 0.333, 0.333, 0.467, 1.4])
"""Twelve differences of which one lies far out: what decision 0011 shows."""


def test_one_case_far_out_sets_test_and_interval_apart() -> None:
    assert flip_p(FAR_OUT) == pytest.approx(0.006, abs=5e-4)
    assert student(FAR_OUT) == (pytest.approx(0.02, abs=0.005), pytest.approx(0.52, abs=0.005))
    assert studentized(FAR_OUT) == (pytest.approx(-0.14, abs=0.02), pytest.approx(0.68, abs=0.02))
    clients = [f"case-{n}" for n in range(12)]
    cube = Cube(clients, clients, ["a", "b"], [0], np.stack([FAR_OUT, 0 * FAR_OUT], 1)[..., None])
    found = effect_of(contrast(cube, {"a": 1.0, "b": -1.0}))
    assert (found.alike, found.other, found.farthest) == (9, 1, "case-11")
    assert found.farthest_by == 1.4
    assert found.skew == pytest.approx(2.17, abs=0.01)
    assert stands_apart(found)
    one = Comparison(
        endpoint="phq9_change",
        kind="reported",
        better="higher",
        contrast="a - b",
        question="arm",
        standing="declared",
        effect=found,
    )
    assert marked_p(found) == "0.006 ≠"
    told = why_apart(one)
    assert "9 of 12 source cases differ the same way" in told
    assert "case-11 by 1.40" in told
    calm = found.model_copy(update={"low": 0.02})
    assert not stands_apart(calm)
    assert marked_p(calm) == "0.006"


def test_the_mixed_model_is_tried_another_way_where_a_gradient_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mixed = pytest.importorskip("statsmodels.regression.mixed_linear_model")
    rng = np.random.default_rng(8)
    cube = _cube(rng.normal(size=(12, 2, 1)) + rng.normal(size=(12, 1, 1)))
    arms, asked = ["arm0", "arm1"], {"arm1": 1.0, "arm0": -1.0}
    whole = MixedModel(cube, arms).estimate(asked)
    real = mixed.MixedLM.fit

    def lost(self: object, reml: bool, method: list[str]) -> object:
        if method[0] == "lbfgs":
            raise np.linalg.LinAlgError("Singular matrix")
        return real(self, reml=reml, method=method)

    monkeypatch.setattr(mixed.MixedLM, "fit", lost)
    again = MixedModel(cube, arms).estimate(asked)
    assert again.p == pytest.approx(whole.p, rel=0.02)

    def never(self: object, reml: bool, method: list[str]) -> object:
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(mixed.MixedLM, "fit", never)
    assert MixedModel(cube, arms).note == "not checked: the model could not be fitted"
