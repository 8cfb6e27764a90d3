"""What the counselor may see, built from its own side and this session's dialogue alone.

No function here reads the client's side: state, temperament, arc and locked facts stay there.
Without memory nothing of an earlier session is on the counselor's side to begin with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muspsy_sim.agents.counselor.recalling.size import newest_within, tokens_of
from muspsy_sim.agents.live import CounselorSide, LiveCourse, RecallLevel, Schedule
from muspsy_sim.records.memory import SessionNote, TurnPlan
from muspsy_sim.records.values import made
from muspsy_sim.records.views import (
    BareView,
    Line,
    PlanNextView,
    PlanTurnView,
    Recalled,
    RememberView,
    ReportedScores,
    RespondView,
)

_BARE_SYSTEM = {
    "en": "You are a counselor in a conversation with a client. Reply to the client.",
    "zh": "你是一名心理咨询师，正在与来访者对话。请回应来访者。",
}


SAME_ALL_SESSION: frozenset[RecallLevel] = frozenset(
    {"none", "last", "notes", "transcript", "scrambled"}
)
"""Levels of recall that depend on nothing that is said in the session."""


def recall(
    side: CounselorSide,
    budget: int,
    *,
    heard: Sequence[str] = (),
    session: int = 0,
    turn: int = 0,
) -> list[Recalled]:
    """What is remembered now, by the arm's level, within `budget` tokens and in order of time.

    `heard` is what was said in this session, the newest last: levels `search` and `graph` start
    from it; where it is empty (at the opening, and when notes and plans are written) from the
    newest notes. `session` and `turn` are the key of what is drawn, at level `sham` alone.
    """
    match side.levels.recall:
        case "last":
            return [noted(note) for note in side.notes[-1:]]
        case "notes" | "scrambled":
            return _within(budget, [noted(note) for note in side.notes])
        case "transcript":
            whole = [
                Recalled(session=n, ref=f"session:{n}", lines=ls) for n, ls in side.transcripts
            ]
            return _within(budget, whole)
        case "search":
            from muspsy_sim.agents.counselor.recalling.search import search

            return search(side.notes, heard, budget, side.language)
        case "graph":
            from muspsy_sim.agents.counselor.recalling.association import associated

            return associated(side.notes, heard, budget, side.language)
        case "sham":
            from muspsy_sim.agents.counselor.recalling.filler import sham

            return sham(side.note_tokens, budget, side.language, side.chance, session, turn)
        case "none":
            return []


def plan_turn_view(course: LiveCourse) -> PlanTurnView:
    """All that the counselor sees when it decides what its next turn is for."""
    return made(PlanTurnView, _seen(course))


def respond_view(course: LiveCourse) -> RespondView:
    """All that the counselor sees before its turn, the plan of that turn included.

    A strategy that was drawn comes without reason: the counselor is not to know that it was.
    """
    plan = course.now.turn_plan
    if plan is not None and course.counselor.levels.plan == "random":
        plan = TurnPlan(strategy=plan.strategy)
    return made(RespondView, {**_seen(course), "turn_plan": plan})


def _seen(course: LiveCourse) -> dict[str, Any]:
    """What both share: the counselor's own side, the clock on the wall, and what was said."""
    side, now = course.counselor, course.now
    exchange = now.exchange + 1
    return {
        "language": side.language,
        "session": now.number if side.counts else None,
        "manner": side.levels.manner,
        "manner_text": side.manner_text,
        "school": side.levels.school,
        "school_text": side.school_text,
        "intake": side.intake,
        "recalled": now.recalled,
        "session_plan": side.session_plan,
        "reports": _reports(side),
        "exchange": exchange,
        "exchanges_left": max(0, course.schedule.exchanges - exchange),
        "last": now.week >= course.schedule.sessions,
        "dialogue": now.lines() if side.counts else now.uncounted_lines(),
    }


def bare_view(side: CounselorSide, dialogue: list[Line], system: str | None = None) -> BareView:
    """The plain conversation: this session's, or the course's with `history: course`."""
    earlier: list[Line] = []
    if side.remembers and side.levels.history == "course":
        earlier = [line for _, lines in side.transcripts for line in lines]
    return BareView(
        language=side.language,
        system=system or _BARE_SYSTEM[side.language],
        dialogue=earlier + dialogue,
    )


def remember_view(
    side: CounselorSide, session: int, recalled: list[Recalled], dialogue: list[Line]
) -> RememberView:
    """What the counselor sees when it writes a session's note."""
    return RememberView(
        language=side.language,
        session=session,
        intake=side.intake,
        plan=side.session_plan,
        earlier=recalled,
        dialogue=dialogue,
    )


def plan_next_view(
    side: CounselorSide,
    schedule: Schedule,
    session: int,
    recalled: list[Recalled],
    dialogue: list[Line],
) -> PlanNextView:
    """What the counselor sees when it plans session `session`.

    Without memory: intake and its own earlier plans, which then have seen no session either, and
    no count of what was held. With recall `scrambled` it knows the count, and of the session just
    held no word.
    """
    return PlanNextView(
        language=side.language,
        session=session if side.counts else None,
        sessions_left=max(1, schedule.sessions - session + 1),
        manner=side.levels.manner,
        manner_text=side.manner_text,
        school=side.levels.school,
        school_text=side.school_text,
        school_techniques=side.school_techniques,
        intake=side.intake,
        notes=recalled if side.counts or side.levels.recall == "sham" else [],
        treatment_plan=side.treatment,
        reports=_reports(side),
        dialogue=dialogue if side.remembers else [],
    )


def _reports(side: CounselorSide) -> list[ReportedScores]:
    """Reported scores: the whole row with memory, only today's without."""
    if side.levels.monitoring != "scores":
        return []
    return list(side.reports if side.remembers else side.reports[-1:])


def noted(note: SessionNote) -> Recalled:
    """A note as it is remembered whole."""
    return Recalled(
        session=note.session,
        ref=f"note:{note.session}",
        statements=note.statements(),
        session_goal=note.session_goal,
    )


def _within(budget: int, items: list[Recalled]) -> list[Recalled]:
    return items[-newest_within([tokens_of(item) for item in items], budget) :] if items else []
