"""A run as it was planned, rebuilt from its folder: `run.yaml` and the episodes' own profiles.

No recipe or persona file is needed. What the folder was made with is compared with what is here
now, and a difference is named before anything is replayed or forked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError

from muspsy_sim.agents.live import Schedule
from muspsy_sim.llm.journal_text import Header
from muspsy_sim.llm.prompting import digest
from muspsy_sim.records.base import Id, Record
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.living import ForkPlan
from muspsy_sim.runs.plan import PlannedArm, PlannedEpisode, RunPlan, plan_arm
from muspsy_sim.runs.recipe import ArmUse, Recipe
from muspsy_sim.runs.store import Run, read_run_file


class ForkSpec(Record):
    """A fork as its `run.yaml` tells it: where it left which episode, and for which arm."""

    run: str
    """The parent's folder, as seen from the fork's."""
    episode: Id
    session: int
    turn: int
    arm: Id
    """The arm that it left, by its label."""
    onward: Id
    """The arm that it went on under; the same one for a fork that changes nothing."""


class Planned(Protocol):
    """What of an episode it is planned again by."""

    id: str
    arm: str
    seed: int
    profile: Profile


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A run as it was planned."""

    run: Run
    recipe: Recipe
    schedule: Schedule
    arms: dict[str, PlannedArm]
    fork: ForkSpec | None

    @property
    def plan(self) -> RunPlan:
        """The plan that an episode is lived by; it names no episodes of its own."""
        return RunPlan(self.recipe, self.schedule, list(self.arms.values()), [], [])

    def arm(self, label: str, field: str = "arm") -> PlannedArm:
        """An arm of this run. Raises `RunError` for one that it does not have."""
        if label not in self.arms:
            raise RunError(
                f"the run has no arm {label!r}",
                file=self.run.file,
                field=field,
                hint=f"it has {', '.join(self.arms)}",
            )
        return self.arms[label]

    def planned(self, episode: Planned) -> tuple[PlannedEpisode, ForkPlan | None, Header]:
        """One episode as it was planned, its fork if it is one, and its journal's header."""
        if self.fork is None:
            arm = self.arm(episode.arm)
            planned = PlannedEpisode(episode.id, episode.profile, arm, episode.seed)
            return planned, None, arm.hashes.header(episode.id, episode.profile)
        left = self.arm(self.fork.arm, "fork.arm")
        onward = midway(self.recipe, self.arm(self.fork.onward, "fork.onward").use)
        planned = PlannedEpisode(episode.id, episode.profile, left, episode.seed)
        fork = ForkPlan(self.fork.episode, self.fork.session, self.fork.turn, onward)
        return planned, fork, fork_header(episode.id, episode.profile, left, fork)


def rebuild(run: Run) -> Rebuilt:
    """Rebuild a run. Raises `RunError` when `run.yaml` is none, or content has changed since."""
    described = read_run_file(run)
    try:
        recipe = Recipe.model_validate(described["recipe"])
        fork = ForkSpec.model_validate(described["fork"]) if described.get("fork") else None
    except ValidationError as error:
        first = error.errors()[0]
        raise RunError(
            f"does not describe a run: {first['msg']}",
            file=run.file,
            field=".".join(map(str, first["loc"])),
            hint="restore it, or begin anew with --restart",
        ) from error
    arms = {use.label: plan_arm(recipe, use) for use in recipe.uses()}
    for label, arm in arms.items():
        _check_unchanged(run, label, arm, described.get("arms"))
    schedule = Schedule(
        sessions=recipe.sessions,
        exchanges=recipe.exchanges,
        follow_up_weeks=recipe.follow_up_weeks,
        recall_tokens=recipe.recall_tokens,
    )
    return Rebuilt(run, recipe, schedule, arms, fork)


def midway(recipe: Recipe, use: ArmUse) -> PlannedArm:
    """An arm that takes the chair in the middle of a session. Raises `GraphError`."""
    return plan_arm(recipe, use, midway=True)


def fork_header(episode: str, profile: Profile, left: PlannedArm, fork: ForkPlan) -> Header:
    """The header of a fork's journal: it covers both arms and the place where they meet."""
    before, after = left.hashes.header(episode, profile), fork.arm.hashes.header(episode, profile)
    made_of = [before.recipe, after.recipe, fork.parent, fork.session, fork.turn]
    return Header(
        episode=episode,
        recipe=digest(canonical_json(made_of)),
        content={**before.content, **after.content},
        prompts={**before.prompts, **after.prompts},
        schemas={**before.schemas, **after.schemas},
        code_version=after.code_version,
    )


def _check_unchanged(run: Run, label: str, arm: PlannedArm, described: Any) -> None:
    """Name what changed since the run was made, before a thousand journals each refuse it."""
    try:
        then = described[label]["hashes"]
    except (KeyError, TypeError):
        raise RunError(
            f"does not describe arm {label!r}", file=run.file, hint="restore it, or run it again"
        ) from None
    names: list[str] = ["the recipe"] if then.get("recipe") != arm.hashes.recipe else []
    for what in ("content", "prompts", "schemas"):
        old, now = then.get(what) or {}, getattr(arm.hashes, what)
        changed = sorted(n for n in {*old, *now} if old.get(n) != now.get(n))
        names += [f"{what.removesuffix('s')} {name}" for name in changed]
    if names:
        raise RunError(
            f"arm {label!r} is not what it was when this was run: {', '.join(names[:6])} differs",
            file=run.file,
            hint="put it back as it was, or run the recipe anew",
        )
