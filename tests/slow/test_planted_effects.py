"""An arm whose recall is broken on purpose: compare finds that, and nothing where there is nothing.

Broken is recall `scrambled`: the counselor comes back as often and by the same moves, and to what
somebody else said. The weights are those by which `agents/client/dynamics.yaml` lets memory and
planning reach the client; with all of them at 0 breaking it changes nothing else. Each seed is a
data set of its own: 24 comparisons of twelve clients.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from copy import deepcopy
from dataclasses import replace
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

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

WHOLE, BROKEN, SHAM = (f"memory-{level}.plan-none" for level in ("notes", "scrambled", "sham"))
SEEDS = 24
WEIGHTS = [
    path for path in load_dynamics().parameters() if path.startswith(("remembered.", "planned."))
]
ZERO = dict.fromkeys(WEIGHTS, 0.0)
REACHED = ("trust", "alliance", "alliance_bond", "alliance_task", "self_efficacy")
"""What the weights of remembering lead to at once."""
PValues = dict[str, list[float]]
"""Endpoint -> p in each data set."""


def lived(
    folder: Path, memory: list[str], dynamics: dict[str, float], seeds: int = SEEDS
) -> tuple[Run, list[Row]]:
    """Twelve clients, three sessions each, under these memories."""
    recipe = Recipe.model_validate(
        {
            "personas": ["all"],
            "factors": {"memory": memory, "plan": ["none"]},
            "seeds": list(range(seeds)),
            "sessions": 3,
            "exchanges": 5,
            "follow_up_weeks": 1,
            "dynamics": dynamics,
        }
    )
    made = asyncio.run(run(plan_run(recipe), folder)).run
    return made, read_run(made).rows


@pytest.fixture(scope="module")
def zero(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[Row]]:
    """With recall and with recall broken, every weight at 0."""
    return lived(tmp_path_factory.mktemp("zero"), ["scrambled", "notes"], ZERO)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[Row]]:
    """The same with the weights as they are."""
    return lived(tmp_path_factory.mktemp("shipped"), ["scrambled", "notes"], {})


def p_values(run_: Run, rows: list[Row], broken: str = BROKEN, apart: int = 0) -> PValues:
    """The p of each endpoint in each data set.

    `apart`: seeds by which the broken arm is moved on. At 0 both arms live the same weeks in the
    same moods, so that a client whom nothing reaches differs by nothing; else their chances are
    their own, and what differs without an effect is noise.
    """
    seeds = sorted({row.seed for row in rows})
    moved = [
        replace(row, seed=(row.seed + apart) % len(seeds)) if row.arm == broken else row
        for row in rows
    ]
    found: PValues = {}
    for seed in seeds:
        sample = Sample(rows=[row for row in moved if row.seed == seed])
        report = compare(run_, baseline=broken, sample=sample, mixed=False)
        for c in report.comparisons:
            if c.contrast == f"{WHOLE} - {broken}" and c.effect.p is not None:
                found.setdefault(c.endpoint, []).append(c.effect.p)
    return found


def rejected(found: PValues) -> dict[str, tuple[int, int]]:
    """Kind of endpoint -> tests that reject at 5%, and all; those of memory are a kind."""
    some, every = Counter[str](), Counter[str]()
    for name, ps in found.items():
        kind = "memory" if name in MEMORY_ENDPOINTS else ENDPOINTS[name].kind
        some[kind] += sum(p <= 0.05 for p in ps)
        every[kind] += len(ps)
    for kind, all_ in every.items():
        print(f"\n{kind}: {some[kind]} of {all_} reject ({some[kind] / all_:.1%})", end="")
    return {kind: (some[kind], all_) for kind, all_ in every.items()}


def share(found: PValues, name: str) -> float:
    return float(np.mean([p <= 0.05 for p in found[name]]))


def test_broken_recall_is_found_on_every_endpoint_of_memory(zero: tuple[Run, list[Row]]) -> None:
    found = p_values(*zero)
    for name in MEMORY_ENDPOINTS:
        print(f"\n{name}: found in {share(found, name):.0%} of data sets", end="")
        assert share(found, name) >= 0.9


def test_with_the_weights_at_zero_no_other_endpoint_is_moved(zero: tuple[Run, list[Row]]) -> None:
    """The arms share their chances: reported, latent, all of them reject at 5% at most."""
    for kind, (some, every) in rejected(p_values(*zero)).items():
        if kind != "memory":
            assert some <= stats.binom.interval(0.95, every, 0.05)[1], kind


def test_with_the_weights_at_zero_the_others_reject_at_five_per_cent(
    zero: tuple[Run, list[Row]],
) -> None:
    """Each arm has chances of its own, so there is noise to reject; rare events reject less.

    Each data set is tested against three others. Endpoints of one go together, so the interval is
    over data sets and not over tests.
    """
    tested = [p_values(*zero, apart=apart) for apart in (1, 2, 3)]
    found = [rejected(one) for one in tested]
    for kind in ("reported", "latent"):
        by_set = np.mean(
            [
                [p <= 0.05 for p in one[name]]
                for one in tested
                for name in one
                if ENDPOINTS[name].kind == kind
            ],
            axis=0,
        )
        reach = stats.t.ppf(0.975, SEEDS - 1) * by_set.std(ddof=1) / SEEDS**0.5
        print(f"\n{kind}: {by_set.mean():.1%} reject, give or take {reach:.1%}", end="")
        assert abs(by_set.mean() - 0.05) <= reach < 0.05, kind
    for kind in ("course", "coded"):
        some = sum(one[kind][0] for one in found)
        every = sum(one[kind][1] for one in found)
        assert some <= stats.binom.interval(0.95, every, 0.05)[1], kind


def test_with_the_weights_as_shipped_what_they_lead_to_is_moved(
    shipped: tuple[Run, list[Row]],
) -> None:
    found = p_values(*shipped)
    rejected(found)
    for name in REACHED:
        print(f"\n{name}: found in {share(found, name):.0%} of data sets", end="")
        assert share(found, name) >= 0.8
    by_arm = {
        arm: {name: [r.values[name] for r in shipped[1] if r.arm == arm] for name in REACHED}
        for arm in (WHOLE, BROKEN)
    }
    for name in REACHED:
        assert np.mean(by_arm[WHOLE][name]) > np.mean(by_arm[BROKEN][name])  # type: ignore[arg-type]


def coded_per_session(run_: Run) -> dict[str, Counter[str]]:
    """Arm -> behaviour -> how often it was coded, per session from the second on."""
    done: dict[str, Counter[str]] = {}
    sessions = Counter[str]()
    for name in run_.episode_ids():
        raw = orjson.loads(run_.episode_file(name).read_bytes())
        for session in raw["sessions"][1:]:
            sessions[raw["arm"]] += 1
            for turn in session["turns"]:
                for one in (turn["appraisal"] or {"behaviours": []})["behaviours"]:
                    done.setdefault(raw["arm"], Counter())[one["behaviour"]] += 1
    return {
        arm: Counter({name: n / sessions[arm] for name, n in counts.items()})  # type: ignore[misc]
        for arm, counts in done.items()
    }


def test_the_broken_counselor_does_the_same_and_as_often(zero: tuple[Run, list[Row]]) -> None:
    done = coded_per_session(zero[0])
    for name, whole in done[WHOLE].items():
        broken = done[BROKEN][name]
        print(f"\n{name}: {whole:.2f} per later session, {broken:.2f} with recall broken", end="")
        assert abs(broken - whole) <= max(0.05, 0.1 * whole)


DISPLACED = ("autonomy", "collaborate", "elicit_change", "inform")
"""What a counselor that has nothing to come back to does with the beginning of a session."""


def test_a_counselor_with_nothing_to_come_back_to_does_something_else(
    zero: tuple[Run, list[Row]], tmp_path: Path
) -> None:
    """Why recall `sham` moves latent endpoints though every weight is at 0."""
    whole = coded_per_session(zero[0])[WHOLE]
    other = coded_per_session(lived(tmp_path, ["sham"], ZERO, seeds=4)[0])[SHAM]
    for name in DISPLACED:
        print(
            f"\n{name}: {whole[name]:.2f} per later session, {other[name]:.2f} with a sham", end=""
        )
        assert other[name] > 1.5 * whole[name]


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


def differences(run_: Run, arm: str, dynamics: Dynamics) -> dict[str, np.ndarray]:
    """What forgetting alone takes from each endpoint, by course of an arm."""
    found: dict[str, list[float]] = {}
    for name in run_.episode_ids():
        if f"--{arm}--" not in name:
            continue
        raw = orjson.loads(run_.episode_file(name).read_bytes())
        kept, lost = values_of(refed(raw, dynamics)), values_of(refed(forgotten(raw), dynamics))
        for endpoint, value in kept.items():
            other = lost[endpoint]
            if value is not None and other is not None and endpoint not in MEMORY_ENDPOINTS:
                found.setdefault(endpoint, []).append(value - other)
    return {endpoint: np.array(values) for endpoint, values in found.items()}


@pytest.mark.parametrize("arm", [WHOLE, BROKEN])
def test_with_the_weights_at_zero_a_word_of_remembering_changes_nothing(
    zero: tuple[Run, list[Row]], arm: str
) -> None:
    moved = differences(zero[0], arm, load_dynamics().changed(ZERO))
    assert {name for name, by in moved.items() if np.any(by != 0.0)} == set()


def test_with_the_weights_as_shipped_it_reaches_what_they_lead_to(
    zero: tuple[Run, list[Row]],
) -> None:
    moved = differences(zero[0], WHOLE, load_dynamics())
    for name in REACHED:
        print(f"\n{name}: {moved[name].mean():+.4f}", end="")
        assert moved[name].mean() > 0.0
        assert stats.ttest_1samp(moved[name], 0.0).pvalue < 0.001
