"""Which emotions a client's turn shows, by rule, in Psy-Insight's labels.

The cues are in `agents/annotator/offline/emotions-LANGUAGE.yaml`. A cue that is denied, or that is
told of somebody else, shows nothing; of two that overlap the longer stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pydantic import Field

from muspsy_sim.llm.offline.annotator.band_clauses import denied_or_others
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.corpus_answers import EmotionName
from muspsy_sim.records.strict_yaml import load_strict


class EmotionCues(Record):
    """One file: how people talk in one language when they feel something."""

    language: Language
    emotions: dict[EmotionName, list[str]] = Field(
        min_length=1, description="regular expressions by label; `Neutral` is where none is found"
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """An emotion, how many cues show it, and where the last of them stands."""

    emotion: EmotionName
    cues: int
    start: int
    end: int


@cache
def emotion_cues(language: Language) -> EmotionCues:
    """The cues of one language. Raises `ContentError` naming file and line."""
    path = content_path("agents", "annotator", "offline", f"emotions-{language}.yaml")
    return load_strict(path, EmotionCues)


def emotions_in(text: str, language: Language) -> list[Shown]:
    """The emotions of a turn, that of most cues first, and of as many that which comes later.

    Empty where none is shown.
    """
    plain = text.replace("’", "'").replace("‘", "'")
    left = plain
    standing: list[tuple[int, int, EmotionName]] = []
    for start, end, emotion in sorted(_hits(plain, language), key=lambda h: (h[0] - h[1], h[0])):
        if "\0" not in left[start:end]:
            left = left[:start] + "\0" * (end - start) + left[end:]
            standing.append((start, end, emotion))
    blanked = left.replace("\0", " ")
    found: dict[EmotionName, Shown] = {}
    for start, end, emotion in sorted(standing):
        if not denied_or_others(plain, blanked, start, end, language):
            before = found.get(emotion)
            found[emotion] = Shown(emotion, before.cues + 1 if before else 1, start, end)
    return sorted(found.values(), key=lambda shown: (-shown.cues, -shown.start))


def _hits(text: str, language: Language) -> list[tuple[int, int, EmotionName]]:
    return [
        (match.start(), match.end(), emotion)
        for emotion, pattern in _compiled(language)
        for match in pattern.finditer(text)
        if match[0]
    ]


@cache
def _compiled(language: Language) -> tuple[tuple[EmotionName, re.Pattern[str]], ...]:
    before, after = (r"(?<![\w'])", r"(?![\w'])") if language == "en" else ("", "")
    return tuple(
        (emotion, re.compile(f"{before}(?:{'|'.join(cues)}){after}", re.IGNORECASE))
        for emotion, cues in emotion_cues(language).emotions.items()
    )
