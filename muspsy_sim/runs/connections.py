"""The models of a run, each opened once, and the chairs of one episode that they sit in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from muspsy_sim.llm.budget import Budget, Budgeted
from muspsy_sim.llm.counting import Counted, UsageCount
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal import Journal, Journalled
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.prefixes import Prefixes
from muspsy_sim.llm.replay import ReplayModel
from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import Model, Role, Sampling
from muspsy_sim.runs.course import Seat
from muspsy_sim.runs.plan import PlannedArm, budget_of
from muspsy_sim.runs.provenance import ROLES
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import find_run


@dataclass(slots=True)
class Connections:
    """The models of a run, each opened once, behind the limits of their endpoints."""

    recipe: Recipe
    endpoints: Endpoints
    budget: Budget
    overrides: Mapping[Role, Model] = field(default_factory=dict)
    _models: dict[str, Model] = field(default_factory=dict)

    def model(self, text: str) -> Model:
        """The model of this string: limited by its endpoint, budgeted, not yet journalled."""
        if text not in self._models:
            spec = parse_model(text)
            if spec.scheme == "replay":
                self._models[text] = ReplayModel(find_run(text.partition(":")[2]).folder)
            else:
                self._models[text] = open_model(
                    spec,
                    self.endpoints,
                    timeout_s=self.recipe.limits.timeout_s,
                    budget=self.budget,
                )
        return self._models[text]

    def seat(
        self,
        arm: PlannedArm,
        journal: Journal,
        *counts: UsageCount,
        prefixes: Prefixes | None = None,
    ) -> Seat:
        """The arm in the chair of one episode: its models read and write the episode's journal."""
        policy = RetryPolicy(
            attempts=self.recipe.limits.attempts, first_wait_s=self.recipe.limits.first_wait_s
        )
        models: dict[Role, Model] = {}
        samplings: dict[Role, Sampling] = {}
        for role in ROLES:
            inner: Model | None = None
            if journal.writable:
                inner = (
                    Budgeted(self.overrides[role], self.budget)
                    if role in self.overrides
                    else self.model(self.recipe.model_of(role, arm.use))
                )
            journalled = Journalled(inner, journal)
            models[role] = Retrying(Counted(journalled, *counts, prefixes=prefixes), policy)
            how = self.recipe.sampling_of(role)
            samplings[role] = Sampling(how.temperature, how.top_p, how.max_tokens)
        return Seat(arm.use.label, arm.arm, arm.levels, models, samplings, arm.use.system)


@asynccontextmanager
async def connected(
    recipe: Recipe, overrides: Mapping[Role, Model] | None = None
) -> AsyncIterator[Connections]:
    """Connections for a run, closed afterwards."""
    limits = recipe.limits
    async with Endpoints(
        limits.calls_at_once, limits.calls_per_minute, limits.outage_s
    ) as endpoints:
        yield Connections(recipe, endpoints, budget_of(recipe), overrides or {})


def open_models(connections: Connections, arm: PlannedArm) -> None:
    """Open every model of an arm, so that a missing key is told before anything is written."""
    for role in ROLES:
        if role not in connections.overrides:
            connections.model(connections.recipe.model_of(role, arm.use))
