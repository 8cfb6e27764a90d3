"""The client's computed state: what it feels, how far it trusts, what it has told.

Values lie in [0, 1]; each field says which end is which. Only
`muspsy_sim.agents.client.dynamics` changes them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from muspsy_sim.records.base import Id, Record, Unit


class Alliance(Record):
    """The working alliance as Bordin (1979) divides it; 1 = strong."""

    goal: Unit
    task: Unit
    bond: Unit


class StateValues(Record):
    """The numbers of the state: small, so that every turn can carry them."""

    trust: Unit = Field(description="1 = would tell this counselor anything; gates disclosure")
    alliance: Alliance
    strain: Unit = Field(description="1 = an open rupture with the counselor")
    distress: Unit = Field(description="1 = unbearable")
    readiness: Unit = Field(description="1 = changing already")
    self_efficacy: Unit = Field(description="1 = sure of managing")
    beliefs: dict[str, Unit] = Field(
        default_factory=dict, description="core belief id to strength; 1 = without a doubt"
    )
    risk: Unit = Field(default=0.0, description="1 = acute; a process of its own")


class Disclosed(Record):
    """A fact told: its id, the turn, and the client's words in that turn."""

    fact: Id
    turn: str
    quote: str


class Homework(Record):
    """What was agreed to try between sessions, in the counselor's words."""

    text: str
    turn: str
    session: int = Field(ge=1)
    status: Literal["set", "done", "partly", "not_done"] = "set"
    reviewed: bool = False


class ClientMemory(Record):
    """What the client remembers of a session, first person, its own."""

    session: int = Field(ge=1)
    text: str


class SessionTally(Record):
    """What the client has heard in the session being held, or last held.

    It lets what is repeated wear out, and what was worked on count in the week after.
    """

    heard: dict[str, int] = Field(
        default_factory=dict, description="behaviour to the turns that showed it"
    )
    work: Unit = Field(default=0.0, description="1 = as much as an hour can hold")


class ClientState(Record):
    """The whole state, carried from session to session."""

    values: StateValues
    phq9: list[Unit] = Field(
        min_length=9, max_length=9, description="latent items; 1 = nearly every day"
    )
    gad7: list[Unit] = Field(
        min_length=7, max_length=7, description="latent items; 1 = nearly every day"
    )
    disclosed: list[Disclosed] = Field(default_factory=list)
    homework: list[Homework] = Field(default_factory=list)
    memories: list[ClientMemory] = Field(default_factory=list)
    events: list[str] = Field(
        default_factory=list, description="what happened this week, in the client's words"
    )
    tally: SessionTally = Field(default_factory=SessionTally)


class StateChange(Record):
    """One movement of one value and its reason (a rule's name in `agents/client/dynamics.yaml`)."""

    value: str
    by: float
    rule: str


class SymptomReport(Record):
    """A self-report: an observation of the latent items, never the items themselves.

    Totals: PHQ-9 0 to 27, GAD-7 0 to 21; higher = worse. `week` 0 is before session one.
    """

    week: int = Field(ge=0)
    phq9: list[int] = Field(min_length=9, max_length=9)
    gad7: list[int] = Field(min_length=7, max_length=7)

    @property
    def phq9_total(self) -> int:
        """Sum of the nine items."""
        return sum(self.phq9)

    @property
    def gad7_total(self) -> int:
        """Sum of the seven items."""
        return sum(self.gad7)
