"""Making what is owed of a corpus: many entries at once, each journalled, each whole when done.

Running again goes on: whole entries are left alone, begun ones read their journals and ask only
what is not in them. What comes out depends neither on how many run at once nor on their order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.datasets.making.bench import Entry
from muspsy_sim.datasets.making.one_entry import make_entry
from muspsy_sim.datasets.making.planning import Plan
from muspsy_sim.datasets.making.record import EntryFailure
from muspsy_sim.datasets.making.store import Place, making, read_entry, write_entry
from muspsy_sim.llm.budget import BudgetSpent
from muspsy_sim.llm.counting import UsageCount
from muspsy_sim.llm.journal import Journal
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.llm.seam import Model, Role
from muspsy_sim.records.errors import MuspsyError
from muspsy_sim.runs.connections import Connections, connected
from muspsy_sim.runs.together import first_cause, tuned_gc


@dataclass(slots=True)
class MakingProgress:
    """Where the making stands."""

    entries: int
    done: int = 0
    kept: int = 0
    """Entries that were whole before this process began."""
    failed: int = 0
    stopped: int = 0
    """Entries that the budget stopped; they are owed."""
    count: UsageCount = field(default_factory=UsageCount)


async def make(
    plan: Plan,
    folder: Path,
    *,
    restart: bool = False,
    retry_failed: bool = False,
    progress: MakingProgress | None = None,
    overrides: Mapping[Role, Model] | None = None,
) -> MakingProgress:
    """Make what is owed of a plan into `folder`.

    Raises `RunError`, `JournalError`, `StorageError`; a bug in one entry once the others are done.
    """
    place = Place(folder)
    progress = progress or MakingProgress(len(plan.entries))
    course = plan.recipe.course()
    async with connected(course, overrides) as connections, GroupSync() as sync:
        for role in plan.roles:
            if role not in connections.overrides:
                connections.model(plan.recipe.model_of(role))
        await connections.endpoints.check()
        with making(place, plan.described(), restart=restart):
            _count_spent(place, plan, connections)
            await _all(_Batch(place, plan, connections, sync, progress, retry_failed))
    return progress


@dataclass(frozen=True, slots=True)
class _Batch:
    place: Place
    plan: Plan
    connections: Connections
    sync: GroupSync
    progress: MakingProgress
    retry_failed: bool


def _count_spent(place: Place, plan: Plan, connections: Connections) -> None:
    """All that was spent so far is counted: a budget is the corpus's, not the process's."""
    for entry in plan.entries:
        text = read_journal(place.journal_file(entry.id))
        for attempt in (*text.entries, *text.voided):
            connections.budget.count(attempt.model, attempt.usage)


async def _all(batch: _Batch) -> None:
    bugs: list[Exception] = []
    places = asyncio.Semaphore(batch.plan.recipe.concurrency)

    async def one(entry: Entry) -> None:
        async with places:
            try:
                await _one(batch, entry)
            except (MuspsyError, BudgetSpent):
                raise
            except Exception as bug:  # noqa: BLE001 - raised once the other entries are through
                bugs.append(bug)

    with tuned_gc():
        try:
            async with asyncio.TaskGroup() as group:
                for entry in batch.plan.entries:
                    group.create_task(one(entry))
        except BaseExceptionGroup as many:
            raise first_cause(many) from many
    if bugs:
        raise bugs[0]


async def _one(batch: _Batch, entry: Entry) -> None:
    place, progress = batch.place, batch.progress
    void: EntryFailure | None = None
    if place.entry_file(entry.id).exists():
        before = read_entry(place, entry.id)
        failed = before.failure is not None and before.failure.kind == "model"
        if not (failed and batch.retry_failed):
            progress.kept += 1
            progress.done += 1
            progress.failed += before.failure is not None
            return
        void = before.failure
    header = batch.plan.header(entry)
    journal = Journal.open(place.journal_file(entry.id), header, batch.sync)
    try:
        if void is not None:
            journal.void(f"s{void.session}t{void.turn}/{void.prompt}")
            place.entry_file(entry.id).unlink(missing_ok=True)
        made = await make_entry(batch.plan, entry, batch.connections, journal, progress.count)
    except BudgetSpent:
        progress.stopped += 1
        return
    finally:
        journal.close()
    await asyncio.to_thread(write_entry, place, made)
    progress.done += 1
    progress.failed += made.failure is not None
