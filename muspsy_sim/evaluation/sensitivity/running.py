"""The draws of a test, lived a client at a time, in this process or in several.

Each unit is kept as it comes, so that a test which was stopped goes on. Results depend neither on
how many processes there are nor on where it was stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import orjson

from muspsy_sim.agents.client.dynamics import Dynamics, load_dynamics
from muspsy_sim.evaluation.comparing.reading import Row, row_of
from muspsy_sim.evaluation.sensitivity.design import Design
from muspsy_sim.evaluation.sensitivity.kept import Kept, Lived, Unit
from muspsy_sim.evaluation.sensitivity.living import row_lived
from muspsy_sim.evaluation.sensitivity.refeeding import refed
from muspsy_sim.runs.apart import done_apart
from muspsy_sim.runs.plan import PlannedEpisode, RunPlan, plan_run
from muspsy_sim.runs.together import tuned_gc

Draw = dict[str, float]
"""Paths of parameters to values; what is not named is as the recipe has it."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every process is told once."""

    design: Design
    draws: Sequence[Draw]
    endpoints: Sequence[str]

    def units(self) -> list[Unit]:
        """All that is to be lived, draw by draw."""
        return [(k, client) for k in range(len(self.draws)) for client in self.design.parts]


class Living:
    """Lives one client at a time under one draw."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._plan: RunPlan | None = None
        self._planned: dict[str, PlannedEpisode] = {}
        if work.design.loop == "closed":
            self._plan = plan_run(work.design.recipe, profiles=work.design.profiles)
            self._planned = {one.id: one for one in self._plan.episodes}

    async def live(self, unit: Unit) -> Lived:
        """The endpoints of one client's episodes under one draw."""
        draw, client = unit
        design = self._work.design
        fixed = {**design.recipe.dynamics, **self._work.draws[draw]}
        dynamics = load_dynamics().changed(fixed) if fixed else load_dynamics()
        rows = [await self._row(name, dynamics) for name in design.parts[client]]
        return {row.id: {e: row.values.get(e) for e in self._work.endpoints} for row in rows}

    async def _row(self, name: str, dynamics: Dynamics) -> Row:
        if self._plan is not None:
            return await row_lived(self._plan, self._planned[name], dynamics)
        file = self._work.design.run.episode_file(name)
        return row_of(refed(orjson.loads(file.read_bytes()), dynamics), file)


async def live_all(
    work: Work, kept: Kept, workers: int = 1, told: Callable[[], None] = lambda: None
) -> None:
    """Live what is not kept yet; `told` hears of each unit.

    Raises `RunError` when a worker process is killed.
    """
    owed = [unit for unit in work.units() if unit not in kept]
    lived = _here(work, owed) if min(workers, len(owed)) <= 1 else _apart(work, owed, workers)
    async for unit, values in lived:
        kept.add(unit, values)
        told()


async def _here(work: Work, owed: Sequence[Unit]) -> AsyncIterator[tuple[Unit, Lived]]:
    living = Living(work)
    with tuned_gc():
        for unit in owed:
            yield unit, await living.live(unit)


async def _apart(
    work: Work, owed: Sequence[Unit], workers: int
) -> AsyncIterator[tuple[Unit, Lived]]:
    results = done_apart(
        _lived,
        owed,
        workers,
        _begin,
        work,
        folder=work.design.run.folder,
        hint="the same command goes on from there; with fewer --workers it takes less memory",
    )
    async for lived in results:
        yield lived


_living: Living | None = None
"""In a worker process: what it was told when it began."""


def _begin(work: Work) -> None:
    global _living  # noqa: PLW0603 - a pool hands its workers nothing else that stays
    _living = Living(work)


def _lived(unit: Unit) -> tuple[Unit, Lived]:
    if _living is None:
        raise RuntimeError("a worker was asked before it was told what to live")
    return unit, asyncio.run(_living.live(unit))
