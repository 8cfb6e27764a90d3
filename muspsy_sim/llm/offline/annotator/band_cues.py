"""What the offline reader of bands knows of how people talk, by language.

The words are in `agents/annotator/offline/bands-LANGUAGE.yaml`, written from what is published on
the language of distress and of trust (see `bands.py`), and mended by reading, without knowing their
state, what simulated clients say on seeds that the gate does not use: words and short idioms, never
a sentence of theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pydantic import Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict


class DistressCues(Record):
    """Regular expressions by how much distress the words show, most first; then relief."""

    overwhelmed: list[str] = Field(min_length=1)
    heavy: list[str] = Field(min_length=1)
    troubled: list[str] = Field(min_length=1)
    uneasy: list[str] = Field(min_length=1)
    eased: list[str] = Field(min_length=1)
    settled: list[str] = Field(min_length=1)
    neutral: list[str] = Field(description="looks like a cue and is a courtesy, or says nothing")


class TrustCues(Record):
    """Regular expressions by how far the words open up or close."""

    trusting: list[str] = Field(min_length=1)
    open: list[str] = Field(min_length=1)
    guarded: list[str] = Field(min_length=1)
    closed: list[str] = Field(min_length=1)


class ScopeCues(Record):
    """What changes what a cue says: its negation, degree, owner, time and reality."""

    negation: list[str] = Field(min_length=1)
    seeming: list[str] = Field(description="looks like a negation and is none")
    blocks: list[str] = Field(description="words that a negation doesn't reach across")
    stronger: list[str] = Field(min_length=1)
    weaker: list[str] = Field(min_length=1)
    others: list[str] = Field(description="people who are not the client")
    objects: list[str] = Field(description="words after which a person is not the one who feels")
    own: list[str] = Field(min_length=1)
    own_after: list[str] = Field(description="the client, hit by what somebody else does")
    reported: list[str] = Field(description="somebody else's opinion")
    past: list[str] = Field(min_length=1)
    now: list[str] = Field(min_length=1)
    wished: list[str] = Field(description="relief after these is wanted, or played")
    supposed: list[str] = Field(description="what follows may never happen")


class ToneCues(Record):
    """Words whose share says something where no cue does."""

    absolute: list[str] = Field(min_length=1)
    first_person: list[str] = Field(min_length=1)
    hedges: list[str] = Field(min_length=1)
    you: list[str] = Field(min_length=1)
    generic: list[str] = Field(min_length=1)


class BandCues(Record):
    """One file: what the rule knows of how people talk in one language."""

    language: Language
    typical: int = Field(
        gt=0, description="a client's turn in words (English) or signs (Chinese), as people talk"
    )
    distress: DistressCues
    trust: TrustCues
    scope: ScopeCues
    tone: ToneCues


@cache
def band_cues(language: Language) -> BandCues:
    """The cues of one language. Raises `ContentError` naming file and line."""
    path = content_path("agents", "annotator", "offline", f"bands-{language}.yaml")
    return load_strict(path, BandCues)


WEIGHTS: dict[str, float] = {
    "overwhelmed": 3.0,
    "settled": -2.0,
    "heavy": 2.0,
    "troubled": 1.0,
    "eased": -1.0,
    "uneasy": 0.5,
    "neutral": 0.0,
}
"""What a cue of distress weighs; below 0 is relief, 0 is none."""
OPENNESS: dict[str, float] = {"closed": -2.0, "trusting": 2.0, "guarded": -1.0, "open": 1.0}
"""The same for trust."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """The cues of one language, compiled."""

    distress: tuple[tuple[float, re.Pattern[str]], ...]
    trust: tuple[tuple[float, re.Pattern[str]], ...]
    scope: dict[str, re.Pattern[str]]
    tone: dict[str, re.Pattern[str]]


_CONTRACTED = (
    (re.compile(r"\bcan't"), "(?:can't|cannot|can not)"),
    (re.compile(r"\bwon't"), "(?:won't|will not)"),
    (re.compile(r"\b([a-z]+)n't"), r"(?:\1n't|\1 not)"),
    (re.compile(r"\bI'm"), "(?:I'm|I am)"),
    (re.compile(r"\bI've"), "(?:I've|I have)"),
)


def _in_full(pattern: str) -> str:
    """A pattern that also reads the uncontracted forms of what it has contracted."""
    for short, both in _CONTRACTED:
        pattern = short.sub(both, pattern)
    return pattern


@cache
def patterns(language: Language) -> Patterns:
    """All patterns of a language; English ones match whole words only."""
    cues = band_cues(language)

    def compiled(words: list[str]) -> re.Pattern[str]:
        # Longest first, so that "a bit of" is not cut to "a bit".
        joined = "|".join(sorted((_in_full(word) for word in words), key=len, reverse=True))
        edges = (r"(?<![\w'])", r"(?![\w'])") if language == "en" else ("", "")
        return re.compile(f"{edges[0]}(?:{joined}){edges[1]}", re.IGNORECASE)

    return Patterns(
        distress=tuple((w, compiled(getattr(cues.distress, n))) for n, w in WEIGHTS.items()),
        trust=tuple((w, compiled(getattr(cues.trust, n))) for n, w in OPENNESS.items()),
        scope={name: compiled(getattr(cues.scope, name)) for name in ScopeCues.model_fields},
        tone={name: compiled(getattr(cues.tone, name)) for name in ToneCues.model_fields},
    )
