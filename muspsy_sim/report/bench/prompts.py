"""`muspsy bench prompts`: how much of each agent's prompts the same episode had sent before.

Courses of the arm `full` with offline answers, in English and Chinese. A session of 20 exchanges is
held to the limit, and so is one of ten (twenty turns of both), where notes, plans and a session's
beginning weigh double. Both are of whole courses of six sessions; a first session of 20 exchanges
alone, whose every prompt begins with something new once, is held to it as well.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from muspsy_sim.report.bench.catalogue import Measured
from muspsy_sim.report.bench.figures import Figure, Size
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.recipe import Recipe

AT_LEAST = 0.85
_CLIENTS = ("en-gordon-pell", "zh-ma-guoqing")
_AGENTS = ("client", "counselor")
_COURSES = (
    (6, 20, "20 exchanges a session"),
    (6, 10, "10 exchanges a session"),
    (1, 20, "a first session alone of 20 exchanges"),
)
"""Sessions, exchanges in each, and what that is called."""


def measure(size: Size) -> Measured:
    """The share by agent."""
    clients = _CLIENTS[:1] if size == "quick" else _CLIENTS
    figures: list[Figure] = []
    for sessions, exchanges, what in _COURSES:
        for client in clients:
            shares = asyncio.run(_shares(client, exchanges, sessions))
            figures += [
                Figure(
                    name=f"{role} of {client}, {what}",
                    value=None if share is None else round(share, 3),
                    unit="of the characters",
                    at_least=AT_LEAST if role in _AGENTS else None,
                )
                for role, share in sorted(shares.items())
            ]
    return figures, []


async def _shares(client: str, exchanges: int, sessions: int) -> dict[str, float | None]:
    recipe = Recipe(
        personas=[client], arms=["full"], seeds=[0], sessions=sessions, exchanges=exchanges
    )
    plan = plan_run(recipe)
    progress = RunProgress(len(plan.episodes))
    with tempfile.TemporaryDirectory(prefix="muspsy-bench-") as folder:
        await run(plan, Path(folder), progress=progress)
    return {role: sent.share for role, sent in progress.count.sent.items()}
