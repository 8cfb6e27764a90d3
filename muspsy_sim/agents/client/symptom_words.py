"""A self-report in the client's words, from `agents/client/symptom_words.yaml`.

Only what weighs is named, the heaviest first. The item on thoughts of death or self-harm stays out
unless those thoughts may be told.
"""

from __future__ import annotations

import os
from functools import cache, lru_cache

from pydantic import Field, model_validator

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import CONTENT_VARIABLE, content_path
from muspsy_sim.records.state import SymptomReport
from muspsy_sim.records.strict_yaml import load_strict

SELF_HARM_ITEM = 8
"""Place of the PHQ-9 item on thoughts of death or self-harm, counted from 0."""
_MOST = 6


class Wording(Record):
    """One language: a phrase for each item, and words for how often (0 to 3)."""

    often: list[str] = Field(min_length=4, max_length=4)
    phq9: list[str] = Field(min_length=9, max_length=9)
    gad7: list[str] = Field(min_length=7, max_length=7)
    pattern: str = Field(description="holds {item} and {often}")
    nothing: str = Field(description="where no item weighs")

    @model_validator(mode="after")
    def _has_both(self) -> Wording:
        if "{item}" not in self.pattern or "{often}" not in self.pattern:
            raise ValueError("`pattern` must hold {item} and {often}")
        return self


class SymptomWords(Record):
    """The file `agents/client/symptom_words.yaml`."""

    en: Wording
    zh: Wording


def report_in_words(report: SymptomReport, language: Language, *, risk: bool) -> list[str]:
    """The report's items that weigh, heaviest first, six at most; never a number."""
    content = os.environ.get(CONTENT_VARIABLE)
    return list(_phrases(content, language, tuple(report.phq9), tuple(report.gad7), risk))


@lru_cache(maxsize=4096)
def _phrases(
    content: str | None,
    language: Language,
    phq9: tuple[int, ...],
    gad7: tuple[int, ...],
    risk: bool,
) -> list[str]:
    # A report is told at every turn of the week after it.
    words = _load(content)
    wording = words.en if language == "en" else words.zh
    items = [
        (score, phrase)
        for n, (score, phrase) in enumerate(zip(phq9, wording.phq9, strict=True))
        if risk or n != SELF_HARM_ITEM
    ]
    items += list(zip(gad7, wording.gad7, strict=True))
    heaviest = sorted((i for i in items if i[0] > 0), key=lambda item: -item[0])[:_MOST]
    if not heaviest:
        return [wording.nothing]
    return [
        wording.pattern.replace("{item}", phrase).replace("{often}", wording.often[score])
        for score, phrase in heaviest
    ]


@cache
def _load(content: str | None) -> SymptomWords:
    """The file, read once for each place that content is read from; asked for at every turn."""
    return load_strict(content_path("agents", "client", "symptom_words.yaml"), SymptomWords)
