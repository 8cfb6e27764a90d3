"""`muspsy metrics`: corpora side by side under one set of measures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


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
    from muspsy_sim.cli.metrics_page import as_markdown, print_comparison
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
        typer.echo(as_markdown(result))
    else:
        print_comparison(result)


def _name(place: Path, all_paths: list[str]) -> str:
    """A corpus's name: its last part, with the one before it where two would be called the same."""
    same = [p for p in all_paths if Path(p).name == place.name]
    above = place.resolve().parent.name
    return f"{above}/{place.name}" if len(same) > 1 and above else place.name
