"""Labelled stretches of counseling, and how far the offline reader of bands agrees with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from pydantic import Field

from muspsy_sim.evaluation.agreement import Agreement, weighted_kappa
from muspsy_sim.evaluation.gate.fidelity import DISTRESS, TRUST
from muspsy_sim.llm.offline.annotator.bands import bands
from muspsy_sim.records.answers import BandsAnswer
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.strict_yaml import load_strict
from muspsy_sim.records.views import BandsView, DistressWord, Line, TrustWord

What = Literal["trust", "distress"]
Reader = Callable[[BandsView, Random], BandsAnswer]


class Case(Record):
    """One labelled stretch. A line that begins with ">" is the counselor's."""

    id: str
    held: bool = Field(default=False, description="not looked at while the reader was tuned")
    trust: TrustWord
    distress: DistressWord
    voice: Literal["laconic", "student", "talkative", "formal", "body"]
    topic: str
    why: str
    lines: list[str] = Field(min_length=4)

    @property
    def dialogue(self) -> list[Line]:
        """The lines as a reader sees them."""
        return [
            Line(id=f"t{n}", speaker="counselor", text=text[2:])
            if text.startswith("> ")
            else Line(id=f"t{n}", speaker="client", text=text)
            for n, text in enumerate(self.lines, start=1)
        ]

    @property
    def said(self) -> list[str]:
        """What the client says."""
        return [line.text for line in self.dialogue if line.speaker == "client"]


class Cases(Record):
    """A file of cases."""

    cases: list[Case]


@cache
def cases(language: Language) -> tuple[Case, ...]:
    """All cases of a language."""
    path = Path(__file__).with_name(f"band_cases_{language}.yaml")
    return tuple(load_strict(path, Cases).cases)


def half(language: Language, *, held: bool) -> list[Case]:
    """The half that the reader was fitted on, or the other."""
    return [case for case in cases(language) if case.held is held]


def read(case: Case, language: Language, reader: Reader = bands) -> BandsAnswer:
    """The reader's answer to a case."""
    return reader(BandsView(language=language, dialogue=case.dialogue), Random(0))


def agreement(what: What, language: Language, *, held: bool, reader: Reader = bands) -> Agreement:
    """Quadratic weighted kappa of the reader's bands with the labels, as the gate counts it."""
    scale = TRUST if what == "trust" else DISTRESS
    some = half(language, held=held)
    labels = [float(scale.index(getattr(case, what))) for case in some]
    heard = [float(scale.index(getattr(read(case, language, reader), what))) for case in some]
    return weighted_kappa(labels, heard, range(5))
