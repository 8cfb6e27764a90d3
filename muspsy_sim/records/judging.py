"""What a judge sees and what it answers: the blinded transcript, one instrument, and its verdicts.

Evidence comes first in an answer, then reasoning, then the score, so that the number is written
last. A view holds no arm, no model name and no seed; plan and notes only for process instruments.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.scores import Quote
from muspsy_sim.records.views import Line

Rated = Literal["counselor", "client", "both"]


class ShownAnchor(Record):
    """What a stretch of the scale means, from `low` to `high`, both included."""

    low: float
    high: float
    text: str
    example: str = ""


class ShownItem(Record):
    """One item as a judge sees it. `rule` is for the offline judge; no template prints it."""

    id: str
    asks: str
    low: float
    high: float
    step: float
    better: Literal["higher", "lower"]
    neutral: float
    cap: float | None = None
    may_not_apply: str = ""
    anchors: list[ShownAnchor]
    rule: str = ""


class ShownInstrument(Record):
    """An instrument as a judge sees it."""

    id: str
    title: str
    rates: Rated
    guidance: str
    items: list[ShownItem]


class SessionLines(Record):
    """What was said in one session."""

    number: int
    lines: list[Line]


class ShownPlan(Record):
    """A session's plan, for process instruments alone."""

    goal: str
    focus: str = ""
    techniques: list[str] = Field(default_factory=list)


class JudgeView(Record):
    """All that a judge sees. `judged` are the sessions to be judged; the others are context."""

    language: Language
    instrument: ShownInstrument
    judged: list[int] = Field(min_length=1)
    sessions: list[SessionLines] = Field(min_length=1)
    plan: ShownPlan | None = None
    notes: list[str] = Field(default_factory=list)


Reasoning = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class ItemVerdict(Record):
    """The judgment of one item. `score` is null only where the item says that it may not apply."""

    item: str
    evidence: list[Quote] = Field(default_factory=list, max_length=40)
    counter_evidence: list[Quote] = Field(default_factory=list, max_length=40)
    reasoning: Reasoning
    score: float | None


class JudgeAnswer(Record):
    """The judgment of all items of an instrument."""

    items: list[ItemVerdict]


class PairView(Record):
    """Two transcripts of one client side by side. Which is which, nobody is told."""

    language: Language
    instrument: ShownInstrument
    first: list[SessionLines] = Field(min_length=1)
    second: list[SessionLines] = Field(min_length=1)


class PairItem(Record):
    """Which of the two is better on one item; quotes name turns as they are shown."""

    item: str
    first_evidence: list[str] = Field(default_factory=list, max_length=20)
    second_evidence: list[str] = Field(default_factory=list, max_length=20)
    reasoning: Reasoning
    better: Literal["first", "second", "equal"]


class PairAnswer(Record):
    """Which of the two is better, item by item."""

    items: list[PairItem]
