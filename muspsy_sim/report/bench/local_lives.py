"""Episodes over a local checkpoint, one at a time and many at once, by turns."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from muspsy_sim.llm.local.calls import Counts
from muspsy_sim.llm.local.writer import Writer, writer_for
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import episodes


@dataclass(frozen=True, slots=True)
class _Lived:
    """`processor_s`: of the process that wrote."""

    exchanges: int
    seconds: float
    processor_s: float

    @property
    def rate(self) -> float:
        return self.exchanges / self.seconds

    @property
    def work(self) -> float:
        return self.processor_s / self.exchanges


@dataclass(frozen=True, slots=True)
class Beside:
    """One episode at a time and many at once. Rates in exchanges a second, the middle of rounds."""

    faster: float
    """Many over one, the middle of the rounds' ratios."""
    less_work: float
    """Seconds of the processor for an exchange, one over many."""
    alone: float
    together: float
    where: str
    told: str
    """How the many were written."""


async def lived_by_turns(folder: Path, name: str, many: int, exchanges: int, rounds: int) -> Beside:
    """Live some episodes one after the other, then others `many` at once, and again.

    Four times as many are lived as go on at once: as in any run, who is done is followed by
    another, and the last ones, who go on with less and less company, are few among them.
    """
    await _lived(folder / "warm", name, 1, 1, 1)
    alone: list[_Lived] = []
    together: list[_Lived] = []
    before = after = _writer(name).counts()
    for n in range(rounds):
        alone.append(await _lived(folder / f"alone{n}", name, many // 4, 1, exchanges))
        before = _writer(name).counts()
        together.append(await _lived(folder / f"together{n}", name, 4 * many, many, exchanges))
        after = _writer(name).counts()
    facts = _writer(name).facts
    pairs = list(zip(alone, together, strict=True))
    return Beside(
        faster=statistics.median(b.rate / a.rate for a, b in pairs),
        less_work=statistics.median(a.work / b.work for a, b in pairs),
        alone=statistics.median(each.rate for each in alone),
        together=statistics.median(each.rate for each in together),
        where=f"{facts.device}, {facts.dtype}, threads of an operation: {facts.threads}",
        told=_told(before, after),
    )


def _told(before: Counts, after: Counts) -> str:
    steps = max(1, after.steps - before.steps)
    rows = (after.rows - before.rows) / steps
    tokens = (after.tokens - before.tokens) / max(1, after.calls - before.calls)
    return f"{tokens:.0f} tokens an answer, {rows:.0f} rows a step"


def _writer(name: str) -> Writer:
    return writer_for(name, name.removeprefix("hf:"), os.environ)


async def _lived(folder: Path, name: str, courses: int, at_once: int, exchanges: int) -> _Lived:
    recipe = Recipe.model_validate(
        {
            "personas": ["en-gordon-pell"],
            "arms": ["bare"],
            "seeds": list(range(courses)),
            "sessions": 1,
            "exchanges": exchanges,
            "follow_up_weeks": 0,
            "models": {"default": "offline", "counselor": name},
            "sampling": {"counselor": {"max_tokens": 256}},
            "concurrency": at_once,
            "limits": {"first_wait_s": 0.0, "attempts": 10},
        }
    )
    plan = plan_run(recipe)
    worked = _writer(name).counts().seconds
    began = time.perf_counter()
    outcome = await run(plan, folder)
    seconds = time.perf_counter() - began
    worked = _writer(name).counts().seconds - worked
    turns = sum(
        turn.speaker == "counselor"
        for episode in episodes(outcome.run)
        for session in episode.sessions
        for turn in session.turns
    )
    if not turns:
        raise RunError("the benchmark's model gave no answer", hint="report it with the command")
    return _Lived(turns, seconds, worked)
