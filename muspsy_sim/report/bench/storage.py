"""`muspsy bench storage`: resuming a finished run, replaying one, and what an episode takes.

Resuming is held to reading every episode whole, which it must not need; replaying to running. What
an episode takes in memory is held to its stated size, since that is no matter of time.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from muspsy_sim.llm.seam import Model, Role
from muspsy_sim.report.bench.catalogue import Measured
from muspsy_sim.report.bench.fake import CannedModel
from muspsy_sim.report.bench.figures import Figure, Size
from muspsy_sim.report.bench.rivals import Took, plan_of, timed
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import RunPlan
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.provenance import ROLES
from muspsy_sim.runs.rebuilding import rebuild
from muspsy_sim.runs.replaying import replay_apart, replay_run
from muspsy_sim.runs.store import Run, episodes

RESUME_OVER_READING = 1.0
REPLAY_OVER_RUN = 2.0
KB_AN_EPISODE = 200
MB_A_CROWD = 1024

_TOGETHER = 0.01
"""Seconds within which episodes are told of that a process lived together."""
_FEW, _MANY = 50, 250
_CROWD = 2_000
"""Episodes at once, between which the memory of one more is measured."""


def measure(size: Size) -> Measured:
    """Resume, replay, bytes and memory."""
    with tempfile.TemporaryDirectory(prefix="muspsy-bench-") as temporary:
        courses, exchanges = (100, 3) if size == "quick" else (400, 10)
        plan = plan_of(courses, 1, exchanges, concurrency=50)
        figures = asyncio.run(_on_disk(Run(Path(temporary) / "run"), plan))
    return [*figures, *_memory(size)], []


async def _on_disk(folder: Run, plan: RunPlan) -> list[Figure]:
    model = CannedModel()
    everybody: dict[Role, Model] = dict.fromkeys(ROLES, model)
    ran = await timed(model, lambda: run(plan, folder.folder, overrides=everybody))
    began = time.process_time()
    turns = sum(len(s.turns) for episode in episodes(folder) for s in episode.sessions)
    reading = time.process_time() - began
    plan = plan_of(len(plan.episodes), 1, plan.schedule.exchanges, plan.recipe.concurrency)
    began = time.process_time()
    await run(plan, folder.folder, overrides=everybody)
    resuming = time.process_time() - began
    replayed = await _replayed(folder, plan, ran)
    apart = await _replayed_apart(folder, plan, ran)
    number = len(plan.episodes)
    return [
        Figure(
            name="resuming a finished run over reading its episodes",
            value=round(resuming / reading, 3),
            unit="x the processor time",
            at_most=RESUME_OVER_READING,
        ),
        Figure(
            name="resuming, for 1,000 episodes",
            value=round(resuming / number * 1000, 2),
            unit="s of the processor",
            goal="under 3",
        ),
        Figure(
            name="replaying over running",
            value=round(replayed.processor / ran.processor, 2),
            unit="x the processor time",
            at_most=REPLAY_OVER_RUN,
        ),
        Figure(
            name="replaying",
            value=round(replayed.rate),
            unit="exchanges a second of the processor",
            goal="at least 1,000",
        ),
        Figure(
            name="replaying with --workers 2, once they are started",
            value=round(apart),
            unit="exchanges a second of the wall",
            goal="at least 1,000 on two free cores",
        ),
        Figure(name="journal", value=round(_bytes(folder, "journal") / turns), unit="bytes a turn"),
        Figure(
            name="episodes", value=round(_bytes(folder, "episodes") / turns), unit="bytes a turn"
        ),
    ]


async def _replayed(folder: Run, plan: RunPlan, ran: Took) -> Took:
    names = [planned.id for planned in plan.episodes]
    wall, processor = time.perf_counter(), time.process_time()
    found = await replay_run(rebuild(folder), names, RunProgress(len(names)))
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    if any(each.verdict != "identical" for each in found):
        raise AssertionError("an episode did not come out of its journal as it was")
    return Took(wall, processor, ran.calls, ran.exchanges)


async def _replayed_apart(folder: Run, plan: RunPlan, ran: Took) -> float:
    """Exchanges a second of the wall by two processes, from the first that they tell of."""
    names = [planned.id for planned in plan.episodes]
    ends: list[float] = []
    progress = RunProgress(len(names))
    await replay_apart(
        rebuild(folder), names, 2, progress, lambda _: ends.append(time.perf_counter())
    )
    # What was told of with the first came of the time before it.
    later = sum(end - ends[0] > _TOGETHER for end in ends)
    return ran.exchanges * later / len(names) / max(1e-9, ends[-1] - ends[0])


def _bytes(folder: Run, part: str) -> int:
    return sum(file.stat().st_size for file in (folder.folder / part).iterdir())


def _memory(size: Size) -> list[Figure]:
    few, many = (40, 120) if size == "quick" else (_FEW, _MANY)
    name = f"memory of one more episode at once, {few} to {many}"
    if not Path("/proc/self/statm").exists():
        return [Figure(name=name, value=None, unit="KB", note="measured on Linux only")]
    (one, less), (other, most) = _resident(few), _resident(many)
    more = (most - less) / (other - one)
    figures = [
        Figure(
            name=name,
            value=round(more, 1),
            unit="KB",
            at_most=KB_AN_EPISODE,
            note="in its session's tenth exchange or so; the goal is 150",
        )
    ]
    if size == "full":
        waiting, kilobytes = _resident(_CROWD)
        figures.append(
            Figure(
                name=f"memory of the whole process, {waiting:,} at once",
                value=round(kilobytes / 1024),
                unit="MB",
                at_most=MB_A_CROWD,
                note=f"of {_CROWD:,} begun; the others ended before",
            )
        )
    return figures


def _resident(parked: int) -> tuple[int, int]:
    command = [sys.executable, "-m", "muspsy_sim.report.bench.parked", str(parked), "40"]
    done = subprocess.run(  # noqa: S603 - this very interpreter
        command, capture_output=True, text=True, check=True, timeout=300
    )
    waiting, kilobytes = done.stdout.split()
    return int(waiting), int(kilobytes)
