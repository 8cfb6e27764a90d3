"""What is recorded: turns, sessions, weeks and the episode, each fact once.

One client x one arm x one seed is one episode. Nothing here holds a clock, so the same recipe and
seed give the same bytes; times are in the journal.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, JsonValue

from muspsy_sim.records.appraisal import Appraisal
from muspsy_sim.records.base import Id, Language, Record, Root, Speaker
from muspsy_sim.records.memory import SessionNote, SessionPlan, TreatmentPlan, TurnPlan
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.state import (
    ClientMemory,
    ClientState,
    Disclosed,
    StateChange,
    StateValues,
    SymptomReport,
)

Party = Literal["client", "counselor", "time", "framework", "provider"]


class SessionEnd(StrEnum):
    """Why a session ended."""

    COUNSELOR_CLOSED = "counselor_closed"
    CLIENT_CLOSED = "client_closed"
    EXCHANGES_USED = "exchanges_used"
    CLIENT_WALKED_OUT = "client_walked_out"
    CLIENT_MISSED = "client_missed"
    STUCK = "stuck"
    REFERRED_ON = "referred_on"
    MODEL_ERROR = "model_error"
    BUDGET_SPENT = "budget_spent"

    @property
    def by(self) -> Party:
        """Whose doing it was."""
        return _SESSION_END_BY[self]


_SESSION_END_BY: dict[SessionEnd, Party] = {
    SessionEnd.COUNSELOR_CLOSED: "counselor",
    SessionEnd.CLIENT_CLOSED: "client",
    SessionEnd.EXCHANGES_USED: "time",
    SessionEnd.CLIENT_WALKED_OUT: "client",
    SessionEnd.CLIENT_MISSED: "client",
    SessionEnd.STUCK: "framework",
    SessionEnd.REFERRED_ON: "counselor",
    SessionEnd.MODEL_ERROR: "provider",
    SessionEnd.BUDGET_SPENT: "framework",
}


class CourseEnd(StrEnum):
    """Why a course ended."""

    CLIENT_GOALS_MET = "client_goals_met"
    COUNSELOR_GOALS_MET = "counselor_goals_met"
    CLIENT_DROPPED_OUT = "client_dropped_out"
    REFERRED_ON = "referred_on"
    SESSIONS_USED = "sessions_used"
    WAITED = "waited"
    MODEL_ERROR = "model_error"
    BUDGET_SPENT = "budget_spent"

    @property
    def by(self) -> Party:
        """Whose doing it was."""
        return _COURSE_END_BY[self]

    @property
    def complete(self) -> bool:
        """Whether the course was lived to its horizon, so that its endpoints exist."""
        return self not in (CourseEnd.MODEL_ERROR, CourseEnd.BUDGET_SPENT)


_COURSE_END_BY: dict[CourseEnd, Party] = {
    CourseEnd.CLIENT_GOALS_MET: "client",
    CourseEnd.COUNSELOR_GOALS_MET: "counselor",
    CourseEnd.CLIENT_DROPPED_OUT: "client",
    CourseEnd.REFERRED_ON: "counselor",
    CourseEnd.SESSIONS_USED: "time",
    CourseEnd.WAITED: "time",
    CourseEnd.MODEL_ERROR: "provider",
    CourseEnd.BUDGET_SPENT: "framework",
}


class Usage(Record):
    """Tokens of one call, or of several added up.

    `estimated` counts the calls without a server's count, whose tokens are an estimate.
    """

    calls: int = Field(default=0, ge=0)
    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)
    cached_tokens: int = Field(default=0, ge=0)
    estimated: int = Field(default=0, ge=0)

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            estimated=self.estimated + other.estimated,
        )


class Label(Record):
    """A label on a turn and where it comes from."""

    kind: Literal["strategy", "emotion"]
    value: str
    origin: Literal["planned", "annotated", "published"]


class Turn(Record):
    """One turn of one speaker. `id` is `s{session}t{number}`, both counted from 1; intake is s0.

    On a counselor turn: its plan, what was recalled for it (references), its appraisal, and the
    changes it caused. On a client turn: the state it was spoken from, and what it disclosed.
    """

    id: str
    speaker: Speaker
    text: str
    labels: list[Label] = Field(default_factory=list)
    reasoning: str | None = Field(default=None, description="thought aloud by the model; private")
    plan: TurnPlan | None = None
    recalled: list[str] = Field(default_factory=list, description="note (`note:1`) and turn ids")
    appraisal: Appraisal | None = None
    changes: list[StateChange] = Field(default_factory=list)
    state: StateValues | None = None
    move: str | None = Field(default=None, description="the client's move in this turn")
    disclosed: list[Disclosed] = Field(default_factory=list)
    unlicensed: list[str] = Field(
        default_factory=list, description="facts claimed as told that were not unlocked"
    )
    usage: Usage | None = None


class Failure(Record):
    """A call that failed for good: which prompt, where, and why."""

    prompt: str
    session: int
    turn: int
    kind: str
    message: str


class Session(Record):
    """One session and what each party took from it."""

    number: int = Field(ge=0)
    week: int = Field(ge=0)
    turns: list[Turn] = Field(default_factory=list)
    end: SessionEnd
    end_detail: str = ""
    arm: str = Field(default="", description="the arm that held the chair at its end")
    plan: SessionPlan | None = None
    note: SessionNote | None = None
    treatment_plan: TreatmentPlan | None = Field(default=None, description="as revised afterwards")
    client_memory: ClientMemory | None = None
    state_before: ClientState | None = None
    state_after: ClientState | None = None
    failures: list[Failure] = Field(default_factory=list)


class Week(Record):
    """A week lived: what happened, whether there was a session, and the report at its end."""

    number: int = Field(ge=1)
    session: int | None = Field(default=None, description="number of the session held, if any")
    missed: bool = False
    events: list[str] = Field(default_factory=list)
    homework: Literal["done", "partly", "not_done"] | None = None
    changes: list[StateChange] = Field(default_factory=list)
    values: StateValues
    phq9_latent: list[float] = Field(min_length=9, max_length=9)
    gad7_latent: list[float] = Field(min_length=7, max_length=7)
    report: SymptomReport


class Provenance(Record):
    """What an episode was made with. Hashes are BLAKE2b-128, hexadecimal."""

    recipe: str
    content: str
    prompts: str
    schemas: str
    code_version: str
    models: dict[str, str] = Field(description="role to model string, keys and URLs' secrets out")
    offline: list[str] = Field(
        default_factory=list, description="roles that the offline default answered"
    )
    settings: dict[str, JsonValue] = Field(default_factory=dict)


class ForkedFrom(Record):
    """Where a fork left its parent: after this turn of this session, under the parent's arm."""

    episode: Id
    session: int
    turn: int
    arm: str


class Episode(Root):
    """One client x one arm x one seed, whole."""

    id: Id
    persona: Id
    source_case: Id
    arm: str
    factors: dict[str, JsonValue] = Field(default_factory=dict)
    control: bool = Field(
        default=False, description="whether the arm is a control, not a counselor"
    )
    seed: int = Field(ge=0)
    language: Language
    progress: Literal["responsive", "scripted", "frozen"] = "responsive"
    profile: Profile
    provenance: Provenance
    intake: Session | None = None
    baseline: SymptomReport | None = None
    sessions: list[Session] = Field(default_factory=list)
    weeks: list[Week] = Field(default_factory=list)
    follow_up: list[SymptomReport] = Field(default_factory=list)
    end: CourseEnd
    end_week: int = Field(ge=0)
    end_detail: str = ""
    failures: list[Failure] = Field(default_factory=list)
    usage: dict[str, Usage] = Field(default_factory=dict, description="by role")
    forked_from: ForkedFrom | None = None

    def turn(self, turn_id: str) -> Turn | None:
        """The turn with this id, in intake or any session."""
        sessions = ([self.intake] if self.intake else []) + self.sessions
        return next((t for s in sessions for t in s.turns if t.id == turn_id), None)
