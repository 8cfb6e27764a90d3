"""The words by which pitfalls are found: `agents/judge/pitfalls/{language}.yaml`.

An English cue is a whole word or phrase, found whatever its case; a Chinese one is found wherever
it stands. What a turn opens with is a cue of its own kind: it must end there, at a sign or with the
turn, unless a final `*` lets the words go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import Field

from muspsy_sim.evaluation.pitfalls.tokens import folded
from muspsy_sim.llm.prompting import digest
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict

Cues = Annotated[list[str], Field(min_length=1)]


class PitfallCuesFile(Record):
    """One file of `agents/judge/pitfalls/`."""

    language: Language
    stop: Cues = Field(description="words, in Chinese also characters, that say nothing alone")
    agreement: Cues = Field(description="words that agree when a client's turn opens with them")
    not_agreement: Cues = Field(description="openings that only look like it")
    resisting: Cues = Field(description="a client keeps the counselor at a distance")
    giving_in: Cues = Field(description="a client grants what the counselor said or proposed")
    client_as_counselor: Cues = Field(description="what only a counselor would say")
    counselor_as_client: Cues = Field(description="what only a client would say")
    role_marks: Cues = Field(description="names of roles that are no part of speech: `Client:`")
    farewell: Cues = Field(description="taking leave")
    earlier: Cues = Field(description="places something in an earlier session")
    said_here: Cues = Field(description="claims that client or counselor said, asked or agreed")
    you_said: Cues = Field(description="claims that the other said what is quoted")
    not_said: Cues = Field(description="says that it was not said, or asks what was")
    claim_words: Cues = Field(description="of a claim to have talked, and not of what about")
    spouses: dict[str, Cues] = Field(description="spouse to words for it; one excludes the others")
    unmarried: Cues = Field(description="a relationship status that excludes every spouse")
    statuses: dict[str, Cues] = Field(description="status to first-person claims of it")
    relations: Cues = Field(description="words for people of a client's life who may be named")
    occupations: Cues = Field(description="occupations that a client may claim")


@dataclass(frozen=True, slots=True)
class PitfallCues:
    """The cues of one language, compiled. Patterns look at folded text (`tokens.folded`)."""

    language: Language
    digest: str
    """Hash of the file: with it a record says what it was measured by."""
    stop: frozenset[str]
    agreement: re.Pattern[str]
    not_agreement: re.Pattern[str]
    resisting: re.Pattern[str]
    giving_in: re.Pattern[str]
    client_as_counselor: re.Pattern[str]
    counselor_as_client: re.Pattern[str]
    role_marks: re.Pattern[str]
    farewell: re.Pattern[str]
    earlier: re.Pattern[str]
    said_here: re.Pattern[str]
    you_said: re.Pattern[str]
    not_said: re.Pattern[str]
    claim_words: frozenset[str]
    spouses: dict[str, re.Pattern[str]]
    unmarried: re.Pattern[str]
    statuses: dict[str, re.Pattern[str]]
    relations: tuple[str, ...]
    occupations: tuple[str, ...]


@cache
def pitfall_cues(language: Language) -> PitfallCues:
    """Read a language's cues once. Raises `ContentError` naming file, line and field."""
    path = content_path("agents", "judge", "pitfalls", f"{language}.yaml")
    read = load_strict(path, PitfallCuesFile)

    def anywhere(cues: Iterable[str]) -> re.Pattern[str]:
        return _anywhere(cues, language)

    return PitfallCues(
        language=language,
        digest=digest(path.read_bytes()),
        stop=frozenset(read.stop),
        agreement=_opening(read.agreement, language),
        not_agreement=_opening([f"{cue}*" for cue in read.not_agreement], language),
        resisting=anywhere(read.resisting),
        giving_in=anywhere(read.giving_in),
        client_as_counselor=anywhere(read.client_as_counselor),
        counselor_as_client=anywhere(read.counselor_as_client),
        role_marks=re.compile(rf"(?:\A|\n)\s*(?:{_either(read.role_marks)})\s*:", re.IGNORECASE),
        farewell=anywhere(read.farewell),
        earlier=anywhere(read.earlier),
        said_here=anywhere(read.said_here),
        you_said=anywhere(read.you_said),
        not_said=anywhere(read.not_said),
        claim_words=frozenset(read.claim_words),
        spouses={name: anywhere(cues) for name, cues in read.spouses.items()},
        unmarried=anywhere(read.unmarried),
        statuses={name: anywhere(cues) for name, cues in read.statuses.items()},
        relations=tuple(sorted(read.relations, key=len, reverse=True)),
        occupations=tuple(sorted(read.occupations, key=len, reverse=True)),
    )


def _either(cues: Iterable[str]) -> str:
    return "|".join(_loose(cue) for cue in sorted(cues, key=len, reverse=True))


def _loose(cue: str) -> str:
    """A cue as a pattern: a comma may stand before each blank of it."""
    return r",?\s+".join(re.escape(word) for word in folded(cue).split())


def _anywhere(cues: Iterable[str], language: Language) -> re.Pattern[str]:
    body = _either(cues)
    return re.compile(body if language == "zh" else rf"(?<![\w'])(?:{body})(?![\w'-])")


def _opening(cues: Iterable[str], language: Language) -> re.Pattern[str]:
    ends = r"(?![\w'-])" if language == "en" else ""
    # `嗯……` hesitates: what follows an opening must end it, and three dots do not.
    closed = r"\s*(?:\Z|(?!\.\.|…)[^\w\s'])"
    bodies = [
        _loose(cue.rstrip("*")) + (ends if cue.endswith("*") else closed)
        for cue in sorted(cues, key=len, reverse=True)
    ]
    return re.compile(rf"[\W_]*(?:{'|'.join(bodies)})")
