"""The orchestrator: many episodes at once, each journalled, each written whole when it is done.

Running again does what is still owed: whole episodes are left alone, begun ones go on from their
journals. Results do not depend on how many run at once, nor in which order they end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from muspsy_sim.llm.budget import Budget
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.llm.seam import Model, Role
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.errors import MuspsyError
from muspsy_sim.runs.connections import Connections, connected, open_models
from muspsy_sim.runs.extending import described_with_before
from muspsy_sim.runs.known import Known
from muspsy_sim.runs.living import live_and_keep, open_journal
from muspsy_sim.runs.outcome import EpisodeOutcome
from muspsy_sim.runs.plan import PlannedEpisode, RunPlan
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.provenance import ROLES
from muspsy_sim.runs.store import (
    Run,
    clear,
    write_run_file,
    writing,
)
from muspsy_sim.runs.together import first_cause, tuned_gc

_ONE_BY_ONE = 64
"""Episodes that begin one after another where answers are waited for: together, they would ask, and
end, in a crowd. More than that take longer to begin than a model takes to answer, and whoever began
would go before them. Without anybody to wait for it only costs: `muspsy bench orchestration`."""

_AT_ONCE = ("offline", "replay", "script")
"""Schemes of models that answer without being waited for."""


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
            batch = Batch(run_, plan, connections, sync, progress, retry_failed, whole, known, lock)
            ends = await (engine or _all)(batch)
            for name in ends:
                known.outcome(name)
                if name in progress.sent:
                    known.tell_sent(name, progress.sent[name])
            known.keep()
    return RunOutcome(run_, ends, progress)


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
    known: Known
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
    on_disk, begun = set(run_.episode_ids()), set(run_.journal_ids())
    for planned in plan.episodes:
        if planned.id in on_disk:
            whole[planned.id] = outcome = known.outcome(planned.id)
            for role, used in outcome.usage.items():
                budget.count(outcome.models[role], used)
        elif planned.id in begun:
            text = read_journal(run_.journal_file(planned.id))
            for entry in (*text.entries, *text.voided):
                budget.count(entry.model, entry.usage)
    return whole


async def _all(batch: Batch) -> dict[str, CourseEnd]:
    ends: dict[str, CourseEnd] = {}
    bugs: list[Exception] = []
    places = asyncio.Semaphore(batch.plan.recipe.concurrency)
    progress = batch.progress
    one_by_one = _ONE_BY_ONE if _waits_for_answers(batch.plan) else 0

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
                for number, planned in enumerate(batch.plan.episodes):
                    group.create_task(one(planned))
                    if number < one_by_one:
                        await asyncio.sleep(0)
        except BaseExceptionGroup as many:
            raise first_cause(many) from many
    if bugs:
        raise bugs[0]
    return ends


def _waits_for_answers(plan: RunPlan) -> bool:
    """Told by schemes alone: a callable has a name too, which is no model's."""
    models = {plan.recipe.model_of(role, arm.use) for arm in plan.arms for role in ROLES}
    return any(model.partition(":")[0] not in _AT_ONCE for model in models)


async def _one(batch: Batch, planned: PlannedEpisode) -> CourseEnd:
    run_, progress, schedule = batch.run, batch.progress, batch.plan.schedule
    before = batch.whole.get(planned.id)
    if before is not None and not batch.owes(before):
        progress.kept += 1
        progress.weeks += schedule.sessions + schedule.follow_up_weeks
        return before.end
    journal = open_journal(run_, planned, batch.sync, go_on=before is not None)
    lived = await live_and_keep(run_, batch.plan, planned, batch.connections, journal, progress)
    batch.known.tell(planned.id, lived.outcome)
    return lived.end
