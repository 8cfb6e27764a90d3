"""The words by which the offline annotator finds its way through a case report.

Strict YAML in `agents/annotator/offline/`, read once per language: what a heading announces, what a
sentence is about, and what a report says of how its client meets a counselor.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from pydantic import Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.profile import ResistanceStyle, StageOfChange, Topic
from muspsy_sim.records.strict_yaml import load_strict

Section = Literal[
    "goals", "visit", "problem", "history", "manner", "risk", "formulation", "course", "other"
]
"""What a part of a report is for."""


class About(Record):
    """What a sentence is about where it matches `cue`, a regular expression."""

    cue: str
    name: str


class ReportCues(Record):
    """All that the offline annotator knows of reports in one language; all regular expressions."""

    language: Language
    headings: dict[Section, str] = Field(description="what a heading announces; first that fits")
    left_out: str = Field(description="a sentence of the counseling room or of the report itself")
    to_the_reader: str = Field(
        description="outside quotation marks, that the report speaks to whoever reads it"
    )
    in_the_room: str = Field(description="among observations, what the client does in the hour")
    reported: str = Field(description="how reported speech begins; group 1 is what was said")
    told_nobody: str = Field(description="the rest of the paragraph has been told to nobody")
    hard_to_tell: str
    wish: str = Field(description="a sentence that says what the client wants")
    belief: str = Field(description="group 1 is what is believed")
    support: str = Field(description="people and things that hold the client")
    strength: str
    speech: str = Field(description="a sentence that describes the way of speaking")
    ideation: str
    denied: str = Field(description="a sentence that denies or rules out what it names")
    about: list[About] = Field(description="what a fact is called")
    otherwise: str = Field(description="what a fact is called that nothing else names")
    topics: dict[Topic, str] = Field(description="what brings a client; the most hits count")
    resistance: dict[ResistanceStyle, str]
    stages: dict[StageOfChange, str] = Field(description="the first that fits, in this order")


@cache
def report_cues(language: Language) -> ReportCues:
    """The cues of one language. Raises `ContentError` naming file and line."""
    path = content_path("agents", "annotator", "offline", f"{language}.yaml")
    return load_strict(path, ReportCues)


@cache
def cue(expression: str) -> re.Pattern[str]:
    """A cue as a pattern, case ignored."""
    return re.compile(expression, re.IGNORECASE)
