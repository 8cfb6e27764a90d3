"""The typed views: all that a party may see when it is asked something, and nothing else.

Every prompt is rendered from one of these, and `offline` and every fake receive the same object.
Which field may hold what is DESIGN's table "who sees what"; `muspsy_sim.agents` builds them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from muspsy_sim.records.base import Language, Record, Speaker
from muspsy_sim.records.memory import SessionPlan, Stage, Statement, TreatmentPlan, TurnPlan
from muspsy_sim.records.profile import Demographics, Moment, Situation

Move = Literal[
    "greet",
    "answer",
    "elaborate",
    "minimal",
    "deflect",
    "resist",
    "disclose",
    "consider",
    "agree",
    "report_homework",
    "repair",
    "hurt",
    "close",
    "walk_out",
]
"""What the client's next turn does. Computed; the model only finds the words."""

TrustWord = Literal["closed", "wary", "cautious", "open", "trusting"]
DistressWord = Literal["settled", "uneasy", "troubled", "heavy", "overwhelmed"]
ReadinessWord = Literal["not considering change", "torn", "getting ready", "acting"]
LengthWord = Literal["a word or two", "one short sentence", "a sentence or two", "a few sentences"]


class Line(Record):
    """A line of dialogue as the parties heard it."""

    id: str
    speaker: Speaker
    text: str


class Stance(Record):
    """The client's state in words: no number crosses to the model that speaks for it."""

    move: Move
    trust: TrustWord
    distress: DistressWord
    readiness: ReadinessWord
    length: LengthWord
    manner: str = Field(description="how this client keeps its distance, or that it needs none now")
    reason: str = Field(description="why it moves so, in words about the counselor's last turn")


class UnlockedFact(Record):
    """A fact that the client could tell now; `told` where it already has.

    `told_in` and `early` let a prompt keep apart what stays for the whole session; what was told
    before is listed in the order in which it was, so that the list only grows at its end
    (decision 0006).
    """

    id: str
    topic: str
    text: str
    details: list[str] = Field(default_factory=list)
    told: bool = False
    told_in: int = Field(default=0, description="the earlier session that heard it; 0 for none")
    guarded: bool = Field(
        default=False, description="whether it is hard to tell; what is not is told in passing"
    )
    early: bool = Field(
        default=False, description="whether it could be told when this session began already"
    )


class HomeworkWord(Record):
    """What the client agreed to try, and what came of it."""

    text: str
    outcome: Literal["set", "done", "partly", "not_done"]


class SpeakView(Record):
    """What the client's voice sees: itself as it knows itself today."""

    language: Language
    session: int
    turn: int
    demographics: Demographics
    presenting_problem: str
    voice_style: str
    fillers: list[str]
    lines: dict[Moment, list[str]]
    situations: list[Situation]
    goals: list[str]
    supports: list[str]
    strengths: list[str]
    stance: Stance
    unlocked: list[UnlockedFact]
    tell: str | None = Field(default=None, description="id of the fact it is about to tell")
    hints: list[str] = Field(default_factory=list, description="of what it will not say yet")
    beliefs: list[str] = Field(default_factory=list, description="unlocked core beliefs")
    risk_words: str = Field(default="", description="empty unless unlocked")
    memories: list[str] = Field(default_factory=list, description="its own, of earlier sessions")
    events: list[str] = Field(default_factory=list, description="of this week")
    arc: str = Field(default="", description="scripted progress only: this session's arc in words")
    homework: HomeworkWord | None = None
    symptoms: list[str] = Field(default_factory=list, description="its last report, in words")
    said_before: list[str] = Field(
        default_factory=list,
        description="of all the above, what it has said word for word in an earlier session",
    )
    last: bool = Field(default=False, description="whether the course ends with this session")
    dialogue: list[Line] = Field(default_factory=list)


class ReflectView(Record):
    """What the client sees when it thinks back over a session."""

    language: Language
    session: int
    demographics: Demographics
    voice_style: str
    stance: Stance
    homework: HomeworkWord | None = None
    memories: list[str] = Field(default_factory=list)
    dialogue: list[Line] = Field(default_factory=list)


class AppraiseView(Record):
    """What the appraiser sees: this session's dialogue, the counselor turn to code being last."""

    language: Language
    dialogue: list[Line]


class Recalled(Record):
    """Something remembered for this turn: a note of a session, or lines of one.

    Filler in the place of memory (recall `sham`) is of no session, which is 0, and only `text`.
    """

    session: int
    ref: str
    statements: list[Statement] = Field(default_factory=list)
    session_goal: str = ""
    lines: list[Line] = Field(default_factory=list)
    text: str = Field(default="", description="for recall that is neither, such as filler")


