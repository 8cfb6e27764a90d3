"""`muspsy compare RUN`: the arms of a run against each other, with what qualifies it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.evaluation.comparing.comparison import ComparisonReport
    from muspsy_sim.runs.store import Run


class Loop(StrEnum):
    """How a design is lived again."""

    CLOSED = "closed"
    OPEN = "open"


def compare(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, or its recipe.")],
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="ARM", help="The arm that others are compared with."),
    ] = None,
    primary: Annotated[
        str | None,
        typer.Option(
            "--primary",
            metavar="METRIC",
            help="Another endpoint than the one declared; what comes of it is exploratory.",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Print every contrast of every endpoint.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead.")] = False,
    markdown: Annotated[
        Path | None,
        typer.Option(
            "--markdown",
            metavar="FILE",
            help="Put tables and picture on a page, between the marks that it has for them; "
            "`-` prints the tables.",
        ),
    ] = None,
    gate: Annotated[
        Path | None,
        typer.Option("--gate", metavar="DIR", help="What `muspsy validate` wrote, if elsewhere."),
    ] = None,
    sensitivity: Annotated[
        int | None,
        typer.Option(
            "--sensitivity",
            metavar="N",
            min=1,
            help="Test the conclusions instead: live the design under N draws of the client's "
            "parameters.",
        ),
    ] = None,
    loop: Annotated[
        Loop | None,
        typer.Option(
            "--loop",
            help="For --sensitivity: closed (all answer anew; offline only) or open (recorded "
            "appraisals).",
        ),
    ] = None,
    clients: Annotated[
        int | None,
        typer.Option("--clients", min=1, metavar="N", help="For --sensitivity: so many clients."),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option("--seeds", min=1, metavar="N", help="For --sensitivity: so many seeds."),
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(
            "--over",
            metavar="PART,...",
            help="For --sensitivity: only these parameters, as remembered or week.natural.",
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", min=1, max=256, help="For --sensitivity: draws at once.")
    ] = 1,
) -> None:
    """Compare the arms of a run: effects with intervals, tests and what qualifies them.

    Tables go to RUN/tables. What was not declared in the recipe before the run is exploratory.
    """
    from muspsy_sim.cli.compare_page import print_report
    from muspsy_sim.cli.screen import console
    from muspsy_sim.evaluation.comparing.comparing import compare as compare_run
    from muspsy_sim.evaluation.comparing.writing import as_json as encoded
    from muspsy_sim.evaluation.comparing.writing import write_tables
    from muspsy_sim.runs.store import find_run

    found = find_run(run)
    if sensitivity is not None:
        from muspsy_sim.cli.compare_sensitivity import test_conclusions

        test_conclusions(
            found,
            sensitivity,
            baseline=baseline,
            primary=primary,
            loop=loop.value if loop else None,
            clients=clients,
            seeds=seeds,
            over=[name.strip() for text in over or () for name in text.split(",") if name.strip()],
            jobs=jobs,
            as_json=as_json,
        )
        return
    report = compare_run(found, baseline=baseline, primary=primary, gate=gate)
    written = [*write_tables(found, report), *_drawn(found, report)]
    if markdown is not None:
        _page(markdown, report)
    if as_json:
        typer.echo(encoded(report).decode(), nl=False)
    elif markdown is None:
        print_report(console(), report, every=every, files=written)


def _drawn(run: Run, report: ComparisonReport) -> list[Path]:
    from muspsy_sim.report.trajectories import can_draw, draw_trajectories

    if not can_draw():
        return []
    return [draw_trajectories(report, run.folder / "tables" / "trajectories.svg")]


def _page(page: Path, report: ComparisonReport) -> None:
    """Tables and picture on a page; the picture lies beside it."""
    from muspsy_sim.evaluation.comparing.markdown import markdown, write_into
    from muspsy_sim.report.trajectories import can_draw, draw_trajectories

    if str(page) == "-":
        typer.echo(markdown(report), nl=False)
        return
    picture = page.with_suffix(".svg")
    drawn = draw_trajectories(report, picture).name if can_draw() else None
    write_into(page, markdown(report, drawn))
    typer.echo(f"Figures written into {page}")
