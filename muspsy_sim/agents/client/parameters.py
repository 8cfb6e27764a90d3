"""The parameters of the client's dynamics, read from `agents/client/dynamics.yaml`.

Each carries its value, its plausible range, what it means and where it comes from; a value outside
its range, an unknown key or an unnamed source is refused. `Dynamics` holds no state and no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from muspsy_sim.agents.client.hour_parameters import (
    Arousal,
    BehaviourRule,
    Disclosing,
    Family,
    Harm,
    Moved,
    Planned,
    Reception,
    Remembered,
    Rupture,
    Speaking,
    Start,
)
from muspsy_sim.agents.client.parameter import Parameter, complete
from muspsy_sim.agents.client.week_parameters import (
    Attending,
    Reporting,
    Scripted,
    Weekly,
    Words,
)
from muspsy_sim.records.appraisal import BEHAVIOURS, Behaviour
from muspsy_sim.records.base import Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.profile import ResistanceStyle, StageOfChange
from muspsy_sim.records.strict_yaml import load_strict


class Dynamics(Record):
    """All parameters of the client's dynamics."""

    version: Literal[1]
    sources: dict[str, str]
    from_memory: list[str] = Field(
        default=[], description="keys of `sources` that nobody looked up for this file"
    )
    elsewhere: list[str] = Field(
        default=[], description="keys of `sources` about something other than counseling"
    )
    start: Start
    reception: Reception
    behaviours: dict[Behaviour, BehaviourRule]
    families: dict[Family, dict[Moved, Parameter]]
    stage_fit: dict[StageOfChange, dict[Behaviour, Parameter]]
    style_fit: dict[ResistanceStyle, dict[Behaviour, Parameter]]
    harm: Harm
    arousal: Arousal
    rupture: Rupture
    remembered: Remembered
    planned: Planned
    disclosing: Disclosing
    speaking: Speaking
    attending: Attending
    week: Weekly
    report: Reporting
    scripted: Scripted
    words: Words

    @model_validator(mode="after")
    def _whole(self) -> Dynamics:
        complete(self.behaviours, BEHAVIOURS, "behaviours")
        complete(self.families, get_args(Family), "families")
        complete(self.stage_fit, get_args(StageOfChange), "stage_fit")
        complete(self.style_fit, get_args(ResistanceStyle), "style_fit")
        for path, parameter in self.parameters().items():
            if unknown := set(parameter.sources()) - set(self.sources):
                raise ValueError(f"{path} names sources that are not listed: {sorted(unknown)}")
            if (set(parameter.sources()) <= set(self.elsewhere)) != (parameter.basis == "analogy"):
                raise ValueError(
                    f"{path}: `basis: analogy` goes with sources that are all in `elsewhere`, and "
                    "such sources with no other basis"
                )
        for name in ("from_memory", "elsewhere"):
            if unknown := set(getattr(self, name)) - set(self.sources):
                raise ValueError(f"{name} names sources that are not listed: {sorted(unknown)}")
        return self

    @property
    def crisis_level(self) -> float:
        """Risk, 0 to 1, from which a client who has told of it can be referred on as in crisis."""
        return self.attending.crisis.value

    def parameters(self) -> dict[str, Parameter]:
        """Every parameter by its path, such as `week.natural`, in the file's order."""
        found: dict[str, Parameter] = {}
        _collect("", self, found)
        return found

    def changed(self, values: Mapping[str, float]) -> Dynamics:
        """A copy with other values, by path: `dynamics.changed({"week.natural": 0.0})`.

        Raises:
            ContentError: a path names no parameter, or a value is outside its range.
        """
        tree = self.model_dump()
        known = self.parameters()
        for path, value in values.items():
            if path not in known:
                raise ContentError(
                    _path(), None, path, "names no parameter of the client's dynamics"
                )
            _set(tree, path, value)
        try:
            return Dynamics.model_validate(tree)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(step) for step in first["loc"])
            raise ContentError(_path(), None, place, first["msg"]) from error


def load_dynamics() -> Dynamics:
    """The parameters in `agents/client/dynamics.yaml`, read once.

    Raises:
        ContentError: the file is missing, is not YAML, or does not fit (each problem at its line).
    """
    return _load(str(_path()))


def _path() -> Path:
    return content_path("agents", "client", "dynamics.yaml")


@cache
def _load(path: str) -> Dynamics:
    return load_strict(path, Dynamics)


def _collect(path: str, value: object, found: dict[str, Parameter]) -> None:
    if isinstance(value, Parameter):
        found[path] = value
        return
    children: list[tuple[str, object]] = []
    if isinstance(value, Record):
        children = [(name, getattr(value, name)) for name in type(value).model_fields]
    elif isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = [(str(n), child) for n, child in enumerate(value)]
    for name, child in children:
        _collect(f"{path}.{name}" if path else name, child, found)


def _set(tree: Any, path: str, value: float) -> None:
    for step in path.split("."):
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    tree["value"] = value
