"""Workers: one limit and one budget for all, episodes dealt out, deaths that change nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from muspsy_sim.llm.budget import Budget, BudgetSpent
from muspsy_sim.llm.limits import Limits
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.errors import RecipeError, RunError
from muspsy_sim.records.files import content_hash
from muspsy_sim.runs.orchestrator import Batch, RunOutcome, run
from muspsy_sim.runs.plan import RunPlan
from muspsy_sim.runs.workers import dealing
from muspsy_sim.runs.workers.dealing import Hire, deal
from muspsy_sim.runs.workers.leases import LeasedBudget, Purse
from muspsy_sim.runs.workers.messages import Done, Lease, News, Order, Pulse, Setup, WorkerDied
from muspsy_sim.runs.workers.places import is_elsewhere, shown
from muspsy_sim.runs.workers.shares import Shares
from muspsy_sim.runs.workers.starting import Crew, run_with
from muspsy_sim.runs.workers.worker import Worker
from tests.unit.courses import planned

SMALL: dict[str, Any] = {"sessions": 1, "exchanges": 2, "follow_up_weeks": 0, "seeds": [0, 1, 2]}


def files(folder: Path) -> dict[str, bytes]:
    found = {p.name: p.read_bytes() for p in sorted((folder / "episodes").glob("*"))}
    return {**found, "run.yaml": (folder / "run.yaml").read_bytes()}


class HandHere:
    """A worker in this very process, which can be told to die with its nth episode."""

    def __init__(self, dies_with: int = 0, before: bool = False) -> None:
        self._worker = Worker()
        self._left = dies_with
        self._before = before
        self.orders: list[Order] = []
        self.dead = False

    async def open(self, setup: Setup) -> str:
        if self._before:
            raise WorkerDied("exit 1")
        return await self._worker.open(setup)

    async def live(self, order: Order) -> Done:
        self.orders.append(order)
        self._left -= 1
        if self._left == 0:
            self.dead = True
        done = await self._worker.live(order)
        if self.dead:  # just after the last byte, and before anybody was told
            raise WorkerDied("killed")
        return done

    async def echo(self, order: Order) -> Order:
        return order

    async def exchange(self, news: News) -> Pulse:
        if self.dead:
            raise WorkerDied("killed")
        return await self._worker.exchange(news)

    async def close(self) -> Pulse | None:
        last = await self._worker.close()
        return None if self.dead else last


def by_hands(plan: RunPlan, folder: Path, workers: int, hire: Hire) -> RunOutcome:
    async def engine(batch: Batch) -> dict[str, Any]:
        described = batch.run.file.read_bytes()
        hashes = {arm.use.label: arm.hashes for arm in plan.arms}
        place, beside = str(batch.run.folder), content_hash(described)
        return await deal(
            batch, hire, workers, Setup(plan.recipe, plan.schedule, hashes, place, beside)
        )

    return asyncio.run(run(plan, folder, engine=engine))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 3])
def test_workers_that_die_change_no_byte(tmp_path: Path, workers: int) -> None:
    plan = planned(arms=["full", "bare"], **SMALL)
    alone = asyncio.run(run(plan, tmp_path / "alone"))
    hands: list[HandHere] = []

    async def hire() -> HandHere:
        hands.append(HandHere(dies_with=1 if len(hands) < 2 else 0))
        return hands[-1]

    outcome = by_hands(plan, tmp_path / "dealt", workers, hire)
    assert files(tmp_path / "dealt") == files(tmp_path / "alone")
    assert outcome.ends == alone.ends
    assert sum(hand.dead for hand in hands) == 2
    again = [order for hand in hands for order in hand.orders if order.deaths]
    assert again
    assert all(order.recorded for order in again)
    shown_, wanted = outcome.progress, alone.progress
    assert (shown_.done, shown_.running) == (wanted.done, 0)
    assert shown_.ends == wanted.ends
    assert shown_.budget.spent == wanted.budget.spent


@pytest.mark.slow
def test_progress_and_what_was_sent_are_those_of_one_process(tmp_path: Path) -> None:
    plan = planned(**SMALL)
    alone = asyncio.run(run(plan, tmp_path / "alone")).progress

    async def hire() -> HandHere:
        return HandHere()

    dealt = by_hands(plan, tmp_path / "dealt", 2, hire).progress
    for field in ("done", "kept", "sessions", "turns", "weeks", "ends", "sent"):
        assert getattr(dealt, field) == getattr(alone, field), field
    assert dealt.count.by_role == alone.count.by_role
    assert dealt.budget.spent == alone.budget.spent
    again = by_hands(plan, tmp_path / "dealt", 2, hire).progress
    assert (again.kept, again.done, again.count.attempts) == (3, 3, 0)


class HandCounting(HandHere):
    """Tells how much it holds whenever it is given an episode, and lets all begin together."""

    def __init__(self, given: list[int]) -> None:
        super().__init__()
        self._given = given
        self._held = 0

    async def live(self, order: Order) -> Done:
        self._held += 1
        self._given.append(self._held)
        await asyncio.sleep(0)
        try:
            return await super().live(order)
        finally:
            self._held -= 1


@pytest.mark.parametrize("by_processor", [True, False])
def test_who_is_first_does_not_take_all_of_the_last_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_processor: bool
) -> None:
    """Where only processors are at work; where a server is waited for, nothing is held back."""
    plan = planned(**{**SMALL, "exchanges": 1, "seeds": list(range(12))})
    assert dealing._by_processor(plan)
    monkeypatch.setattr(dealing, "_by_processor", lambda plan: by_processor)
    given: list[int] = []

    async def hire() -> HandHere:
        return HandCounting(given)

    outcome = by_hands(plan, tmp_path, 2, hire)
    assert outcome.progress.done == len(given) == 12
    held_back = [held <= max(1, -(-(12 - at) // 2)) for at, held in enumerate(given)]
    assert all(held_back) is by_processor


@pytest.mark.slow
def test_an_episode_that_ends_every_worker_stops_the_run(tmp_path: Path) -> None:
    async def hire() -> HandHere:
        return HandHere(dies_with=1)

    with pytest.raises(RunError, match=r"5 workers ended while they had episode en-.*killed"):
        by_hands(planned(**{**SMALL, "seeds": [0]}), tmp_path, 1, hire)


def test_workers_that_do_not_come_up_stop_the_run(tmp_path: Path) -> None:
    async def hire() -> HandHere:
        return HandHere(before=True)

    with pytest.raises(RunError, match="3 workers in a row ended before they were ready: exit 1"):
        by_hands(planned(**SMALL), tmp_path, 2, hire)


@pytest.mark.slow
def test_a_worker_with_other_content_refuses(tmp_path: Path) -> None:
    plan = planned(**SMALL)
    changed = {"agents/client/dynamics.yaml": "another"}
    hashes = {
        arm.use.label: replace(arm.hashes, content={**arm.hashes.content, **changed})
        for arm in plan.arms
    }
    setup = Setup(plan.recipe, plan.schedule, hashes, str(tmp_path), "")
    with pytest.raises(RunError, match=r"another content agents/client/dynamics.yaml.*same"):
        asyncio.run(Worker().open(setup))
    plan = planned(**SMALL)
    setup = Setup(plan.recipe, plan.schedule, {}, str(tmp_path), "what the parent wrote")
    with pytest.raises(RunError, match="a worker does not see what the run wrote here"):
        asyncio.run(Worker().open(setup))


def test_workers_do_not_take_a_callable(tmp_path: Path) -> None:
    plan = planned(**SMALL, models={"counselor": "callable:mine"})
    with pytest.raises(RecipeError, match="workers can't call callable:mine"):
        asyncio.run(run_with(plan, tmp_path, Crew(workers=2)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seed", range(20))
def test_shares_never_come_to_more_than_the_whole(seed: int) -> None:
    rng = Random(seed)
    calls, per_minute = rng.randint(5, 70), 600.0
    shares = Shares(calls, per_minute, rng.randint(1, 5))
    workers: list[int] = list(range(8))
    for _ in range(200):
        worker = rng.choice(workers)
        rng.choice([shares.take, shares.gone, shares.rest])(worker)
        held = [share for each in workers if (share := shares.of(each))]
        free = list(shares._free)
        assert sum(s.calls_at_once for s in [*held, *free]) == calls
        assert sum(s.calls_per_minute or 0.0 for s in [*held, *free]) == pytest.approx(per_minute)
    with pytest.raises(ValueError, match="can't be shared by"):
        Shares(2, None, 3)


async def test_a_share_that_grows_lets_more_in_and_none_shrinks_under_way() -> None:
    limits = Limits(1)
    inside, most = 0, 0

    async def call() -> None:
        nonlocal inside, most
        async with limits:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    calls = [asyncio.create_task(call()) for _ in range(9)]
    await asyncio.sleep(0)
    limits.share(3, None)
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="can't shrink"):
        limits.share(1, None)
    await asyncio.gather(*calls)
    assert most == 3
    limits.share(2, None)
    most = 0
    await asyncio.gather(*(call() for _ in range(6)))
    assert most == 2


@pytest.mark.parametrize(("workers", "at_once"), [(1, 1), (2, 3), (5, 4)])
async def test_a_leased_budget_is_passed_by_no_more_than_is_under_way(
    workers: int, at_once: int
) -> None:
    base = Budget(tokens=10_000)
    base.count("m", Usage(calls=1, prompt_tokens=1_000, completion_tokens=0))
    purse = Purse(base, workers)
    rng = Random(workers)
    budgets = [LeasedBudget(lease=Lease(0.0, 0.0)) for _ in range(workers)]
    refused: list[BudgetSpent] = []

    async def caller(budget: LeasedBudget) -> None:
        while True:
            try:
                await budget.admit()
            except BudgetSpent as error:
                refused.append(error)
                return
            await asyncio.sleep(rng.random() * 0.0005)
            budget.count("m", Usage(calls=1, prompt_tokens=60, completion_tokens=40))

    async def parent() -> None:
        while True:
            for number, budget in enumerate(budgets):
                purse.heard(number, {m: used.usage() for m, used in budget.by_model.items()})
                if budget.wants and (lease := purse.lease(number)) is not None:
                    budget.take(lease)
            await asyncio.sleep(0.0002)

    granting = asyncio.create_task(parent())
    async with asyncio.timeout(20):
        await asyncio.gather(*(caller(b) for b in budgets for _ in range(at_once)))
    granting.cancel()
    for number, budget in enumerate(budgets):
        purse.heard(number, {m: used.usage() for m, used in budget.by_model.items()})
    spent = 1_000 + sum(budget.spent_tokens for budget in budgets)
    assert 10_000 <= spent <= 10_000 + 100 * workers * at_once
    assert purse.shown().spent_tokens == spent
    assert str(refused[0]).startswith("the budget of 10,000 tokens is spent (")


def test_a_url_is_told_from_a_path_and_shown_without_secrets() -> None:
    assert is_elsewhere("s3://bucket/run")
    assert is_elsewhere("simplecache::s3://bucket/run")
    assert not any(map(is_elsewhere, ("runs/demo", "C:/runs", "./a:b", "/mnt/x")))
    assert shown("ftp://me:hunter22@host/run?token=abc") == "ftp://host/run"
