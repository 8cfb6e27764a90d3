"""Who a client is: the case report and the profile drawn from it.

A profile holds what is true of the client before the first session. It never holds an outcome:
what becomes of the client is computed (see `muspsy_sim.agents.client.dynamics`).
Everything that the client could say is written in the client's own words, first person.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, JsonValue, field_validator, model_validator

from muspsy_sim.records.base import Id, Language, Record, Root, Unit

Topic = Literal[
    "partner_relationship",
    "ongoing_depression",
    "child_parent_relationship",
    "appearance_anxiety",
    "job_crisis",
    "academic_pressure",
    "procrastination",
    "friend_problems",
    "bullying",
    "substance_use",
    "sleep_problems",
    "grief",
    "anxiety",
    "health",
    "other",
]
"""What brings the client: Psy-Insight's topics, and the few that its list leaves out."""

ResistanceStyle = Literal[
    "withdrawing", "minimising", "intellectualising", "deferring", "confronting", "externalising"
]
"""How the client keeps a counselor at a distance when it does not feel safe."""

StageOfChange = Literal["precontemplation", "contemplation", "preparation", "action", "maintenance"]
"""Prochaska and DiClemente (1983), stages and processes of self-change."""

Moment = Literal[
    "greeting",
    "first_words",
    "guarded",
    "minimal",
    "doubt",
    "hurt",
    "warm",
    "relief",
    "change",
    "homework_done",
    "homework_not_done",
    "farewell",
]
"""The moments of a session for which a profile may carry characteristic lines."""

PhqItem = Annotated[int, Field(ge=0, le=3)]


class SourceSpan(Record):
    """Where in the case report something was said: character offsets, end exclusive."""

    start: int = Field(ge=0)
    end: int = Field(gt=0)


class CaseReport(Root):
    """A case report as it was written, with where it came from and under which licence."""

    id: Id
    language: Language
    text: str
    source: str
    licence: str
    provenance: str = ""
    fictional: bool = True


class Demographics(Record):
    """Who the client is on paper. `age` is in years; `None` only where a recipe allowed it."""

    name: str
    age: int | None = Field(default=None, ge=0, le=120)
    gender: str | None = None
    occupation: str | None = None
    education: str | None = None
    relationship_status: str | None = None
    living_situation: str | None = None


class CoreBelief(Record):
    """A deep conviction about self, others or the world, in the client's own words."""

    id: Id
    belief: str
    strength: Unit = Field(description="how firmly it is held at intake; 1 = without a doubt")


class Situation(Record):
    """A situation as cognitive therapy writes it down, in the client's own words."""

    id: Id
    situation: str
    automatic_thought: str
    emotion: str
    behaviour: str


class Pattern(Record):
    """A habitual loop: what sets it off, how it is read, how the client protects itself."""

    trigger: str
    interpretation: str
    defence: str
    response: str


class Formulation(Record):
    """How the client's difficulty works."""

    core_beliefs: list[CoreBelief] = Field(default_factory=list)
    situations: list[Situation] = Field(default_factory=list)
    patterns: list[Pattern] = Field(default_factory=list)


class Fact(Record):
    """Something that the client knows of itself and may or may not come to tell.

    `text` is how the client would say it; `hint` shows that something is being avoided without
    saying what. `cues` are words in a counselor's turn that touch on it.
    """

    id: Id
    topic: str
    text: str
    sensitivity: int = Field(ge=0, le=3, description="0 = on any form, 3 = told to nobody yet")
    details: list[str] = Field(
        default_factory=list, description="what the client adds later, once the fact is told"
    )
    hint: str = ""
    cues: list[str] = Field(default_factory=list)
    span: SourceSpan | None = None


