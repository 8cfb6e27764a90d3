"""The orchestrator: many episodes at once, each journalled, each written whole when it is done.

Running again does what is still owed: whole episodes are left alone, begun ones go on from their
journals. Results do not depend on how many run at once, nor in which order they end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from muspsy_sim.agents.client.dynamics import Dynamics, load_dynamics
from muspsy_sim.llm.budget import Budget, Budgeted
from muspsy_sim.llm.counting import Counted, UsageCount
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal import Journal, Journalled
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.prefixes import Prefixes, Sent
from muspsy_sim.llm.replay import ReplayModel
from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import Model, Role, Sampling
from muspsy_sim.records.content import content_root
from muspsy_sim.records.episode import CourseEnd, Episode
from muspsy_sim.records.errors import MuspsyError
from muspsy_sim.runs.course import Fork, Pulse, Seat, begin, episode_of, live
from muspsy_sim.runs.extending import described_with_before
from muspsy_sim.runs.known import Known
from muspsy_sim.runs.outcome import EpisodeOutcome
from muspsy_sim.runs.plan import (
    PlannedArm,
    PlannedEpisode,
    RunPlan,
    budget_of,
    provenance_of,
)
from muspsy_sim.runs.provenance import ROLES
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import (
    Run,
    clear,
    find_run,
    read_episode,
    remove_episode,
    write_episode,
    write_run_file,
    writing,
)
from muspsy_sim.runs.together import first_cause, tuned_gc


@dataclass(slots=True)
class RunProgress:
    """Where a run stands; read by displays while it changes."""

    episodes: int
    done: int = 0
    kept: int = 0
    """Episodes that were whole before this process began."""
    running: int = 0
    sessions: int = 0
    turns: int = 0
    weeks: int = 0
    expected_weeks: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    last_end: float = 0.0
    """When the last episode so far ended, as `time.perf_counter` has it."""
    count: UsageCount = field(default_factory=UsageCount)
    sent: dict[str, Mapping[Role, Sent]] = field(default_factory=dict)
    """By episode that was lived in this process, what its prompts sent before, by role."""
    budget: Budget = field(default_factory=Budget)
    by_worker: dict[str, float] = field(default_factory=dict)
    """Worker, as HOST:PID -> processor seconds it took; empty where this process works alone."""
    began: float = field(default_factory=time.monotonic)

    def finished(self, end: CourseEnd) -> None:
        """Note one episode's ending."""
        self.done += 1
        self.last_end = time.perf_counter()
        self.ends[end.value] = self.ends.get(end.value, 0) + 1


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What came of a run: how its episodes ended, by id."""

    run: Run
    ends: dict[str, CourseEnd]
    progress: RunProgress

    @property
    def incomplete(self) -> list[str]:
        """Episodes that a failure or the budget stopped."""
        return sorted(name for name, end in self.ends.items() if not end.complete)


@dataclass(slots=True)
class Connections:
    """The models of a run, each opened once, behind the limits of their endpoints."""

    recipe: Recipe
    endpoints: Endpoints
    budget: Budget
    overrides: Mapping[Role, Model] = field(default_factory=dict)
    _models: dict[str, Model] = field(default_factory=dict)

    def model(self, text: str) -> Model:
        """The model of this string: limited by its endpoint, budgeted, not yet journalled."""
        if text not in self._models:
            spec = parse_model(text)
            if spec.scheme == "replay":
                self._models[text] = ReplayModel(find_run(text.partition(":")[2]).folder)
            else:
                self._models[text] = open_model(
                    spec,
                    self.endpoints,
                    timeout_s=self.recipe.limits.timeout_s,
                    budget=self.budget,
                )
        return self._models[text]

    def seat(
        self,
        arm: PlannedArm,
        journal: Journal,
        *counts: UsageCount,
        prefixes: Prefixes | None = None,
    ) -> Seat:
        """The arm in the chair of one episode: its models read and write the episode's journal."""
        policy = RetryPolicy(
            attempts=self.recipe.limits.attempts, first_wait_s=self.recipe.limits.first_wait_s
        )
        models: dict[Role, Model] = {}
        samplings: dict[Role, Sampling] = {}
        for role in ROLES:
            inner: Model | None = None
            if journal.writable:
                inner = (
                    Budgeted(self.overrides[role], self.budget)
                    if role in self.overrides
                    else self.model(self.recipe.model_of(role, arm.use))
                )
            journalled = Journalled(inner, journal)
            models[role] = Retrying(Counted(journalled, *counts, prefixes=prefixes), policy)
            how = self.recipe.sampling_of(role)
            samplings[role] = Sampling(how.temperature, how.top_p, how.max_tokens)
        return Seat(arm.use.label, arm.arm, arm.levels, models, samplings, arm.use.system)


