"""Limits of an endpoint: calls at once, calls a minute, pauses for all."""

from __future__ import annotations

import asyncio

import pytest
from llm_fakes import REQUEST, Scripted

from muspsy_sim.llm.limits import LONGEST_PAUSE_S, Limited, Limits
from muspsy_sim.llm.seam import ModelFailure, Reply, Request


class Clock:
    """A clock that only moves when somebody sleeps, by the sleepers in the order of waking."""

    def __init__(self) -> None:
        self.time = 1000.0
        self._slept = 0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        until: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._slept += 1
        self._sleepers.append((self.time + seconds, self._slept, until))
        await until

    async def run(self, *tasks: asyncio.Task[object]) -> None:
        """Wake the sleepers one after the other until all tasks are done."""
        while not all(task.done() for task in tasks):
            for _ in range(20):
                await asyncio.sleep(0)
            if self._sleepers:
                self._sleepers.sort()
                at, _, until = self._sleepers.pop(0)
                self.time = max(self.time, at)
                until.set_result(None)


def limits(clock: Clock, concurrency: int = 99, per_minute: float | None = None) -> Limits:
    return Limits(concurrency, per_minute, sleep=clock.sleep, clock=clock)


async def starts(limits_: Limits, clock: Clock, calls: int) -> list[float]:
    begun: list[float] = []

    async def one() -> None:
        async with limits_:
            begun.append(clock.time - 1000.0)

    tasks = [asyncio.create_task(one()) for _ in range(calls)]
    await clock.run(*tasks)
    return begun


async def test_calls_are_spread_over_the_minute() -> None:
    clock = Clock()
    begun = await starts(limits(clock, per_minute=120), clock, 5)
    assert begun == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0])


async def test_without_a_rate_all_begin_at_once() -> None:
    clock = Clock()
    assert await starts(limits(clock), clock, 4) == [0.0] * 4


async def test_a_pause_holds_everybody_and_keeps_the_rate_afterwards() -> None:
    clock = Clock()
    limits_ = limits(clock, per_minute=60)
    limits_.pause(10.0)
    assert await starts(limits_, clock, 3) == pytest.approx([10.0, 11.0, 12.0])


async def test_a_pause_that_comes_while_waiting_holds_those_who_wait() -> None:
    clock = Clock()
    limits_ = limits(clock, per_minute=60)
    begun: list[float] = []

    async def one(pauses: bool) -> None:
        async with limits_:
            begun.append(clock.time - 1000.0)
            if pauses:
                await clock.sleep(0.5)
                limits_.pause(30.0)

    tasks = [asyncio.create_task(one(pauses=k == 0)) for k in range(3)]
    await clock.run(*tasks)
    assert begun[0] == 0.0
    assert sorted(begun)[1] >= 30.0
    assert sorted(begun)[2] - sorted(begun)[1] >= 1.0


async def test_the_longest_pause_stands_and_none_lasts_for_ever() -> None:
    clock = Clock()
    limits_ = limits(clock)
    limits_.pause(20.0)
    limits_.pause(5.0)
    assert await starts(limits_, clock, 1) == [20.0]
    limits_.pause(1e9)
    assert await starts(limits_, clock, 1) == pytest.approx([20.0 + LONGEST_PAUSE_S])


async def test_calls_at_once_are_bounded_and_a_place_is_freed_by_failures_too() -> None:
    running = most = 0

    class Busy:
        name = "busy"

        async def reply(self, request: object) -> object:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            raise ModelFailure("server", "down")

    model = Limited(Busy(), Limits(concurrency=2))
    outcomes = await asyncio.gather(
        *(model.reply(REQUEST) for _ in range(9)), return_exceptions=True
    )
    assert [type(o) for o in outcomes] == [ModelFailure] * 9
    assert most == 2


async def test_a_cancelled_wait_frees_its_place() -> None:
    clock = Clock()
    limits_ = limits(clock, concurrency=1)
    limits_.pause(50.0)
    model = Limited(Scripted(), limits_)
    waiting = asyncio.create_task(model.reply(REQUEST))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    again = asyncio.create_task(model.reply(REQUEST))
    clock._sleepers.clear()
    clock.time += 60.0
    await clock.run(again)
    assert again.result().text == "ok"


async def test_retry_after_pauses_the_endpoint() -> None:
    clock = Clock()
    limits_ = limits(clock)
    model = Limited(Scripted([ModelFailure("rate_limit", "slow down", retry_after=7.0)]), limits_)
    with pytest.raises(ModelFailure):
        await model.reply(REQUEST)
    assert await starts(limits_, clock, 2) == [7.0, 7.0]


@pytest.mark.parametrize(("concurrency", "per_minute"), [(0, None), (1, 0.0), (1, -5.0)])
def test_limits_that_let_nothing_through_are_refused(
    concurrency: int, per_minute: float | None
) -> None:
    with pytest.raises(ValueError, match="must be"):
        Limits(concurrency, per_minute)


class Away:
    """A model whose server is gone for a while, counted in seconds of the clock."""

    name = "away"

    def __init__(self, clock: Clock, back_at: float) -> None:
        self.clock, self.back_at = clock, back_at
        self.asked: list[float] = []

    async def reply(self, request: Request) -> Reply:
        self.asked.append(self.clock.time - 1000.0)
        if self.clock.time - 1000.0 < self.back_at:
            raise ModelFailure("unreachable", "no connection to it")
        return Reply("here")


async def test_a_server_that_is_gone_is_waited_for_by_all_and_fails_nobody() -> None:
    clock = Clock()
    model = Away(clock, back_at=100.0)
    behind = Limited(model, Limits(4, outage_s=600.0, sleep=clock.sleep, clock=clock))
    tasks = [asyncio.create_task(behind.reply(REQUEST)) for _ in range(4)]
    await clock.run(*tasks)
    assert [task.result().text for task in tasks] == ["here"] * 4
    assert set(model.asked) == {0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 62.0, 92.0, 122.0}


async def test_a_server_that_stays_away_is_everybodys_failure() -> None:
    clock = Clock()
    behind = Limited(
        Away(clock, back_at=1e9), Limits(4, outage_s=50.0, sleep=clock.sleep, clock=clock)
    )
    tasks = [asyncio.create_task(behind.reply(REQUEST)) for _ in range(2)]
    await clock.run(*tasks)
    failures = [task.exception() for task in tasks]
    assert all(isinstance(f, ModelFailure) and f.standing for f in failures)
    assert clock.time == 1050.0


async def test_a_server_that_is_not_waited_for_fails_the_call_alone() -> None:
    clock = Clock()
    behind = Limited(Away(clock, back_at=1e9), limits(clock))
    with pytest.raises(ModelFailure) as caught:
        await behind.reply(REQUEST)
    assert not caught.value.standing
    assert clock.time == 1000.0


async def test_an_outage_is_over_once_anything_was_heard() -> None:
    clock = Clock()
    model = Away(clock, back_at=40.0)
    bound = Limits(4, outage_s=50.0, sleep=clock.sleep, clock=clock)
    first = asyncio.create_task(Limited(model, bound).reply(REQUEST))
    await clock.run(first)
    model.back_at = clock.time - 1000.0 + 45.0
    second = asyncio.create_task(Limited(model, bound).reply(REQUEST))
    await clock.run(second)
    assert second.result().text == "here"