class Voice(Record):
    """The client's way of speaking: a description, habitual words, and lines for moments."""

    style: str
    fillers: list[str] = Field(default_factory=list)
    lines: dict[Moment, list[str]] = Field(default_factory=dict)

    @field_validator("lines")
    @classmethod
    def _in_one_order(cls, lines: dict[Moment, list[str]]) -> dict[Moment, list[str]]:
        """In the order of the moments.

        A prompt must not depend on the order in a file, which a profile that comes back from its
        record no longer has.
        """
        return {moment: lines[moment] for moment in get_args(Moment) if moment in lines}


class Temperament(Record):
    """How the client meets a stranger who wants to help."""

    starting_trust: Unit = Field(description="1 = trusts at once")
    reactivity: Unit = Field(description="1 = each good or bad response moves it strongly")
    resistance_style: ResistanceStyle
    stage_of_change: StageOfChange
    talkativeness: Unit = Field(description="1 = talks at length")
    homework_propensity: Unit = Field(description="1 = does what was agreed")
    voice: Voice


class Symptoms(Record):
    """Self-reported items at intake: PHQ-9 (9 items) and GAD-7 (7 items), each 0 to 3."""

    phq9: list[PhqItem] = Field(min_length=9, max_length=9)
    gad7: list[PhqItem] = Field(min_length=7, max_length=7)


class Risk(Record):
    """Risk of self-harm, a process apart from all else: its level, and what the client would say.

    `words` is told only when unlocked, like a fact of sensitivity 3; `level` 1 = acute.
    """

    level: Unit = 0.0
    ideation: Literal["none", "passive", "active", "active_with_plan"] = "none"
    words: str = ""
    protective: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _words_for_ideation(self) -> Risk:
        if self.ideation != "none" and not self.words:
            raise ValueError("ideation is stated, so `words` must say how the client would tell it")
        if self.ideation == "none" and self.level > 0.2:
            raise ValueError("level is above 0.2, so `ideation` must not be none")
        return self


class ArcSession(Record):
    """What a case report tells of the time round one session (MusPsy's user card)."""

    session: int = Field(ge=1)
    life_events: str = ""
    emotional_state: str = ""
    cognitive_state: str = ""
    goal: str = ""
    method: str = ""


class LifeEvent(Record):
    """Something that may happen between sessions, in the client's words.

    `weight` is its effect on distress: 1 = the hardest week of the year, -1 = the best.
    """

    text: str
    weight: float = Field(ge=-1.0, le=1.0)


class Profile(Root):
    """A client before the first session."""

    id: Id
    source_case: Id
    language: Language
    title: str
    topic: Topic
    demographics: Demographics
    presenting_problem: str
    history: str = ""
    formulation: Formulation = Field(default_factory=Formulation)
    facts: list[Fact] = Field(default_factory=list)
    strengths: list[str] = Field(default_factory=list)
    supports: list[str] = Field(default_factory=list)
    temperament: Temperament
    symptoms: Symptoms
    risk: Risk = Field(default_factory=Risk)
    goals: list[str] = Field(min_length=1)
    life_events: list[LifeEvent] = Field(default_factory=list)
    arc: list[ArcSession] = Field(default_factory=list)
    licence: str = "MIT"
    provenance: str = ""
    defaulted: list[str] = Field(default_factory=list)
    """Fields that the source did not state and that an import filled in."""
    assumed: list[str] = Field(default_factory=list)
    """Assumptions that a person made at import, such as `adult`."""
    extra: dict[str, JsonValue] = Field(default_factory=dict)
    """What the source held and no field here does."""

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Profile:
        ids = [f.id for f in self.facts]
        ids += [b.id for b in self.formulation.core_beliefs]
        ids += [s.id for s in self.formulation.situations]
        doubled = sorted({i for i in ids if ids.count(i) > 1})
        if doubled:
            raise ValueError(f"ids are used twice: {', '.join(doubled)}")
        sessions = [a.session for a in self.arc]
        if sessions != sorted(set(sessions)):
            raise ValueError("arc sessions must be in ascending order, each once")
        return self