@asynccontextmanager
async def connected(
    recipe: Recipe, overrides: Mapping[Role, Model] | None = None
) -> AsyncIterator[Connections]:
    """Connections for a run, closed afterwards."""
    limits = recipe.limits
    async with Endpoints(limits.calls_at_once, limits.calls_per_minute) as endpoints:
        yield Connections(recipe, endpoints, budget_of(recipe), overrides or {})


async def run(
    plan: RunPlan,
    folder: Path,
    *,
    restart: bool = False,
    retry_failed: bool = False,
    progress: RunProgress | None = None,
    overrides: Mapping[Role, Model] | None = None,
    engine: Engine | None = None,
) -> RunOutcome:
    """Run what is owed of a plan into `folder`, in this process or by another `engine`.

    Raises `RunError` when the folder holds another recipe's results, `JournalError` for a journal
    that is damaged or another's, `StorageError` when the disk refuses.
    """
    run_ = Run(folder)
    progress = progress or RunProgress(len(plan.episodes))
    progress.expected_weeks = len(plan.episodes) * (
        plan.schedule.sessions + plan.schedule.follow_up_weeks
    )
    # Models first: a missing key or server is told before there is a folder.
    async with connected(plan.recipe, overrides) as connections, GroupSync() as sync:
        for arm in plan.arms:
            open_models(connections, arm)
        await connections.endpoints.check(load=engine is None)
        with writing(run_) as lock:
            if restart:
                clear(run_)
            write_run_file(run_, described_with_before(run_, plan))
            progress.budget = connections.budget
            known = Known(run_)
            whole = whole_before(run_, plan, connections.budget, known)
            batch = Batch(run_, plan, connections, sync, progress, retry_failed, whole, lock)
            ends = await (engine or _all)(batch)
            for name in ends:
                known.outcome(name)
                if name in progress.sent:
                    known.tell_sent(name, progress.sent[name])
            known.keep()
    return RunOutcome(run_, ends, progress)


def open_models(connections: Connections, arm: PlannedArm) -> None:
    """Open every model of an arm, so that a missing key is told before anything is written."""
    for role in ROLES:
        if role not in connections.overrides:
            connections.model(connections.recipe.model_of(role, arm.use))


@dataclass(frozen=True, slots=True)
class Batch:
    """The episodes of one run: what they share."""

    run: Run
    plan: RunPlan
    connections: Connections
    sync: GroupSync
    progress: RunProgress
    retry_failed: bool
    whole: dict[str, EpisodeOutcome]
    """Episodes that were whole before it began."""
    lock: int
    """The lock of the run's folder, as an open file."""

    def owes(self, outcome: EpisodeOutcome) -> bool:
        """Whether a whole episode goes on: after a budget always, after a failure when asked."""
        if outcome.end is CourseEnd.MODEL_ERROR:
            return self.retry_failed
        return not outcome.end.complete


Engine = Callable[[Batch], Awaitable[dict[str, CourseEnd]]]
"""What lives the episodes that a batch owes, and says how all of the batch ended."""


