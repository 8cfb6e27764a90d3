"""`muspsy validate`: the validity gate, as a table, a picture and an exit code.

0 = every condition holds; 1 = one is broken or could not be measured.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from muspsy_sim.evaluation.gate.courses import Asked
    from muspsy_sim.evaluation.gate.verdict import Validity

PICTURE = "validity.svg"


def validate(
    client: Annotated[
        str, typer.Option("--client", metavar="MODEL", help="What speaks as the clients.")
    ] = "offline",
    appraiser: Annotated[
        str,
        typer.Option("--appraiser", metavar="MODEL", help="What codes the counselors' turns."),
    ] = "offline",
    annotator: Annotated[
        str,
        typer.Option(
            "--annotator",
            metavar="MODEL",
            help="Who reads trust and distress from the clients' words, blind.",
        ),
    ] = "offline",
    personas: Annotated[
        list[str] | None,
        typer.Option("--personas", metavar="ID,...", help="Only these clients; all by default."),
    ] = None,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, max=1000, metavar="N", help="Courses a client and arm.")
    ] = 3,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, metavar="N", help="Only the first N clients, for trying."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where its runs and results lie.")
    ] = Path("runs/validity"),
    into: Annotated[
        Path | None,
        typer.Option(
            "--into",
            metavar="FILE.md",
            help="Also put the tables between this file's marks, and the picture beside it.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what validity.json holds, and nothing else.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Delete what is there and begin anew.")
    ] = False,
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, max=10_000, help="Episodes at once.")
    ] = 16,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the verdict, and no progress.")
    ] = False,
) -> None:
    """See whether the simulator can be believed: the gate that must hold before it is used.

    The same clients meet good, neutral, dismissive and advice-pouring counselors, some of them
    scripts that were written apart. Leaves with 1 when a condition is broken or not measured.
    """
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.evaluation.gate.courses import Asked
    from muspsy_sim.evaluation.gate.validating import VALIDITY_FILE
    from muspsy_sim.report.validity import check_marks

    if into is not None:
        check_marks(into)
    names = (name.strip() for text in personas or () for name in text.split(","))
    asked = Asked(
        client=client,
        appraiser=appraiser,
        annotator=annotator,
        personas=tuple(dict.fromkeys(name for name in names if name)),
        clients=limit,
        seeds=seeds,
        concurrency=concurrency,
    )
    try:
        found = run_stoppable(_watched(asked, out, restart, quiet or as_json))
    except Stopped as stopped:
        tell(f"Stopped. What is recorded is kept in {out}; the same command goes on from there.")
        raise typer.Exit(stopped.exit_code) from None
    drawn = _draw(found, out / PICTURE)
    if into is not None:
        _put(found, into, drawn)
    if as_json:
        typer.echo((out / VALIDITY_FILE).read_text(encoding="utf-8"), nl=False)
    else:
        _print(found, out, drawn)
    if not found.holds:
        raise typer.Exit(1)


async def _watched(asked: Asked, out: Path, restart: bool, quiet: bool) -> Validity:
    from muspsy_sim.cli.progress import watching
    from muspsy_sim.cli.screen import console
    from muspsy_sim.evaluation.gate.validating import validate as validate_gate

    screen = None if quiet else console()

    def say(line: str) -> None:
        if screen is not None:
            screen.print(line, soft_wrap=True)

    return await validate_gate(
        asked,
        out,
        restart=restart,
        watch=lambda progress, title: watching(progress, title, screen),
        say=say,
    )


def _draw(found: Validity, file: Path) -> bool:
    """Draw the picture; where matplotlib is missing, say how to get it."""
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.report.validity import draw

    try:
        draw(found, file)
    except ModuleNotFoundError:
        tell("Note: no picture without matplotlib; pip install 'muspsy-sim[report]'")
        return False
    return True


def _put(found: Validity, into: Path, drawn: bool) -> None:
    from muspsy_sim.report.validity import draw, markdown, put_between

    if drawn:
        draw(found, into.with_name(PICTURE))
    command = f"muspsy validate --into {into}"
    put_between(into, markdown(found, command, PICTURE if drawn else None))


def _print(found: Validity, out: Path, drawn: bool) -> None:
    from muspsy_sim.cli.screen import console, styled
    from muspsy_sim.evaluation.gate.validating import VALIDITY_FILE
    from muspsy_sim.evaluation.gate.verdict import told

    screen = console()
    screen.print(_table(found))
    lines = told(found)
    for line in lines:
        screen.print(styled(line, "red" if line.startswith("BROKEN") else "yellow"))
    broken = sum(c.status == "broken" for c in found.conditions)
    unmeasured = sum(c.status == "unmeasured" for c in found.conditions)
    total = len(found.conditions)
    if found.holds:
        screen.print(styled(f"The gate holds: all {total} conditions.", "bold green"))
    else:
        missing = f", {unmeasured} could not be measured" if unmeasured else ""
        screen.print(
            styled(
                f"The gate does not hold: {broken} of {total} conditions broken{missing}.", "bold"
            )
        )
    _note_few(found, screen)
    screen.print(styled(found.disclaimer, "dim"))
    files = f"{VALIDITY_FILE} and {PICTURE}" if drawn else VALIDITY_FILE
    screen.print(f"Written to {out}: {files}", soft_wrap=True)


def _table(found: Validity) -> Table:
    from rich.table import Table

    from muspsy_sim.cli.screen import styled
    from muspsy_sim.report.validity import VERDICTS, interval, number

    table = Table("condition", "figure", "interval", "limit", "")
    table.columns[1].justify = "right"
    colours = {"holds": "green", "broken": "bold red", "unmeasured": "yellow"}
    about = ""
    for c in found.conditions:
        if about and c.about != about:
            table.add_section()
        about = c.about
        table.add_row(
            styled(c.title),
            number(c.figure, c.unit),
            interval(c),
            c.limit,
            styled(VERDICTS[c.status], colours[c.status]),
        )
    return table


def _note_few(found: Validity, screen: Console) -> None:
    from muspsy_sim.cli.screen import styled

    if found.clients < 30:
        screen.print(
            styled(
                f"{found.clients} clients are few: intervals are from a sign-flip test (under 30 "
                "clients), and a small effect can be missed.",
                "dim",
            )
        )
