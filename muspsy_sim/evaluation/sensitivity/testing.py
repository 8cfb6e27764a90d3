"""The whole test of a run's conclusions: which design, which draws, what became of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from muspsy_sim.agents.client.dynamics import load_dynamics
from muspsy_sim.evaluation.comparing.asking import Asked, questions
from muspsy_sim.evaluation.comparing.design import (
    DEFAULT_PRIMARY,
    choose_baseline,
    crossing,
    declared_of,
)
from muspsy_sim.evaluation.comparing.endpoints import ENDPOINTS
from muspsy_sim.evaluation.comparing.reading import Row, Sample, read_run
from muspsy_sim.evaluation.sensitivity.conclusions import Sensitivity, conclusions
from muspsy_sim.evaluation.sensitivity.drawing import draws, varied
from muspsy_sim.evaluation.sensitivity.running import Design, Loop, design_of, lived, loop_of
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.store import Run, read_run_file


@dataclass(frozen=True, slots=True)
class Test:
    """A test that is planned and not yet run."""

    design: Design
    points: list[dict[str, float]]
    paths: list[str]
    endpoints: list[str]
    asked: list[Asked]
    arms: list[str]
    cases: int


def plan_test(
    run: Run,
    number: int,
    *,
    baseline: str | None = None,
    primary: str | None = None,
    loop: Loop | None = None,
    clients: int | None = None,
    seeds: int | None = None,
    over: Sequence[str] = (),
    sample: Sample | None = None,
) -> Test:
    """Plan a test of `number` draws. Raises `RunError` for what cannot be tested so."""
    sample = sample if sample is not None else read_run(run)
    declared = declared_of(read_run_file(run))
    arms = [arm for arm in declared.arms if arm in sample.arms()]
    if len(arms) < 2:
        raise RunError("there are not two arms to compare", file=run.folder, hint="add one")
    chosen = loop or loop_of(sample)
    if chosen == "closed" and loop_of(sample) == "open":
        raise RunError(
            "a closed loop would ask paid models for the whole design again in every draw",
            file=run.folder,
            field="--loop",
            hint="leave --loop out: the recorded appraisals are fed to the changed client",
        )
    names = [primary] if primary else declared.endpoints or [DEFAULT_PRIMARY]
    endpoints = [name for name in names if name in ENDPOINTS]
    if not endpoints:
        raise RunError(
            f"{', '.join(names)} come from judges, who would have to judge every draw anew",
            file=run.folder,
            field="--primary",
            hint=f"name an endpoint of the episodes, such as {DEFAULT_PRIMARY}",
        )
    base = choose_baseline(run, declared, arms, baseline)
    crossed = crossing(declared, arms)
    asked = questions(declared, arms, base, crossed)
    if crossed:
        asked = [one for one in asked if one.question != "arm"]
    design = design_of(run, sample, chosen, clients=clients, seeds=seeds)
    dynamics = load_dynamics()
    paths = varied(dynamics, over)
    kept = {row.case for row in sample.rows if row.id in set(design.episodes)}
    return Test(design, draws(dynamics, paths, number), paths, endpoints, asked, arms, len(kept))


def run_test(
    test: Test,
    jobs: int = 1,
    told: Callable[[int, float], None] = lambda _, __: None,
) -> Sensitivity:
    """Run it. `told` hears how many draws are done and how many seconds one takes."""
    began = time.monotonic()
    every = [{}, *test.points]  # the shipped parameters first: what the conclusions were

    def one_done(number: int) -> None:
        told(number, (time.monotonic() - began) / number)

    rows: list[list[Row]] = list(lived(test.design, every, jobs, one_done))
    held = conclusions(rows[0], rows[1:], test.points, test.endpoints, test.asked, test.arms)
    return Sensitivity(
        loop=test.design.loop,
        draws=len(test.points),
        parameters=test.paths,
        episodes=len(rows[0]),
        clients=len({row.persona for row in rows[0]}),
        cases=test.cases,
        seeds=len({row.seed for row in rows[0]}),
        seconds=time.monotonic() - began,
        held=held,
    )
