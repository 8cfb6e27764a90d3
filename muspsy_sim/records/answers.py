"""The typed answers to the named prompts. What a model says becomes one of these or a failure."""

from __future__ import annotations

from pydantic import Field

from muspsy_sim.records.appraisal import Behaviour
from muspsy_sim.records.base import Record
from muspsy_sim.records.memory import SessionPlan, Statement, TreatmentPlan, TurnPlan

MAX_TURN = 8_000
"""Characters in one turn; a longer one is a runaway generation and refused."""


class Told(Record):
    """A fact that the client says it told, with its words in this turn."""

    fact: str
    quote: str


class Speech(Record):
    """The client's turn."""

    text: str = Field(min_length=1, max_length=MAX_TURN)
    told: list[Told] = Field(default_factory=list)
    leaves: bool = Field(default=False, description="the client says goodbye in this turn")


class Reflection(Record):
    """The client's memory of a session, first person."""

    text: str = Field(min_length=1, max_length=2_000)


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

    text: str = Field(min_length=1, max_length=MAX_TURN)
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

    text: str = Field(min_length=1, max_length=MAX_TURN)
