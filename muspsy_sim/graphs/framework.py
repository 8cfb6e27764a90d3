"""The framework's own nodes of a course: intake, the weeks, holding a session, finishing.

Weeks are lived and reports taken to the fixed horizon whatever the ending, so that endpoints are
comparable by intention to treat.
"""

from __future__ import annotations

from muspsy_sim.agents.client import acting as client
from muspsy_sim.agents.client.dynamics import attends, open_session
from muspsy_sim.agents.held import HeldSession
from muspsy_sim.agents.intake import intake_session, told_at_intake
from muspsy_sim.agents.live import LiveCourse, LiveSession, lines_of
from muspsy_sim.records.episode import CourseEnd, SessionEnd


class SwitchArm(Exception):
    """Raised where a fork leaves its parent's arm: in the middle of a session, between turns."""


async def intake(course: LiveCourse) -> None:
    """Hold the intake: what the arm's level of it lets the counselor know."""
    level = course.counselor.levels.intake
    if level == "none":
        return
    course.intake = intake_session(course.client.profile, level)
    course.counselor.intake = lines_of(course.intake)
    course.client.state = told_at_intake(course.client.state, course.intake)


async def open_week(course: LiveCourse) -> str:
    """Begin the next week and see whether the client comes to its session."""
    course.week += 1
    if course.end is not None or "session" not in course.nodes:
        return "absent"
    side = course.client
    attendance = attends(
        side.state,
        side.profile,
        side.dynamics,
        side.chance,
        course.week,
        side.reports,
        side.progress,
    )
    if attendance == "drops_out":
        course.finish(CourseEnd.CLIENT_DROPPED_OUT)
        return "absent"
    if attendance == "goals_met":
        course.finish(CourseEnd.CLIENT_GOALS_MET)
        return "absent"
    if attendance == "misses":
        course.sessions.append(
            HeldSession(number=course.week, week=course.week, end=SessionEnd.CLIENT_MISSED)
        )
        return "absent"
    return "attended"


async def hold_session(course: LiveCourse) -> None:
    """Hold this week's session by the session graph, and record it whatever its end."""
    if course.session is None:
        side = course.client
        before = side.state  # A value: what moves it makes another.
        side.state, _ = open_session(
            side.state, side.profile, side.dynamics, side.chance, course.week
        )
        course.session = LiveSession(number=course.week, week=course.week, state_before=before)
        course.session.plan = (
            course.counselor.session_plan
            if course.counselor.planned_session == course.week
            else None
        )
    await course.hold(course)
    if course.now.end is None:
        raise SwitchArm
    keep_session(course)


def keep_session(course: LiveCourse) -> None:
    """Record the session being held and end it."""
    now = course.now
    course.keep(
        HeldSession(
            number=now.number,
            week=now.week,
            turns=now.turns,
            end=now.end or SessionEnd.EXCHANGES_USED,
            end_detail=now.end_detail,
            arm=course.arm,
            plan=now.plan,
            state_before=now.state_before,
            state_after=course.client.state,
        ),
        now.lines(),
    )
    if course.counselor.keeps_transcripts:
        course.counselor.transcripts.append((now.number, now.lines()))
    course.session = None
    course.pulse("session")
    if now.end is SessionEnd.REFERRED_ON:
        course.finish(CourseEnd.REFERRED_ON)
    elif _finishes(course, now):
        course.finish(CourseEnd.COUNSELOR_GOALS_MET)


def _finishes(course: LiveCourse, now: LiveSession) -> bool:
    """Whether the counselor ended the course with this session, by a plan that is still its own."""
    plan = course.counselor.session_plan
    closed = now.end is SessionEnd.COUNSELOR_CLOSED
    return closed and plan is not None and plan is now.plan and plan.finish


async def report(course: LiveCourse) -> str:
    """Take the week's report; the course's weeks go on to the horizon."""
    await client.report(course)
    if course.week < course.schedule.sessions:
        return "again"
    course.finish(CourseEnd.SESSIONS_USED if "session" in course.nodes else CourseEnd.WAITED)
    return "over"


async def finish(course: LiveCourse) -> None:
    """Live the weeks to the follow-up and take its report."""
    for _ in range(course.schedule.follow_up_weeks):
        course.week += 1
        await client.between(course)
        await client.report(course)
    if course.schedule.follow_up_weeks:
        course.follow_up.append(course.weeks[-1].report)
