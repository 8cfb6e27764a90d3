"""A course as it is being lived: two sides that never see each other, and the session between them.

The client's side holds its state; the counselor's side holds what the counselor was told, noted and
planned. Functions that build a party's prompt take that party's side and the dialogue, so what the
other side knows is out of reach, not merely left out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from muspsy_sim.agents.client.dynamics import Dynamics
from muspsy_sim.agents.client.own_words import OwnWords
from muspsy_sim.agents.held import HeldSession, HeldTurns, line_of
from muspsy_sim.llm.ask import Asker
from muspsy_sim.records.base import Record
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import (
    CourseEnd,
    Failure,
    Session,
    SessionEnd,
    Week,
)
from muspsy_sim.records.memory import SessionNote, SessionPlan, TreatmentPlan, TurnPlan
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.state import ClientState, SymptomReport
from muspsy_sim.records.views import Line, Recalled, ReportedScores, SchoolTechnique

Progress = Literal["responsive", "scripted", "frozen"]
RecallLevel = Literal["none", "last", "notes", "transcript", "search", "graph", "sham", "scrambled"]
PlanLevel = Literal["none", "session", "turn", "random"]
IntakeLevel = Literal["none", "brief", "full"]
Monitoring = Literal["none", "scores"]


class Levels(Record):
    """The levels of all declared factors of an arm."""

    recall: RecallLevel = "notes"
    plan: PlanLevel = "turn"
    manner: str = "attuned"
    school: str = Field(
        default="none", description="id of a therapy school in `agents/counselor/schools/`"
    )
    intake: IntakeLevel = "brief"
    monitoring: Monitoring = "none"
    progress: Progress = "responsive"
    history: Literal["session", "course"] = Field(
        default="course", description="how much conversation a bare counselor is shown"
    )
    opens: Literal["counselor", "client"] = "counselor"


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long a course is: sessions are weekly, exchanges are counselor-client pairs."""

    sessions: int
    exchanges: int
    follow_up_weeks: int
    recall_tokens: int


@dataclass(slots=True)
class ClientSide:
    """The client: what it is, what state it is in, and the rules by which that moves."""

    profile: Profile
    state: ClientState
    dynamics: Dynamics
    chance: Chance
    progress: Progress
    reports: list[SymptomReport] = field(default_factory=list)
    own_words: OwnWords = field(default_factory=OwnWords, repr=False)


@dataclass(slots=True)
class CounselorSide:
    """The counselor: what it was told, what it wrote down, what it means to do."""

    language: Literal["en", "zh"]
    levels: Levels
    manner_text: str
    remembers: bool
    """Whether anything of an earlier session may reach a counselor prompt."""
    keeps_transcripts: bool = False
    """Whether whole earlier sessions may: recall `transcript`, or bare with `history: course`."""
    intake: list[Line] = field(default_factory=list)
    notes: list[SessionNote] = field(default_factory=list)
    """Its notes; with recall `scrambled` those on others that stand in their place."""
    transcripts: list[tuple[int, list[Line]]] = field(default_factory=list)
    treatment: TreatmentPlan | None = None
    session_plan: SessionPlan | None = None
    planned_session: int = 0
    """The session that `session_plan` is for; 0 = none."""
    reports: list[ReportedScores] = field(default_factory=list)
    chance: Chance = field(default_factory=lambda: Chance("", 0))
    """For what is drawn on the counselor's side: a random plan, a page of filler."""
    note_tokens: list[int] = field(default_factory=list)
    """What each note would take in a prompt, oldest first: all that recall `sham` knows of them.
    `scrambled` has its notes on others made as long."""
    school_text: str = ""
    school_techniques: list[SchoolTechnique] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        """Whether it knows which session this is: where it remembers, or believes that it does."""
        return self.remembers or self.levels.recall == "scrambled"


def lines_of(session: Session) -> list[Line]:
    """A recorded session's dialogue as the parties heard it."""
    return [Line(id=t.id, speaker=t.speaker, text=t.text) for t in session.turns]


