"""An arm whose recall is broken on purpose: compare finds that, and nothing where there is nothing.

The weights are those by which `agents/client/dynamics.yaml` lets memory and planning reach the
client. With all of them at 0 a remembered word changes nothing that the client reports.
"""

from __future__ import annotations

import asyncio
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from scipy import stats

from muspsy_sim.agents.client.dynamics import Dynamics, load_dynamics
from muspsy_sim.evaluation.comparing.comparing import compare
from muspsy_sim.evaluation.comparing.endpoints import ENDPOINTS, MEMORY_ENDPOINTS, values_of
from muspsy_sim.evaluation.comparing.reading import Row, Sample, read_run
from muspsy_sim.evaluation.sensitivity.refeeding import refed
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run

pytestmark = pytest.mark.slow

WHOLE, BROKEN = "memory-notes.plan-none", "memory-sham.plan-none"
SEEDS = 24
WEIGHTS = [
    path for path in load_dynamics().parameters() if path.startswith(("remembered.", "planned."))
]
ZERO = dict.fromkeys(WEIGHTS, 0.0)
REPORTED = [e.name for e in ENDPOINTS.values() if e.kind == "reported"] + [
    "dropped_out",
    "sessions_held",
]
REACHED = ("trust", "alliance_bond", "alliance_task", "self_efficacy")
"""What the weights of remembering lead to at once."""


@pytest.fixture(scope="module")
def zero(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Twelve clients, with recall and with recall broken, every weight at 0."""
    recipe = Recipe.model_validate(
        {
            "personas": ["all"],
            "factors": {"memory": ["sham", "notes"], "plan": ["none"]},
            "seeds": list(range(SEEDS)),
            "sessions": 3,
            "exchanges": 5,
            "follow_up_weeks": 1,
            "dynamics": ZERO,
        }
    )
    folder: Path = tmp_path_factory.mktemp("zero")
    return asyncio.run(run(plan_run(recipe), folder)).run


def p_of(run_: Run, rows: list[Row]) -> dict[str, float]:
    report = compare(run_, baseline=BROKEN, sample=Sample(rows=rows), mixed=False)
    wanted = f"{WHOLE} - {BROKEN}"
    return {
        c.endpoint: c.effect.p
        for c in report.comparisons
        if c.contrast == wanted and c.effect.p is not None
    }


def test_broken_recall_is_found_and_nothing_else_is_reported(zero: Run) -> None:
    """Each seed is a data set of its own: 24 comparisons of twelve clients."""
    rows = read_run(zero).rows
    found = [p_of(zero, [row for row in rows if row.seed == seed]) for seed in range(SEEDS)]
    for name in MEMORY_ENDPOINTS:
        share = np.mean([p[name] <= 0.05 for p in found])
        print(f"\n{name}: found in {share:.0%} of data sets")
        assert share >= 0.95
    rejected = [p[name] <= 0.05 for p in found for name in REPORTED if name in p]
    _, most = stats.binom.interval(0.95, len(rejected), 0.05)
    print(f"reported endpoints: {sum(rejected)} of {len(rejected)} rejected, at most {most:.0f}")
    assert sum(rejected) <= most


def forgotten(raw: dict[str, Any]) -> dict[str, Any]:
    """The same course with every word of remembering uncoded, and nothing else changed."""
    raw = deepcopy(raw)
    for session in raw["sessions"]:
        for turn in session["turns"]:
            if turn["appraisal"]:
                turn["appraisal"]["behaviours"] = [
                    one
                    for one in turn["appraisal"]["behaviours"]
                    if one["behaviour"] not in ("recall", "review_homework")
                ] or [{"behaviour": "other", "quote": turn["text"]}]
    return raw


def differences(run_: Run, dynamics: Dynamics) -> dict[str, np.ndarray]:
    """What forgetting alone takes from each endpoint, by course."""
    found: dict[str, list[float]] = {}
    for name in run_.episode_ids():
        if f"--{WHOLE}--" not in name:
            continue
        raw = orjson.loads(run_.episode_file(name).read_bytes())
        kept, lost = values_of(refed(raw, dynamics)), values_of(refed(forgotten(raw), dynamics))
        for endpoint, value in kept.items():
            other = lost[endpoint]
            if value is not None and other is not None and endpoint not in MEMORY_ENDPOINTS:
                found.setdefault(endpoint, []).append(value - other)
    return {endpoint: np.array(values) for endpoint, values in found.items()}


def test_with_the_weights_at_zero_forgetting_changes_nothing_else(zero: Run) -> None:
    moved = differences(zero, load_dynamics().changed(ZERO))
    assert {name for name, by in moved.items() if np.any(by != 0.0)} == set()


def test_with_the_weights_as_shipped_it_reaches_what_they_lead_to(zero: Run) -> None:
    moved = differences(zero, load_dynamics())
    for name in REACHED:
        print(f"\n{name}: {moved[name].mean():+.4f}")
        assert moved[name].mean() > 0.0
        assert stats.ttest_1samp(moved[name], 0.0).pvalue < 0.001


DISPLACED = ("autonomy", "collaborate", "elicit_change", "inform")
"""What a counselor that has nothing to come back to does with the beginning of a session."""


def test_what_is_left_between_two_counselors_is_what_a_remembering_turn_displaces(
    zero: Run,
) -> None:
    """With every weight at 0 latent endpoints may differ: the two do not say the same things."""
    done: dict[str, list[float]] = {}
    for name in zero.episode_ids():
        raw = orjson.loads(zero.episode_file(name).read_bytes())
        for session in raw["sessions"][1:]:
            coded = [
                one["behaviour"]
                for turn in session["turns"]
                if turn["appraisal"]
                for one in turn["appraisal"]["behaviours"]
            ]
            for behaviour in DISPLACED:
                key = f"{raw['arm']} {behaviour}"
                done.setdefault(key, []).append(coded.count(behaviour))
    for behaviour in DISPLACED:
        kept, lost = (float(np.mean(done[f"{arm} {behaviour}"])) for arm in (WHOLE, BROKEN))
        print(f"\n{behaviour} per later session: {kept:.2f} with recall, {lost:.2f} without")
        assert lost > 2.0 * kept

    rows = read_run(zero).rows
    found = [p_of(zero, [row for row in rows if row.seed == seed]) for seed in range(SEEDS)]
    for endpoint in (e for e in ENDPOINTS.values() if e.kind == "latent"):
        share = np.mean([p[endpoint.name] <= 0.05 for p in found])
        print(f"{endpoint.name}: rejected in {share:.0%} of data sets")
