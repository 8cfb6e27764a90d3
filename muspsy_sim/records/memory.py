"""What the counselor writes down: notes of past sessions, and plans for those to come.

A note's statements each say what they rest on; a plan is intention, never evidence.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from muspsy_sim.records.base import Id, Record

Basis = Literal["quote", "inference", "plan"]

Strategy = Literal[
    "question",
    "reflection_of_feelings",
    "restatement",
    "affirmation",
    "suggestion",
    "information",
    "self_disclosure",
    "role_play",
    "others",
    "unknown",
]
"""Psy-Insight's strategy labels."""

Stage = Literal["reception", "diagnosis", "consultation", "consolidation"]
"""CPsyCoun's four stages of a counseling process."""


class Statement(Record):
    """One sentence of a note, what it rests on, and the turns that show it."""

    text: str
    basis: Basis = "inference"
    turns: list[str] = Field(default_factory=list)
    quote: str = ""


class SessionNote(Record):
    """The counselor's memory of one session, in MusPsy's fields."""

    session: int = Field(ge=1)
    emotion_and_cognition: list[Statement] = Field(default_factory=list)
    observations: list[Statement] = Field(default_factory=list)
    assignments: list[Statement] = Field(default_factory=list)
    session_goal: str = ""
    summary: list[Statement] = Field(default_factory=list)
    dropped: int = Field(default=0, ge=0, description="statements dropped: quote not verbatim")

    def statements(self) -> list[Statement]:
        """All statements in reading order."""
        return [*self.emotion_and_cognition, *self.observations, *self.assignments, *self.summary]


class TreatmentGoal(Record):
    """A long-term goal and the goals that come before it."""

    id: Id
    text: str
    requires: list[Id] = Field(default_factory=list)
    status: Literal["open", "active", "met"] = "open"


class TreatmentPlan(Record):
    """Long-term goals as a small acyclic graph of prerequisites."""

    goals: list[TreatmentGoal] = Field(default_factory=list)
    approach: str = ""

    @model_validator(mode="after")
    def _acyclic(self) -> TreatmentPlan:
        known = [g.id for g in self.goals]
        if len(set(known)) != len(known):
            raise ValueError("goal ids must differ")
        left = {g.id: set(g.requires) for g in self.goals}
        for goal, needs in left.items():
            if missing := needs - set(known):
                raise ValueError(f"goal {goal!r} requires unknown {sorted(missing)}")
        while ready := [g for g, needs in left.items() if not needs]:
            for goal in ready:
                del left[goal]
            for needs in left.values():
                needs.difference_update(ready)
        if left:
            raise ValueError(f"goals require each other in a circle: {sorted(left)}")
        return self


class SessionPlan(Record):
    """The plan for one session. `finish` proposes to end the course after it."""

    goal: str
    focus: str = ""
    techniques: list[str] = Field(default_factory=list)
    stage: Stage = "reception"
    finish: bool = False


class TurnPlan(Record):
    """What the counselor means to do in its next turn, and why."""

    strategy: Strategy
    aim: str = ""
    reason: str = ""
