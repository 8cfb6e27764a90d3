"""What the client does: feel, speak, and between sessions reflect, live a week and report.

Each function is a node of a graph. State moves only through the dynamics; the model that speaks
finds words for a move that is already decided.
"""

from __future__ import annotations

from muspsy_sim.agents.client import dynamics as rules
from muspsy_sim.agents.client.remembered import CLAIMS, unfounded
from muspsy_sim.agents.client.stance import Context, Decision, decide
from muspsy_sim.agents.client.view import reflect_view, speak_view
from muspsy_sim.agents.held import spoken
from muspsy_sim.agents.live import LiveCourse
from muspsy_sim.agents.prompts import REFLECT, SPEAK
from muspsy_sim.agents.stuck import stuck
from muspsy_sim.records.appraisal import Appraisal, Behaviour
from muspsy_sim.records.episode import SessionEnd, Week
from muspsy_sim.records.state import ClientMemory, StateValues, SymptomReport
from muspsy_sim.records.views import ReportedScores


async def feel(course: LiveCourse) -> None:
    """Let the state follow what the counselor just did, as the appraiser coded it."""
    side, now = course.client, course.now
    turn = now.turns[-1]
    coded = turn.appraisal or Appraisal()
    felt = rules.feel(
        side.state,
        coded,
        rules.CounselorTurn(
            session=now.number,
            turn=len(now.turns),
            exchange=now.exchange,
            turn_id=turn.id,
            text=turn.text,
            own_words=side.own_words.today(now.turns),
            unfounded=_unfounded(course, coded),
        ),
        side.profile,
        side.dynamics,
        side.chance,
        side.progress,
    )
    side.state = felt.state
    turn.changes = felt.changes


def _unfounded(course: LiveCourse, coded: Appraisal) -> frozenset[Behaviour]:
    """What the last turn comes back to though it was never said; the first has no past."""
    now = course.now
    if now.number < 2 or not coded.shows(*CLAIMS):
        return frozenset()
    *before, turn = [*course.said_before(), *(line.text for line in now.lines())]
    return unfounded(coded, turn, before, course.client.profile.language)


async def greet(course: LiveCourse) -> None:
    """Open the session as the client, before the counselor has said a word."""
    await _say(course, _decide(course, Appraisal(), "", exchange=1))


async def speak(course: LiveCourse) -> str:
    """Answer as the client. `over` when the session has ended with this turn, else `again`."""
    now = course.now
    heard = now.turns[-1]
    appraisal = heard.appraisal or Appraisal()
    decision = _decide(course, appraisal, heard.text, exchange=now.exchange)
    leaves = await _say(course, decision)
    course.pulse("turn")
    now.end = _ending(course, appraisal, decision, leaves)
    if now.end is not None:
        return "over"
    if course.switch_at is not None and course.switch_at[0] == now.number:
        return "over" if len(now.turns) >= course.switch_at[1] else "again"
    return "again"


def _decide(course: LiveCourse, appraisal: Appraisal, heard: str, *, exchange: int) -> Decision:
    side, now = course.client, course.now
    context = Context(
        session=now.number,
        turn=len(now.turns) + 1,
        exchange=exchange,
        text=heard,
        counselor_closes=now.closing,
        own_words=side.own_words.today(now.turns),
    )
    return decide(side.state, appraisal, side.profile, side.dynamics, side.chance, context)


async def _say(course: LiveCourse, decision: Decision) -> bool:
    """Speak the decided move; whether the client said goodbye of its own accord."""
    side, now = course.client, course.now
    turn_id = now.next_id()
    view = speak_view(
        side.state,
        side.profile,
        side.dynamics,
        decision,
        session=now.number,
        turn=len(now.turns) + 1,
        dialogue=now.lines(),
        report=side.reports[-1] if side.reports else None,
        progress=side.progress,
        earlier=side.own_words.earlier,
        own_words=side.own_words,
        last=now.week >= course.schedule.sessions,
        began_as=now.state_before,
    )
    asked = await course.ask(SPEAK, view, session=now.number, turn=len(now.turns) + 1)
    text = asked.answer.text.strip()
    found = rules.licensed(
        side.state,
        asked.answer.told,
        turn_id,
        text,
        side.profile,
        side.dynamics,
        asked=decision.asked_about_risk,
    )
    now.turns.append(
        spoken(
            turn_id,
            "client",
            text,
            reasoning=asked.reasoning,
            state=side.state.values,
            move=decision.move,
            disclosed=found.disclosed,
            unlicensed=found.unlicensed,
            usage=asked.usage,
        )
    )
    if found.disclosed:
        told = [*side.state.disclosed, *found.disclosed]
        side.state = side.state.model_copy(update={"disclosed": told})
    return asked.answer.leaves


