"""Memory of episodes that run at once: `python -m muspsy_sim.report.bench.parked EPISODES CALLS`.

Each episode goes as far as its call number CALLS and waits there for the others; then how many wait
and the memory of this process (resident, in KB) are printed, and the process ends. A process of its
own, since what a process once had it seldom gives back.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from muspsy_sim.llm.seam import Model, Reply, Request, Role
from muspsy_sim.report.bench.fake import CannedModel
from muspsy_sim.report.bench.rivals import plan_of
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.provenance import ROLES


class ParkingModel:
    """Canned answers up to a call of each episode, then none."""

    def __init__(self, calls: int) -> None:
        self.name = "parking"
        self.parked = 0
        self._inner = CannedModel()
        self._left = Counter[str]()
        self._calls = calls

    async def reply(self, request: Request) -> Reply:
        """Answer, or wait for ever."""
        self._left[request.key.episode] += 1
        if self._left[request.key.episode] >= self._calls:
            self.parked += 1
            await asyncio.Event().wait()
        return await self._inner.reply(request)


def resident_kb() -> int:
    """The memory of this process, in KB of 1,024 bytes. Linux only."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


async def _parked(episodes: int, calls: int) -> tuple[int, int]:
    """How many are parked once all are, or have ended before (a client may miss its sessions)."""
    model = ParkingModel(calls)
    everybody: dict[Role, Model] = dict.fromkeys(ROLES, model)
    with tempfile.TemporaryDirectory(prefix="muspsy-bench-") as folder:
        plan = plan_of(episodes, 2, 20)
        progress = RunProgress(episodes)
        work = run(plan, Path(folder), progress=progress, overrides=everybody)
        running = asyncio.create_task(work)
        while not running.done() and model.parked + progress.done < episodes:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        if running.done():
            running.result()  # Whatever stopped it is raised.
        taken = resident_kb()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return model.parked, taken


if __name__ == "__main__":
    print(*asyncio.run(_parked(int(sys.argv[1]), int(sys.argv[2]))))
