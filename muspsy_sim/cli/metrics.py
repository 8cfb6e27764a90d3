"""`muspsy metrics`: corpora side by side under one set of measures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.datasets.measures.comparing import Comparison, Figure


def metrics(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="A [B ...]", help="Corpora, imported tables or runs, by their path or name."
        ),
    ],
    form: Annotated[
        str | None, typer.Option("--from", metavar="FORMAT", help="The format of all of them.")
    ] = None,
    size: Annotated[
        int,
        typer.Option("--sample", min=1, metavar="N", help="Dialogues of each corpus, at most."),
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", help="The same seed draws the same sample.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="All figures, for a program.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The table as Markdown.")] = False,
) -> None:
    """Measure corpora side by side, on samples of one size, with 95% intervals.

    Vocabulary measures depend on the size of a sample: figures of samples of different sizes must
    not be compared, LDD as published least of all.
    """
    from muspsy_sim.datasets.corpora.converting import place_of
    from muspsy_sim.datasets.corpora.opening import open_corpus
    from muspsy_sim.datasets.measures.comparing import compare
    from muspsy_sim.datasets.measures.sampling import draw
    from muspsy_sim.records.errors import FormatError

    samples = []
    for path in paths:
        place = place_of(path)
        sample = draw(_name(place, paths), open_corpus(place, form), size, seed)
        if not sample.dialogues:
            raise FormatError("holds no dialogue with a turn", file=place)
        samples.append(sample)
    result = compare(samples, seed)
    if as_json:
        import json

        typer.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
    elif markdown:
        typer.echo(_markdown(result))
    else:
        _print(result)


def _name(place: Path, all_paths: list[str]) -> str:
    """A corpus's name: its last part, with the one before it where two would be called the same."""
    same = [p for p in all_paths if Path(p).name == place.name]
    return f"{place.parent.name}/{place.name}" if len(same) > 1 else place.name


def _print(result: Comparison) -> None:
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import console, styled

    screen = console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("measure", overflow="fold")
    for sample in result.samples:
        table.add_column(sample.name, justify="right", overflow="fold")
    sizes = (f"{len(s.dialogues):,} of {s.of:,}" for s in result.samples)
    table.add_row("dialogues drawn", *sizes, end_section=True)
    for name, figures in result.figures.items():
        table.add_row(f"{name} ({result.units[name]})", *(shown(figure) for figure in figures))
    screen.print(table)
    if len(result.samples) > 1:
        for at, one in enumerate(result.samples):
            for other in range(at + 1, len(result.samples)):
                value = result.shared[at][other]
                if value is not None:
                    pair = f"{one.name} and {result.samples[other].name}"
                    screen.print(styled(f"vocabulary shared by {pair}: {value:.2f}"))
    for line in _notes(result):
        screen.print(styled(line, "dim"))


def shown(figure: Figure) -> str:
    """A figure with its interval; a dash where nothing was measured."""
    if figure.value is None:
        return "-"
    if figure.low is None or figure.high is None:
        return number(figure.value)
    return f"{number(figure.value)} [{number(figure.low)}, {number(figure.high)}]"


def number(value: float) -> str:
    """Three digits that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _notes(result: Comparison) -> list[str]:
    cut = "; ".join(f"{language}: {name}" for language, name in result.tokenizers.items())
    return [
        f"All on {result.size:,} dialogues each, seed {result.seed}. Words by {cut}.",
        "[ ]: 95%, by bootstrap of dialogues (ratios) or delete-half jackknife (vocabulary).",
        "LDD as published changes with a corpus's size; `at 50` is taken on 50 dialogues.",
    ]


def _markdown(result: Comparison) -> str:
    names = [sample.name for sample in result.samples]
    lines = [
        f"| measure | {' | '.join(names)} |",
        f"|---|{'---:|' * len(names)}",
        "| dialogues drawn | "
        + " | ".join(f"{len(s.dialogues):,} of {s.of:,}" for s in result.samples)
        + " |",
    ]
    for name, figures in result.figures.items():
        cells = " | ".join(shown(figure) for figure in figures)
        lines.append(f"| {name} ({result.units[name]}) | {cells} |")
    return "\n".join([*lines, "", *_notes(result)])
