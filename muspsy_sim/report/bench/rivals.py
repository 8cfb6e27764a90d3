"""The rivals that a run is held to: its nodes alone, its graphs alone, and the clock over both.

Each makes the same calls in the same process. Garbage collection is tuned as in a run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from muspsy_sim.agents.live import LiveCourse
from muspsy_sim.graphs.nodes import NODES
from muspsy_sim.llm.seam import Model, Role, Sampling
from muspsy_sim.report.bench.fake import CannedModel
from muspsy_sim.runs.course import Seat, begin
from muspsy_sim.runs.plan import PlannedEpisode, RunPlan, plan_run
from muspsy_sim.runs.provenance import ROLES
from muspsy_sim.runs.recipe import Limits, Recipe
from muspsy_sim.runs.together import tuned_gc

_EXCHANGE = ("recall", "plan", "respond", "appraise", "feel", "speak")


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the wall and of the processor, for so many calls and exchanges."""

    wall: float
    processor: float
    calls: int
    exchanges: int

    @property
    def per_call_ms(self) -> float:
        """Milliseconds of the processor for one call."""
        return self.processor / self.calls * 1000.0

    @property
    def per_exchange_ms(self) -> float:
        """Milliseconds of the processor for one exchange, with its share of all else."""
        return self.processor / self.exchanges * 1000.0

    @property
    def rate(self) -> float:
        """Exchanges for one second of the processor: what one core does that nobody shares."""
        return self.exchanges / self.processor


async def timed(model: CannedModel, work: Callable[[], Awaitable[object]]) -> Took:
    """What some work over this model took."""
    calls, exchanges = model.calls, model.exchanges
    with tuned_gc():
        wall, processor = time.perf_counter(), time.process_time()
        await work()
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return Took(wall, processor, model.calls - calls, model.exchanges - exchanges)


def plan_of(
    courses: int,
    sessions: int,
    exchanges: int,
    concurrency: int | None = None,
    model: str = "offline",
) -> RunPlan:
    """The arm `full` with one persona, as many courses as asked, differing by their seeds."""
    return plan_run(
        Recipe(
            personas=["en-gordon-pell"],
            arms=["full"],
            seeds=list(range(courses)),
            sessions=sessions,
            exchanges=exchanges,
            concurrency=concurrency or courses,
            models={"default": model},
            limits=Limits(calls_at_once=2 * courses),
        )
    )


async def nodes_alone(model: Model, plan: RunPlan) -> None:
    """The courses as plain functions: no LangGraph, no journal, no files, nothing counted."""

    async def one(planned: PlannedEpisode) -> None:
        async with places:
            await _by_nodes(_begun(model, plan, planned))

    places = asyncio.Semaphore(plan.recipe.concurrency)
    await asyncio.gather(*(one(planned) for planned in plan.episodes))


async def graphs_alone(model: Model, plan: RunPlan) -> None:
    """The same through their LangGraph graphs: still no journal and no files."""

    async def one(planned: PlannedEpisode) -> None:
        async with places:
            course = _begun(model, plan, planned)
            course.hold = planned.arm.arm.hold
            await planned.arm.arm.run(course)

    places = asyncio.Semaphore(plan.recipe.concurrency)
    await asyncio.gather(*(one(planned) for planned in plan.episodes))


def _begun(model: Model, plan: RunPlan, planned: PlannedEpisode) -> LiveCourse:
    models: dict[Role, Model] = dict.fromkeys(ROLES, model)
    samplings = dict.fromkeys(ROLES, Sampling())
    seat = Seat(planned.arm.use.label, planned.arm.arm, planned.arm.levels, models, samplings)
    return begin(planned.id, planned.profile, seat, planned.seed, plan.schedule)


async def _by_nodes(course: LiveCourse) -> None:
    course.hold = _session
    await _in_turn(course, "intake", "baseline")
    while True:
        if await NODES["open"].act(course) == "attended":
            await _in_turn(course, "plan_first", "session")
            await asyncio.gather(
                _in_turn(course, "remember", "plan_next"), _in_turn(course, "reflect")
            )
        if await _in_turn(course, "between", "report") == "over":
            break
    await _in_turn(course, "finish")


async def _session(course: LiveCourse) -> None:
    while await _in_turn(course, *_EXCHANGE) != "over":  # noqa: ASYNC110 - as in a run
        await asyncio.sleep(0)


async def _in_turn(course: LiveCourse, *names: str) -> str | None:
    answer: str | None = None
    for name in names:
        answer = await NODES[name].act(course)
    return answer
