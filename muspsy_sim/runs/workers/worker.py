"""A worker: lives the episodes that it is dealt, each over its own journal, many at once.

It knows nothing of how it is reached. It opens the models itself, so keys and servers must be
within its reach, and refuses to work with other content than its parent has.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from contextlib import AsyncExitStack

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.connections import Connections, open_models
from muspsy_sim.runs.living import live_and_keep, open_journal
from muspsy_sim.runs.plan import PlannedArm, PlannedEpisode, RunPlan, budget_of, plan_arm
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.provenance import Hashes
from muspsy_sim.runs.together import tuned_gc
from muspsy_sim.runs.workers.leases import LeasedBudget
from muspsy_sim.runs.workers.messages import Done, Lease, News, Order, Pulse, Setup, Share, Standing
from muspsy_sim.runs.workers.shelves import Shelf, open_shelf

_PULSE_S = 0.25
_PULSE_S_PER_EPISODE = 0.002
"""Seconds between two pulses, and what each running episode adds, since it is added up for it."""


class Worker:
    """One worker, within one event loop: `open`, any number of `live` and `exchange`, `close`."""

    def __init__(self) -> None:
        self._open = AsyncExitStack()
        self._arms: dict[str, PlannedArm] = {}
        self._finished = Standing()
        self._running: dict[str, RunProgress] = {}
        self._lives: set[asyncio.Task[object]] = set()
        self._urgent = asyncio.Event()
        self._share: Share | None = None
        self._ready = False
        self._closed = False

    async def open(self, setup: Setup) -> str:
        """Open models and make all ready. Raises what a user can mend, `RunError` among it."""
        recipe = setup.recipe
        self._arms = {use.label: plan_arm(recipe, use) for use in recipe.uses()}
        for label, hashes in setup.hashes.items():
            _check_content(label, hashes, self._arms[label].hashes)
        self._plan = RunPlan(recipe, setup.schedule, list(self._arms.values()), [], [])
        limits = recipe.limits
        self._endpoints = await self._open.enter_async_context(
            Endpoints(limits.calls_at_once, limits.calls_per_minute, limits.outage_s)
        )
        base = budget_of(recipe)
        limited = base.tokens is not None or base.money is not None
        nothing_yet = Lease(0.0, 0.0) if limited else Lease()
        self._budget = LeasedBudget(prices=base.prices, lease=nothing_yet, ask=self._urgent.set)
        self._connections = Connections(recipe, self._endpoints, self._budget)
        for arm in self._plan.arms:
            open_models(self._connections, arm)
        await self._endpoints.check()
        self._sync = await self._open.enter_async_context(GroupSync())
        self._open.enter_context(tuned_gc())
        self._shelf: Shelf = open_shelf(setup)
        await self._open.enter_async_context(self._shelf)
        self._ready = True
        self._processor_before = time.process_time()
        return f"{socket.gethostname()}:{os.getpid()}"

    async def live(self, order: Order) -> Done:
        """Live an episode to its end and put it where it belongs."""
        task: asyncio.Task[object] | None = asyncio.current_task()
        if task is not None:
            self._lives.add(task)
        try:
            return await self._live(order)
        finally:
            self._running.pop(order.id, None)
            if task is not None:
                self._lives.discard(task)

    async def _live(self, order: Order) -> Done:
        self._hold(order.share)
        planned = PlannedEpisode(order.id, order.profile, self._arms[order.arm], order.seed)
        progress = self._running[order.id] = RunProgress(1)
        async with self._shelf.taken(order) as run:
            go_on = order.go_on and run.episode_file(order.id).exists()
            journal = open_journal(run, planned, self._sync, go_on=go_on)
            try:
                if go_on:
                    await self._shelf.going_on(order.id)
            except BaseException:
                journal.close()
                raise
            lived = await live_and_keep(
                run, self._plan, planned, self._connections, journal, progress
            )
            await self._shelf.keep(order.id)
        del self._running[order.id]
        standing = _standing_of(progress)
        self._finished.add(standing)
        return Done(lived.end, standing, dict(progress.sent[order.id]))

    async def exchange(self, news: News) -> Pulse:
        """Take what is new; tell how far all is in a moment, or at once if it wants a lease."""
        self._hold(news.share)
        if news.lease is not None:
            self._budget.take(news.lease)
        for limits, left in zip(self._endpoints.limits(), _in_order(news.paused), strict=False):
            if left > limits.pause_left:
                limits.pause(left)
        wait = _PULSE_S + _PULSE_S_PER_EPISODE * len(self._running)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._urgent.wait()
        self._urgent.clear()
        return self._pulse()

    async def echo(self, order: Order) -> Order:
        """The order itself: what handing an episode over costs."""
        return order

    async def close(self) -> Pulse | None:
        """Stop what is under way, its journals kept, and close all; last words, if it was open."""
        if not self._closed:
            self._closed = True
            under_way = [task for task in self._lives if task is not asyncio.current_task()]
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            await self._open.aclose()
        return self._pulse() if self._ready else None

    def _hold(self, share: Share | None) -> None:
        """Live by this share from now on."""
        if share is None or share == self._share:
            return
        self._share = share
        self._endpoints.share(share.calls_at_once, share.calls_per_minute)
        if share.first_in_s:
            for limits in self._endpoints.limits():
                limits.begin_in(share.first_in_s)

    def _pulse(self) -> Pulse:
        standing = Standing()
        standing.add(self._finished)
        for progress in self._running.values():
            standing.add(_standing_of(progress))
        paused = {
            number: limits.pause_left
            for number, limits in enumerate(self._endpoints.limits())
            if limits.pause_left > 0.0
        }
        spent = {model: used.usage() for model, used in self._budget.by_model.items()}
        processor_s = time.process_time() - self._processor_before
        return Pulse(standing, spent, self._budget.wants, paused, processor_s)


def _standing_of(progress: RunProgress) -> Standing:
    return Standing(progress.sessions, progress.turns, progress.weeks, progress.count)


def _in_order(paused: dict[int, float]) -> list[float]:
    return [paused.get(number, 0.0) for number in range(max(paused, default=-1) + 1)]


def _check_content(label: str, theirs: Hashes, ours: Hashes) -> None:
    """Refuse to live by other content than the parent read: the record would claim what is not."""
    names = ["the recipe"] if theirs.recipe != ours.recipe else []
    for what in ("content", "prompts", "schemas"):
        then, now = getattr(theirs, what), getattr(ours, what)
        differing = sorted(n for n in {*then, *now} if then.get(n) != now.get(n))
        names += [f"{what.removesuffix('s')} {name}" for name in differing]
    if names:
        raise RunError(
            f"the worker on {socket.gethostname()} would make arm {label!r} with another "
            f"{', '.join(names[:4])}",
            hint="install the same version with the same content on every machine",
        )
