"""The whole test of a run's conclusions: which design, which draws, what became of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.agents.client.dynamics import load_dynamics
from muspsy_sim.evaluation.comparing.asking import Asked, questions
from muspsy_sim.evaluation.comparing.design import (
    DEFAULT_PRIMARY,
    check_endpoint,
    choose_baseline,
    confirming,
    crossing,
    declared_of,
)
from muspsy_sim.evaluation.comparing.endpoints import ENDPOINTS
from muspsy_sim.evaluation.comparing.reading import Row, Sample, read_run
from muspsy_sim.evaluation.sensitivity.conclusions import Sensitivity, conclusions
from muspsy_sim.evaluation.sensitivity.design import Design, Loop, design_of, loop_of
from muspsy_sim.evaluation.sensitivity.drawing import draws, varied
from muspsy_sim.evaluation.sensitivity.kept import Kept, keeping, kept_file, source_hash
from muspsy_sim.evaluation.sensitivity.running import Draw, Work, live_all
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import content_hash
from muspsy_sim.runs.store import Run, read_run_file


@dataclass(frozen=True, slots=True)
class Test:
    """A test that is planned and not yet run."""

    work: Work
    points: list[Draw]
    paths: list[str]
    asked: list[Asked]
    arms: list[str]
    declared: bool
    """Whether the endpoints were declared, so that their p is corrected."""
    left_out: list[str]
    """Declared endpoints that only a judge could give."""
    recorded: list[Row]
    """The whole run, as it was recorded."""
    file: Path
    """Where what was lived is kept."""

    @property
    def design(self) -> Design:
        """What is lived again in each draw."""
        return self.work.design

    @property
    def rows(self) -> list[Row]:
        """The recorded episodes that take part."""
        taking_part = set(self.design.episodes)
        return [row for row in self.recorded if row.id in taking_part]


@dataclass(slots=True)
class TestProgress:
    """How far a test is, in clients lived under a draw; read by displays while it changes."""

    clients: int
    draws: int
    done: int = 0
    kept: int = 0
    """Of these, lived before this process began."""
    began: float = field(default_factory=time.monotonic)

    @property
    def units(self) -> int:
        """All that is to be lived."""
        return self.clients * self.draws

    def left(self, now: float) -> float | None:
        """Seconds left at the pace so far; `None` before there is any."""
        new = self.done - self.kept
        return (self.units - self.done) * (now - self.began) / new if new else None


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
    """Plan a test of `number` draws.

    Raises `RunError` for what cannot be tested so, `RecipeError` for an endpoint that is none.
    """
    sample = sample if sample is not None else read_run(run, judged=False)
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
    base = choose_baseline(run, declared, arms, baseline)
    main = primary or declared.primary or DEFAULT_PRIMARY
    confirmed = confirming(declared, main, primary, base)
    names = confirmed or ([primary] if primary else declared.endpoints or [main])
    endpoints = [name for name in names if name in ENDPOINTS]
    if not endpoints:
        for name in names:
            check_endpoint(name, "--primary" if primary else "endpoints")
        raise RunError(
            f"only judges give {', '.join(names)}, and they would have to judge every draw anew",
            file=run.folder,
            field="--primary",
            hint=f"name an endpoint of the episodes, such as {DEFAULT_PRIMARY}",
        )
    crossed = crossing(declared, arms)
    asked = questions(declared, arms, base, crossed)
    if crossed:
        asked = [one for one in asked if one.question != "arm"]
    design = design_of(run, sample, chosen, clients=clients, seeds=seeds)
    dynamics = load_dynamics()
    paths = varied(dynamics, over, fixed=design.recipe.dynamics)
    points = draws(dynamics, paths, number)
    # The parameters of the run first: what its conclusions are in this design.
    work = Work(design, [{}, *points], endpoints)
    file = kept_file(run.folder / "tables", _made_of(work))
    left_out = [name for name in names if name not in endpoints]
    return Test(work, points, paths, asked, arms, bool(confirmed), left_out, sample.rows, file)


async def run_test(
    test: Test,
    progress: TestProgress | None = None,
    *,
    workers: int = 1,
    restart: bool = False,
) -> Sensitivity:
    """Run what of it is not kept yet. `restart`: live all of it anew."""
    began = time.monotonic()
    progress = progress if progress is not None else progress_of(test)

    def told() -> None:
        progress.done += 1

    with keeping(test.file, restart=restart) as kept:
        progress.done = progress.kept = len(kept)
        await live_all(test.work, kept, workers, told)
        rows = [_rows(test, kept, draw) for draw in range(len(test.work.draws))]
    held = conclusions(
        test.recorded,
        rows[0],
        rows[1:],
        test.points,
        test.work.endpoints,
        test.asked,
        test.arms,
        declared=test.declared,
    )
    design, lived = test.design, test.rows
    return Sensitivity(
        loop=design.loop,
        draws=len(test.points),
        parameters=test.paths,
        episodes=len(lived),
        clients=len({row.persona for row in lived}),
        cases=len({row.case for row in lived}),
        seeds=len({row.seed for row in lived}),
        whole=design.whole,
        corrected=test.declared,
        left_out=test.left_out,
        differing=_differing(test, rows[0]) if design.loop == "closed" else 0,
        stopped=sum(not row.values for each in rows for row in each),
        seconds=time.monotonic() - began,
        held=held,
    )


def progress_of(test: Test) -> TestProgress:
    """A test that nothing was lived of."""
    return TestProgress(len(test.design.parts), len(test.work.draws))


def _rows(test: Test, kept: Kept, draw: int) -> list[Row]:
    """The design's rows with the endpoints that they had under one draw."""
    found = {}
    for client in test.design.parts:
        found.update(kept[draw, client])
    return [
        Row(
            id=row.id,
            persona=row.persona,
            case=row.case,
            arm=row.arm,
            seed=row.seed,
            end=row.end,
            end_week=row.end_week,
            values=found[row.id],
        )
        for row in test.rows
    ]


def _differing(test: Test, shipped: Sequence[Row]) -> int:
    """Episodes whose endpoints are not as recorded, at the same parameters."""
    return sum(
        any(now.values.get(name) != then.values.get(name) for name in test.work.endpoints)
        for now, then in zip(shipped, test.rows, strict=True)
    )


def _made_of(work: Work) -> dict[str, object]:
    """All that decides what is lived."""
    design = work.design
    return {
        "code": source_hash(),
        "content": read_run_file(design.run).get("arms"),
        "dynamics": load_dynamics().model_dump(mode="json"),
        "loop": design.loop,
        "recipe": design.recipe.model_dump(mode="json"),
        "parts": design.parts,
        "episodes": [
            content_hash(design.run.episode_file(name).read_bytes()) for name in design.episodes
        ],
        "draws": list(work.draws),
        "endpoints": list(work.endpoints),
    }
