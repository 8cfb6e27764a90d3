"""A forecast counts what a run then takes, and says what it assumes."""

from __future__ import annotations

from pathlib import Path

import pytest

from muspsy_sim.evaluation.planning.forecast import forecast, measure
from muspsy_sim.evaluation.planning.pilot import Pilot, most_calls, run_pilot
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.plan import RunPlan
from tests.unit.compared_runs import noisy, write_run
from tests.unit.courses import held, planned

FACTORS = {"memory": ["none", "notes"], "plan": ["none", "turn"]}


@pytest.fixture(scope="module")
def plan() -> RunPlan:
    return planned(
        arms=[],
        factors=FACTORS,
        primary="phq9_change",
        variants=4,
        seeds=[0, 1, 2],
        sessions=2,
        exchanges=3,
        models={"default": "openai:small"},
        prices={"small": {"prompt": 1.0, "completion": 10.0}},
    )


@pytest.mark.slow
def test_the_pilot_counts_the_calls_of_a_course(tmp_path: Path) -> None:
    small = planned(sessions=2, exchanges=3, arms=["full", "waitlist"])
    pilot = run_pilot(small)
    held(tmp_path, OfflineModel(), small)
    calls = {arm: sum(used[0] for used in by_role.values()) for arm, by_role in pilot.usage.items()}
    journals = {
        path.stem.split("--")[1]: path.read_bytes().count(b"\n") - 1
        for path in (tmp_path / "journal").glob("*.jsonl")
    }
    assert calls.get("full") == journals["full"]
    assert calls.get("waitlist", 0) == journals["waitlist"] == 0
    assert journals["full"] <= most_calls(small.arms[0].arm.nodes, small.recipe)


@pytest.mark.slow
def test_cost_is_the_pilots_times_the_episodes(plan: RunPlan) -> None:
    pilot = run_pilot(plan)
    found = forecast(plan, pilot)
    assert [cost.episodes for cost in found.costs] == [15, 15, 15, 15]
    cost = found.costs[-1]
    used = pilot.usage[cost.arm].values()
    assert cost.prompt_tokens == pytest.approx(15 * sum(u[1] for u in used))
    assert cost.money == pytest.approx(
        (cost.prompt_tokens + 10 * cost.completion_tokens) / 1e6, rel=0.01
    )
    assert cost.calls <= cost.most_calls
    assert found.costs[0].calls < cost.calls


def test_money_is_unknown_without_a_price() -> None:
    plan = planned(sessions=1, exchanges=1, models={"counselor": "openai:small"})
    found = forecast(plan, run_pilot(plan))
    assert found.costs[0].money is None
    assert found.unpriced == ["openai:small"]


@pytest.mark.slow
def test_power_follows_the_design(plan: RunPlan) -> None:
    found = forecast(plan, run_pilot(plan), effect=0.4)
    assert (found.clients, found.cases, found.seeds) == (5, 1, 3)
    assert found.tests == {"arms": 3, "factors": 3}
    assert all(sight.detectable is None for sight in found.sight)
    assert "One source case" in found.notes[0]
    assert "assumed" in found.spread["basis"]
    assert "0.4" in found.sight[0].powers
    assert [s.question.split(" (")[0] for s in found.sight[:3]] == [
        "two arms",
        "main effect",
        "interaction",
    ]
    assert found.sight[3].alpha == pytest.approx(0.05 / 3)


def test_every_arm_beside_the_baseline_is_a_test_that_is_corrected_for() -> None:
    """As in a comparison: controls and further arms are among the arms, not among the factors."""
    plan = planned(
        arms=["waitlist"],
        factors=FACTORS,
        controls=["sham", "random"],
        primary="phq9_change",
        endpoints=["recalls"],
        personas=["en-gordon-pell", "en-kit-haldane"],
    )
    found = forecast(plan, Pilot({}, 1, 1.0))
    assert found.tests == {"arms": 12, "factors": 6}
    strict = {s.question.split(" (")[0]: s.alpha for s in found.sight[3:]}
    assert strict["two arms"] == pytest.approx(0.05 / 12)
    assert strict["main effect"] == strict["interaction"] == pytest.approx(0.05 / 6)


@pytest.mark.slow
def test_variances_are_measured_on_an_earlier_run(tmp_path: Path, plan: RunPlan) -> None:
    run = write_run(tmp_path, noisy(lambda _: 0.0, sd=3.0), clients=40, seeds=4)
    spread, sd = measure(run, "phq9_change")
    assert "measured on" in spread.basis
    # Of one difference: client in arm 2 x 0.5^2, seed 2 x 1, in sd of 3 points.
    assert sd == pytest.approx(3.0 * (2 * 0.25 + 2) ** 0.5, rel=0.2)
    assert spread.seed == pytest.approx(0.8, abs=0.15)
    assert spread.case + spread.client + spread.seed == pytest.approx(1.0)
    assert forecast(plan, run_pilot(plan), measured=run).sd_points == sd


def test_a_run_that_cannot_be_measured_says_so(tmp_path: Path) -> None:
    run = write_run(tmp_path, lambda *_: 3.0, clients=3, seeds=1)
    with pytest.raises(RunError, match="variances can't be measured"):
        measure(run, "phq9_change")
    with pytest.raises(RunError, match="no paired differences in 'alliance"):
        measure(run, "alliance.bond")