def _ending(
    course: LiveCourse, appraisal: Appraisal, decision: Decision, leaves: bool
) -> SessionEnd | None:
    """Why the session ends with this turn; `None` when it goes on."""
    now = course.now
    if decision.leaves == "walks_out":
        return SessionEnd.CLIENT_WALKED_OUT
    if appraisal.shows("refer_on") and _in_crisis(course):
        return SessionEnd.REFERRED_ON
    # A goodbye that the client only returns is the counselor's, flagged as its last turn or not.
    if now.closing or (decision.move == "close" and decision.leaves is None):
        return SessionEnd.COUNSELOR_CLOSED
    if decision.leaves == "closes" or leaves:
        return SessionEnd.CLIENT_CLOSED
    if reason := stuck(now.lines()):
        now.end_detail = reason
        return SessionEnd.STUCK
    if now.exchange >= course.schedule.exchanges:
        return SessionEnd.EXCHANGES_USED
    return None


def _in_crisis(course: LiveCourse) -> bool:
    """Whether risk is acute and the client has told of it: then referring on ends the course."""
    side = course.client
    told = any(entry.fact == rules.RISK for entry in side.state.disclosed)
    return told and side.state.values.risk >= side.dynamics.crisis_level


async def reflect(course: LiveCourse) -> None:
    """Write the client's own memory of the session just held."""
    side, session = course.client, course.sessions[-1]
    if not session.turns:
        return
    view = reflect_view(
        side.state,
        side.profile,
        side.dynamics,
        session=session.number,
        dialogue=course.heard(),
    )
    asked = await course.ask(REFLECT, view, session=session.number)
    memory = ClientMemory(session=session.number, text=asked.answer.text.strip())
    session.client_memory = memory
    memories = [*side.state.memories, memory]
    side.state = side.state.model_copy(update={"memories": memories})


async def baseline(course: LiveCourse) -> None:
    """Take the report before session one."""
    course.baseline = _report(course, 0)


async def between(course: LiveCourse) -> None:
    """Live the week: events, homework, relapse, recovery. Symptoms change only here."""
    side, week = course.client, course.week
    held = _held(course)
    lived = rules.live_week(
        side.state,
        side.profile,
        side.dynamics,
        side.chance,
        week,
        held is not None,
        side.progress,
        rules.arc_session(side.profile, week + 1),
    )
    side.state = lived.state
    last = course.sessions[-1:]
    missed = any(s.week == week and s.end is SessionEnd.CLIENT_MISSED for s in last)
    course.weeks.append(
        Week.model_construct(
            number=week,
            session=held,
            missed=missed,
            events=lived.events,
            homework=lived.homework,
            changes=lived.changes,
            values=StateValues.model_validate(lived.state.values),
            phq9_latent=list(lived.state.phq9),
            gad7_latent=list(lived.state.gad7),
        )
    )


async def report(course: LiveCourse) -> None:
    """Report symptoms at the end of the week: an observation, never the latent items."""
    course.weeks[-1].report = _report(course, course.week)
    course.pulse("week")


def _report(course: LiveCourse, week: int) -> SymptomReport:
    side = course.client
    seen = rules.observe(side.state, side.profile, side.dynamics, side.chance, week)
    side.reports.append(seen)
    if course.counselor.levels.monitoring == "scores":
        course.counselor.reports.append(scores_of(seen))
    return seen


def scores_of(report: SymptomReport) -> ReportedScores:
    """What a counselor is shown of a report, at `monitoring: scores`."""
    return ReportedScores(
        week=report.week, phq9_total=report.phq9_total, gad7_total=report.gad7_total
    )


def _held(course: LiveCourse) -> int | None:
    """The number of this week's session, if one was held."""
    held = [s for s in course.sessions[-1:] if s.week == course.week and s.turns]
    return held[-1].number if held else None
