"""A recipe resolved: which episodes a run consists of, and what each is made with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from muspsy_sim.agents.client.dynamics import Dynamics, load_dynamics
from muspsy_sim.agents.counselor.manners import load_manner
from muspsy_sim.agents.counselor.schools import load_school
from muspsy_sim.agents.live import Levels, Schedule
from muspsy_sim.graphs.compile import CompiledArm, compile_arm
from muspsy_sim.graphs.spec import Arm, load_arm
from muspsy_sim.graphs.wiring import effective_levels, wire
from muspsy_sim.llm.budget import Budget, Price
from muspsy_sim.records.base import Language
from muspsy_sim.records.episode import Provenance
from muspsy_sim.records.errors import GraphError, RecipeError
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.casting import cast
from muspsy_sim.runs.provenance import (
    ROLES,
    Hashes,
    arm_defaults,
    code_version,
    hashes_of,
    in_short,
    profile_hash,
    shown_model,
)
from muspsy_sim.runs.recipe import ArmUse, Recipe


@dataclass(frozen=True, slots=True)
class PlannedArm:
    """An arm as this run uses it."""

    use: ArmUse
    arm: CompiledArm
    levels: Levels
    hashes: Hashes
    models: dict[str, str]
    """Role -> model string, secrets left out."""


@dataclass(frozen=True, slots=True)
class PlannedEpisode:
    """One client x one arm x one seed."""

    id: str
    profile: Profile
    arm: PlannedArm
    seed: int


@dataclass(frozen=True, slots=True)
class RunPlan:
    """All that a run will do."""

    recipe: Recipe
    schedule: Schedule
    arms: list[PlannedArm]
    profiles: list[Profile]
    episodes: list[PlannedEpisode]
    dynamics: Dynamics = field(init=False)
    """The client's, with the recipe's changes."""

    def __post_init__(self) -> None:
        changed = self.recipe.dynamics
        dynamics = load_dynamics().changed(changed) if changed else load_dynamics()
        object.__setattr__(self, "dynamics", dynamics)

    def described(self) -> dict[str, Any]:
        """The run as `run.yaml` holds it: the recipe resolved, with hashes and versions."""
        return {
            "run_version": 1,
            "code_version": code_version(),
            "recipe": _resolved(self.recipe).model_dump(mode="json"),
            "declared": declared(self.recipe),
            "arms": {
                arm.use.label: {
                    "graph": arm.use.graph,
                    "control": arm.arm.control,
                    "factors": arm.use.factors,
                    "levels": arm.levels.model_dump(),
                    "nodes": sorted(arm.arm.nodes),
                    "models": arm.models,
                    "hashes": {
                        "recipe": arm.hashes.recipe,
                        "content": arm.hashes.content,
                        "prompts": arm.hashes.prompts,
                        "schemas": arm.hashes.schemas,
                    },
                }
                for arm in self.arms
            },
            "personas": {
                p.id: {"source_case": p.source_case, "hash": profile_hash(p)} for p in self.profiles
            },
            "episodes": [e.id for e in self.episodes],
        }


def declared(recipe: Recipe) -> dict[str, Any]:
    """What a comparison is to rest on, said before the run: `run.yaml` keeps the first saying."""
    return {
        "primary": recipe.primary,
        "endpoints": recipe.declared_endpoints(),
        "baseline": recipe.baseline,
        "clients": recipe.clients,
        "factors": recipe.factors.listed() if recipe.factors else {},
    }


def episode_id(persona: str, arm: str, seed: int) -> str:
    """The id of one client x one arm x one seed."""
    return f"{persona}--{arm}--s{seed}"


def plan_run(
    recipe: Recipe,
    *,
    base: Path | None = None,
    limit: int | None = None,
    profiles: list[Profile] | None = None,
) -> RunPlan:
    """Resolve a recipe.

    `base`: where relative persona paths start; `limit`: only the first N episodes; `profiles`:
    the personas themselves, where they are at hand already.

    Raises `RecipeError`, `ProfileError`, `GraphError` or `ModelSetupError`, all before any call.
    """
    profiles = profiles or cast(recipe, base)
    load_dynamics().changed(recipe.dynamics)  # A mistake there is told before any in an arm.
    arms = [plan_arm(recipe, use) for use in recipe.uses()]
    _check_prices(recipe, arms)
    planned = [
        PlannedEpisode(episode_id(profile.id, arm.use.label, seed), profile, arm, seed)
        for seed in recipe.seeds
        for profile in profiles
        for arm in arms
    ]
    schedule = Schedule(
        sessions=recipe.sessions,
        exchanges=recipe.exchanges,
        follow_up_weeks=recipe.follow_up_weeks,
        recall_tokens=recipe.recall_tokens,
    )
    return RunPlan(recipe, schedule, arms, profiles, planned[:limit])


def budget_of(recipe: Recipe) -> Budget:
    """A recipe's budget and prices, with nothing spent yet."""
    prices = {name: Price(p.prompt, p.completion, p.cached) for name, p in recipe.prices.items()}
    return Budget(recipe.budget.tokens, recipe.budget.money, prices)


