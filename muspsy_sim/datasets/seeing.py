"""What the counselor of an arm could see, read back from the recorded episode.

Intake, what was recalled (by the references on its turns), its plan, and scores where the arm
monitors them. Nothing here reads the client's side: profile, state, hints and reflections stay
out of reach, so a training prompt cannot hold them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from muspsy_sim.datasets.reading import Source
from muspsy_sim.records.episode import Episode, Session, Turn
from muspsy_sim.records.errors import ExportError
from muspsy_sim.records.memory import SessionNote, SessionPlan, Statement, TreatmentPlan
from muspsy_sim.records.state import SymptomReport

_NOTE = re.compile(r"note:(\d+)")
_SOME = re.compile(r"note:(\d+)#(\d+(?:,\d+)*)")
"""Statements of a note, by their places in it from 0: what a search or an association brought."""
_SESSION = re.compile(r"session:(\d+)")
_TURN = re.compile(r"s(\d+)t\d+")
_FORGETFUL = ("none", "sham", "scrambled")
"""Levels of recall at which nothing of an earlier session is recalled."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Something remembered of an earlier session: its note, statements of it, or turns."""

    session: int
    ref: str
    note: SessionNote | None = None
    turns: tuple[Turn, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanBasis:
    """What the counselor had before it when it planned a session."""

    dialogue: tuple[Turn, ...]
    """Of the session just held; empty where the arm remembers nothing, or none was just held."""
    treatment: TreatmentPlan | None
    revised: TreatmentPlan | None
    """The treatment plan that was written together with the session's plan, where recorded."""
    reports: tuple[SymptomReport, ...]


def is_bare(source: Source, session: Session) -> bool:
    """Whether a model or product sat in the chair with the plain conversation and no more."""
    nodes = source.nodes_of(session)
    return "respond_bare" in nodes if nodes is not None else source.arm_of(session) == "bare"


def intake_seen(source: Source, session: Session) -> list[Turn]:
    """The intake turns that stand in this session's counselor prompts."""
    intake = source.episode.intake
    return intake.turns if intake is not None and not is_bare(source, session) else []


def session_plan_seen(source: Source, session: Session) -> SessionPlan | None:
    """The plan that stands in this session's counselor prompts.

    An arm that takes over in the middle of a session and remembers nothing is not shown the plan
    that was made for it.
    """
    left = source.episode.forked_from
    taken_over = left is not None and left.session == session.number
    return None if taken_over and not remembers(source, session) else session.plan


def remembers(source: Source, session: Session) -> bool:
    """Whether anything of an earlier session may stand in this session's counselor prompts."""
    factors = source.episode.factors
    if is_bare(source, session):
        return factors.get("history", "course") == "course"
    nodes = source.nodes_of(session)
    if factors.get("recall") in ("sham", "scrambled"):
        return False
    if factors.get("recall") == "transcript" or (nodes is not None and "remember" in nodes):
        return True
    return nodes is None and factors.get("recall", "none") not in _FORGETFUL


def recalled(source: Source, session: Session, refs: list[str]) -> list[Memory]:
    """What references such as `note:1`, `session:1` or `s1t4` stand for, in their order.

    Raises:
        ExportError: a reference leads nowhere, or not to an earlier session.
    """
    if is_bare(source, session):
        return _whole_course(source, session) if remembers(source, session) else []
    memories: list[Memory] = []
    for ref in refs:
        found = _resolve(source.episode, ref)
        if found is None or found.session >= session.number:
            raise ExportError(
                f"session {session.number} recalls {ref!r}, which is no note, session or turn "
                "before it",
                field=source.episode.id,
                hint="leave the episode out with --leave-out",
            )
        if found.turns and memories and _follows(memories[-1], found):
            memories[-1] = Memory(found.session, ref, None, memories[-1].turns + found.turns)
        else:
            memories.append(found)
    return memories


def recalled_throughout(turns: list[Turn]) -> list[str]:
    """The references that every one of these turns recalled, in the first one's order.

    Of a note's statements that were chosen turn by turn, those that were chosen every time.
    """
    if not turns:
        return []
    each = [_statements_of(turn.recalled) for turn in turns]
    refs: list[str] = []
    for ref in turns[0].recalled:
        if match := _SOME.fullmatch(ref):
            note = f"note:{match[1]}"
            always = set.intersection(*(places.get(note, set()) for places in each))
            refs += [f"{note}#{','.join(map(str, sorted(always)))}"] if always else []
        elif all(ref in turn.recalled for turn in turns):
            refs.append(ref)
    return refs


def _statements_of(refs: list[str]) -> dict[str, set[int]]:
    """By note, the places of the statements that these references choose."""
    matches = [match for ref in refs if (match := _SOME.fullmatch(ref))]
    return {f"note:{m[1]}": {int(place) for place in m[2].split(",")} for m in matches}


def counselor_turns(session: Session) -> list[Turn]:
    """The turns that the counselor spoke."""
    return [turn for turn in session.turns if turn.speaker == "counselor"]


def reports_seen(source: Source, session: Session) -> tuple[SymptomReport, ...]:
    """The reports that the counselor sees in this session.

    None unless the arm monitors scores; all so far where it remembers, else the last one.
    """
    return _monitored(source, session, session.week)


def plan_basis(source: Source, session: Session) -> PlanBasis:
    """What the counselor planned this session from, besides intake and what it recalled."""
    episode = source.episode
    before = _session(episode, session.number - 1)
    just_held = before if before is not None and before.turns else None
    revised = before.treatment_plan if before is not None else None
    if session.number == 1 and episode.intake is not None:
        revised = episode.intake.treatment_plan
    shown = just_held is not None and remembers(source, session)
    return PlanBasis(
        dialogue=tuple(just_held.turns) if just_held is not None and shown else (),
        treatment=_treatment_before(episode, session.number, revised is not None),
        revised=revised,
        # A plan made at the end of a session precedes the report of that session's week.
        reports=_monitored(source, session, just_held.week if just_held else session.week),
    )


def _treatment_before(
    episode: Episode, number: int, newest_is_target: bool
) -> TreatmentPlan | None:
    """The treatment plan as it stood before session `number` was planned."""
    plans = [episode.intake.treatment_plan] if episode.intake is not None else []
    plans += [s.treatment_plan for s in episode.sessions if s.number < number]
    made = [plan for plan in plans if plan is not None]
    if newest_is_target:
        made = made[:-1]
    return made[-1] if made else None


def _monitored(source: Source, session: Session, week: int) -> tuple[SymptomReport, ...]:
    """The reports before a week, where the arm monitors scores; without memory the last one."""
    episode = source.episode
    if episode.factors.get("monitoring") != "scores" or is_bare(source, session):
        return ()
    first = [episode.baseline] if episode.baseline is not None else []
    so_far = (*first, *(lived.report for lived in episode.weeks if lived.number < week))
    return so_far if remembers(source, session) else so_far[-1:]


def _session(episode: Episode, number: int) -> Session | None:
    return next((s for s in episode.sessions if s.number == number), None)


def _resolve(episode: Episode, ref: str) -> Memory | None:
    if match := _NOTE.fullmatch(ref):
        session = _session(episode, int(match[1]))
        return Memory(session.number, ref, session.note) if session and session.note else None
    if match := _SOME.fullmatch(ref):
        session = _session(episode, int(match[1]))
        known = session.note.statements() if session and session.note else []
        places = [int(place) for place in match[2].split(",")]
        if session is None or max(places) >= len(known):
            return None
        return Memory(session.number, ref, statements=tuple(known[place] for place in places))
    if match := _SESSION.fullmatch(ref):
        session = _session(episode, int(match[1]))
        return Memory(session.number, ref, None, tuple(session.turns)) if session else None
    if match := _TURN.fullmatch(ref):
        turn = episode.turn(ref)
        return Memory(int(match[1]), ref, None, (turn,)) if turn else None
    return None


def _follows(last: Memory, found: Memory) -> bool:
    """Whether a recalled turn stands beside other recalled turns of its session."""
    return last.note is None and last.session == found.session and bool(_TURN.fullmatch(found.ref))


def _whole_course(source: Source, session: Session) -> list[Memory]:
    return [
        Memory(earlier.number, f"session:{earlier.number}", None, tuple(earlier.turns))
        for earlier in source.episode.sessions
        if earlier.number < session.number and earlier.turns
    ]
