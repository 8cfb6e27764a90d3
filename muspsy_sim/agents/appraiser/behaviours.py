"""The descriptions of the closed list of behaviours, from `agents/appraiser/behaviours.yaml`.

The list itself is in `muspsy_sim.records.appraisal`; the file describes each of its members exactly
once, and is refused otherwise.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from muspsy_sim.records.appraisal import BEHAVIOURS, BEHAVIOURS_VERSION, Behaviour
from muspsy_sim.records.base import Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.strict_yaml import load_strict

Valence = Literal["helps", "neutral", "depends", "harms"]
"""What a behaviour does when nothing is known of the moment; the moment goes before it."""


class Example(Record):
    """One counselor turn that shows the behaviour, in both languages."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class BehaviourText(Record):
    """What one behaviour is: enough for two readers to code it alike."""

    behaviour: Behaviour
    description: str = Field(min_length=1)
    counts: list[str] = Field(min_length=1, description="what is coded so")
    not_this: list[str] = Field(min_length=1, description="what is not, and what it is instead")
    example: Example
    source: str = Field(min_length=1, description="where the notion comes from")
    valence: Valence


class BehaviourList(Record):
    """The file `agents/appraiser/behaviours.yaml`."""

    version: int = Field(ge=1, description="the version of the closed list that it describes")
    behaviours: list[BehaviourText]


def load() -> dict[Behaviour, BehaviourText]:
    """Each behaviour's text, in the order of the closed list.

    Raises:
        ContentError: the file does not describe each behaviour of this version exactly once.
    """
    path = content_path("agents", "appraiser", "behaviours.yaml")
    listed = load_strict(path, BehaviourList)
    if listed.version != BEHAVIOURS_VERSION:
        raise ContentError(
            path,
            None,
            "version",
            f"describes version {listed.version} of the list; the program codes "
            f"{BEHAVIOURS_VERSION}",
            "bring the descriptions up to date",
        )
    described = [text.behaviour for text in listed.behaviours]
    missing = sorted(set(BEHAVIOURS) - set(described))
    twice = sorted({name for name in described if described.count(name) > 1})
    if missing or twice:
        raise ContentError(
            path,
            None,
            "behaviours",
            f"missing: {', '.join(missing) or 'none'}; twice: {', '.join(twice) or 'none'}",
            "describe each behaviour of the list once",
        )
    by_name = {text.behaviour: text for text in listed.behaviours}
    return {text.behaviour: text for text in sorted(by_name.values(), key=_place)}


def _place(text: BehaviourText) -> int:
    return BEHAVIOURS.index(text.behaviour)
