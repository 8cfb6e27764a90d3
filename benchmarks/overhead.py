"""What a run costs beside its models: many courses at once over a fake that answers after 50 ms.

    python benchmarks/overhead.py [--courses 64 200] [--latency 0.05] [--sessions 2] [--exchanges 8]

Three rivals make the same calls in the same process, one after the other: the calls alone
(`calls`), the same nodes one after another with neither LangGraph nor journal nor files (`nodes`),
and `muspsy run` as it is (`run`). The ideal is the longest chain of calls that wait for each other,
times the latency. Prints wall time over the ideal and processor time per call; leaves with 1 when
`run` takes more than LIMIT times the processor time of `nodes`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import orjson

from muspsy_sim.agents.live import LiveCourse
from muspsy_sim.graphs.nodes import NODES
from muspsy_sim.llm.seam import Model, Reply, Request, Role, Sampling
from muspsy_sim.records.episode import Usage
from muspsy_sim.runs.course import Seat, begin
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import PlannedEpisode, RunPlan, plan_run
from muspsy_sim.runs.provenance import ROLES
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run
from muspsy_sim.runs.together import tuned_gc

LIMIT = 2.5
"""Processor time per call of a run over that of the bare nodes: LangGraph, the journal and the
files may cost one and a half times what the prompts, views and dynamics cost that they carry."""

_WARM_UP = 4
"""Courses that are run first, so that no import is measured; not held to the limit."""

_WORDS = (
    "kitchen", "evening", "letter", "bridge", "shift", "garden", "promise", "winter", "sleep",
    "argument", "phone", "brother", "table", "weight", "breath", "road", "silence",
)  # fmt: skip


@dataclass(slots=True)
class Waiting:
    """A model that answers every prompt after `latency` seconds, from the request's seed alone."""

    latency: float
    name: str = "waiting"
    asked: list[Request] = field(default_factory=list)

    async def reply(self, request: Request) -> Reply:
        """A valid answer of the usual length."""
        self.asked.append(request)
        await asyncio.sleep(self.latency)
        rng = Random(request.seed)
        text = " ".join(rng.choices(_WORDS, k=25)).capitalize() + "."
        used = Usage(calls=1, prompt_tokens=900, completion_tokens=40)
        return Reply(orjson.dumps(_answer(request, text)).decode(), usage=used)


