"""`muspsy audit` and `muspsy repair`: what is wrong with a corpus, and what it proves itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muspsy_sim.cli.privacy import PRESIDIO_MODELS

if TYPE_CHECKING:
    from muspsy_sim.datasets.audit.auditing import Audit
    from muspsy_sim.datasets.audit.finding import Finding


def audit(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="A file or folder of a corpus, imported tables, or a run's folder."
        ),
    ],
    form: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help="The format; without it each file is looked at. `muspsy formats` lists them.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Counts and every finding as JSON, for a program.")
    ] = False,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            metavar="WHAT,...",
            help="Leave with 1 if there is a finding of this severity or worse (error, warning, "
            "note), or of one of these rules.",
        ),
    ] = None,
    names: Annotated[
        Path | None,
        typer.Option(
            "--names", metavar="FILE", help="Names to look for as personal data, one a line."
        ),
    ] = None,
    presidio: Annotated[
        bool,
        typer.Option(
            "--presidio", help="Also ask Presidio for personal data; needs the extra `privacy`."
        ),
    ] = False,
    presidio_model: PRESIDIO_MODELS = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Write audit.md, audit.html and every finding (findings.jsonl) there.",
        ),
    ] = None,
) -> None:
    """Audit a corpus: every rule, where it found something, the words, and what to do.

    Nothing is mended. What is odd in its files is told, and the rest is read.
    """
    from tempfile import TemporaryDirectory

    from muspsy_sim.cli.screen import console, interactive
    from muspsy_sim.datasets.audit.auditing import audit_corpus
    from muspsy_sim.datasets.audit.deciding import fails
    from muspsy_sim.datasets.audit.findings_file import NAME, FindingsFile
    from muspsy_sim.datasets.personal_data import declared_names
    from muspsy_sim.datasets.presidio import presidio_finder

    failing = fails(fail_on)
    declared = declared_names(names) if names is not None else ()
    finder = presidio_finder(presidio_model or ()) if presidio or presidio_model else None
    screen = console()
    watched = interactive(screen) and not as_json

    def pulse(dialogues: int) -> None:
        if watched and dialogues % 1_000 == 0:
            screen.print(f"{dialogues:,} entries", end="\r")

    with TemporaryDirectory() as aside:
        # All findings of a large corpus are more than memory should hold.
        room = out or (Path(aside) if as_json else None)
        with FindingsFile(room) as kept:
            result = audit_corpus(
                path, form=form, names=declared, more_personal=finder, tell=kept.add, pulse=pulse
            )
        if out is not None:
            _write_pages(result, path.name, out)
        if as_json and room is not None:
            _print_json(result, room / NAME)
        else:
            _print(result, out)
    if any(failing(rule) for rule in result.rules()):
        raise typer.Exit(1)


def _print_json(result: Audit, findings: Path) -> None:
    """The counts, and under `findings` every line of the file, as it is read."""
    import json

    counts = json.dumps(result.as_json(), ensure_ascii=False, indent=2)
    typer.echo(f'{counts.removesuffix("}").rstrip()},\n  "findings": [', nl=False)
    with findings.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            typer.echo(f"{',' if number else ''}\n    {line.rstrip()}", nl=False)
    typer.echo("\n  ]\n}")


def _write_pages(result: Audit, name: str, out: Path) -> None:
    from muspsy_sim.records.files import write_atomic
    from muspsy_sim.report.audit_page import audit_html, audit_markdown

    write_atomic(out / "audit.md", audit_markdown(result, name).encode())
    write_atomic(out / "audit.html", audit_html(result, name).encode())


_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}


def _print(result: Audit, out: Path | None) -> None:
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import console, styled

    screen = console()
    formats = ", ".join(f"{form} ({n:,})" for form, n in sorted(result.formats.items()))
    screen.print(f"{result.dialogues:,} entries, {result.turns:,} turns: {formats or 'nothing'}.")
    if not result.rules():
        screen.print("No rule found anything.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("severity", no_wrap=True)
    table.add_column("rule", no_wrap=True)
    table.add_column("findings", justify="right", no_wrap=True)
    table.add_column("in", justify="right", no_wrap=True)
    table.add_column("what it is", overflow="fold")
    for rule in result.rules():
        table.add_row(
            styled(rule.severity, _STYLES[rule.severity]),
            rule.name,
            f"{result.counts[rule.name]:,}",
            f"{result.touched[rule.name]:,}",
            rule.about,
        )
    screen.print(table)
    screen.print(styled("in: dialogues or files with at least one finding.", "dim"))
    for rule in result.rules():
        screen.print(styled(f"{rule.name}: {rule.todo}", _STYLES[rule.severity]), soft_wrap=True)
        for finding in result.first[rule.name][:2]:
            screen.print(styled(f"  {_line(finding)}"), soft_wrap=True)
    if out is None:
        screen.print(styled("Every finding, and a page to read: add --out DIR", "dim"))
    else:
        screen.print(f"Written to {out}: audit.md, audit.html, findings.jsonl", soft_wrap=True)


def _line(finding: Finding) -> str:
    from muspsy_sim.records.errors import one_line
    from muspsy_sim.report.audit_page import place_of

    words = f": {finding.words}" if finding.words else ""
    return one_line(f"{place_of(finding)}: {finding.message}{words}")


def repair(
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A folder with training rows and their transcripts."),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the repaired files are written.")
    ],
) -> None:
    """Repair what a corpus proves itself: who said what in MusPsy's task 3 rows.

    Each row is paired again from the transcript that holds its words (task 1's inputs, or dialogue
    files). A row that no transcript proves is written as it is, and told. Each change is listed.
    """
    from muspsy_sim.cli.screen import console, styled
    from muspsy_sim.datasets.audit.repairing import CHANGES, repair_rows

    done = repair_rows(path, out)
    screen = console()
    screen.print(
        f"{done.rows:,} rows: {done.repaired:,} repaired, {done.right:,} right already, "
        f"{done.unproved:,} that nothing proves.",
    )
    for reason, number in sorted(done.reasons.items()):
        screen.print(styled(f"  {number:,} {reason}", "dim"))
    screen.print(f"Written to {out}; each change stands in {CHANGES}", soft_wrap=True)
