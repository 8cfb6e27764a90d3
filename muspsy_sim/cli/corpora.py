"""`muspsy import` and `muspsy formats`: published corpora into canonical tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.formats.corpora.writing import Written
    from muspsy_sim.records.errors import Problem

_EVERY = 1_000
"""Dialogues between two looks at the screen."""


def import_(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file, or a folder of files.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the tables are written.")
    ],
    form: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help="The format; without it each file is looked at. `muspsy formats` lists them.",
        ),
    ] = None,
) -> None:
    """Import a published corpus into tables that lose nothing; what is odd in it is told.

    Nothing is mended. What cannot be read is told with file and line, and the rest is read.
    """
    from muspsy_sim.cli.screen import console, interactive
    from muspsy_sim.datasets.corpora.importing import PROBLEMS, import_corpus

    screen = console()
    watched = interactive(screen)

    def pulse(dialogues: int) -> None:
        if watched and dialogues % _EVERY == 0:
            screen.print(f"{dialogues:,} dialogues", end="\r")

    done = import_corpus(path, out, form=form, pulse=pulse)
    print_problems(screen, done.first, done.problems, out / PROBLEMS)
    formats = ", ".join(f"{name} ({n:,})" for name, n in sorted(done.formats.items()))
    languages = ", ".join(f"{name} ({n:,})" for name, n in sorted(done.languages.items()))
    screen.print(
        f"{done.dialogues:,} entries, {done.turns:,} turns, {done.documents:,} documents. "
        f"Formats: {formats}. Languages: {languages}.",
    )
    screen.print(f"Written to {out}", soft_wrap=True)


def formats() -> None:
    """List the published formats that can be read and written."""
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import console, styled
    from muspsy_sim.formats.corpora.catalogue import FORMATS

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("format", no_wrap=True)
    table.add_column("what it is", overflow="fold")
    table.add_column("files", overflow="fold")
    for each in sorted(FORMATS, key=lambda form: form.name):
        table.add_row(styled(each.name), styled(each.about), " ".join(each.suffixes))
    console().print(table)


def print_lost(screen: Console, to: str, written: Written) -> None:
    """What a format has no place for, a line a kind of thing."""
    from muspsy_sim.cli.screen import styled
    from muspsy_sim.datasets.writing import MANIFEST
    from muspsy_sim.formats.corpora.telling_losses import loss_lines

    if written.lost:
        count = written.dialogues + written.empty
        of_how_many = f", and in how many of {count:,} dialogues" if count > 1 else ""
        screen.print(
            f"Lost, since {to} has no place for it{of_how_many} "
            f"({MANIFEST} and README.md there have all of it):"
        )
        for line in loss_lines(written.lost, count):
            screen.print(styled(f"  {line}"), soft_wrap=True)


def print_problems(
    screen: Console, first: Sequence[Problem], told: int, file: Path | None = None
) -> None:
    """The first problems of a corpus, a line each, and where the others are."""
    from muspsy_sim.cli.screen import styled

    for problem in first:
        screen.print(styled(str(problem), "yellow"), soft_wrap=True)
    if told > len(first):
        rest = f"and {told - len(first):,} more"
        screen.print(f"... {rest}; all stand in {file}" if file else f"... {rest}")
