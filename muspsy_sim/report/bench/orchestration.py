"""`muspsy bench orchestration`: what a run adds to its nodes, over a model that answers at once.

Three rivals live the same courses in one process, by turns: the nodes alone, the nodes through
LangGraph, and `muspsy run` with journal and files. Processor time counts, which neighbours on the
machine disturb less than the wall; of several rounds the median ratio.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable
from functools import partial
from pathlib import Path
from statistics import median

from muspsy_sim.report.bench.catalogue import Measured
from muspsy_sim.report.bench.fake import CannedModel
from muspsy_sim.report.bench.figures import Figure, Size
from muspsy_sim.report.bench.profile import profiled
from muspsy_sim.report.bench.rivals import Took, graphs_alone, nodes_alone, plan_of, timed
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import RunPlan
from muspsy_sim.runs.provenance import ROLES

RUN_OVER_NODES = 2.0
"""Journal, files, counting and LangGraph may together cost as much as the nodes that they carry."""

LANGGRAPH_SHARE = 0.20
"""Of a run's processor time, LangGraph's part."""


def measure(size: Size) -> Measured:
    """The figures, and a profile of where one exchange's time goes."""
    courses, rounds = (32 if size == "quick" else 96), 3
    exchanges = 6 if size == "quick" else 20
    return asyncio.run(_measured(plan_of(courses, 2, exchanges), rounds))


async def _measured(plan: RunPlan, rounds: int) -> Measured:
    model = CannedModel()
    with tempfile.TemporaryDirectory(prefix="muspsy-bench-") as temporary:
        return await _compared(model, plan, rounds, Path(temporary))


async def _compared(model: CannedModel, plan: RunPlan, rounds: int, folder: Path) -> Measured:
    def running(name: str, what: RunPlan) -> Awaitable[object]:
        return run(what, folder / name, overrides=dict.fromkeys(ROLES, model))

    await running("first", plan_of(2, 1, 2))  # Imports and compiling are not what is measured.
    found: list[tuple[Took, Took, Took]] = []
    for at in range(rounds):
        found.append(  # noqa: PERF401 - each waits for the one before
            (
                await timed(model, lambda: nodes_alone(model, plan)),
                await timed(model, lambda: graphs_alone(model, plan)),
                await timed(model, partial(running, f"round-{at}", plan)),
            )
        )
    if len({took.calls for round_ in found for took in round_}) != 1:
        raise AssertionError("the rivals did not make the same calls")
    graph_share = median((g.processor - n.processor) / r.processor for n, g, r in found)
    figures = [
        Figure(
            name="a run over its bare nodes",
            value=round(median(r.processor / n.processor for n, _, r in found), 3),
            unit="x the processor time",
            at_most=RUN_OVER_NODES,
        ),
        Figure(
            name="LangGraph's share of a run",
            value=round(max(0.0, graph_share), 3),
            unit="of the processor time",
            at_most=LANGGRAPH_SHARE,
        ),
        Figure(
            name="exchanges on one core, journal on",
            value=round(max(r.rate for _, _, r in found)),
            unit="a second of the processor",
            goal="1,500",
            note="best of the rounds; one exchange is four calls",
        ),
        Figure(
            name="the same, bare nodes",
            value=round(max(n.rate for n, _, _ in found)),
            unit="a second of the processor",
        ),
        Figure(
            name="one call of a run",
            value=round(min(r.per_call_ms for _, _, r in found), 3),
            unit="ms of the processor",
        ),
    ]
    profile = await profiled(partial(running, "profiled", plan), found[-1][2].exchanges)
    return figures, profile
