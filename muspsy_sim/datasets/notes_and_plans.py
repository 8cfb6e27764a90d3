"""The first two tasks: a session's dialogue to its note, and what was known to the next plan.

Each row holds what the counselor had when it wrote: earlier memory only where its arm had any,
and the dialogue of the session just held, whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from muspsy_sim.datasets.reading import Source
from muspsy_sim.datasets.rendering import (
    dialogue_text,
    memory_text,
    note_text,
    part,
    parts,
    reports_text,
    session_plan_text,
    treatment_plan_text,
)
from muspsy_sim.datasets.rows import Message, Row, Task
from muspsy_sim.datasets.seeing import (
    counselor_turns,
    intake_seen,
    plan_basis,
    recalled,
    remembers,
    session_plan_seen,
)
from muspsy_sim.datasets.wording import wording
from muspsy_sim.records.episode import Session


def memory_rows(source: Source, passed: Counter[str]) -> Iterator[Row]:
    """One row per note. `passed` counts the sessions that give none, by reason."""
    words = wording(source.episode.language)
    for session in source.episode.sessions:
        if session.note is None or not session.turns:
            if session.turns:
                passed["sessions without a note"] += 1
            continue
        if _noted_before_the_fork(source, session):
            passed["notes that a fork shares with its parent"] += 1
            continue
        refs = _refs(session)
        memories = recalled(source, session, refs)
        intake = intake_seen(source, session)
        plan = session_plan_seen(source, session)
        asked = parts(
            part(words.intake, dialogue_text(intake, words)) if intake else "",
            part(words.recalled, memory_text(memories, words)) if memories else "",
            part(words.session_plan, session_plan_text(plan, words)) if plan else "",
            part(words.dialogue, dialogue_text(session.turns, words)),
        )
        yield _row(
            source, session, "memory_extraction", asked, note_text(session.note, words), refs
        )


def plan_rows(source: Source, passed: Counter[str]) -> Iterator[Row]:
    """One row per session plan. `passed` counts the sessions that give none, by reason."""
    words = wording(source.episode.language)
    for session in source.episode.sessions:
        if session.plan is None or not session.turns:
            if session.turns:
                passed["sessions without a plan"] += 1
            continue
        if _planned_before_the_fork(source, session):
            passed["plans that a fork shares with its parent"] += 1
            continue
        refs = _refs(session)
        memories = recalled(source, session, refs)
        intake = intake_seen(source, session)
        basis = plan_basis(source, session)
        known = parts(
            part(words.intake, dialogue_text(intake, words)) if intake else "",
            part(words.recalled, memory_text(memories, words)) if memories else "",
            part(words.reports, reports_text(basis.reports, words)) if basis.reports else "",
            part(words.treatment_plan, treatment_plan_text(basis.treatment, words))
            if basis.treatment
            else "",
            part(words.dialogue_before, dialogue_text(basis.dialogue, words))
            if basis.dialogue
            else "",
        )
        target = parts(
            session_plan_text(session.plan, words),
            treatment_plan_text(basis.revised, words) if basis.revised else "",
        )
        yield _row(source, session, "goal_planning", known or words.nothing_yet, target, refs)


def _refs(session: Session) -> list[str]:
    """What was recalled in a session.

    At its first counselor turn the counselor has the memory that it planned from, and that it
    writes the note beside.
    """
    spoken = counselor_turns(session)
    return list(spoken[0].recalled) if spoken else []


def _noted_before_the_fork(source: Source, session: Session) -> bool:
    left = source.episode.forked_from
    return left is not None and session.number < left.session


def _planned_before_the_fork(source: Source, session: Session) -> bool:
    left = source.episode.forked_from
    return left is not None and session.number <= left.session


def _row(
    source: Source, session: Session, task: Task, asked: str, target: str, refs: list[str]
) -> Row:
    episode = source.episode
    words = wording(episode.language)
    brief, suffix = (
        (words.memory, "note") if task == "memory_extraction" else (words.planning, "plan")
    )
    which = words.gap + words.session.format(number=session.number)
    return Row(
        id=f"{episode.id}/s{session.number}/{suffix}",
        task=task,
        episode=episode.id,
        source_case=episode.source_case,
        arm=source.arm_of(session),
        language=episode.language,
        session=session.number,
        messages=(
            Message("system", brief + which if remembers(source, session) else brief),
            Message("user", asked),
            Message("assistant", target),
        ),
        recalled=tuple(refs),
    )