def whole_before(
    run_: Run, plan: RunPlan, budget: Budget, known: Known
) -> dict[str, EpisodeOutcome]:
    """The episodes that are whole. All that was spent so far is counted: a budget is the run's."""
    whole: dict[str, EpisodeOutcome] = {}
    on_disk = set(run_.episode_ids())
    for planned in plan.episodes:
        if planned.id in on_disk:
            whole[planned.id] = outcome = known.outcome(planned.id)
            for role, used in outcome.usage.items():
                budget.count(outcome.models[role], used)
        else:
            text = read_journal(run_.journal_file(planned.id))
            for entry in (*text.entries, *text.voided):
                budget.count(entry.model, entry.usage)
    return whole


async def _all(batch: Batch) -> dict[str, CourseEnd]:
    ends: dict[str, CourseEnd] = {}
    bugs: list[Exception] = []
    places = asyncio.Semaphore(batch.plan.recipe.concurrency)
    progress = batch.progress

    async def one(planned: PlannedEpisode) -> None:
        async with places:
            progress.running += 1
            try:
                ends[planned.id] = await _one(batch, planned)
                progress.finished(ends[planned.id])
            except MuspsyError:
                raise
            except Exception as bug:  # noqa: BLE001 - raised once the other episodes are through
                bugs.append(bug)
            finally:
                progress.running -= 1

    with tuned_gc():
        try:
            async with asyncio.TaskGroup() as group:
                for planned in batch.plan.episodes:
                    group.create_task(one(planned))
        except BaseExceptionGroup as many:
            raise first_cause(many) from many
    if bugs:
        raise bugs[0]
    return ends


async def _one(batch: Batch, planned: PlannedEpisode) -> CourseEnd:
    run_, progress, schedule = batch.run, batch.progress, batch.plan.schedule
    before = batch.whole.get(planned.id)
    if before is not None and not batch.owes(before):
        progress.kept += 1
        progress.weeks += schedule.sessions + schedule.follow_up_weeks
        return before.end
    journal = open_journal(run_, planned, batch.sync, go_on=before is not None)
    episode = await live_and_keep(run_, batch.plan, planned, batch.connections, journal, progress)
    return episode.end


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
) -> Episode:
    """Live one episode over an open journal, close that, and write the episode whole."""
    try:
        episode = await live_episode(plan, planned, connections, journal, progress)
    except BaseException:
        journal.close()
        raise
    # The disk takes its time, and nobody else is to wait for it.
    await asyncio.to_thread(_keep, run_, journal, episode)
    return episode


def _keep(run_: Run, journal: Journal, episode: Episode) -> None:
    """Write an episode whole, once its journal is on the disk."""
    journal.close()
    write_episode(run_, episode)


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
) -> Episode:
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
        _dynamics(content_root(), tuple(sorted(plan.recipe.dynamics.items()))),
    )
    left: Fork | None = None
    if fork is not None:
        onward = connections.seat(fork.arm, journal, own, progress.count, prefixes=prefixes)
        left = Fork(fork.parent, fork.session, fork.turn, onward)
    await live(course, seat, left)
    made_with = provenance_of(plan.recipe, fork.arm if fork else planned.arm)
    return episode_of(course, planned.id, planned.seed, seat, made_with, own, left)


@dataclass(frozen=True, slots=True)
class ForkPlan:
    """Where an episode leaves its arm, and for which."""

    parent: str
    session: int
    turn: int
    arm: PlannedArm


@lru_cache(maxsize=64)
def _dynamics(root: Path, changed: tuple[tuple[str, float], ...]) -> Dynamics:
    """The dynamics of a content folder with a recipe's changes, checked whole once."""
    return load_dynamics().changed(dict(changed)) if changed else load_dynamics()


def _pulse(progress: RunProgress) -> Pulse:
    def pulse(what: Literal["turn", "session", "week"]) -> None:
        if what == "turn":
            progress.turns += 2
        elif what == "session":
            progress.sessions += 1
        else:
            progress.weeks += 1

    return pulse
