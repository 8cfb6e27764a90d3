"""`muspsy bench [NAME ...]`: how fast this is here, each beside a rival in the same run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.report.bench.figures import BenchResult


def bench(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="orchestration, http, storage, prompts, workers; local, ray with their extras.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Seconds instead of minutes; too short for a verdict.")
    ] = False,
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="FILE", help="Write the tables as Markdown as well."),
    ] = None,
) -> None:
    """Measure how fast this is here: each benchmark beside a rival in the same run.

    Leaves with 1 where a limit is not kept, except with --quick. How to read it is in
    docs/performance.md.
    """
    from muspsy_sim.records.files import write_atomic
    from muspsy_sim.report.bench.catalogue import BENCHES
    from muspsy_sim.report.bench.page import page_of

    standing = page is not None and page.is_file()
    before = page.read_text(encoding="utf-8", errors="replace") if page and standing else ""
    results: list[BenchResult] = []
    asked = _known(names)
    for name in asked:
        # Before any: what the others measured would be lost with the one that can't be run.
        BENCHES[name].check()
    for name in asked:
        results.append(BENCHES[name].measured("quick" if quick else "full"))
        if not as_json:
            _print(results[-1])
    if as_json:
        import orjson

        told = {
            "holds": all(result.holds for result in results),
            "benches": [result.model_dump(mode="json") for result in results],
        }
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    if page is not None:
        write_atomic(page, page_of(results, _command(names), before).encode())
    if not quick and not all(result.holds for result in results):
        raise typer.Exit(1)


def _known(names: list[str] | None) -> list[str]:
    """The benchmarks that are asked for. Raises `RunError` for one that there is not."""
    from difflib import get_close_matches

    from muspsy_sim.records.errors import RunError
    from muspsy_sim.report.bench.catalogue import BENCHES

    for name in names or ():
        if name not in BENCHES:
            near = get_close_matches(name, BENCHES, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise RunError(
                f"there is no benchmark {name!r}", hint=f"{hint}known: {', '.join(BENCHES)}"
            )
    return list(dict.fromkeys(names or (n for n, b in BENCHES.items() if not b.extra)))


def _command(names: list[str] | None) -> str:
    return " ".join(["muspsy bench", *(names or ())])


def _print(result: BenchResult) -> None:
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import console, styled
    from muspsy_sim.report.bench.page import limit_of, value_of, verdict_of

    screen = console()
    screen.print(styled(f"{result.bench}: {result.about} ({result.seconds:.0f} s)", "bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading, right in (
        ("figure", False),
        ("value", True),
        ("limit or goal", False),
        ("", False),
    ):
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for figure in result.figures:
        style = "red" if figure.holds is False else ""
        cells = (figure.name, value_of(figure), limit_of(figure), verdict_of(figure))
        table.add_row(*(styled(cell, style) for cell in cells))
    screen.print(table)
    for line in result.lines:
        screen.print(styled(line, "dim"), soft_wrap=True)
