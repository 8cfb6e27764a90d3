"""The words by which pitfalls are found: `agents/judge/pitfalls/{language}.yaml`.

In English a cue is a whole word or phrase, and a final `*` lets the word go on; in Chinese it is
found wherever it stands. ` … ` inside a cue stands for a few words between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict

Cues = Annotated[list[str], Field(min_length=1)]


class PitfallCuesFile(Record):
    """One file of `agents/judge/pitfalls/`."""

    language: Language
    stop: Cues = Field(description="words, in Chinese also characters, that say nothing alone")


@dataclass(frozen=True, slots=True)
class PitfallCues:
    """The cues of one language, compiled."""

    stop: frozenset[str]


@cache
def pitfall_cues(language: Language) -> PitfallCues:
    """Read a language's cues once. Raises `ContentError` naming file, line and field."""
    read = load_strict(
        content_path("agents", "judge", "pitfalls", f"{language}.yaml"), PitfallCuesFile
    )
    return PitfallCues(stop=frozenset(read.stop))
