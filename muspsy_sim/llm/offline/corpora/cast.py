"""Who speaks in a written session, drawn from what a recipe's view holds: sheet, report, text.

Only what stands there is used; a report is read as the offline annotator reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from muspsy_sim.llm.offline.annotator.extract import extract
from muspsy_sim.records.base import Language
from muspsy_sim.records.corpus_views import Sheet
from muspsy_sim.records.profile import Demographics, Moment, Situation
from muspsy_sim.records.views import ExtractView, UnlockedFact

_SENTENCE = re.compile(r"[^.!?。！？…\n]+(?:[.!?。！？…]+[”’\"]?|(?=\n)|$)")
_SHORTEST = {"en": 12, "zh": 5}
_LONGEST = {"en": 260, "zh": 90}
"""Characters of a sentence that can be said in a turn."""
_PRESENTED = 2
"""Sentences of a text with which its writer comes in; the others are told when asked."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A client as far as a view tells of it."""

    language: Language
    demographics: Demographics
    presenting: str
    facts: tuple[str, ...] = ()
    situations: tuple[Situation, ...] = ()
    beliefs: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    voice_style: str = ""
    fillers: tuple[str, ...] = ()
    lines: dict[Moment, list[str]] = field(default_factory=dict)

    def unlocked(self, told: int) -> list[UnlockedFact]:
        """The facts, the first `told` of them told already."""
        return [
            UnlockedFact(id=f"fact-{n}", topic=_topic(text), text=text, told=n < told)
            for n, text in enumerate(self.facts)
        ]


def of_sheet(sheet: Sheet, language: Language) -> Cast:
    """The client of a sheet."""
    return Cast(
        language=language,
        demographics=sheet.demographics,
        presenting=sheet.presenting_problem,
        facts=tuple(sheet.facts),
        situations=tuple(sheet.situations),
        beliefs=tuple(sheet.beliefs),
        goals=tuple(sheet.goals),
        supports=tuple(sheet.supports),
        strengths=tuple(sheet.strengths),
        voice_style=sheet.voice_style,
        fillers=tuple(sheet.fillers),
        lines=dict(sheet.lines),
    )


@lru_cache(maxsize=64)
def of_report(report: str, language: Language) -> Cast:
    """The client of a case report, in the words that a rule could put in its mouth."""
    drawn = extract(ExtractView(language=language, report=report), Random(0))
    problem = [each.text for each in drawn.presenting_problem]
    facts = [fact for fact in drawn.facts if fact.text not in problem]
    facts.sort(key=lambda fact: fact.sensitivity)
    told = tuple(_joined([fact.text, *(d.text for d in fact.details)], language) for fact in facts)
    if not problem:
        problem, told = list(told[:1]), told[1:]
    return Cast(
        language=language,
        demographics=Demographics(
            name=drawn.name or _nobody(language),
            age=drawn.age,
            gender=drawn.gender or None,
            occupation=drawn.occupation or None,
            relationship_status=drawn.relationship_status or None,
        ),
        presenting=_joined(problem, language),
        facts=told,
        beliefs=tuple(each.text for each in drawn.core_beliefs),
        goals=tuple(each.text for each in drawn.goals),
        supports=tuple(each.text for each in drawn.supports),
        strengths=tuple(each.text for each in drawn.strengths),
        voice_style=drawn.voice_style,
    )


def of_text(text: str, language: Language) -> Cast:
    """The writer of a first-person text: how it begins is what it comes with."""
    said = sayable(text, language)
    first, rest = said[:_PRESENTED], said[_PRESENTED:]
    return Cast(
        language=language,
        demographics=Demographics(name=_nobody(language)),
        presenting=_joined(first, language) or text.strip()[: _LONGEST[language]],
        facts=tuple(rest),
    )


def sayable(text: str, language: Language) -> list[str]:
    """The sentences of a text that a person could say in a turn, each once."""
    return [*dict.fromkeys(_fitting(sentences(text), language))]


def sentences(text: str) -> list[str]:
    """A text's sentences, with their marks."""
    return [m.group().strip() for m in _SENTENCE.finditer(text) if m.group().strip()]


def _fitting(said: Iterable[str], language: Language) -> Iterator[str]:
    for each in said:
        if _SHORTEST[language] <= len(each) <= _LONGEST[language]:
            yield each if each[-1] in '.!?。！？…”"' else each + ("。" if language == "zh" else ".")


def _joined(said: Iterable[str], language: Language) -> str:
    return ("" if language == "zh" else " ").join(said)


def _nobody(language: Language) -> str:
    return "来访者" if language == "zh" else "the client"


def _topic(text: str) -> str:
    return text[:12] if re.search("[\u4e00-\u9fff]", text) else " ".join(text.split()[:4])
