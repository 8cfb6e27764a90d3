"""What is recognised in a note: people, feelings, events and beliefs by the words that name them.

The words lie in `agents/counselor/recalling/{language}.yaml`. In English a cue is a whole word or
phrase, and a final `*` lets the word go on; in Chinese it is found wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, Literal

from pydantic import Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict

Kind = Literal["person", "feeling", "event", "belief"]
KINDS: tuple[Kind, ...] = ("person", "feeling", "event", "belief")

_NAMES: dict[Language, str] = {
    # A capital that no sentence asks for: after a small letter or a comma.
    "en": r"(?<=[a-z,;] )[A-Z][a-z]+(?![\w'-])",
    "zh": r"[老小]<surname>(?![是公])|<surname>(?:哥|姐|叔|姨|婶|师傅|老师|总|经理|主任|医生|大夫)",
}

Words = Annotated[list[str], Field(min_length=1)]


class Named(Record):
    """One thing that notes may speak of, and the words by which they do."""

    name: str = Field(min_length=1)
    cues: Words


class MemoryWordsFile(Record):
    """One file of `agents/counselor/recalling/`."""

    language: Language
    cut: list[str] = Field(
        default_factory=list, description="Chinese only: where a run of characters is cut"
    )
    stop: Words = Field(description="terms too common to be searched for")
    surnames: str = Field(
        default="", description="Chinese only: characters after 老 or 小, or before a title"
    )
    not_names: list[str] = Field(
        default_factory=list, description="English only: capitalised, and nobody's name"
    )
    person: list[Named]
    feeling: list[Named]
    event: list[Named]
    belief: list[Named] = Field(description="beliefs by their form: must, never, not good enough")


@dataclass(frozen=True, slots=True)
class MemoryWords:
    """The words of one language, compiled."""

    stop: frozenset[str]
    cut: re.Pattern[str]
    names: re.Pattern[str]
    """Names of people by their form: Mo and Graham, 老周 and 陈姐."""
    not_names: frozenset[str]
    named: tuple[tuple[Kind, str, re.Pattern[str]], ...]


@cache
def memory_words(language: Language) -> MemoryWords:
    """Read a language's words once. Raises `ContentError` naming file, line and field."""
    read = load_strict(
        content_path("agents", "counselor", "recalling", f"{language}.yaml"), MemoryWordsFile
    )
    return MemoryWords(
        stop=frozenset(read.stop),
        cut=_pattern(read.cut or ["\n"], "zh"),
        names=re.compile(_NAMES[language].replace("<surname>", f"[{read.surnames or ' '}]")),
        not_names=frozenset(read.not_names),
        named=tuple(
            (kind, named.name, _pattern(named.cues, language))
            for kind in KINDS
            for named in getattr(read, kind)
        ),
    )


@lru_cache(maxsize=8192)
def things_in(text: str, language: Language) -> tuple[tuple[Kind, str], ...]:
    """The people, feelings, events and beliefs that a text speaks of, as (kind, name)."""
    words = memory_words(language)
    plain = text.replace("’", "'")
    found = [(kind, name) for kind, name, pattern in words.named if pattern.search(plain)]
    names = dict.fromkeys(words.names.findall(plain))
    return (*found, *(("person", name) for name in names if name not in words.not_names))


def _pattern(cues: Sequence[str], language: Language) -> re.Pattern[str]:
    longest_first = sorted(cues, key=len, reverse=True)
    if language == "zh":
        return re.compile("|".join(map(re.escape, longest_first)))
    bodies = (
        re.escape(c.rstrip("*")) + (r"[\w']*" if c.endswith("*") else "") for c in longest_first
    )
    return re.compile(rf"(?<![\w'])(?:{'|'.join(bodies)})(?!\w)", re.IGNORECASE)
