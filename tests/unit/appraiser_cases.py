"""Labelled counselor turns, and how far the offline appraiser agrees with their labels."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from pydantic import Field

from muspsy_sim.llm.offline.appraiser import appraise
from muspsy_sim.records.answers import AppraisalAnswer
from muspsy_sim.records.appraisal import Behaviour
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.strict_yaml import load_strict
from muspsy_sim.records.views import AppraiseView, Line

Kind = Literal[
    "skilled",
    "poor",
    "flattering",
    "subtle",
    "injected",
    "homework",
    "recall",
    "risk",
    "closing",
]


class Case(Record):
    """One labelled turn. `codes` must be found; `also` may be, and counts neither way."""

    id: str
    kind: Kind
    held: bool = Field(default=False, description="not looked at while the cues were tuned")
    said: str = Field(default="", description="the client's line before; empty at an opening")
    turn: str
    bare: str = Field(default="", description="an injected turn without the injected words")
    codes: list[Behaviour] = Field(min_length=1)
    also: list[Behaviour] = Field(default_factory=list)
    quality: int | list[int]
    why: str

    @property
    def bounds(self) -> tuple[int, int]:
        """The lowest and highest quality that the label allows."""
        if isinstance(self.quality, int):
            return self.quality, self.quality
        low, high = self.quality
        return low, high


class Cases(Record):
    """A file of cases."""

    cases: list[Case]


@dataclass
class Agreement:
    """Counts over cases: found and labelled, found only, labelled only, and quality."""

    right: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    quality_within: int = 0
    quality_inflated: int = 0

    @property
    def precision(self) -> float:
        """Of all codes given, the share that the labels hold."""
        return self.right.total() / (self.right.total() + self.extra.total())

    @property
    def recall(self) -> float:
        """Of all labels, the share that was found."""
        return self.right.total() / (self.right.total() + self.missed.total())

    def f1(self, behaviour: str) -> float:
        """The harmonic mean of one behaviour's precision and recall."""
        right = self.right[behaviour]
        return 2 * right / (2 * right + self.extra[behaviour] + self.missed[behaviour])

    def table(self) -> str:
        """All figures, to be read where a test fails."""
        rows = [
            f"{name:24s} right {self.right[name]:3d}  extra {self.extra[name]:3d}  "
            f"missed {self.missed[name]:3d}"
            for name in sorted(self.right | self.extra | self.missed)
        ]
        rows.append(
            f"precision {self.precision:.3f}  recall {self.recall:.3f}  quality within "
            f"{self.quality_within}/{self.cases}, too high {self.quality_inflated}/{self.cases}"
        )
        return "\n" + "\n".join(rows)


@cache
def cases(language: Language) -> tuple[Case, ...]:
    """All cases of a language."""
    path = Path(__file__).with_name(f"appraiser_cases_{language}.yaml")
    return tuple(load_strict(path, Cases).cases)


def coded(language: Language, said: str, turn: str) -> AppraisalAnswer:
    """The offline appraiser's coding of `turn` after the client's `said`."""
    lines = [Line(id="s1t2", speaker="client", text=said)] if said else []
    lines.append(Line(id="s1t3", speaker="counselor", text=turn))
    return appraise(AppraiseView(language=language, dialogue=lines), Random(0))


def agreement(language: Language, *, held: bool) -> Agreement:
    """The offline appraiser against the labels of one part of the cases."""
    found = Agreement()
    for case in cases(language):
        if case.held is not held:
            continue
        answer = coded(language, case.said, case.turn)
        given = {code.behaviour for code in answer.behaviours}
        labelled = set(case.codes)
        found.right.update(given & labelled)
        found.missed.update(labelled - given)
        found.extra.update(given - labelled - set(case.also))
        low, high = case.bounds
        found.cases += 1
        found.quality_within += low <= answer.quality <= high
        found.quality_inflated += answer.quality > high
    return found
