"""`muspsy compare RUN`: the arms of a run against each other, with what qualifies it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.evaluation.comparing.comparison import ComparisonReport
    from muspsy_sim.evaluation.sensitivity.design import Loop
    from muspsy_sim.runs.store import Run


class LoopChoice(StrEnum):
    """How a design is lived again."""

    CLOSED = "closed"
    OPEN = "open"


_TESTING = ("--loop", "--clients", "--seeds", "--over", "--workers", "--restart")
_COMPARING = ("--all", "--markdown", "--gate")

_LOOPS: dict[str, Loop] = {"closed": "closed", "open": "open"}


def compare(
    context: typer.Context,
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
        LoopChoice | None,
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
    workers: Annotated[
        int,
        typer.Option(
            "--workers", min=1, max=256, metavar="N", help="For --sensitivity: processes at once."
        ),
    ] = 1,
    restart: Annotated[
        bool,
        typer.Option("--restart", help="For --sensitivity: live anew what was lived before."),
    ] = False,
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

    _refuse_strays(context, sensitivity is not None)
    found = find_run(run)
    if sensitivity is not None:
        from muspsy_sim.cli.compare_sensitivity import test_conclusions

        test_conclusions(
            found,
            sensitivity,
            baseline=baseline,
            primary=primary,
            loop=_LOOPS.get(loop) if loop else None,
            clients=clients,
            seeds=seeds,
            over=[name.strip() for text in over or () for name in text.split(",") if name.strip()],
            workers=workers,
            restart=restart,
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


def _refuse_strays(context: typer.Context, testing: bool) -> None:
    """Refuse an option of the other mode: it would do nothing. Raises `RunError`."""
    from muspsy_sim.records.errors import RunError

    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        given = source is not None and source.name == "COMMANDLINE"
        name = option.opts[0]
        if given and not testing and name in _TESTING:
            raise RunError(f"{name} goes with --sensitivity N", hint="add it, or leave this out")
        if given and testing and name in _COMPARING:
            raise RunError(f"{name} does not go with --sensitivity", hint="leave one of them out")


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
