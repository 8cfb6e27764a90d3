"""`muspsy compare --sensitivity N`: conclusions over draws of the dynamics' parameters."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from muspsy_sim.cli.screen import console, count, duration, styled
from muspsy_sim.cli.sensitivity_page import LOOPS, print_sensitivity

if TYPE_CHECKING:
    from muspsy_sim.evaluation.sensitivity.conclusions import Sensitivity
    from muspsy_sim.evaluation.sensitivity.design import Loop
    from muspsy_sim.evaluation.sensitivity.testing import Test, TestProgress
    from muspsy_sim.runs.store import Run

_LINE_S = 30.0
"""Seconds between two lines where nothing can be redrawn: a test takes its time."""


def test_conclusions(
    run: Run,
    number: int,
    *,
    baseline: str | None,
    primary: str | None,
    loop: Loop | None,
    clients: int | None,
    seeds: int | None,
    over: Sequence[str],
    workers: int,
    restart: bool,
    as_json: bool,
) -> None:
    """Plan, say what is lived, live it, print, and keep it in `tables/sensitivity.json`."""
    import orjson
    import typer

    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.evaluation.sensitivity.testing import plan_test, progress_of
    from muspsy_sim.records.files import write_atomic

    test = plan_test(
        run,
        number,
        baseline=baseline,
        primary=primary,
        loop=loop,
        clients=clients,
        seeds=seeds,
        over=over,
    )
    tell(f"{_size(test)}, {LOOPS[test.design.loop]}; one more draw first, at its own parameters.")
    progress = progress_of(test)
    try:
        found = run_stoppable(_watched(test, progress, workers, restart))
    except Stopped as stopped:
        tell(
            f"Stopped with {progress.done} of {progress.units} clients lived. They are kept in "
            f"{test.file}; the same command goes on."
        )
        raise typer.Exit(stopped.exit_code) from None
    file = run.folder / "tables" / "sensitivity.json"
    content = orjson.dumps(
        found.model_dump(mode="json"), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )
    write_atomic(file, content)
    if as_json:
        typer.echo(content.decode(), nl=False)
        return
    print_sensitivity(console(), found)
    console().print(styled(str(file)), soft_wrap=True)


async def _watched(test: Test, progress: TestProgress, workers: int, restart: bool) -> Sensitivity:
    from muspsy_sim.cli.watching import watching_line
    from muspsy_sim.evaluation.sensitivity.testing import run_test

    async with watching_line(
        lambda now: as_line(progress, now), console(sys.stderr), every_s=_LINE_S
    ):
        return await run_test(test, progress, workers=workers, restart=restart)


def as_line(progress: TestProgress, now: float) -> str:
    """Where a test stands, on one line."""
    left = progress.left(now)
    line = f"{duration(now - progress.began)}: {progress.done // progress.clients} of "
    line += f"{progress.draws} draws lived"
    return f"{line}; about {duration(left)} left" if left else line


def _size(test: Test) -> str:
    design = test.design
    part = "" if design.whole else f" of the run's {count(len(test.recorded))}"
    return (
        f"{len(test.points)} draws of {len(test.paths)} parameters x "
        f"{count(len(design.episodes))} episodes{part}"
    )
