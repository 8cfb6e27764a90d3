"""A recipe: what to run, as a YAML file of `runs/` says it.

What can change an answer is hashed into the run; what cannot (which seeds and personas, how many at
once, budget, prices) is not, so a run can be extended and sped up without being made anew.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from muspsy_sim.agents.live import IntakeLevel, Monitoring, Progress
from muspsy_sim.llm.limits import OUTAGE_S
from muspsy_sim.records.base import Id, Record
from muspsy_sim.runs.factors import Control, Factors, RoleName

RoleOrDefault = Literal["default", "client", "appraiser", "counselor", "judge", "annotator"]


class ArmUse(Record):
    """An arm as a recipe uses it: a graph, and what this use changes about it."""

    graph: Id
    name: Id | None = Field(
        default=None, description="the arm's name in results; its graph's if none"
    )
    models: dict[RoleName, str] = Field(default_factory=dict)
    levels: dict[str, Any] = Field(default_factory=dict)
    system: str | None = Field(default=None, description="system prompt of a bare counselor")
    drop: list[str] = Field(default_factory=list, description="nodes left out of the graph")
    control: bool | None = Field(
        default=None, description="whether this is a control; as its graph says if none"
    )
    factors: dict[str, str] = Field(
        default_factory=dict, description="its level of each factor that the recipe crosses"
    )

    @property
    def label(self) -> str:
        """The name under which results stand."""
        return self.name or self.graph


class SamplingSpec(Record):
    """How a role's model is sampled."""

    temperature: float = Field(default=0.7, ge=0.0, le=2.0)
    top_p: float = Field(default=1.0, gt=0.0, le=1.0)
    max_tokens: int = Field(default=1024, ge=16, le=65536)


class PriceSpec(Record):
    """Money per million tokens, in the currency that the budget is in."""

    prompt: float = Field(ge=0.0)
    completion: float = Field(ge=0.0)
    cached: float | None = Field(default=None, ge=0.0)


class BudgetSpec(Record):
    """Limits that stop a run cleanly; `None` = none."""

    tokens: int | None = Field(default=None, gt=0)
    money: float | None = Field(default=None, gt=0.0)


class Limits(Record):
    """How hard each endpoint may be pressed, and how patiently."""

    calls_at_once: int = Field(default=64, ge=1, le=4096)
    calls_per_minute: float | None = Field(default=None, gt=0.0)
    attempts: int = Field(default=5, ge=1, le=20)
    first_wait_s: float = Field(default=1.0, ge=0.0)
    timeout_s: float = Field(default=120.0, gt=0.0)
    outage_s: float = Field(
        default=OUTAGE_S,
        ge=0.0,
        description="seconds for which a server that lets no connection in any more is waited for "
        "before the run stops; 0 = its calls fail, and their episodes with them",
    )


Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]


def _refuse_twice(labels: list[str]) -> None:
    if len(set(labels)) != len(labels):
        twice = next(v for v in labels if labels.count(v) > 1)
        raise ValueError(f"two arms are called {twice!r}; give one of them a `name`")


