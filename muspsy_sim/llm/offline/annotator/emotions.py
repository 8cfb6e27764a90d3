"""Which emotions a client's turn shows, by rule, in Psy-Insight's labels.

The cues are in `agents/annotator/offline/emotions-LANGUAGE.yaml`. A cue that is denied, or that is
told of somebody else, shows nothing, nor does happiness that is wished for; of two that overlap the
longer stands. What is told and not named is not found: `benchmarks/emotions.py` says how much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pydantic import Field

from muspsy_sim.llm.offline.annotator.band_clauses import clause_before, denied_or_others
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.corpus_answers import EmotionName
from muspsy_sim.records.strict_yaml import load_strict


class EmotionCues(Record):
    """One file: how people talk in one language when they feel something."""

    language: Language
    wished: list[str] = Field(
        min_length=1, description="happiness after these, in the same clause, is not there"
    )
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
    wished = _any(emotion_cues(language).wished, language)
    found: dict[EmotionName, Shown] = {}
    for start, end, emotion in sorted(standing):
        if denied_or_others(plain, blanked, start, end, language):
            continue
        if emotion == "Happiness" and wished.search(clause_before(plain, start, language)):
            continue
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
    cues = emotion_cues(language).emotions
    return tuple((emotion, _any(words, language)) for emotion, words in cues.items())


def _any(cues: list[str], language: Language) -> re.Pattern[str]:
    """Any of these; in English whole words only."""
    before, after = (r"(?<![\w'])", r"(?![\w'])") if language == "en" else ("", "")
    return re.compile(f"{before}(?:{'|'.join(cues)}){after}", re.IGNORECASE)
