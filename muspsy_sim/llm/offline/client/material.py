"""The offline client's hand-written sentence material: `agents/client/offline/en.yaml`, `zh.yaml`.

Strict YAML, read once per language. Lines are grouped by what they do in a conversation; within a
group by register, so that two clients who say the same sort of thing don't say it alike.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from pydantic import Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict

Register = Literal["plain", "dry", "careful", "raw"]
"""Ways of speaking that generic lines come in; a client keeps to one."""


class Pool(Record):
    """Lines that do one thing: for anybody, and for the registers."""

    any: list[str] = Field(default_factory=list)
    plain: list[str] = Field(default_factory=list)
    dry: list[str] = Field(default_factory=list)
    careful: list[str] = Field(default_factory=list)
    raw: list[str] = Field(default_factory=list)

    def of(self, register: Register) -> list[str]:
        """The lines that only a client of this register says."""
        lines: dict[Register, list[str]] = {
            "plain": self.plain,
            "dry": self.dry,
            "careful": self.careful,
            "raw": self.raw,
        }
        return lines[register]


class Named(Record):
    """What a client calls a thing (`name`) where a text matches `cue`, a regular expression."""

    cue: str
    name: str


class Dialect(Record):
    """Common words as some part of the country says them: who uses its words says them so too."""

    cue: str = Field(description="a regular expression for words of it in a client's own lines")
    least: int = Field(ge=1, description="how often they must be found there")
    words: dict[str, str] = Field(description="the common word, and the one said for it")

    def said(self, text: str) -> str:
        """The text in this dialect."""
        for common, word in self.words.items():
            text = text.replace(common, word)
        return text


class ClientMaterial(Record):
    """All that the offline client knows besides its view."""

    language: Language
    asked: dict[str, list[str]] = Field(
        description="what a question asks for: regular expressions, the first kind that fits counts"
    )
    stated: dict[str, list[str]] = Field(
        description="what a line without a question does; the first kind that fits counts"
    )
    anywhere: dict[str, list[str]] = Field(
        description="what goes before both, wherever it stands in the line"
    )
    closed: list[str] = Field(description="how a yes-or-no question looks")
    agreeing: list[str] = Field(description="how a turn that opens with agreement looks")
    next_time: list[str] = Field(description="how a line that counts on another session looks")
    about: dict[str, list[str]] = Field(description="what a sentence of the client's own is about")
    registers: dict[Register, list[str]] = Field(description="words of a voice style to a register")
    manners: dict[str, list[str]] = Field(description="a stance's manner to the name of its pools")
    feelings: list[Named] = Field(description="feeling words in a counselor's line, as echoed")
    task_names: list[str] = Field(
        description="how a task's own name stands in the counselor's words; one group each"
    )
    homework: list[Named] = Field(description="what the client calls an agreed task")
    fillers_last: list[str] = Field(description="fillers that stand at the end of a sentence")
    fillers_never: list[str] = Field(description="fillers that can stand at neither end")
    fillers_where: dict[str, str] = Field(
        default_factory=dict,
        description="fillers that go before some sentences only: what such a sentence looks like",
    )
    openers: list[str] = Field(
        default_factory=list,
        description="words that only open what is said: nothing is glued before them, none is kept",
    )
    mood_led: dict[str, list[str]] = Field(
        default_factory=dict,
        description="how a sentence on how it is follows on another, by distress; `{x}` for it",
    )
    mood_alone: list[str] = Field(
        default_factory=list, description="sentences on how it is that need no such lead"
    )
    after_risk: list[str] = Field(
        default_factory=list,
        description="answers to a question of danger once thoughts of it have been told",
    )
    dialects: list[Dialect] = Field(
        default_factory=list, description="the first that a client's own lines show is its own"
    )
    unkept: list[str] = Field(
        default_factory=list, description="counselor's sentences that nobody takes home"
    )
    numbers: list[str] = Field(min_length=11, max_length=11, description="0 to 10, as spoken")
    pools: dict[str, Pool]
    frames: dict[str, list[str]] = Field(
        description="sentences with `{x}` for the client's own words"
    )


@cache
def client_material(language: Language) -> ClientMaterial:
    """The material in one language. Raises `ContentError` naming file and line."""
    return load_strict(
        content_path("agents", "client", "offline", f"{language}.yaml"), ClientMaterial
    )


@cache
def pattern(*cues: str) -> re.Pattern[str]:
    """One expression for several cues, case ignored."""
    return re.compile("|".join(f"(?:{cue})" for cue in cues), re.IGNORECASE)
