"""One course from beginning to end: begun from a persona and an arm, lived, and made an episode.

Nothing here touches the disk. Whatever ends a course, it becomes a whole episode that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from orjson import Fragment

from muspsy_sim.agents.client.acting import scores_of
from muspsy_sim.agents.client.dynamics import Dynamics, initial_state, load_dynamics
from muspsy_sim.agents.counselor.acting import keep_note
from muspsy_sim.agents.counselor.manners import load_manner
from muspsy_sim.agents.counselor.schools import load_school
from muspsy_sim.agents.intake import intake_session, told_at_intake
from muspsy_sim.agents.live import (
    ClientSide,
    CounselorSide,
    Levels,
    LiveCourse,
    RecallLevel,
    Schedule,
    lines_of,
)
from muspsy_sim.graphs.compile import CompiledArm
from muspsy_sim.graphs.framework import SwitchArm, keep_session
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.llm.budget import BudgetSpent
from muspsy_sim.llm.counting import UsageCount
from muspsy_sim.llm.seam import Model, Role, Sampling
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import CourseEnd, Episode, ForkedFrom, Provenance, SessionEnd
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.ready import Ready
from muspsy_sim.runs.outcome import EpisodeOutcome, outcome_in


@dataclass(frozen=True, slots=True)
class Seat:
    """An arm as it sits in the chair: compiled graph, levels in force, models, system prompt."""

    label: str
    arm: CompiledArm
    levels: Levels
    models: Mapping[Role, Model]
    samplings: Mapping[Role, Sampling]
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Fork:
    """Where a course leaves its first seat, and the seat that it goes on under."""

    parent: str
    session: int
    turn: int
    seat: Seat


Pulse = Callable[[Literal["turn", "session", "week"]], None]


def begin(
    episode: str,
    profile: Profile,
    seat: Seat,
    seed: int,
    schedule: Schedule,
    pulse: Pulse = lambda _: None,
    dynamics: Dynamics | None = None,
) -> LiveCourse:
    """A course that nothing has happened in yet. `dynamics`: the shipped ones if none."""
    chance = Chance(profile.source_case, seed)
    dynamics = dynamics or load_dynamics()
    client = ClientSide(
        profile=profile,
        state=initial_state(profile, dynamics, chance),
        dynamics=dynamics,
        chance=chance,
        progress=seat.levels.progress,
    )
    course = LiveCourse(
        arm=seat.label,
        ask=Asker(episode, seat.models, seat.samplings, chance),
        hold=seat.arm.hold,
        client=client,
        counselor=CounselorSide(profile.language, seat.levels, "", False, chance=chance),
        schedule=schedule,
        nodes=frozenset(),
        pulse=pulse,
    )
    sit(course, seat)
    return course


def sit(course: LiveCourse, seat: Seat) -> None:
    """Put an arm in the counselor's chair. What it may not know of the past is taken from it."""
    side = course.counselor
    bare = "respond_bare" in seat.arm.nodes
    left, remembered = side.levels.recall, side.remembers
    side.levels = seat.levels
    side.manner_text = load_manner(seat.levels.manner, side.language).text
    school = load_school(seat.levels.school, side.language)
    side.school_text = school.text if school else ""
    side.school_techniques = list(school.techniques) if school else []
    side.keeps_transcripts = seat.levels.recall == "transcript" or (
        bare and seat.levels.history == "course"
    )
    instead = seat.levels.recall in ("sham", "scrambled")
    noted = "remember" in seat.arm.nodes and seat.levels.recall != "none"
    side.remembers = not instead and (noted or side.keeps_transcripts)
    if side.keeps_transcripts and not side.transcripts:
        # Who takes over a course in its middle is shown what it would have heard itself.
        side.transcripts = [(s.number, s.lines()) for s in course.sessions if s.turns]
    _pass_on(side, left)
    misled = left == "scrambled" != seat.levels.recall
    if side.levels.plan == "none" or (remembered and not side.remembers) or misled:
        # A plan made without memory holds nothing of earlier sessions, and may be taken over.
        side.treatment, side.session_plan, side.planned_session = None, None, 0
    if course.session is not None:
        # What the last seat recalled and meant to do next is its own: this one begins afresh.
        course.session.recalled, course.session.turn_plan = [], None
        course.session.recalled_from = -1
        _brief(course)
    course.client.progress = seat.levels.progress
    course.arm = seat.label
    course.nodes = seat.arm.nodes
    course.hold = seat.arm.hold
    course.bare_system = seat.system
    course.ask = Asker(course.ask.episode, seat.models, seat.samplings, course.client.chance)