class SchoolTechnique(Record):
    """A technique of the counselor's school by its name, and the stages that it belongs to."""

    name: str
    stages: list[Stage] = Field(min_length=1)


class ReportedScores(Record):
    """Totals the client reported; shown only with `monitoring: scores`."""

    week: int
    phq9_total: int
    gad7_total: int


class RespondView(Record):
    """What the counselor sees when it answers.

    `session` is `None` where the arm remembers nothing: even the count would tell of the past.
    `last` stands in the diary and is told to every arm (decision 0005).
    """

    language: Language
    session: int | None
    manner: str = Field(description="id of the way of counseling in `agents/counselor/manners/`")
    manner_text: str
    school: str = Field(default="none", description="id of a school in `agents/counselor/schools/`")
    school_text: str = Field(default="", description="empty where the arm has no school")
    intake: list[Line] = Field(default_factory=list)
    recalled: list[Recalled] = Field(default_factory=list)
    session_plan: SessionPlan | None = None
    turn_plan: TurnPlan | None = None
    reports: list[ReportedScores] = Field(default_factory=list)
    exchange: int = Field(ge=1, description="this exchange's number in the session")
    exchanges_left: int = Field(ge=0, description="after this one")
    last: bool = Field(default=False, description="whether no session is planned after this one")
    dialogue: list[Line] = Field(default_factory=list)


class PlanTurnView(Record):
    """What the counselor sees when it decides what its next turn is for."""

    language: Language
    session: int | None
    manner: str
    manner_text: str
    school: str = Field(default="none", description="id of a school in `agents/counselor/schools/`")
    school_text: str = Field(default="", description="empty where the arm has no school")
    intake: list[Line] = Field(default_factory=list)
    recalled: list[Recalled] = Field(default_factory=list)
    session_plan: SessionPlan | None = None
    reports: list[ReportedScores] = Field(default_factory=list)
    exchange: int = Field(ge=1)
    exchanges_left: int = Field(ge=0)
    last: bool = Field(default=False, description="whether no session is planned after this one")
    dialogue: list[Line] = Field(default_factory=list)


class RememberView(Record):
    """What the counselor sees when it writes the note of a session."""

    language: Language
    session: int
    intake: list[Line] = Field(default_factory=list)
    plan: SessionPlan | None = None
    earlier: list[Recalled] = Field(default_factory=list)
    dialogue: list[Line] = Field(default_factory=list)


class PlanNextView(Record):
    """What the counselor sees when it plans the next session (and, before the first, the course).

    Without memory it sees intake and its own earlier plans, which then have seen no session, and
    how many are left, as in a diary, but not how many were held.
    """

    language: Language
    session: int | None = Field(
        default=None, ge=1, description="the session to plan; `None` where nothing is remembered"
    )
    sessions_left: int = Field(ge=1, description="that one included")
    manner: str
    manner_text: str
    school: str = Field(default="none", description="id of a school in `agents/counselor/schools/`")
    school_text: str = Field(default="", description="empty where the arm has no school")
    school_techniques: list[SchoolTechnique] = Field(default_factory=list)
    intake: list[Line] = Field(default_factory=list)
    notes: list[Recalled] = Field(default_factory=list)
    treatment_plan: TreatmentPlan | None = None
    reports: list[ReportedScores] = Field(default_factory=list)
    dialogue: list[Line] = Field(default_factory=list, description="of the session just held")


class BareView(Record):
    """What a model or product under test sees: its own system prompt and the plain conversation."""

    language: Language
    system: str
    dialogue: list[Line] = Field(default_factory=list)


class ReplyView(Record):
    """What a model sees that replies to one recorded history; `system` replaces our own words."""

    language: Language
    system: str = ""
    dialogue: list[Line] = Field(min_length=1)


class ExtractView(Record):
    """What the annotator sees when it draws a profile from a case report: the report alone."""

    language: Language
    report: str


class TranslateView(Record):
    """What the annotator sees when it puts a client's words into another language."""

    source: Language
    language: Language = Field(description="the language to translate into")
    voice_style: str
    texts: dict[str, str] = Field(description="what to translate, by a key that stays")


class BandsView(Record):
    """What a blind annotator sees of a stretch of a session: who said what, and nothing else."""

    language: Language
    dialogue: list[Line] = Field(min_length=1)
