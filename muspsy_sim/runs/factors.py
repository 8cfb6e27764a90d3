"""Factors of a recipe, crossed into arms with readable names.

Each factor lists its levels, the reference first. `memory` and `plan` take nodes away where a level
needs none of them, so that "off" costs no calls; `sham`, `scrambled` and `random` are their
controls, matched in tokens and in calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from muspsy_sim.agents.live import IntakeLevel, Monitoring, PlanLevel, Progress, RecallLevel
from muspsy_sim.records.base import Record

RoleName = Literal["client", "appraiser", "counselor", "judge", "annotator"]

BASE = "full"
"""The graph that factors take nodes from and set levels of."""

Control = Literal["sham", "scrambled", "random"]

CONTROLS: dict[str, tuple[Control, ...]] = {"memory": ("sham", "scrambled"), "plan": ("random",)}
"""The levels of a factor that are its controls, not ways of counseling."""

_GRAPHS: dict[tuple[str, str], str] = {("memory", "transcript"): "transcript"}
"""Levels with a graph of their own, which nodes are then taken from."""

_DROPPED: dict[tuple[str, str], tuple[str, ...]] = {
    ("memory", "none"): ("recall", "remember"),
    ("plan", "none"): ("plan", "plan_first", "plan_next"),
    ("plan", "session"): ("plan",),
}
"""Nodes that a level has no use for."""

_FIELD = {"memory": "recall"}
"""Factors whose level has another name among an arm's levels."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_~]+")


@dataclass(frozen=True, slots=True)
class FactorArm:
    """One combination of levels: the arm's name, and what it changes about the base graph."""

    name: str
    graph: str
    factors: dict[str, str]
    levels: dict[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    models: dict[RoleName, str] = field(default_factory=dict)
    control: bool = False


class Factors(Record):
    """The factors that a recipe crosses. Each lists its levels, the reference first."""

    memory: list[RecallLevel] = Field(
        default_factory=list,
        description="what is recalled; `sham`: filler as long; `scrambled`: notes on others",
    )
    plan: list[PlanLevel] = Field(
        default_factory=list, description="`random`: planned, thrown away, and drawn instead"
    )
    school: list[str] = Field(default_factory=list)
    manner: list[str] = Field(default_factory=list)
    intake: list[IntakeLevel] = Field(default_factory=list)
    monitoring: list[Monitoring] = Field(default_factory=list)
    progress: list[Progress] = Field(default_factory=list)
    models: dict[str, str | dict[RoleName, str]] = Field(
        default_factory=dict,
        description="a short name to the counselor's model, or to a model for each role",
    )

    @field_validator("memory", "plan", "school", "manner", "intake", "monitoring", "progress")
    @classmethod
    def _levels_once(cls, levels: list[str]) -> list[str]:
        if len(set(levels)) != len(levels):
            twice = next(level for level in levels if levels.count(level) > 1)
            raise ValueError(f"{twice!r} is named twice")
        return levels

    @model_validator(mode="after")
    def _something(self) -> Factors:
        if not self.listed():
            raise ValueError("no factor lists any levels")
        return self

    def listed(self) -> dict[str, list[str]]:
        """The factors that have levels, each with them, in a fixed order."""
        every = {name: list(getattr(self, name)) for name in type(self).model_fields}
        return {name: levels for name, levels in every.items() if levels}

    def arms(self, controls: list[Control]) -> list[FactorArm]:
        """All combinations, then each of `controls` set against the last combination."""
        listed = self.listed()
        found = [self._arm(dict(zip(listed, at, strict=True))) for at in product(*listed.values())]
        top = {name: _last(name, levels) for name, levels in listed.items()}
        for factor, levels in CONTROLS.items():
            found += [self._arm({**top, factor: level}) for level in levels if level in controls]
        return list({arm.name: arm for arm in found}.values())

    def _arm(self, at: dict[str, str]) -> FactorArm:
        drop = [node for pair in at.items() for node in _DROPPED.get(pair, ())]
        levels = {_FIELD.get(name, name): level for name, level in at.items() if name != "models"}
        models: dict[RoleName, str] = {}
        if "models" in at:
            named = self.models[at["models"]]
            models = {"counselor": named} if isinstance(named, str) else dict(named)
        return FactorArm(
            graph=next((_GRAPHS[pair] for pair in at.items() if pair in _GRAPHS), BASE),
            name=".".join(f"{name}-{_UNSAFE.sub('_', level)}" for name, level in at.items()),
            factors=at,
            levels=levels,
            drop=tuple(drop),
            models=models,
            control=any(level in CONTROLS.get(name, ()) for name, level in at.items()),
        )


def _last(name: str, levels: list[str]) -> str:
    """The last level that is no control."""
    real = [level for level in levels if level not in CONTROLS.get(name, ())]
    return (real or levels)[-1]