@dataclass(slots=True)
class LiveSession:
    """The session being held."""

    number: int
    week: int
    state_before: ClientState
    turns: HeldTurns = field(default_factory=HeldTurns)
    exchange: int = 0
    recalled: list[Recalled] = field(default_factory=list)
    recalled_from: int = -1
    """How many notes there were when it was recalled; -1 = nothing was yet."""
    turn_plan: TurnPlan | None = None
    plan: SessionPlan | None = None
    closing: bool = False
    """The counselor has said that it closes with this turn."""
    end: SessionEnd | None = None
    end_detail: str = ""
    _lines: list[Line] = field(default_factory=list, repr=False)
    _uncounted: list[Line] = field(default_factory=list, repr=False)

    def lines(self) -> list[Line]:
        """The dialogue as both parties heard it. A turn's line is the same object at each call."""
        if len(self._lines) < len(self.turns):
            new = self.turns[len(self._lines) :]
            self._lines += [line_of(t.id, t.speaker, t.text) for t in new]
        return self._lines[:]

    def uncounted_lines(self) -> list[Line]:
        """The same, with ids that do not tell which session this is: `t1` in place of `s3t1`."""
        self._uncounted += [
            line_of(f"t{n}", line.speaker, line.text)
            for n, line in enumerate(self.lines(), start=1)
            if n > len(self._uncounted)
        ]
        return self._uncounted[:]

    def next_id(self) -> str:
        """The id of the turn to come."""
        return f"s{self.number}t{len(self.turns) + 1}"


Hold = Callable[["LiveCourse"], Awaitable[None]]


@dataclass(slots=True)
class LiveCourse:
    """The whole course: both sides, what was recorded, and where it stands."""

    arm: str
    ask: Asker
    hold: Hold
    """Runs the arm's session graph over this course's session."""
    client: ClientSide
    counselor: CounselorSide
    schedule: Schedule
    nodes: frozenset[str]
    """Names of the nodes that this arm has."""
    bare_system: str | None = None
    """The system prompt of a model or product under test; `None` = the project's plain one."""
    week: int = 0
    session: LiveSession | None = None
    sessions: list[HeldSession] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict, repr=False)
    """Turn -> its words, of the sessions that were held: looked up too often to be unpacked."""
    weeks: list[Week] = field(default_factory=list)
    intake: Session | None = None
    baseline: SymptomReport | None = None
    follow_up: list[SymptomReport] = field(default_factory=list)
    end: CourseEnd | None = None
    end_week: int = 0
    end_detail: str = ""
    failures: list[Failure] = field(default_factory=list)
    pulse: Callable[[Literal["turn", "session", "week"]], None] = lambda _: None
    """Told of each turn, session and week as it ends; for progress displays, nothing else."""
    switch_at: tuple[int, int] | None = None
    """A fork leaves the old arm after this turn of this session."""

    _heard: tuple[HeldSession, list[Line]] | None = field(default=None, repr=False)

    def heard(self) -> list[Line]:
        """The dialogue of the session held last, as both parties heard it; empty where none was."""
        if not self.sessions:
            return []
        last = self.sessions[-1]
        if self._heard is None or self._heard[0] is not last:
            self._heard = (last, last.lines())
        return self._heard[1][:]

    def keep(self, session: HeldSession, lines: list[Line]) -> None:
        """Add a session that was held, with its dialogue as both parties heard it."""
        session.turns.squeeze()
        self.sessions.append(session)
        self._heard = (session, lines)
        self.client.own_words.keep(lines)
        self.said |= {line.id: line.text for line in lines}

    def said_before(self) -> list[str]:
        """What was said by either at intake and in the sessions that were held, turn by turn."""
        form = self.intake.turns if self.intake else []
        return [*(turn.text for turn in form), *self.said.values()]

    @property
    def now(self) -> LiveSession:
        """The session being held. Raises `RuntimeError` outside a session."""
        if self.session is None:
            raise RuntimeError("no session is being held")
        return self.session

    def finish(self, end: CourseEnd, detail: str = "") -> None:
        """End the course, once: what ended it first stays the reason."""
        if self.end is None:
            self.end, self.end_week, self.end_detail = end, self.week, detail