def _answer(request: Request, text: str) -> dict[str, object]:
    prompt = request.key.prompt
    if prompt == "appraiser.appraise":
        return {"behaviours": [], "quality": 1}
    if prompt == "counselor.plan_turn":
        return {"strategy": "question", "aim": text, "reason": text}
    if prompt == "counselor.remember":
        return {"summary": [{"text": text, "basis": "inference"}], "session_goal": text}
    if prompt == "counselor.plan_next":
        goal = {"id": "g1", "text": text, "status": "active"}
        return {"treatment": {"goals": [goal]}, "session": {"goal": text}}
    return {"text": text}


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds on the wall and of the processor that a rival took for its calls."""

    wall: float
    processor: float
    calls: int

    def line(self, name: str, ideal: float) -> str:
        """The figures on one line. Without latency there is no ideal to hold the wall to."""
        beside = f"{self.wall / ideal:5.2f} x" if ideal else "    - x"
        return (
            f"{name:>8}: {self.wall:7.2f} s on the wall, {beside} the ideal, "
            f"{self.calls / self.wall:6.0f} calls/s, "
            f"{self.processor / self.calls * 1000:5.2f} ms of processor a call"
        )


async def measured(model: Waiting, work: Callable[[], Awaitable[object]]) -> Measured:
    """What some work took, garbage collection tuned as in a run."""
    model.asked.clear()
    with tuned_gc():
        wall, processor = time.perf_counter(), time.process_time()
        await work()
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return Measured(wall, processor, len(model.asked))


def in_a_row(requests: Sequence[Request]) -> tuple[list[Request], list[Request]]:
    """The calls of a course that wait for each other, and those at their side.

    The client reflects while the counselor makes its note and its plan, which takes longer.
    """
    beside = [request for request in requests if request.key.prompt == "client.reflect"]
    return [request for request in requests if request not in beside], beside


async def calls_alone(model: Waiting, courses: Sequence[Sequence[Request]]) -> None:
    """The same calls with nothing around them."""

    async def one_by_one(requests: Sequence[Request]) -> None:
        for request in requests:
            await model.reply(request)

    await asyncio.gather(*(one_by_one(part) for each in courses for part in in_a_row(each)))


async def nodes_alone(model: Waiting, plan: RunPlan) -> None:
    """The same courses as plain functions: no LangGraph, no journal, no files."""
    await asyncio.gather(*(_course(model, plan, planned) for planned in plan.episodes))


async def _course(model: Waiting, plan: RunPlan, planned: PlannedEpisode) -> None:
    models: dict[Role, Model] = dict.fromkeys(ROLES, model)
    samplings = dict.fromkeys(ROLES, Sampling())
    seat = Seat(planned.arm.use.label, planned.arm.arm, planned.arm.levels, models, samplings)
    course = begin(planned.id, planned.profile, seat, planned.seed, plan.schedule)
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
    exchange = ("recall", "plan", "respond", "appraise", "feel", "speak")
    while await _in_turn(course, *exchange) != "over":
        pass


async def _in_turn(course: LiveCourse, *names: str) -> str | None:
    answer: str | None = None
    for name in names:
        answer = await NODES[name].act(course)
    return answer


async def compared(courses: int, latency: float, sessions: int, exchanges: int) -> float:
    """Run the three rivals and print what they took. Returns `run` over `nodes`, processor time."""
    recipe = Recipe(
        personas=["en-gordon-pell"],
        arms=["full"],
        seeds=list(range(courses)),
        sessions=sessions,
        exchanges=exchanges,
        concurrency=courses,
    )
    plan = plan_run(recipe)
    model = Waiting(latency)
    everybody: dict[Role, Model] = dict.fromkeys(ROLES, model)
    with tempfile.TemporaryDirectory() as folder:
        whole = await measured(model, lambda: run(plan, Path(folder), overrides=everybody))
        by_course: dict[str, list[Request]] = {}
        for request in model.asked:
            by_course.setdefault(request.key.episode, []).append(request)
        journals = [Run(Path(folder)).journal_file(each.id) for each in plan.episodes]
        written = sum(journal.stat().st_size for journal in journals)
    turns = sum(r.key.prompt in ("counselor.respond", "client.speak") for r in model.asked)
    chains = list(by_course.values())
    ideal = max(len(in_a_row(chain)[0]) for chain in chains) * latency
    nodes = await measured(model, lambda: nodes_alone(model, plan))
    calls = await measured(model, lambda: calls_alone(model, chains))
    if not whole.calls == nodes.calls == calls.calls:
        raise SystemExit("the rivals did not make the same calls")
    share = (whole.processor / whole.calls) / (nodes.processor / nodes.calls)
    print(f"{courses} courses at once, {whole.calls} calls, ideal {ideal:.2f} s")
    for name, figures in (("calls", calls), ("nodes", nodes), ("run", whole)):
        print(figures.line(name, ideal))
    print(f"          run over nodes {share:.2f} (limit {LIMIT})")
    print(f"          journal {written / turns:.0f} bytes a turn")
    return share


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--courses", type=int, nargs="+", default=[64, 200])
    parser.add_argument("--latency", type=float, default=0.05, help="seconds per call")
    parser.add_argument("--sessions", type=int, default=2)
    parser.add_argument("--exchanges", type=int, default=8)
    chosen = parser.parse_args()
    shares = [
        asyncio.run(compared(courses, chosen.latency, chosen.sessions, chosen.exchanges))
        for courses in (_WARM_UP, *chosen.courses)
    ]
    return int(max(shares[1:]) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
