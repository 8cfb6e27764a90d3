"""Running whole courses over fakes, in a folder of the test's own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from muspsy_sim.llm.seam import Model
from muspsy_sim.personas.library import load_profile
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.orchestrator import RunOutcome, run
from muspsy_sim.runs.plan import RunPlan, plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import episodes

PERSONA = "en-gordon-pell"


def planned(*, profiles: list[Profile] | None = None, **settings: Any) -> RunPlan:
    recipe = {
        "personas": [PERSONA],
        "arms": ["full"],
        "seeds": [0],
        "sessions": 3,
        "exchanges": 4,
        "follow_up_weeks": 1,
        **settings,
    }
    return plan_run(Recipe.model_validate(recipe), profiles=profiles)


def ran(
    folder: Path, model: Model, *, profiles: list[Profile] | None = None, **settings: Any
) -> list[Episode]:
    """Run a small recipe with one model in every role, and read its episodes."""
    outcome = held(folder, model, planned(profiles=profiles, **settings))
    return list(episodes(outcome.run))


def held(folder: Path, model: Model, plan: RunPlan) -> RunOutcome:
    everybody = {"client": model, "appraiser": model, "counselor": model}
    return asyncio.run(run(plan, folder, overrides=everybody))  # type: ignore[arg-type]


def altered(**changes: Any) -> Profile:
    """The first persona with some fields changed."""
    profile = load_profile(PERSONA).model_dump()
    for path, value in changes.items():
        *parents, last = path.split("__")
        at = profile
        for parent in parents:
            at = at[parent]
        at[last] = value
    return Profile.model_validate(profile)
