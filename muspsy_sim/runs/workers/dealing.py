"""The parent: deals out what a run owes, one episode at a time, to whoever has a hand free.

A worker that dies is replaced, and what it had under way is dealt out again, to go on from its
journal. Whether, when and how many die changes nothing about the results.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import replace

from muspsy_sim.llm.budget import Budget
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.errors import MuspsyError, RunError
from muspsy_sim.runs.known import Known
from muspsy_sim.runs.orchestrator import Batch, whole_before
from muspsy_sim.runs.plan import RunPlan, budget_of
from muspsy_sim.runs.provenance import ROLES
from muspsy_sim.runs.together import first_cause
from muspsy_sim.runs.workers.leases import Purse
from muspsy_sim.runs.workers.messages import (
    Done,
    Hand,
    News,
    Order,
    Pulse,
    Setup,
    Standing,
    WorkerBug,
    WorkerDied,
)
from muspsy_sim.runs.workers.shares import Shares

Hire = Callable[[], Awaitable[Hand]]
"""Starts a worker. Raises `WorkerDied` when it does not come up."""

_DEATHS = 5
"""Workers that may die with one episode under way before the run is stopped."""
_FAILED_STARTS = 3
"""Workers that may die in a row before they are ready."""
_SHOW_S = 0.25


async def deal(batch: Batch, hire: Hire, workers: int, setup: Setup) -> dict[str, CourseEnd]:
    """Have `workers` live what a batch owes; how all of it ended.

    Raises what a user can mend, wherever it happened, and `RunError` for workers that keep dying.
    """
    dealing = Dealing(batch, hire, workers, setup)
    try:
        async with asyncio.TaskGroup() as group:
            shown = group.create_task(dealing.show())
            async with asyncio.TaskGroup() as crew:
                for number in range(dealing.workers):
                    crew.create_task(dealing.employ(number))
            shown.cancel()
    except BaseExceptionGroup as many:
        raise first_cause(many) from many
    finally:
        dealing.sum_up()
    if dealing.bugs:
        raise dealing.bugs[0]
    return dealing.ends


class Dealing:
    """One run's dealing: what is queued, who has what, and how all ended."""

    def __init__(self, batch: Batch, hire: Hire, workers: int, setup: Setup) -> None:
        self._batch = batch
        self._hire = hire
        self._setup = setup
        self.ends: dict[str, CourseEnd] = {}
        self.bugs: list[WorkerBug] = []
        self.died = 0
        self._queue: deque[Order] = deque()
        self._whole_already()
        recipe = batch.plan.recipe
        most = min(recipe.concurrency, recipe.limits.calls_at_once, len(self._queue))
        self.workers = max(0, min(workers, most))
        parts = max(1, self.workers)
        # No more places than episodes, or who is ready first would take them all.
        at_once = min(recipe.concurrency, max(1, len(self._queue)))
        self._places = [at_once // parts + (at < at_once % parts) for at in range(parts)]
        self._shares = Shares(recipe.limits.calls_at_once, recipe.limits.calls_per_minute, parts)
        self._purse = Purse(batch.connections.budget, parts)
        self._under_way: dict[str, Order] = {}
        self._held: Counter[int] = Counter()
        self._by_processor = _by_processor(batch.plan)
        self._changed = asyncio.Condition()
        self._hired = 0
        self._names: dict[int, str] = {}
        self._alive: dict[int, Pulse] = {}
        self._done_by: dict[int, Standing] = {}
        self._paused_until: dict[int, float] = {}
        self._kept_weeks = batch.progress.weeks

    def _whole_already(self) -> None:
        """Queue what is owed; the rest is whole already."""
        batch, progress = self._batch, self._batch.progress
        schedule = batch.plan.schedule
        for planned in batch.plan.episodes:
            before = batch.whole.get(planned.id)
            if before is not None and not batch.owes(before):
                self.ends[planned.id] = before.end
                progress.kept += 1
                progress.weeks += schedule.sessions + schedule.follow_up_weeks
                progress.finished(before.end)
                continue
            recorded = batch.run.journal_file(planned.id).exists()
            label = planned.arm.use.label
            go_on = before is not None
            order = Order(planned.id, planned.profile, label, planned.seed, recorded, go_on)
            self._queue.append(order)

    # -- one worker after another in one place ---------------------------------------------

    async def employ(self, number: int) -> None:
        """Keep one worker at work until all is done, replacing it when it dies."""
        failed = 0
        while await self._more():
            self._hired += 1
            worker = self._hired
            try:
                await self._employ_one(number, worker)
            except WorkerDied as death:
                self.died += 1
                failed = failed + 1 if worker not in self._alive else 0
                if failed >= _FAILED_STARTS:
                    raise RunError(
                        f"{failed} workers in a row ended before they were ready: {death}",
                        hint="try it without workers to see what is wrong",
                    ) from death
            finally:
                self._alive.pop(worker, None)
                self._purse.gone(worker)
                self._shares.gone(worker)
                async with self._changed:
                    self._changed.notify_all()

    async def _employ_one(self, number: int, worker: int) -> None:
        hand = await self._hire()
        try:
            self._names[worker] = await hand.open(self._setup)
            self._done_by[worker] = Standing()
            self._alive[worker] = Pulse(Standing(), {}, False, {})
            async with asyncio.TaskGroup() as group:
                pulses = group.create_task(self._listen(worker, hand))
                await self._work(number, worker, hand)
                pulses.cancel()
        except BaseExceptionGroup as many:
            raise first_cause(many) from many
        finally:
            last = await hand.close()
            if last is not None:
                self._heard(worker, last)

    async def _more(self) -> bool:
        """Wait for something to do; whether there will be any."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._queue or not self._under_way)
        return bool(self._queue)

    async def _work(self, number: int, worker: int, hand: Hand) -> None:
        while await self._more():
            if not self._shares.take(worker):
                async with self._changed:
                    await self._changed.wait()
                continue
            async with asyncio.TaskGroup() as places:
                for _ in range(self._places[number]):
                    places.create_task(self._place(worker, hand))
            # It has nothing under way, so that nothing asks by its share any more.
            self._shares.rest(worker)

    async def _place(self, worker: int, hand: Hand) -> None:
        while self._queue:
            if not self._may_take(worker):
                async with self._changed:
                    await self._changed.wait_for(lambda: not self._queue or self._may_take(worker))
                continue
            order = self._queue.popleft()
            self._under_way[order.id] = order
            self._held[worker] += 1
            self._batch.progress.running += 1
            try:
                done = await hand.live(replace(order, share=self._shares.of(worker)))
            except WorkerBug as bug:
                self.bugs.append(bug)
            except WorkerDied as death:
                self._back(order, death)
                raise
            except BaseException:
                self._back(order, None)
                raise
            else:
                self._finished(worker, order, done)
            finally:
                self._batch.progress.running -= 1
                self._held[worker] -= 1
                del self._under_way[order.id]
            if self._by_processor or not self._queue:
                async with self._changed:
                    self._changed.notify_all()

    def _may_take(self, worker: int) -> bool:
        """Whether a worker may have one more under way.

        Where only its processor is at work, many at once end no sooner than one after another, and
        all of them end together: whoever took the last ones would be waited for. So towards the end
        a worker holds no more than its part of what is left. Where a server is waited for, what
        waits here would only come later.
        """
        if not self._by_processor:
            return True
        return self._held[worker] < max(1, math.ceil(len(self._queue) / max(1, self.workers)))

    def _back(self, order: Order, death: WorkerDied | None) -> None:
        """Owe an episode again."""
        order = replace(order, recorded=True, deaths=order.deaths + 1)
        if death is not None and order.deaths >= _DEATHS:
            raise RunError(
                f"{_DEATHS} workers ended while they had episode {order.id} under way: {death}",
                hint="look at the machine's memory; `--set concurrency=N` lowers it",
            ) from death
        self._queue.appendleft(order)

    def _finished(self, worker: int, order: Order, done: Done) -> None:
        self.ends[order.id] = done.end
        self._batch.progress.finished(done.end)
        self._batch.progress.sent[order.id] = done.sent
        self._done_by[worker].add(done.standing)

    # -- news and pulses -------------------------------------------------------------------

    async def _listen(self, worker: int, hand: Hand) -> None:
        while True:
            self._heard(worker, await hand.exchange(self._news(worker)))

    def _news(self, worker: int) -> News:
        share = self._shares.of(worker)
        wants = self._alive[worker].wants_lease
        now = time.monotonic()
        paused = {number: until - now for number, until in self._paused_until.items()}
        return News(
            share,
            self._purse.lease(worker) if wants else None,
            {number: left for number, left in paused.items() if left > 0.0},
        )

    def _heard(self, worker: int, pulse: Pulse) -> None:
        if worker in self._alive:
            self._alive[worker] = pulse
        if worker in self._names:
            self._batch.progress.by_worker[self._names[worker]] = pulse.processor_s
        self._purse.heard(worker, pulse.spent)
        now = time.monotonic()
        for number, left in pulse.paused.items():
            until = self._paused_until.get(number, 0.0)
            self._paused_until[number] = max(until, now + left)

    # -- what is shown ---------------------------------------------------------------------

    async def show(self) -> None:
        """Keep the run's progress up to date until cancelled."""
        while True:
            self._show()
            await asyncio.sleep(_SHOW_S)

    def _show(self) -> None:
        sums = Standing()
        for worker, done in self._done_by.items():
            alive = self._alive.get(worker)
            sums.add(alive.standing if alive is not None else done)
        progress = self._batch.progress
        progress.sessions, progress.turns = sums.sessions, sums.turns
        progress.weeks = self._kept_weeks + sums.weeks
        progress.count = sums.count
        progress.budget = self._purse.shown()

    def sum_up(self) -> None:
        """The last sums. Where a worker died, what was spent is counted anew from what it left."""
        self._show()
        if self.died:
            budget: Budget = budget_of(self._batch.plan.recipe)
            with contextlib.suppress(MuspsyError):  # A damaged journal was told already.
                whole_before(self._batch.run, self._batch.plan, budget, Known(self._batch.run))
                self._batch.progress.budget = budget


def _by_processor(plan: RunPlan) -> bool:
    """Whether every answer of a run is made by the worker that asks for it, and nobody waits."""
    asked = {plan.recipe.model_of(role, arm.use) for arm in plan.arms for role in ROLES}
    return all(parse_model(text).scheme in ("offline", "replay") for text in asked)
