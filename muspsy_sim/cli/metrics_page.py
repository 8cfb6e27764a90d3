"""What `muspsy metrics` prints: a table of all measures, one of what follows on what, and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from muspsy_sim.datasets.measures.comparing import Comparison, Figure


def print_comparison(result: Comparison) -> None:
    """Print all measures, what labels there are, and how they were taken."""
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
    for kind, shares in result.label_shares.items():
        for at, (label, figures) in enumerate(_by_size(shares)):
            title = f"{kind}: {label} (share)"
            last = at == len(shares) - 1
            table.add_row(styled(title), *map(shown, figures), end_section=last)
    screen.print(table)
    for kind, rows in _following(result).items():
        screen.print(_following_table(kind, rows, result))
    if len(result.samples) > 1:
        for at, one in enumerate(result.samples):
            for other in range(at + 1, len(result.samples)):
                value = result.shared[at][other]
                if value is not None:
                    pair = f"{one.name} and {result.samples[other].name}"
                    screen.print(styled(f"vocabulary shared by {pair}: {value:.2f}"))
    for line in _notes(result):
        screen.print(styled(line, "dim"))


def _by_size(shares: dict[str, list[Figure]]) -> list[tuple[str, list[Figure]]]:
    """Labels with their figures, the most frequent of the first corpus first."""
    return sorted(shares.items(), key=lambda item: (-(item[1][0].value or 0.0), item[0]))


Rows = list[tuple[tuple[str, str], list[str]]]


def _following(result: Comparison) -> dict[str, Rows]:
    """Of each label, what follows it most often in some corpus; the JSON has all of it."""
    from muspsy_sim.datasets.measures.comparing import number

    found: dict[str, Rows] = {}
    for kind, samples in result.transitions.items():
        pairs = dict.fromkeys(
            (first, max(row, key=lambda then: (row[then], then)))
            for matrix in samples
            for first, row in matrix.items()
        )
        rows: Rows = [
            (
                (first, then),
                [
                    number(matrix[first].get(then, 0.0)) if first in matrix else "-"
                    for matrix in samples
                ],
            )
            for first, then in sorted(pairs)
        ]
        if rows:
            found[kind] = rows
    return found


def _following_table(kind: str, rows: Rows, result: Comparison) -> Table:
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import styled

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(f"{kind}, and what follows it most (share)", overflow="fold")
    for sample in result.samples:
        table.add_column(sample.name, justify="right", overflow="fold")
    for (first, then), cells in rows:
        table.add_row(styled(f"{first} → {then}"), *cells)
    return table


def shown(figure: Figure) -> str:
    """A figure with its interval; a dash where nothing was measured."""
    from muspsy_sim.datasets.measures.comparing import number

    if figure.value is None:
        return "-"
    if figure.low is None or figure.high is None:
        return number(figure.value)
    return f"{number(figure.value)} [{number(figure.low)}, {number(figure.high)}]"


def _notes(result: Comparison) -> list[str]:
    from muspsy_sim.datasets.measures.comparing import FEWEST
    from muspsy_sim.datasets.measures.lexical import LDD_SIZE

    cut = "; ".join(f"{language}: {name}" for language, name in result.tokenizers.items())
    notes = [
        f"All on {result.size:,} dialogues each, seed {result.seed}. Words by {cut}.",
        "[ ]: 95%, by bootstrap of dialogues (ratios) or delete-half jackknife (vocabulary).",
        f"LDD as published changes with a corpus's size; `at {LDD_SIZE}`, a mean of draws, not.",
    ]
    if any(len(s.dialogues) < FEWEST for s in result.samples):
        notes.append(f"Fewer than {FEWEST} dialogues have no interval.")
    unread = [f"{s.name} {s.problems:,}" for s in result.samples if s.problems]
    if unread:
        notes.append(
            f"Places that could not be read, or are odd: {', '.join(unread)}; see `muspsy audit`."
        )
    return notes


def as_markdown(result: Comparison) -> str:
    """The same as Markdown."""
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
    for kind, shares in result.label_shares.items():
        for label, figures in _by_size(shares):
            lines.append(f"| {kind}: {label} (share) | {' | '.join(map(shown, figures))} |")
    for kind, rows in _following(result).items():
        lines += ["", f"| {kind}, then | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
        lines += [f"| {first} → {then} | {' | '.join(cells)} |" for (first, then), cells in rows]
    return "\n".join([*lines, "", *_notes(result)])
