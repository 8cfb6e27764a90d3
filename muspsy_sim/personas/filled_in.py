"""What an import fills in where its source is silent, each under the name by which it is told.

None of it describes the client. It is the middle of each scale, so that an imported client can be
run at all; whoever needs more edits the profile, and `defaulted` says where.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import (
    ResistanceStyle,
    Risk,
    StageOfChange,
    Symptoms,
    Temperament,
    Voice,
)

_STYLE: dict[Language, str] = {
    "en": "The source does not describe it; plain everyday speech.",
    "zh": "资料没有说明；按平常说话来讲。",
}

_SENSITIVE = re.compile(
    r"abus|assault|hostage|robb|rape|trauma|guilt|ashamed|shame|worthless|unlovable|suicid|orphan"
    r"|embarrass|blame|hopeless|have not (?:discussed|shared)"
    r"|死|癌|恐惧|绝望|内疚|自责|自卑|羞|秘密|指责|虐待|性侵|家暴|出轨|无助",
    re.IGNORECASE,
)
_IDEATION = re.compile(
    r"suicid|self-harm|kill(?:ed|ing)? (?:my|him|her)self|end (?:my|his|her) life"
    r"|want(?:s|ed)? to die|better off dead|overdos|hang(?:ed|ing)? (?:my|him|her)self"
    r"|自杀|轻生|不想活|结束生命|想死|自残|自伤|跳楼|跳下去|遗书|割腕|上吊|自缢|活着没|活不下去|不如死|死了算",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"suicid[^.;]{0,60}\b(?:plan|intent|means|date|note)\b|\bplan[^.;]{0,40}suicid"
    r"|(?:自杀|轻生|自伤)[^。；，]{0,8}(?:计划|方式|工具|准备)|遗书",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:no|not|never|denies|without)\b|无|否认|没有|未", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a client meets the counselor, as numbers in [0, 1] and words of the profile."""

    trust: float
    reactivity: float
    resistance: ResistanceStyle
    stage: StageOfChange
    talkativeness: float
    homework: float


MIDDLE = Manner(0.4, 0.5, "withdrawing", "contemplation", 0.5, 0.5)
"""Where the source says nothing of how the client meets a counselor."""


def temperament(manner: Manner, language: Language) -> Temperament:
    """A temperament of this manner, with a voice that the source does not describe."""
    return Temperament(
        starting_trust=manner.trust,
        reactivity=manner.reactivity,
        resistance_style=manner.resistance,
        stage_of_change=manner.stage,
        talkativeness=manner.talkativeness,
        homework_propensity=manner.homework,
        voice=Voice(style=_STYLE[language]),
    )


def symptoms() -> Symptoms:
    """Ten points on both scales, nothing on the ninth item.

    There moderate depression (Kroenke, Spitzer and Williams, 2001) and moderate anxiety (Spitzer
    and others, 2006) begin.
    """
    return Symptoms(phq9=[2, 2, 1, 1, 1, 1, 1, 1, 0], gad7=[2, 2, 2, 1, 1, 1, 1])


def sensitivity(sentence: str, least: int) -> int:
    """How hard a sentence is to tell, 0 to 3: `least`, or 2 where a word says that it is harder."""
    return max(least, 2) if _SENSITIVE.search(sentence) else least


def risk(sentences: Iterable[str]) -> Risk:
    """Passive ideation at 0.4 in the words of the first sentence that speaks of suicide, else none.

    A sentence that also holds a word of denial is not taken, and a person should look at it.
    """
    for sentence in sentences:
        if _IDEATION.search(sentence) and not _DENIED.search(sentence):
            return Risk(level=0.4, ideation="passive", words=sentence)
    return Risk()


def of_suicide(text: str) -> bool:
    """Whether `text` speaks of suicide or self-harm in any way, denial included."""
    return bool(_IDEATION.search(text))


def of_a_plan(text: str) -> bool:
    """Whether `text` speaks of a plan or means of suicide without a word that denies it."""
    return any(
        not _DENIED.search(text[_clause_start(text, match.start()) : match.end()])
        for match in _PLAN.finditer(text)
    )


def _clause_start(text: str, at: int) -> int:
    return max(text.rfind(mark, 0, at) for mark in ".;。；，\n") + 1
