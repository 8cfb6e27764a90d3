"""The offline judge's own cue words, `agents/judge/offline/*.yaml`, read once and compiled.

What counselors do is coded by the appraiser's cues; these are for what only a whole course shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from pydantic import Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.strict_yaml import validate_tree
from muspsy_sim.records.yaml_tree import read_tree

Cue = Literal[
    "agenda",
    "earlier",
    "claim",
    "amnesia",
    "greeting",
    "farewell",
    "task_set",
    "task_asked",
    "task_used",
    "accepts",
    "thought",
    "experiment",
    "own_trouble",
    "risk_probe",
    "risk_resource",
    "risk_people",
    "risk_stays",
    "risk_leaves",
]
"""What a line may hold."""


class JudgeCues(Record):
    """The file of one language: regular expressions over lower-case text, one to a line."""

    language: Language
    cues: dict[Cue, str]
    stop: list[str] = Field(description="words that claims about an earlier session are made of")


@dataclass(frozen=True, slots=True)
class Compiled:
    """The cues ready to use."""

    language: Language
    cues: dict[Cue, re.Pattern[str]]
    stop: re.Pattern[str]
    """What sentences about earlier sessions are made of, and claims nothing."""

    def found(self, cue: Cue, low: str) -> bool:
        """Whether a lowered text holds a cue."""
        return self.cues[cue].search(low) is not None


@cache
def judge_cues(language: Language) -> Compiled:
    """The cues of a language. Raises `ContentError` with the line of a cue that is none."""
    tree = read_tree(content_path("agents", "judge", "offline", f"{language}.yaml"))
    sheet = validate_tree(tree, JudgeCues)
    compiled: dict[Cue, re.Pattern[str]] = {}
    for name, text in sheet.cues.items():
        rows = [row.strip() for row in text.splitlines() if row.strip()]
        for number, row in enumerate(rows, start=1):
            try:
                re.compile(row)
            except re.error as error:
                raise ContentError(
                    tree.path,
                    tree.line("cues", name) + number,
                    f"cues.{name}",
                    f"is no regular expression: {error}",
                    "mend the cue",
                ) from error
        either = "|".join(rows)
        edged = either if language == "zh" else rf"(?<![\w'])(?:{either})(?!\w)"
        compiled[name] = re.compile(edged)
    missing = set(get_args(Cue)) - set(compiled)
    if missing:
        raise ContentError(
            tree.path, tree.line("cues"), "cues", f"{min(missing)!r} is missing", "add it"
        )
    words = "|".join(re.escape(w) for w in sorted(sheet.stop, key=lambda w: (-len(w), w)))
    stop = words if language == "zh" else rf"(?<![\w'])(?:{words})(?![\w'])"
    return Compiled(language, compiled, re.compile(stop))
