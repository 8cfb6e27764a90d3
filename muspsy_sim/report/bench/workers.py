"""`muspsy bench workers` and `muspsy bench ray`: two workers beside one, over the same episodes.

The work is processor-bound: the offline model answers at once. The wall shows neighbours on the
machine; the other figure does not: the processor time of the one worker over that of the busier of
the two, which is what two free cores would give. What a call to a worker costs is measured by
handing it an episode that it only hands back.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from muspsy_sim.report.bench.catalogue import Measured
from muspsy_sim.report.bench.figures import Figure, Size
from muspsy_sim.report.bench.rivals import plan_of
from muspsy_sim.runs.plan import RunPlan
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.store import Run, writing
from muspsy_sim.runs.workers.messages import Hand, Order
from muspsy_sim.runs.workers.starting import Crew, EngineName, run_with

TWO_OVER_ONE: dict[Size, float] = {"full": 1.8, "quick": 1.4}
"""What two workers do at least, times one, of work that keeps the processor busy. Of a quick run a
good part is what each worker does but once."""

_AT_ONCE = 16
"""Episodes at once, as a recipe has it where it says nothing."""
_ROUNDS = 9

HANDLING: dict[Size, float] = {"full": 0.01, "quick": 0.05}
"""What dealing an episode out and hearing of its end takes at most, of the episode. It is measured
on the wall, of a quick run in a moment."""


def measure_processes(size: Size) -> Measured:
    """The figures of worker processes."""
    return asyncio.run(_measured("processes", size))


def measure_ray(size: Size) -> Measured:
    """The figures of Ray actors. Raises `RunError` where Ray is missing."""
    return asyncio.run(_measured("ray", size))


async def _measured(engine: EngineName, size: Size) -> Measured:
    plan = plan_of(24, 6, 8) if size == "quick" else plan_of(96, 6, 12)
    # By turns in one run, so that both meet the same neighbours; of each the least disturbed.
    ones: list[_Ran] = []
    twos: list[_Ran] = []
    for _ in range(1 if size == "quick" else 2):
        ones.append(await _ran(plan, engine, 1))
        twos.append(await _ran(plan, engine, 2))
    one = min(ones, key=lambda ran: sum(ran.workers))
    two = min(twos, key=lambda ran: max(ran.workers))
    walls = min(ran.wall for ran in ones), min(ran.wall for ran in twos)
    handling = await _handling(plan, engine, 5 if size == "quick" else 20)
    episode = sum(one.workers) / len(plan.episodes)
    return [
        Figure(
            name="two workers over one, by their processor time",
            value=round(sum(one.workers) / max(two.workers), 2),
            unit="x",
            at_least=TWO_OVER_ONE[size],
            note=" and ".join(f"{s:.1f}" for s in two.workers) + f" s for {one.workers[0]:.1f} s",
        ),
        Figure(
            name="the same, by the mean of the two",
            value=round(2 * sum(one.workers) / sum(two.workers), 2),
            unit="x",
            note="who gets more of the machine takes more episodes; this leaves that out",
        ),
        Figure(
            name="two workers over one, on the wall",
            # Too short to be told apart from their starting.
            value=None if size == "quick" else round(walls[0] / walls[1], 2),
            unit="x",
            goal=f"at least {TWO_OVER_ONE['full']} on two free cores",
            note=f"{walls[0]:.1f} s and {walls[1]:.1f} s",
        ),
        Figure(
            name="an episode, in one worker",
            value=round(episode * 1000, 1),
            unit="ms of the processor",
        ),
        Figure(
            name=f"dealing it out and hearing of its end, {_AT_ONCE} at once",
            value=round(handling * 1000, 2),
            unit="ms on the wall",
        ),
        Figure(
            name="the same, of an episode",
            value=round(handling / episode, 4),
            unit="of its processor time",
            at_most=HANDLING[size],
            note="a course with a real model takes minutes",
        ),
    ], []


class _Ran:
    """One run: seconds on the wall from the first episode to the last, and by worker."""

    def __init__(self, wall: float, workers: list[float]) -> None:
        self.wall = wall
        self.workers = workers


async def _ran(plan: RunPlan, engine: EngineName, workers: int) -> _Ran:
    progress = RunProgress(len(plan.episodes))
    began: list[float] = []

    async def watch() -> None:
        # Starting a worker is not what is measured: from the first turn on.
        while not progress.turns:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
        began.append(time.perf_counter())

    with tempfile.TemporaryDirectory(prefix="muspsy-bench-") as folder:
        watching = asyncio.create_task(watch())
        await run_with(plan, Path(folder), Crew(engine, workers), progress=progress)
        watching.cancel()
    first = began[0] if began else progress.last_end
    return _Ran(max(1e-9, progress.last_end - first), list(progress.by_worker.values()))


async def _handling(plan: RunPlan, engine: EngineName, times: int) -> float:
    """Seconds that an episode takes when nothing is done with it, of many dealt out at once."""
    planned = plan.episodes[0]
    order = Order(planned.id, planned.profile, planned.arm.use.label, planned.seed, False, False)
    async with AsyncExitStack() as hiring:
        folder = hiring.enter_context(tempfile.TemporaryDirectory(prefix="muspsy-bench-"))
        if engine == "ray":
            from muspsy_sim.runs.workers.ray_actors import ray_actors

            hire, _ = await hiring.enter_async_context(ray_actors(None, 1))
        else:
            from muspsy_sim.runs.workers.processes import processes

            held = hiring.enter_context(writing(Run(Path(folder))))
            hire = await hiring.enter_async_context(processes(held))
        hand: Hand = await hire()

        async def one_by_one() -> None:
            for _ in range(times):
                await hand.echo(order)

        took: list[float] = []
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            await asyncio.gather(*(one_by_one() for _ in range(_AT_ONCE)))
            took.append((time.perf_counter() - began) / (times * _AT_ONCE))
        await hand.close()
    return median(took)
