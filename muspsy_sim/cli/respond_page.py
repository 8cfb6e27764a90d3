"""What `muspsy respond` prints: counts, figures with intervals, and what made each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.evaluation.responding.results import Measured, Responded


def print_results(screen: Console, results: Responded) -> None:
    """Print the results of one model."""
    from muspsy_sim.cli.screen import count, styled

    screen.print(styled(results.model, "bold"))
    line = f"{count(results.cases)} cases of {count(results.dialogues)} dialogues"
    if results.failed:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(results.failures.items()))
        line += f"; {count(results.failed)} without a reply ({kinds})"
    screen.print(styled(line))
    if results.left_out:
        said = "; ".join(f"{count(n)} × {reason}" for reason, n in results.left_out.items())
        screen.print(styled(f"Turns that make no case: {said}"))
    if results.reply_length is not None and results.gold_length is not None:
        screen.print(
            styled(
                f"Median length: {results.reply_length:.0f} characters; what was really said: "
                f"{results.gold_length:.0f}"
            )
        )
    _table(screen, "Nearness to what was said", results.reference)
    _table(screen, "Rated", results.judged)
    if results.reference:
        screen.print(
            styled("There are many good replies: nearness to one of them is no quality.", "dim")
        )


def _table(screen: Console, title: str, rows: Sequence[Measured]) -> None:
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import count, styled

    if not rows:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    for name in ("", "language", "mean", "95% interval", "cases"):
        table.add_column(name, no_wrap=True)
    table.add_column("by", ratio=1)
    for row in rows:
        value = "-" if row.value is None else f"{row.value:.2f}"
        between = "-"
        if row.low is not None and row.high is not None:
            between = f"{row.low:.2f} to {row.high:.2f}"
        by = f"{row.made_by}; {row.reason}" if row.reason else row.made_by
        table.add_row(styled(row.name), row.language, value, between, count(row.cases), styled(by))
    screen.print(table)