def _pass_on(side: CounselorSide, left: RecallLevel) -> None:
    """Leave to the arm that takes over what it may have of the notes of the one that `left`.

    A sham keeps how long they are, `scrambled` notes on others, and nobody is given those.
    """
    level, written = side.levels.recall, side.notes
    if level == left == "scrambled":
        return
    if not side.remembers:
        side.transcripts = []
    if not side.remembers or left == "scrambled":
        side.notes = []
    if level in ("sham", "scrambled"):
        for note in written:
            keep_note(side, note)


def _brief(course: LiveCourse) -> None:
    """Tell the counselor that takes over what its levels of monitoring and intake say, no more."""
    side = course.counselor
    side.reports = []
    if side.levels.monitoring == "scores":
        side.reports = [scores_of(report) for report in course.client.reports]
    if side.levels.intake == "none":
        side.intake = []
        return
    form = intake_session(course.client.profile, side.levels.intake)
    side.intake = lines_of(form)
    course.client.state = told_at_intake(course.client.state, form)
    # The record holds whatever any of them was told.
    if course.intake is None:
        course.intake = form
    elif len(form.turns) > len(course.intake.turns):
        course.intake.turns = form.turns


async def live(course: LiveCourse, seat: Seat, fork: Fork | None = None) -> None:
    """Live the course to its horizon, or to what stopped it; `course.end` says which.

    Lets errors of the journal and the disk pass: they are nobody's ending.
    """
    try:
        if fork is not None:
            course.switch_at = (fork.session, fork.turn)
        try:
            await seat.arm.run(course)
        except SwitchArm:
            if fork is None:
                raise
            course.switch_at = None
            sit(course, fork.seat)
            await fork.seat.arm.run(course)
    except CallFailed as error:
        course.failures.append(error.failure)
        _stop(course, SessionEnd.MODEL_ERROR, CourseEnd.MODEL_ERROR, str(error))
    except BudgetSpent as error:
        _stop(course, SessionEnd.BUDGET_SPENT, CourseEnd.BUDGET_SPENT, str(error))


def _stop(course: LiveCourse, session: SessionEnd, end: CourseEnd, detail: str) -> None:
    if course.session is not None:
        course.session.end, course.session.end_detail = session, detail
        keep_session(course)
        course.sessions[-1].failures = list(course.failures)
    # Whatever ended the course before, it was not lived to its horizon: this is its ending.
    course.weeks = [week for week in course.weeks if hasattr(week, "report")]
    course.end, course.end_week, course.end_detail = end, course.week, detail


def episode_of(course: LiveCourse, cover: Episode) -> Episode:
    """The whole record of a lived course: its sessions in its cover (`cover_of`)."""
    cover.sessions = [session.record() for session in course.sessions]
    return cover


def content_of(course: LiveCourse, cover: Episode) -> tuple[bytes, EpisodeOutcome]:
    """The same as its file holds it, what `episode_bytes` makes of `episode_of`; and its outcome.

    The turns go in as they are kept. Reading and checking them for that, to write them as the same
    bytes again, took a twelfth of a run.
    """
    dumped = cover.model_dump(mode="json", exclude={"profile"})
    dumped["profile"] = _profile_json(cover.profile)
    outcome = outcome_in({**dumped, "sessions": [{"turns": s.turns} for s in course.sessions]})
    dumped["sessions"] = [session.dumped() for session in course.sessions]
    return canonical_json(dumped), outcome


def _profile_dumped(profile: Profile) -> Fragment:
    return Fragment(canonical_json(profile.model_dump(mode="json")).rstrip())


_profile_json = Ready(_profile_dumped, most=256)
"""A profile as it stands in every episode of its client."""


def cover_of(
    course: LiveCourse,
    episode: str,
    seed: int,
    seat: Seat,
    provenance: Provenance,
    count: UsageCount,
    fork: Fork | None = None,
) -> Episode:
    """The record of a lived course but for its sessions."""
    if course.end is None:
        raise RuntimeError(f"episode {episode} has no ending")
    last = fork.seat if fork is not None else seat
    profile = course.client.profile
    factors: dict[str, Any] = last.levels.model_dump()
    return Episode(
        id=episode,
        persona=profile.id,
        source_case=profile.source_case,
        arm=last.label,
        factors=factors,
        control=last.arm.control,
        seed=seed,
        language=profile.language,
        progress=last.levels.progress,
        profile=profile,
        provenance=provenance,
        intake=course.intake,
        baseline=course.baseline,
        weeks=course.weeks,
        follow_up=course.follow_up,
        end=course.end,
        end_week=course.end_week,
        end_detail=course.end_detail,
        failures=course.failures,
        usage={str(role): used for role, used in sorted(count.by_role.items())},
        forked_from=(
            ForkedFrom(episode=fork.parent, session=fork.session, turn=fork.turn, arm=seat.label)
            if fork is not None
            else None
        ),
    )
