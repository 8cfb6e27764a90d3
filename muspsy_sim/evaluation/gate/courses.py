"""What the gate runs: the same clients under every arm, as two ordinary runs in its folder.

`courses/` holds the arms, the held-out scripts and the frozen clients; `shuffled/` the arms again,
with the appraisals of `courses/` dealt out anew. Both are resumed, replayed and shown as any run.
"""

from __future__ import annotations

from dataclasses import dataclass

from muspsy_sim.evaluation.gate.shuffling import NAME as SHUFFLED_APPRAISALS
from muspsy_sim.personas.summaries import list_profiles
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.plan import RunPlan, plan_run
from muspsy_sim.runs.recipe import ArmUse, Recipe, RoleOrDefault

ARMS = ("full", "neutral", "dismissive", "advice-only", "nodding", "waitlist")
FROZEN = "frozen"
SCRIPTS = {
    "script-good": "good",
    "script-neutral": "neutral",
    "script-dismissive": "dismissive",
    "script-advice": "advice",
}
"""Arm -> the script of `agents/gate/` that speaks in it."""
ORDER = (("full", "neutral"), ("neutral", "dismissive"), ("neutral", "advice-only"))
SCRIPT_ORDER = (
    ("script-good", "script-neutral"),
    ("script-neutral", "script-dismissive"),
    ("script-neutral", "script-advice"),
)
SHUFFLED = ("full", "neutral", "dismissive", "advice-only")
SESSIONS, EXCHANGES, FOLLOW_UP_WEEKS = 6, 10, 4
DEFAULT_SEEDS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What the gate is asked to examine: which client and appraiser, over which courses."""

    client: str = "offline"
    appraiser: str = "offline"
    annotator: str = "offline"
    personas: tuple[str, ...] = ()
    """Empty = all of `personas/`."""
    clients: int | None = None
    """Only so many of them, for trying; `None` = all."""
    seeds: int = DEFAULT_SEEDS
    concurrency: int = 16


def courses_plan(asked: Asked, profiles: list[Profile] | None = None) -> RunPlan:
    """The plan of `courses/`. Raises what `plan_run` raises."""
    uses: list[str | ArmUse] = [*ARMS]
    uses += [
        ArmUse(graph="scripted", name=arm, models={"counselor": f"script:{script}"})
        for arm, script in SCRIPTS.items()
    ]
    uses.append(ArmUse(graph="full", name=FROZEN, levels={"progress": "frozen"}))
    return _plan(asked, uses, asked.appraiser, profiles)


def shuffled_plan(asked: Asked, profiles: list[Profile] | None = None) -> RunPlan:
    """The plan of `shuffled/`; its appraiser is an override, see `shuffling`."""
    return _plan(asked, [*SHUFFLED], SHUFFLED_APPRAISALS, profiles)


def _plan(
    asked: Asked, uses: list[str | ArmUse], appraiser: str, profiles: list[Profile] | None
) -> RunPlan:
    models: dict[RoleOrDefault, str] = {
        "default": "offline",
        "client": asked.client,
        "appraiser": appraiser,
    }
    names = list(asked.personas) or [profile.id for profile in list_profiles()]
    recipe = Recipe(
        about="Made by `muspsy validate`.",
        personas=names[: asked.clients],
        arms=uses,
        seeds=list(range(asked.seeds)),
        sessions=SESSIONS,
        exchanges=EXCHANGES,
        follow_up_weeks=FOLLOW_UP_WEEKS,
        models=models,
        concurrency=asked.concurrency,
    )
    return plan_run(recipe, profiles=profiles)
