"""The typed answers to the named prompts. What a model says becomes one of these or a failure."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from muspsy_sim.records.appraisal import Behaviour
from muspsy_sim.records.base import Record
from muspsy_sim.records.memory import SessionPlan, Statement, TreatmentPlan, TurnPlan
from muspsy_sim.records.profile import ResistanceStyle, StageOfChange, Topic
from muspsy_sim.records.views import DistressWord, TrustWord

MAX_TURN = 8_000
"""Characters in one turn; a longer one is a runaway generation and refused."""


Spoken = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TURN)]
"""A turn's text: nothing but space is no turn."""


class Told(Record):
    """A fact that the client says it told, with its words in this turn."""

    fact: str
    quote: str


class Speech(Record):
    """The client's turn."""

    text: Spoken
    told: list[Told] = Field(default_factory=list)
    leaves: bool = Field(default=False, description="the client says goodbye in this turn")


class Reflection(Record):
    """The client's memory of a session, first person."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class CodedAnswer(Record):
    """One behaviour and the words that show it."""

    behaviour: Behaviour
    quote: str


class AppraisalAnswer(Record):
    """The appraiser's coding of one counselor turn; quality -2 harmful to 2 excellent."""

    behaviours: list[CodedAnswer] = Field(default_factory=list)
    quality: int = Field(ge=-2, le=2)


class CounselorReply(Record):
    """The counselor's turn. `close`: it ends the session with this turn."""

    text: Spoken
    close: bool = False


class TurnPlanAnswer(TurnPlan):
    """The strategy for the next turn."""


class NoteAnswer(Record):
    """The note of one session."""

    emotion_and_cognition: list[Statement] = Field(default_factory=list)
    observations: list[Statement] = Field(default_factory=list)
    assignments: list[Statement] = Field(default_factory=list)
    session_goal: str = ""
    summary: list[Statement] = Field(min_length=1)


class PlanAnswer(Record):
    """The treatment plan as revised, and the plan for the next session."""

    treatment: TreatmentPlan
    session: SessionPlan


class PlainReply(Record):
    """Text as it came, for a model that is asked for no structure."""

    text: Spoken


class Sourced(Record):
    """Something that the client could say, and the words of the report that it rests on."""

    text: str = Field(min_length=1, max_length=1_000, description="first person, as spoken")
    quote: str = Field(description="copied from the report, letter for letter")


class ExtractedFact(Sourced):
    """A fact of the report as the client would tell it; 3 = told to nobody yet."""

    topic: str = Field(min_length=1, max_length=80)
    sensitivity: int = Field(default=1, ge=0, le=3)
    hint: str = Field(default="", description="shows that something is avoided, not what")
    cues: list[str] = Field(default_factory=list)
    details: list[Sourced] = Field(default_factory=list)


class ExtractedSituation(Record):
    """A situation that the report tells, in the client's words."""

    situation: str = Field(min_length=1)
    automatic_thought: str
    emotion: str
    behaviour: str
    quote: str


class ExtractedRisk(Record):
    """Thoughts of self-harm as the report states them."""

    ideation: Literal["none", "passive", "active", "active_with_plan"] = "none"
    words: str = Field(default="", description="as the client would tell it, if asked")
    quote: str = ""


class ExtractAnswer(Record):
    """A profile as a report supports it. What the report does not say is left empty."""

    name: str = ""
    age: int | None = Field(default=None, ge=0, le=120)
    gender: str = ""
    occupation: str = ""
    education: str = ""
    relationship_status: str = ""
    living_situation: str = ""
    title: str = ""
    topic: Topic = "other"
    presenting_problem: list[Sourced] = Field(default_factory=list)
    history: list[Sourced] = Field(default_factory=list)
    facts: list[ExtractedFact] = Field(default_factory=list)
    core_beliefs: list[Sourced] = Field(default_factory=list)
    situations: list[ExtractedSituation] = Field(default_factory=list)
    strengths: list[Sourced] = Field(default_factory=list)
    supports: list[Sourced] = Field(default_factory=list)
    goals: list[Sourced] = Field(default_factory=list)
    risk: ExtractedRisk = Field(default_factory=ExtractedRisk)
    resistance_style: ResistanceStyle | None = None
    stage_of_change: StageOfChange | None = None
    voice_style: str = ""


class Translated(Record):
    """One translated text under its key."""

    key: str
    text: str = Field(min_length=1)


class TranslateAnswer(Record):
    """The texts of a view in the language asked for, each under its key."""

    texts: list[Translated]


class BandsAnswer(Record):
    """How far the client trusts and how distressed it is, with the client's words that show it."""

    trust: TrustWord
    trust_quotes: list[str] = Field(min_length=1, description="the client's words, verbatim")
    distress: DistressWord
    distress_quotes: list[str] = Field(min_length=1, description="the client's words, verbatim")
