"""The design lived again under each draw of parameters: closed loop offline, open loop otherwise.

Closed loop: every client and counselor answers anew, so a change in trust changes what is said. It
takes the offline model, since N runs of a paid one would be paid N times. Open loop: see
`refeeding`.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import orjson

from muspsy_sim.agents.client.dynamics import load_dynamics
from muspsy_sim.evaluation.comparing.reading import Row, Sample, read_run, row_of
from muspsy_sim.evaluation.sensitivity.refeeding import refed
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.orchestrator import run as run_plan
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.rebuilding import rebuild
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run, read_episode

Loop = Literal["closed", "open"]

Draw = dict[str, float]


@dataclass(frozen=True, slots=True)
class Design:
    """What is lived again in each draw."""

    run: Run
    loop: Loop
    recipe: Recipe
    episodes: list[str]
    profiles: list[Profile]
    """Of the clients that take part; empty in open loop, which reads them off the episodes."""


def loop_of(sample: Sample) -> Loop:
    """Closed where written sentences answer for everybody, so that it costs nothing but time."""
    models = {
        model
        for role in ("client", "appraiser", "counselor")
        for model in sample.models.get(role, set())
    }
    return "closed" if models == {"offline"} else "open"


def design_of(
    run: Run, sample: Sample, loop: Loop, *, clients: int | None, seeds: int | None
) -> Design:
    """The part of a run that is lived again.

    Closed loop by default: one client of each source case, one seed, all arms. Open loop: all.
    Raises `RunError` where the run was made by other content than is here now.
    """
    rebuilt = rebuild(run)
    rows = [row for row in sample.rows if row.end.complete]
    kept_seeds = sorted({row.seed for row in rows})[: seeds or (1 if loop == "closed" else None)]
    kept = _clients(rows, clients, one_each=loop == "closed" and clients is None)
    chosen = [row for row in rows if row.persona in kept and row.seed in kept_seeds]
    if not chosen:
        raise RunError("no episode reached its horizon", file=run.folder, hint="run what is owed")
    first = {row.persona: row.id for row in chosen}
    profiles = [read_episode(run, first[name]).profile for name in kept if name in first]
    recipe = rebuilt.recipe.model_copy(update={"seeds": kept_seeds, "variants": 0})
    return Design(run, loop, recipe, [row.id for row in chosen], profiles)


def lived(
    design: Design,
    draws: Sequence[Draw],
    jobs: int = 1,
    told: Callable[[int], None] = lambda _: None,
) -> Iterator[list[Row]]:
    """The rows of each draw, in order. `told` hears how many are done."""
    if jobs == 1:
        for number, draw in enumerate(draws, start=1):
            yield _live((design, draw))
            told(number)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        work = [(design, draw) for draw in draws]
        for number, rows in enumerate(pool.map(_live, work), start=1):
            yield rows
            told(number)


def _live(work: tuple[Design, Draw]) -> list[Row]:
    design, draw = work
    return _closed(design, draw) if design.loop == "closed" else _open(design, draw)


def _closed(design: Design, draw: Draw) -> list[Row]:
    recipe = design.recipe.model_copy(update={"dynamics": {**design.recipe.dynamics, **draw}})
    plan = plan_run(recipe, profiles=design.profiles)
    with tempfile.TemporaryDirectory(prefix="muspsy-draw-") as folder:
        outcome = asyncio.run(run_plan(plan, Path(folder)))
        return read_run(outcome.run, judged=False).rows


def _open(design: Design, draw: Draw) -> list[Row]:
    dynamics = load_dynamics().changed({**design.recipe.dynamics, **draw})
    rows = []
    for name in design.episodes:
        file = design.run.episode_file(name)
        raw = refed(orjson.loads(file.read_bytes()), dynamics)
        rows.append(row_of(raw, file))
    return rows


def _clients(rows: Sequence[Row], number: int | None, *, one_each: bool) -> list[str]:
    """Clients in order, those of different source cases first."""
    by_case: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: (row.case, row.persona)):
        of_case = by_case.setdefault(row.case, [])
        if row.persona not in of_case:
            of_case.append(row.persona)
    if one_each:
        return [clients[0] for clients in by_case.values()]
    deepest = max((len(clients) for clients in by_case.values()), default=0)
    ordered = [c[k] for k in range(deepest) for c in by_case.values() if k < len(c)]
    return ordered[:number]
