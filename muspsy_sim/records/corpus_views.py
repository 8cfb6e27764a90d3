"""The typed views of the prompts by which corpora are made and labelled, recipe by recipe.

As everywhere, a view is all that a model sees. No view of a session holds anything of a later one,
and none that reconstructs a client's turn holds a word of the client it stands for.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.corpus_answers import Card, CounselorNote, PatternName, TechniqueName
from muspsy_sim.records.profile import Demographics, Moment, Situation
from muspsy_sim.records.views import Line, Recalled

Attitude = Literal["positive", "neutral", "negative"]
"""How a client meets what the counselor offers."""

MASK = "[…]"
"""What stands in place of words that a view may not hold."""


class Sheet(Record):
    """A client on paper, in its own words; what an intake form or a role's description holds."""

    demographics: Demographics
    presenting_problem: str
    history: str = ""
    facts: list[str] = Field(default_factory=list)
    situations: list[Situation] = Field(default_factory=list)
    beliefs: list[str] = Field(default_factory=list)
    strengths: list[str] = Field(default_factory=list)
    supports: list[str] = Field(default_factory=list)
    goals: list[str] = Field(default_factory=list)
    voice_style: str = ""
    fillers: list[str] = Field(default_factory=list)
    lines: dict[Moment, list[str]] = Field(default_factory=dict)


class CardsView(Record):
    """MusPsy: a case report, to be told as a user card a session."""

    language: Language
    report: str
    sessions: int = Field(ge=1)


class DraftView(Record):
    """MusPsy: all cards, to be drafted as one course."""

    language: Language
    basic_info: str
    cards: list[Card]


class ExpandView(Record):
    """MusPsy: one session, to be written out. Of the course it holds what was before."""

    language: Language
    session: int = Field(ge=1)
    sessions: int = Field(ge=1)
    basic_info: str
    card: Card
    outline: str
    recalled: list[Recalled] = Field(default_factory=list)
    exchanges: int = Field(ge=2)
    broken: list[str] = Field(default_factory=list, description="why the last try cannot be used")


class TechniqueView(Record):
    """CACTUS: an intake form, to choose a technique and a plan for."""

    language: Language
    form: Sheet


class WholeView(Record):
    """CACTUS: form, attitude, technique and plan, to be written as a whole session."""

    language: Language
    form: Sheet
    attitude: Attitude
    patterns: list[PatternName]
    technique: TechniqueName
    plan: list[str]
    exchanges: int = Field(ge=2)
    broken: list[str] = Field(default_factory=list)


class CaseNoteView(Record):
    """CPsyCoun, first phase: a report, to be written as a counselor's note."""

    language: Language
    report: str


class StagedView(Record):
    """CPsyCoun, second phase: report and note, to be written as a dialogue in four stages."""

    language: Language
    report: str
    note: CounselorNote
    fewest: int = Field(ge=4, description="exchanges")
    most: int = Field(ge=4)
    broken: list[str] = Field(default_factory=list)


class AnswerView(Record):
    """SMILE: a question that somebody wrote in, to be answered in one letter."""

    language: Language
    question: str


class RewriteView(Record):
    """SMILE: question and answer, to be rewritten as a dialogue of several turns."""

    language: Language
    question: str
    answer: str
    exchanges: int = Field(ge=2)
    broken: list[str] = Field(default_factory=list)


class RoleClientView(Record):
    """SimPsyDial: what the agent in the client's chair sees."""

    language: Language
    sheet: Sheet
    exchange: int = Field(ge=1)
    exchanges_left: int = Field(ge=0)
    said_goodbye: bool = Field(default=False, description="the counselor has closed the session")
    dialogue: list[Line] = Field(default_factory=list)


class RoleCounselorView(Record):
    """SimPsyDial: what the agent in the counselor's chair sees: the stage and what was said."""

    language: Language
    stage: Literal["exploration", "insight", "action"]
    exchange: int = Field(ge=1)
    exchanges_left: int = Field(ge=0)
    dialogue: list[Line] = Field(default_factory=list)


class MaskedSummaryView(Record):
    """PsyDial, retrieve: a dialogue whose client turns are all masked, to be summed up."""

    language: Language
    dialogue: list[Line]
    broken: list[str] = Field(default_factory=list)


class ReconstructView(Record):
    """PsyDial, reconstruct: a complaint and the new dialogue so far, a counselor's turn last.

    Where the client opens there is no dialogue yet. `least` and `most` bound the length, in words
    or Chinese characters.
    """

    language: Language
    complaint: str
    least: int = Field(ge=0)
    most: int = Field(ge=1)
    turns_left: int = Field(ge=0, description="client turns after this one")
    dialogue: list[Line] = Field(default_factory=list)
    broken: list[str] = Field(default_factory=list)


class RefineView(Record):
    """PsyDial, refine: a counselor's turn, masked where it told of its client, to be made to fit.

    `kept` is the turn; `cap` the share of its words that may change.
    """

    language: Language
    kept: str
    cap: float = Field(gt=0.0, le=1.0)
    dialogue: list[Line] = Field(default_factory=list)
    broken: list[str] = Field(default_factory=list)


class VerdictView(Record):
    """PsyDial, check: a counselor's turn and the client's, to be read against the complaint."""

    language: Language
    complaint: str
    asked: str
    reply: str
    before: list[Line] = Field(default_factory=list)


class LabelsView(Record):
    """Psy-Insight: turns to label (`wanted`, by id), with those round them."""

    language: Language
    dialogue: list[Line]
    wanted: list[str]
    broken: list[str] = Field(default_factory=list)


class SessionLabelsView(Record):
    """Psy-Insight: a session to label as a whole, and the summaries of those before it."""

    language: Language
    session: int = Field(ge=1)
    dialogue: list[Line]
    earlier: list[str] = Field(default_factory=list)
