"""A whole course lived by the dynamics alone: a mixture for a counselor, no words and no model.

The same functions decide as in a run (`feel`, `decide`, `live_week`, `attends`, `observe`), in the
same order; only the counselor's turns are drawn instead of spoken and appraised.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.agents.client.dynamics import (
    CounselorTurn,
    Dynamics,
    attends,
    feel,
    initial_state,
    live_week,
    observe,
    open_session,
    record_speech,
)
from muspsy_sim.agents.client.mixtures import Mixture, drawn_turn, stage_of
from muspsy_sim.agents.client.stance import Context, decide
from muspsy_sim.records.answers import Told
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.state import ClientState, StateChange, StateValues, SymptomReport


@dataclass(frozen=True, slots=True)
class Instant:
    """The values after one exchange of one session."""

    session: int
    exchange: int
    values: StateValues


@dataclass(slots=True)
class WordlessCourse:
    """A course as it was lived. `weeks[n]` holds the values at the end of week n."""

    persona: str
    counselor: str
    state: ClientState
    reports: list[SymptomReport]
    end: CourseEnd | None = None
    end_week: int = 0
    held: list[int] = field(default_factory=list)
    """Weeks in which a session was held."""
    instants: list[Instant] = field(default_factory=list)
    after_session: dict[int, StateValues] = field(default_factory=dict)
    weeks: list[StateValues] = field(default_factory=list)
    events: list[list[str]] = field(default_factory=list)
    """What happened in week 1, 2 and so on."""
    changes: list[tuple[int, StateChange]] = field(default_factory=list)
    """Week and movement, of sessions and of weeks."""
    walked_out: bool = False
    """Whether the client walked out of a session."""


def live_wordless(
    profile: Profile,
    counselor: Mixture | None,
    dynamics: Dynamics,
    seed: int,
    *,
    sessions: int,
    exchanges: int,
    follow_up_weeks: int,
) -> WordlessCourse:
    """A course of weekly sessions and the weeks after it; `None` for a counselor waits for one."""
    chance = Chance(profile.source_case, seed)
    state = initial_state(profile, dynamics, chance)
    name = counselor.id if counselor is not None else "waiting"
    course = WordlessCourse(
        profile.id,
        name,
        state,
        [observe(state, profile, dynamics, chance, 0)],
        weeks=[state.values],
    )
    for week in range(1, sessions + follow_up_weeks + 1):
        held = False
        if counselor is not None and week <= sessions and course.end is None:
            held = _attend(course, profile, dynamics, chance, week)
        if counselor is not None and held:
            _hold(course, profile, counselor, dynamics, chance, week, exchanges)
        lived = live_week(course.state, profile, dynamics, chance, week, held, "responsive")
        course.state = lived.state
        course.weeks.append(lived.state.values)
        course.events.append(lived.events)
        course.changes += [(week, change) for change in lived.changes]
        course.reports.append(observe(course.state, profile, dynamics, chance, week))
    if course.end is None:
        course.end = CourseEnd.WAITED if counselor is None else CourseEnd.SESSIONS_USED
        course.end_week = sessions
    return course


def _attend(
    course: WordlessCourse, profile: Profile, dynamics: Dynamics, chance: Chance, week: int
) -> bool:
    """Whether the client comes this week; sets the course's end where it comes no more."""
    attendance = attends(course.state, profile, dynamics, chance, week, course.reports)
    if attendance == "drops_out":
        course.end, course.end_week = CourseEnd.CLIENT_DROPPED_OUT, week
    elif attendance == "goals_met":
        course.end, course.end_week = CourseEnd.CLIENT_GOALS_MET, week
    return attendance == "comes"


def _hold(
    course: WordlessCourse,
    profile: Profile,
    counselor: Mixture,
    dynamics: Dynamics,
    chance: Chance,
    session: int,
    exchanges: int,
) -> None:
    """Hold one session, of at most `exchanges` exchanges."""
    state, changes = open_session(course.state, profile, dynamics, chance, session)
    course.changes += [(session, change) for change in changes]
    course.held.append(session)
    for exchange in range(1, exchanges + 1):
        turn = 2 * exchange - 1
        mix = counselor.stages[stage_of(session, exchange, exchanges)]
        told = {entry.fact for entry in state.disclosed}
        appraisal, cue = drawn_turn(mix, profile, told, chance, session, turn)
        heard = CounselorTurn(session, turn, exchange, f"s{session}t{turn}", cue)
        felt = feel(state, appraisal, heard, profile, dynamics, chance, "responsive")
        state = felt.state
        course.changes += [(session, change) for change in felt.changes]
        course.instants.append(Instant(session, exchange, state.values))
        context = Context(session, turn + 1, exchange, cue)
        decision = decide(state, appraisal, profile, dynamics, chance, context)
        if decision.tell is not None:
            turn_id = f"s{session}t{turn + 1}"
            claim = [Told(fact=decision.tell, quote=decision.tell)]
            state = record_speech(state, claim, turn_id, decision.tell, profile, dynamics)
        if decision.leaves is not None:
            course.walked_out |= decision.leaves == "walks_out"
            break
    course.state = state
    course.after_session[session] = state.values
