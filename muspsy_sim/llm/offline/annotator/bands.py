"""How far a client trusts and how distressed it is, read off its lines by rule.

What people say when they open up or close, when it weighs on them or lets go, is in
`agents/annotator/offline/bands-LANGUAGE.yaml`. Each client turn is weighed from -2 to 2; the bands
follow from the mean. The counselor's lines are not looked at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import cache
from random import Random
from typing import get_args

from pydantic import Field

from muspsy_sim.records.answers import BandsAnswer
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict
from muspsy_sim.records.views import BandsView, DistressWord, TrustWord

_TRUST: tuple[TrustWord, ...] = get_args(TrustWord)
_DISTRESS: tuple[DistressWord, ...] = get_args(DistressWord)
_MOST, _SOME = 2.0, 1.0
_MOST_BY_LENGTH = 1.0
"""What a turn's length can say of trust: who keeps out is brief, who tells takes room. Half of the
typical length is one step down, twice is one up."""
_BY_FEELING = 0.5
"""What a feeling that is named, good or bad, says of trust: it lets itself be seen."""
_MIDDLE = 2.0
"""The band of lines that show nothing either way: the one in the middle."""
_GAIN = 2.0
"""Bands moved by a mean weight of 1: half of the turns with a cue move one band."""
_MOST_QUOTES = 3


class Cues(Record):
    """Regular expressions for what moves a judgment up or down, by two or by one."""

    most_up: list[str] = Field(min_length=1)
    up: list[str] = Field(min_length=1)
    down: list[str] = Field(min_length=1)
    most_down: list[str] = Field(min_length=1)


class BandCues(Record):
    """One file: what the rule knows of how people talk in one language."""

    language: Language
    typical: int = Field(
        gt=0, description="a client's turn in words (English) or signs (Chinese), as people talk"
    )
    trust: Cues
    distress: Cues


@cache
def band_cues(language: Language) -> BandCues:
    """The cues of one language. Raises `ContentError` naming file and line."""
    path = content_path("agents", "annotator", "offline", f"bands-{language}.yaml")
    return load_strict(path, BandCues)


def bands(view: BandsView, rng: Random) -> BandsAnswer:
    """The bands of a stretch, with the words that they rest on."""
    cues = band_cues(view.language)
    said = [line.text for line in view.dialogue if line.speaker == "client"] or [""]
    trust = [_weighed(text, "trust", view.language) for text in said]
    distress = [_weighed(text, "distress", view.language) for text in said]
    open_now = [
        own + _by_length(text, cues) + _BY_FEELING * min(1, len(feelings))
        for text, (own, _), (_, feelings) in zip(said, trust, distress, strict=True)
    ]
    return BandsAnswer(
        trust=_TRUST[_band(open_now)],
        trust_quotes=_quotes((q for _, q in trust), said),
        distress=_DISTRESS[_band([w for w, _ in distress])],
        distress_quotes=_quotes((q for _, q in distress), said),
    )


def _band(weights: Sequence[float]) -> int:
    mean = sum(max(-_MOST, min(_MOST, w)) for w in weights) / len(weights)
    return max(0, min(4, round(_MIDDLE + _GAIN * mean)))


def _by_length(text: str, cues: BandCues) -> float:
    size = len(text.split()) if cues.language == "en" else len(re.findall(r"\w", text))
    steps = math.log2(max(1, size) / cues.typical)
    return max(-_MOST_BY_LENGTH, min(_MOST_BY_LENGTH, steps))


def _weighed(text: str, what: str, language: Language) -> tuple[float, list[str]]:
    """What a turn's cues add up to, and the words found. A stretch of text counts once."""
    weight, found, left = 0.0, [], text
    for step, pattern in _patterns(what, language):
        for match in pattern.finditer(left):
            weight += step
            found.append(text[match.start() : match.end()])
        # Blanked, so that "no better" is not heard as "better" as well.
        left = pattern.sub(lambda m: " " * len(m[0]), left)
    return weight, found


@cache
def _patterns(what: str, language: Language) -> tuple[tuple[float, re.Pattern[str]], ...]:
    cues: Cues = getattr(band_cues(language), what)
    steps = (
        (_MOST, cues.most_up),
        (-_MOST, cues.most_down),
        (_SOME, cues.up),
        (-_SOME, cues.down),
    )
    edge = r"\b" if language == "en" else ""
    return tuple(
        (step, re.compile(f"{edge}(?:{'|'.join(words)}){edge}", re.IGNORECASE))
        for step, words in steps
    )


def _quotes(found: Iterable[list[str]], said: Sequence[str]) -> list[str]:
    """The words that were found; where there are none, the client's first line."""
    words = list(dict.fromkeys(q for own in found for q in own if q.strip()))
    return words[:_MOST_QUOTES] or [said[0] or "-"]
