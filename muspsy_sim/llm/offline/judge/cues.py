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
from muspsy_sim.records.yaml_tree import Loc, Tree, read_tree

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
    "risk_voiced",
    "risk_probe",
    "risk_resource",
    "risk_people",
    "risk_stays",
    "risk_leaves",
]
"""What a line may hold."""


class Technique(Record):
    """A technique: how a plan names it, and what its use sounds like. Regular expressions."""

    planned: str
    looks_like: str


class JudgeCues(Record):
    """The file of one language: regular expressions over lower-case text, one to a line."""

    language: Language
    cues: dict[Cue, str]
    stop: list[str] = Field(description="words that claims about an earlier session are made of")
    plan_stop: list[str] = Field(description="words that any plan is made of")
    techniques: list[Technique]


@dataclass(frozen=True, slots=True)
class CompiledTechnique:
    """A technique ready to use."""

    planned: re.Pattern[str]
    looks_like: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Compiled:
    """The cues ready to use."""

    language: Language
    cues: dict[Cue, re.Pattern[str]]
    stop: re.Pattern[str]
    """What sentences about earlier sessions are made of, and claims nothing."""
    plan_stop: re.Pattern[str]
    """What any plan is made of, and says nothing of this one."""
    techniques: list[CompiledTechnique]

    def found(self, cue: Cue, low: str) -> bool:
        """Whether a lowered text holds a cue."""
        return self.cues[cue].search(low) is not None


@cache
def judge_cues(language: Language) -> Compiled:
    """The cues of a language. Raises `ContentError` with the line of a cue that is none."""
    tree = read_tree(content_path("agents", "judge", "offline", f"{language}.yaml"))
    sheet = validate_tree(tree, JudgeCues)
    missing = set(get_args(Cue)) - set(sheet.cues)
    if missing:
        raise ContentError(
            tree.path, tree.line("cues"), "cues", f"{min(missing)!r} is missing", "add it"
        )
    return Compiled(
        language=language,
        cues={
            name: _either(tree, ("cues", name), text.splitlines(), language)
            for name, text in sheet.cues.items()
        },
        stop=_words(sheet.stop, language),
        plan_stop=_words(sheet.plan_stop, language),
        techniques=[
            CompiledTechnique(
                planned=_either(tree, ("techniques", at, "planned"), [one.planned], language),
                looks_like=_either(
                    tree, ("techniques", at, "looks_like"), [one.looks_like], language
                ),
            )
            for at, one in enumerate(sheet.techniques)
        ],
    )


def _either(tree: Tree, place: Loc, rows: list[str], language: Language) -> re.Pattern[str]:
    """Any of these cues; in English they begin and end at a word's edge."""
    kept = [(number, row.strip()) for number, row in enumerate(rows, start=1) if row.strip()]
    for number, row in kept:
        try:
            re.compile(row)
        except re.error as error:
            # Cues stand in a block below their name's line, one to a line.
            below = number if len(rows) > 1 else 0
            raise ContentError(
                tree.path,
                tree.line(*place) + below,
                ".".join(map(str, place)),
                f"is no regular expression: {error}",
                "mend the cue",
            ) from error
    either = "|".join(row for _, row in kept)
    return re.compile(either if language == "zh" else rf"(?<![\w'])(?:{either})(?!\w)")


def _words(words: list[str], language: Language) -> re.Pattern[str]:
    either = "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))
    return re.compile(either if language == "zh" else rf"(?<![\w'])(?:{either})(?![\w'])")