def _check_prices(recipe: Recipe, arms: list[PlannedArm]) -> None:
    """Refuse a budget in money that nobody could keep."""
    if recipe.budget.money is None:
        return
    asked = [arm.models[role] for arm in arms if "session" in arm.arm.nodes for role in ROLES]
    if unpriced := budget_of(recipe).unpriced(asked):
        raise RecipeError(
            f"the budget is in money, and {' and '.join(unpriced)} "
            f"{'has' if len(unpriced) == 1 else 'have'} no price",
            field="budget.money",
            hint="give it under `prices`, per million tokens, or limit `budget.tokens` instead",
        )


def plan_arm(recipe: Recipe, use: ArmUse, *, midway: bool = False) -> PlannedArm:
    """Resolve one arm of a recipe."""
    arm = load_arm(use.graph, tuple(use.drop))
    compiled = compile_arm(use.graph, tuple(use.drop), midway=midway)
    if use.control is not None:
        compiled = replace(compiled, control=use.control)
    # What dropping a node took away (a level of `none`) goes before what a recipe asks for.
    asked = {**arm_defaults(recipe, arm), **compiled.levels.model_dump()}
    for factor in ("intake", "monitoring", "progress"):
        asked[factor] = arm_defaults(recipe, arm)[factor]
    asked |= use.levels
    try:
        levels = Levels.model_validate(asked)
    except ValueError as error:
        raise RecipeError(
            f"arm {use.label!r}: {_first_line(error)}",
            field="arms",
            hint="see `muspsy graphs list`",
        ) from error
    _check_levels(arm, levels, use)
    if use.system is not None and "respond_bare" not in compiled.nodes:
        raise GraphError(
            f"arm {use.label!r} has a system prompt, and graph {use.graph!r} does not use one",
            field="arms",
            hint="use graph `bare`",
        )
    _check_content(levels)
    models: dict[str, str] = {role: shown_model(recipe.model_of(role, use)) for role in ROLES}
    return PlannedArm(use, compiled, levels, hashes_of(recipe, use), models)


def _check_levels(arm: Arm, levels: Levels, use: ArmUse) -> None:
    """Refuse levels that this graph cannot act on: the record would claim what never happened."""
    asked = replace(arm, levels=levels)
    wire(asked)
    acts = effective_levels(asked)
    for factor in ("recall", "plan", "opens"):
        if factor in use.levels and getattr(acts, factor) != getattr(levels, factor):
            raise GraphError(
                f"arm {use.label!r} asks for {factor} {getattr(levels, factor)!r}, and graph "
                f"{use.graph!r} can only do {getattr(acts, factor)!r}",
                field="arms",
                hint="use a graph that has the nodes for it; see `muspsy graphs list`",
            )


def _check_content(levels: Levels) -> None:
    """Read what the levels name, so that an unknown name is told before anything is run."""
    for language in get_args(Language):
        load_manner(levels.manner, language)
        load_school(levels.school, language)


def provenance_of(recipe: Recipe, arm: PlannedArm) -> Provenance:
    """What an episode of this arm is made with."""
    hashes = arm.hashes
    content, prompts, schemas = in_short(hashes)
    return Provenance(
        recipe=hashes.recipe,
        content=content,
        prompts=prompts,
        schemas=schemas,
        code_version=code_version(),
        models=arm.models,
        offline=[role for role, model in arm.models.items() if model == "offline"],
        settings={
            "sessions": recipe.sessions,
            "exchanges": recipe.exchanges,
            "follow_up_weeks": recipe.follow_up_weeks,
            "recall_tokens": recipe.recall_tokens,
            "system": arm.use.system,
            **({"dynamics": dict(recipe.dynamics)} if recipe.dynamics else {}),
        },
    )


def _resolved(recipe: Recipe) -> Recipe:
    """The recipe with its factors spelt out as arms, and model strings as may be written down."""
    arms: list[str | ArmUse] = [
        use.model_copy(update={"models": {r: shown_model(m) for r, m in use.models.items()}})
        for use in recipe.uses()
    ]
    models = {role: shown_model(model) for role, model in recipe.models.items()}
    return recipe.model_copy(
        update={"arms": arms, "models": models, "factors": None, "controls": []}
    )


def _first_line(error: ValueError) -> str:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            near = get_close_matches(key, list(Levels.model_fields), n=1)
            known = (
                f"did you mean {near[0]!r}?" if near else f"known: {', '.join(Levels.model_fields)}"
            )
            return f"levels.{key}: unknown key; {known}"
        said = first["msg"].removeprefix("Input ")
        return f"levels.{key}: {said}, not {str(first['input'])[:40]!r}"
    return str(error).partition("\n")[0]
