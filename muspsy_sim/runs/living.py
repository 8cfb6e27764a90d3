"""One episode lived over its journal, and written whole when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from muspsy_sim.llm.counting import UsageCount
from muspsy_sim.llm.journal import Journal
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.prefixes import Prefixes
from muspsy_sim.records.episode import CourseEnd, Episode
from muspsy_sim.runs.connections import Connections
from muspsy_sim.runs.course import Fork, Pulse, begin, content_of, cover_of, live
from muspsy_sim.runs.outcome import EpisodeOutcome
from muspsy_sim.runs.plan import (
    PlannedArm,
    PlannedEpisode,
    RunPlan,
    provenance_of,
)
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.store import (
    Run,
    read_episode,
    remove_episode,
    write_content,
)


def open_journal(run_: Run, planned: PlannedEpisode, sync: GroupSync, *, go_on: bool) -> Journal:
    """Open an episode's journal; `go_on`: it is whole, and what failed it is owed again."""
    header = planned.arm.hashes.header(planned.id, planned.profile)
    journal = Journal.open(run_.journal_file(planned.id), header, sync)
    try:
        if go_on:
            go_on_with(run_, planned.id, journal)
    except BaseException:
        journal.close()
        raise
    return journal


async def live_and_keep(
    run_: Run,
    plan: RunPlan,
    planned: PlannedEpisode,
    connections: Connections,
    journal: Journal,
    progress: RunProgress,
) -> Lived:
    """Live one episode over an open journal, close that, and write the episode whole."""
    try:
        lived = await live_episode(plan, planned, connections, journal, progress)
    except BaseException:
        journal.close()
        raise
    # The disk takes its time, and nobody else is to wait for it.
    await journal.sync.apart(_keep, run_, planned.id, journal, lived.content)
    return lived


def _keep(run_: Run, name: str, journal: Journal, content: bytes) -> None:
    """Write an episode whole, once its journal is on the disk."""
    journal.close()
    write_content(run_, name, content)


def go_on_with(run_: Run, name: str, journal: Journal) -> None:
    """Owe again the calls that failed an episode, which is not whole from here on.

    Its file goes last: as long as it says what failed, no answer to that is in the journal.
    """
    for failure in read_episode(run_, name).failures:
        journal.void(f"s{failure.session}t{failure.turn}/{failure.prompt}")
    remove_episode(run_, name)


async def live_episode(
    plan: RunPlan,
    planned: PlannedEpisode,
    connections: Connections,
    journal: Journal,
    progress: RunProgress,
    fork: ForkPlan | None = None,
) -> Lived:
    """Live one episode over an open journal, and make its record."""
    own = UsageCount()
    for entry in journal.voided:
        failed = entry.kind if entry.outcome == "error" else None
        for count in (own, progress.count):
            count.add(entry.role, entry.usage, recorded=True, failed=failed)
    prefixes = Prefixes()
    progress.sent[planned.id] = own.sent
    seat = connections.seat(planned.arm, journal, own, progress.count, prefixes=prefixes)
    course = begin(
        planned.id,
        planned.profile,
        seat,
        planned.seed,
        plan.schedule,
        _pulse(progress),
        plan.dynamics,
    )
    left: Fork | None = None
    if fork is not None:
        onward = connections.seat(fork.arm, journal, own, progress.count, prefixes=prefixes)
        left = Fork(fork.parent, fork.session, fork.turn, onward)
    await live(course, seat, left)
    made_with = provenance_of(plan.recipe, fork.arm if fork else planned.arm)
    cover = cover_of(course, planned.id, planned.seed, seat, made_with, own, left)
    return Lived(*content_of(course, cover))


@dataclass(frozen=True, slots=True)
class Lived:
    """An episode that was lived: the record of it as its file holds it, and what came of it."""

    content: bytes
    outcome: EpisodeOutcome

    @property
    def end(self) -> CourseEnd:
        """How it ended."""
        return self.outcome.end

    def episode(self) -> Episode:
        """The record itself."""
        return Episode.model_validate_json(self.content)


@dataclass(frozen=True, slots=True)
class ForkPlan:
    """Where an episode leaves its arm, and for which."""

    parent: str
    session: int
    turn: int
    arm: PlannedArm


def _pulse(progress: RunProgress) -> Pulse:
    def pulse(what: Literal["turn", "session", "week"]) -> None:
        if what == "turn":
            progress.turns += 2
        elif what == "session":
            progress.sessions += 1
        else:
            progress.weeks += 1

    return pulse