class Recipe(Record):
    """One file of `runs/`. Sessions are weekly; an exchange is one turn of each party."""

    about: str = ""
    personas: list[str] = Field(
        min_length=1, description="ids, paths, folders of personas; `all` = personas/"
    )
    variants: int = Field(
        default=0, ge=0, le=999, description="variants of each persona, beside itself"
    )
    arms: list[str | ArmUse] = Field(default_factory=list)
    factors: Factors | None = Field(default=None, description="crossed into arms beside `arms`")
    controls: list[Control] = Field(
        default_factory=list, description="controls of the last combination of `factors`"
    )
    seeds: list[Seed] = Field(min_length=1)
    sessions: int = Field(default=6, ge=1, le=104)
    exchanges: int = Field(default=12, ge=1, le=1000)
    follow_up_weeks: int = Field(default=4, ge=0, le=52)
    language: Literal["any", "en", "zh"] = "any"
    intake: IntakeLevel = "brief"
    monitoring: Monitoring = "none"
    progress: Progress = "responsive"
    recall_tokens: int = Field(default=2400, ge=50)
    dynamics: dict[str, float] = Field(
        default_factory=dict,
        description="other values for parameters of the client's dynamics, as `week.natural: 0.01`",
    )
    primary: str | None = Field(
        default=None, description="the endpoint that the comparison is about, declared beforehand"
    )
    endpoints: list[str] = Field(
        default_factory=list, description="further endpoints declared beforehand"
    )
    baseline: str | None = Field(default=None, description="the arm that others are compared with")
    clients: int | None = Field(
        default=None, ge=1, description="how many clients the comparison is planned for"
    )
    models: dict[RoleOrDefault, str] = Field(default_factory=dict)
    sampling: dict[RoleOrDefault, SamplingSpec] = Field(default_factory=dict)
    concurrency: int = Field(default=16, ge=1, le=10000, description="episodes at once")
    limits: Limits = Field(default_factory=Limits)
    budget: BudgetSpec = Field(default_factory=BudgetSpec)
    prices: dict[str, PriceSpec] = Field(default_factory=dict)
    allow_minors: bool = False

    @field_validator("personas", "seeds", "endpoints", "controls")
    @classmethod
    def _each_once(cls, values: list[Any]) -> list[Any]:
        if len(set(values)) != len(values):
            twice = next(v for v in values if values.count(v) > 1)
            raise ValueError(f"{twice!r} is named twice")
        return values

    @field_validator("arms")
    @classmethod
    def _labels_once(cls, arms: list[str | ArmUse]) -> list[str | ArmUse]:
        # Also asked below, of all arms; here the mistake is told at its own line.
        _refuse_twice([arm if isinstance(arm, str) else arm.label for arm in arms])
        return arms

    @model_validator(mode="after")
    def _arms_fit(self) -> Recipe:
        uses = self.uses()
        if not uses:
            raise ValueError("it names no arm; give it `arms` or `factors`")
        labels = [use.label for use in uses]
        _refuse_twice(labels)
        if self.controls and self.factors is None:
            raise ValueError("`controls` belong to `factors`, and there are none")
        if self.baseline is not None and self.baseline not in labels:
            raise ValueError(f"the baseline {self.baseline!r} is no arm; {', '.join(labels)} are")
        return self

    def uses(self) -> list[ArmUse]:
        """The arms, each as a use: those named, then those that the factors make."""
        named = [ArmUse(graph=a) if isinstance(a, str) else a for a in self.arms]
        if self.factors is None:
            return named
        made = [
            ArmUse(
                graph=arm.graph,
                name=arm.name,
                models=arm.models,
                levels=arm.levels,
                drop=list(arm.drop),
                control=arm.control or None,
                factors=arm.factors,
            )
            for arm in self.factors.arms(self.controls)
        ]
        return [*named, *made]

    def declared_endpoints(self) -> list[str]:
        """The endpoints declared before the run, the primary one first."""
        return list(dict.fromkeys([*([self.primary] if self.primary else []), *self.endpoints]))

    def model_of(self, role: str, use: ArmUse | None = None) -> str:
        """The model string of a role, in an arm's use if one is given."""
        table: dict[str, str] = {str(r): m for r, m in self.models.items()}
        table |= {str(r): m for r, m in use.models.items()} if use is not None else {}
        return table.get(role) or table.get("default", "offline")

    def sampling_of(self, role: str) -> SamplingSpec:
        """How a role is sampled; appraisers and judges default to temperature 0."""
        table: dict[str, SamplingSpec] = {str(r): how for r, how in self.sampling.items()}
        if role in table:
            return table[role]
        base = table.get("default", SamplingSpec())
        return (
            base
            if role in ("client", "counselor")
            else base.model_copy(update={"temperature": 0.0})
        )
