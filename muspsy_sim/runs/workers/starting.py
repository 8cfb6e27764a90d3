"""A run with workers: of which kind, how many, and where its results go."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.errors import RecipeError
from muspsy_sim.records.files import content_hash
from muspsy_sim.runs.orchestrator import Batch, RunOutcome, run
from muspsy_sim.runs.plan import RunPlan
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.workers.dealing import deal
from muspsy_sim.runs.workers.elsewhere import claimed, fetch_after, fetch_before
from muspsy_sim.runs.workers.messages import Setup
from muspsy_sim.runs.workers.places import Place, open_place

EngineName = Literal["processes", "ray"]


@dataclass(frozen=True, slots=True)
class Crew:
    """The workers of a run. `workers`: `None` = 1 process, or a Ray actor for each core."""

    engine: EngineName = "processes"
    workers: int | None = None
    address: str | None = None
    """The Ray cluster; `None` = one of this machine's own."""
    upload_every_s: float = 10.0


async def run_with(
    plan: RunPlan,
    folder: Path,
    crew: Crew,
    *,
    elsewhere: str | None = None,
    restart: bool = False,
    retry_failed: bool = False,
    progress: RunProgress | None = None,
) -> RunOutcome:
    """Run what is owed of a plan by a crew; see `orchestrator.run`.

    `elsewhere`: the URL where results go; `folder` is then the copy of it. Raises `MuspsyError`.
    """
    _check(plan, crew, elsewhere)
    place = None if elsewhere is None else await asyncio.to_thread(open_place, elsewhere)

    async def engine(batch: Batch) -> dict[str, CourseEnd]:
        return await _engine(batch, crew, elsewhere, place)

    async with AsyncExitStack() as held:
        if place is not None:
            await held.enter_async_context(claimed(place))
            if restart:
                await asyncio.to_thread(place.clear)
            await asyncio.to_thread(fetch_before, place, folder)
        return await run(
            plan,
            folder,
            restart=restart,
            retry_failed=retry_failed,
            progress=progress,
            engine=engine,
        )


async def _engine(
    batch: Batch, crew: Crew, elsewhere: str | None, place: Place | None
) -> dict[str, CourseEnd]:
    described = await asyncio.to_thread(batch.run.file.read_bytes)
    if place is not None:
        await asyncio.to_thread(place.write, "run.yaml", described)
    setup = Setup(
        recipe=batch.plan.recipe,
        schedule=batch.plan.schedule,
        hashes={arm.use.label: arm.hashes for arm in batch.plan.arms},
        place=elsewhere or str(batch.run.folder.resolve()),
        beside=content_hash(described),
        upload_every_s=crew.upload_every_s,
    )
    owed = any(
        planned.id not in batch.whole or batch.owes(batch.whole[planned.id])
        for planned in batch.plan.episodes
    )
    async with AsyncExitStack() as hiring:
        if crew.engine == "ray" and owed:
            from muspsy_sim.runs.workers.ray_actors import ray_actors

            hire, workers = await hiring.enter_async_context(ray_actors(crew.address, crew.workers))
        else:
            from muspsy_sim.runs.workers.processes import processes

            hire = await hiring.enter_async_context(processes(batch.lock))
            workers = crew.workers or 1
        ends = await deal(batch, hire, workers, setup)
    if place is not None:
        await asyncio.to_thread(fetch_after, place, batch.run.folder)
    return ends


def _check(plan: RunPlan, crew: Crew, elsewhere: str | None) -> None:
    """Refuse what workers can't do, before anything is started."""
    models = {model for arm in plan.arms for model in arm.models.values()}
    far = crew.address is not None or elsewhere is not None
    for model in sorted(models):
        if model.startswith("callable:"):
            raise RecipeError(
                f"workers can't call {model}, which lives in this process",
                field="models",
                hint="run it without workers",
            )
        if model.startswith("replay:") and far and crew.engine == "ray":
            raise RecipeError(
                f"workers on other machines don't have the run that {model} names",
                field="models",
                hint="use --workers on this machine",
            )
