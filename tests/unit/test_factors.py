"""Factors cross into arms that do what their names say; what is declared is kept as first said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from muspsy_sim.agents.client.dynamics import load_dynamics
from muspsy_sim.evaluation.comparing.design import check_endpoints
from muspsy_sim.graphs.compile import compile_arm
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.records.errors import ContentError, RecipeError
from muspsy_sim.runs.extending import described_with_before
from muspsy_sim.runs.plan import PlannedArm, plan_run
from muspsy_sim.runs.rebuilding import rebuild
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run, read_run_file
from tests.unit.courses import PERSONA, held, planned, ran

TWO = {"memory": ["none", "notes"], "plan": ["none", "turn"]}


def arms_of(**settings: Any) -> dict[str, PlannedArm]:
    return {arm.use.label: arm for arm in planned(**{"arms": [], **settings}).arms}


def test_a_two_by_two_has_the_nodes_of_the_arms_written_by_hand() -> None:
    arms = arms_of(factors=TWO)
    same = {
        "memory-none.plan-none": "neither",
        "memory-none.plan-turn": "no-memory",
        "memory-notes.plan-none": "no-planning",
        "memory-notes.plan-turn": "full",
    }
    assert list(arms) == list(same)
    for label, graph in same.items():
        assert arms[label].arm.nodes == compile_arm(graph).nodes
        assert arms[label].levels.recall == compile_arm(graph).levels.recall
        assert arms[label].levels.plan == compile_arm(graph).levels.plan


def test_controls_are_one_word_away() -> None:
    arms = arms_of(factors=TWO, controls=["sham", "scrambled", "random"])
    assert list(arms)[4:] == [
        "memory-sham.plan-turn",
        "memory-scrambled.plan-turn",
        "memory-notes.plan-random",
    ]
    top = arms["memory-notes.plan-turn"].arm.nodes
    for label in list(arms)[4:]:
        assert arms[label].arm.control
        assert arms[label].arm.nodes == top
    assert not any(arms[label].arm.control for label in list(arms)[:4])
    inside = arms_of(factors={"memory": ["none", "notes", "sham", "scrambled"]})
    assert [arm.arm.control for arm in inside.values()] == [False, False, True, True]


def test_every_level_of_memory_and_plan_can_be_crossed() -> None:
    memory = ["none", "last", "notes", "transcript", "search", "graph", "sham", "scrambled"]
    arms = arms_of(factors={"memory": memory, "plan": ["none", "session", "turn", "random"]})
    assert len(arms) == 32
    for arm in arms.values():
        assert arm.levels.recall == arm.use.factors["memory"]
        assert arm.levels.plan == arm.use.factors["plan"]


def test_schools_intake_progress_and_models_are_factors_too() -> None:
    arms = arms_of(
        factors={
            "school": ["none", "cbt"],
            "intake": ["none", "full"],
            "progress": ["responsive", "frozen"],
            "models": {"small": "offline", "big": {"counselor": "replay:x", "client": "offline"}},
        }
    )
    assert len(arms) == 16
    last = arms["school-cbt.intake-full.progress-frozen.models-big"]
    assert (last.levels.school, last.levels.intake, last.levels.progress) == (
        "cbt",
        "full",
        "frozen",
    )
    assert last.models["counselor"] == "replay:x"


def test_factors_stand_beside_arms(tmp_path: Path) -> None:
    assert list(arms_of(arms=["waitlist"], factors={"memory": ["none", "notes"]})) == [
        "waitlist",
        "memory-none",
        "memory-notes",
    ]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"factors": {}}, "no factor lists any levels"),
        ({"factors": {"memory": ["none", "none"]}}, "'none' is named twice"),
        ({"arms": []}, "it names no arm"),
        ({"arms": ["full"], "controls": ["sham"]}, "belong to `factors`"),
        ({"arms": ["full"], "baseline": "neither"}, "the baseline 'neither' is no arm"),
        ({"arms": ["full"], "endpoints": ["trust", "trust"]}, "named twice"),
    ],
)
def test_what_does_not_make_a_design_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Recipe.model_validate({"personas": [PERSONA], "seeds": [0], "arms": [], **settings})


def test_variants_keep_their_source_case_and_are_always_the_same() -> None:
    recipe = Recipe.model_validate(
        {"personas": [PERSONA], "seeds": [0], "arms": ["full"], "variants": 4}
    )
    profiles = plan_run(recipe).profiles
    assert [p.id for p in profiles] == [PERSONA, *(f"{PERSONA}.v{n}" for n in range(1, 5))]
    assert len({p.source_case for p in profiles}) == 1
    assert profiles == plan_run(recipe).profiles


@pytest.mark.slow
def test_a_run_keeps_its_factors_and_what_was_declared(tmp_path: Path) -> None:
    plan = planned(
        arms=[], factors=TWO, controls=["sham"], primary="phq9_change", clients=1, sessions=1
    )
    held(tmp_path, OfflineModel(), plan)
    described = read_run_file(Run(tmp_path))
    assert described["declared"] == {
        "primary": "phq9_change",
        "endpoints": ["phq9_change"],
        "baseline": None,
        "clients": 1,
        "factors": TWO,
    }
    assert described["arms"]["memory-none.plan-turn"]["factors"] == {
        "memory": "none",
        "plan": "turn",
    }
    assert list(rebuild(Run(tmp_path)).arms) == [arm.use.label for arm in plan.arms]
    again = planned(arms=[], factors=TWO, primary="gad7_change", sessions=1)
    later = described_with_before(Run(tmp_path), again)
    assert later["declared"]["primary"] == "phq9_change"
    assert later["declared_later"]["primary"] == "gad7_change"
    assert "memory-sham.plan-turn" in later["arms"]


def test_before_anything_is_run_a_declaration_may_change(tmp_path: Path) -> None:
    run = Run(tmp_path)
    tmp_path.joinpath("run.yaml").write_text("recipe: {arms: [full], personas: [x], seeds: [0]}\n")
    now = described_with_before(run, planned(primary="trust"))
    assert now["declared"]["primary"] == "trust"
    assert "declared_later" not in now


def test_an_unknown_endpoint_is_refused_before_the_run() -> None:
    def declaring(**said: Any) -> Recipe:
        return Recipe.model_validate(
            {"personas": [PERSONA], "seeds": [0], "arms": ["full", "neither"], **said}
        )

    check_endpoints(declaring(primary="phq9_change", endpoints=["alliance.bond", "trust"]))
    with pytest.raises(RecipeError, match="did you mean 'phq9_change'"):
        check_endpoints(declaring(primary="phq_change"))


@pytest.mark.slow
def test_dynamics_of_a_recipe_move_the_client_and_its_hash(tmp_path: Path) -> None:
    changed = {"reception.mood": 0.0, "week.natural": 0.05}
    plain, other = planned(), planned(dynamics=changed)
    assert plain.arms[0].hashes.recipe != other.arms[0].hashes.recipe
    assert plain.arms[0].hashes.recipe == planned(dynamics={}).arms[0].hashes.recipe
    (one,) = ran(tmp_path / "a", OfflineModel())
    (two,) = ran(tmp_path / "b", OfflineModel(), dynamics=changed)
    assert one.weeks[-1].phq9_latent != two.weeks[-1].phq9_latent
    assert two.provenance.settings["dynamics"] == changed
    assert load_dynamics().week.natural.value != 0.05


def test_dynamics_out_of_their_range_are_refused() -> None:
    with pytest.raises(ContentError, match="outside its range"):
        planned(dynamics={"week.natural": 3.0})
    with pytest.raises(ContentError, match="names no parameter"):
        planned(dynamics={"week.naturel": 0.01})
