"""`muspsy bench http`: a run over HTTP to a server of 200 ms in a process of its own.

The rival sends the very bodies that the run sent, over aiohttp with nothing around them, course by
course, to the same server in the same run. The ideal is the longest chain of calls that wait for
each other, times the server's time. The wall counts here, so neighbours on the machine show.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import orjson

from muspsy_sim.llm.dialects import Dialect, body_of
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.seam import Model, Reply, Request
from muspsy_sim.report.bench.catalogue import Measured
from muspsy_sim.report.bench.figures import Figure, Size
from muspsy_sim.report.bench.mock_server import serving
from muspsy_sim.report.bench.rivals import Took, plan_of
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import RunPlan
from muspsy_sim.runs.provenance import ROLES
from muspsy_sim.runs.together import tuned_gc
from muspsy_sim.runs.workers.starting import Crew, run_with

LATENCY = 0.2
"""Seconds that the server takes for an answer."""

OVER_PLAIN = {64: 1.15, 256: 1.8}
"""Episodes at once -> what a run may take on the wall, times what the plain requests take. 256 ask
1,280 times a second: as much as one core can do, so that whatever else the machine does shows."""

_EXCHANGES = 20
_QUICK = {"exchanges": 2, "over_plain": 1.3}
"""All begin at the same moment, and two exchanges are hardly long enough to forget it."""

_SOON = 0.02
"""The same where only the processor's time counts, which does not depend on it."""

PROCESSOR_OVER_PLAIN = 8.0
"""What a call may take of the processor, times what the plain request takes."""

_GOALS = {64: "98%", 256: "95%"}
_CPU_GOALS = {20: "at most 0.8", 80: "at most 1.0"}


class Kept:
    """A model that keeps what it was asked, for the rival."""

    def __init__(self, inner: Model, asked: list[Request]) -> None:
        self._inner = inner
        self._asked = asked

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name

    async def reply(self, request: Request) -> Reply:
        """Keep the request and ask."""
        self._asked.append(request)
        return await self._inner.reply(request)


def measure(size: Size) -> Measured:
    """Share of the ideal and processor time a call, at 64 and 256 episodes and two lengths."""
    with serving(LATENCY) as url:
        at_once = asyncio.run(_at_once(url, size))
    with serving(_SOON) as url:
        return [*at_once, *asyncio.run(_processor(url, size))], []


async def _at_once(url: str, size: Size) -> list[Figure]:
    figures: list[Figure] = []
    await _rivals(url, plan_of(2, 1, 2))  # Imports and connections are not what is measured.
    for courses in (64,) if size == "quick" else (64, 256):
        exchanges = int(_QUICK["exchanges"]) if size == "quick" else _EXCHANGES
        plan = plan_of(courses, 1, exchanges, model=f"{url}#canned")
        ran, plain, ideal = await _rivals(url, plan)
        apart = await _by_two(plan, url)
        figures += [
            Figure(
                name=f"a run over the plain requests, {courses} at once",
                value=round(ran.wall / plain.wall, 3),
                unit="x the wall",
                at_most=_QUICK["over_plain"] if size == "quick" else OVER_PLAIN[courses],
            ),
            Figure(
                name=f"share of the ideal, {courses} at once",
                value=round(ideal / ran.wall, 3),
                goal=f"at least {_GOALS[courses]}",
                note=f"the plain requests: {ideal / plain.wall:.3f}",
            ),
            Figure(
                name=f"the same with --workers 2, from their first call on, {courses} at once",
                value=round(ideal / apart, 3),
                goal=f"at least {_GOALS[courses]}",
            ),
        ]
    return figures


async def _by_two(plan: RunPlan, url: str) -> float:
    """Seconds that two worker processes take for a plan, by the server's clock.

    From the first request to the last answer: that a worker starts is not what is measured.
    """
    with tempfile.TemporaryDirectory(prefix="muspsy-bench-") as folder:
        await run_with(plan, Path(folder), Crew("processes", 2))
    return await _clock(url)


async def _clock(url: str) -> float:
    """Seconds from the first request to the last answer, since it was asked for before."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/clock") as response:
        first, last = orjson.loads(await response.read())
    return float(last - first)


async def _processor(url: str, size: Size) -> list[Figure]:
    figures: list[Figure] = []
    for messages in (20,) if size == "quick" else (20, 80):
        plan = plan_of(8 if size == "quick" else 32, 1, messages)
        ran, plain, _ = await _rivals(url, plan)
        figures += [
            Figure(
                name=f"one call, {messages} messages of dialogue on average",
                value=round(ran.per_call_ms, 3),
                unit="ms of the processor",
                goal=_CPU_GOALS[messages],
                note=f"the plain request: {plain.per_call_ms:.3f}",
            ),
            Figure(
                name=f"the same over the plain request, {messages} messages",
                value=round(ran.per_call_ms / plain.per_call_ms, 2),
                unit="x the processor time",
                at_most=PROCESSOR_OVER_PLAIN,
            ),
        ]
    return figures


async def _rivals(url: str, plan: RunPlan) -> tuple[Took, Took, float]:
    """What the run took, what the plain requests took, and the ideal in seconds."""
    asked: list[Request] = []
    with tempfile.TemporaryDirectory(prefix="muspsy-bench-") as folder:
        async with Endpoints(concurrency=100_000) as endpoints:
            model = Kept(open_model(f"{url}#canned", endpoints), asked)
            with tuned_gc():
                clocks = _clocks()
                await run(plan, Path(folder), overrides=dict.fromkeys(ROLES, model))
                ran = _took(clocks, asked)
    chains: dict[str, list[Request]] = {}
    for request in asked:
        chains.setdefault(request.key.episode, []).append(request)
    bodies = [
        [orjson.dumps(body_of("canned", request, Dialect())) for request in part]
        for chain in chains.values()
        for part in in_a_row(chain)
    ]
    with tuned_gc():
        clocks = _clocks()
        await _plain(f"{url}/chat/completions", bodies)
        plain = _took(clocks, asked)
        await _clock(url)
    longest = max(len(in_a_row(chain)[0]) for chain in chains.values())
    return ran, plain, longest * LATENCY


def in_a_row(requests: Sequence[Request]) -> tuple[list[Request], list[Request]]:
    """The calls of a course that wait for each other, and those at their side.

    The client reflects while the counselor makes its note and its plan, which takes longer.
    """
    beside = [request for request in requests if request.key.prompt == "client.reflect"]
    return [request for request in requests if request not in beside], beside


async def _plain(url: str, bodies: Sequence[Sequence[bytes]]) -> None:
    headers = {"Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def one_by_one(part: Sequence[bytes]) -> None:
            for body in part:
                async with session.post(url, data=body) as response:
                    orjson.loads(await response.read())

        await asyncio.gather(*(one_by_one(part) for part in bodies))


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _took(began: tuple[float, float], asked: Sequence[Request]) -> Took:
    exchanges = sum(request.key.prompt == "client.speak" for request in asked)
    wall, processor = _clocks()
    return Took(wall - began[0], processor - began[1], len(asked), exchanges)
