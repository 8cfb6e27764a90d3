"""What came of a run, in one table: by arm, and by persona where that still fits a screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muspsy_sim.cli.progress import tokens
from muspsy_sim.cli.screen import money, styled

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from muspsy_sim.evaluation.pitfalls.table import PitfallTable
    from muspsy_sim.llm.budget import Budget
    from muspsy_sim.llm.prefixes import Sent
    from muspsy_sim.runs.orchestrator import RunOutcome
    from muspsy_sim.runs.outcome import EpisodeOutcome
    from muspsy_sim.runs.plan import RunPlan

_MOST_ROWS = 24
"""Rows up to which each persona gets its own in each arm."""

SIMULATED = (
    "PHQ-9 and GAD-7: mean reported totals, baseline→horizon. They are what simulated clients "
    "report; they say nothing about any person or treatment."
)


_COLUMNS = (
    "n: episodes; held: sessions held, mean per episode; turns: of both parties, mean per session."
)

_WIDE = 110
"""Columns from which tokens and money have a place in the table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the episodes of an arm, or of an arm and a persona (`""` = all)."""

    arm: str
    persona: str
    outcomes: Sequence[EpisodeOutcome]


def rows_of(outcomes: Sequence[EpisodeOutcome]) -> list[Row]:
    """The rows of the table, in the order in which arms and personas first appear."""
    arms = list(dict.fromkeys(o.arm for o in outcomes))
    personas = list(dict.fromkeys(o.persona for o in outcomes))
    rows: list[Row] = []
    for arm in arms:
        of_arm = [o for o in outcomes if o.arm == arm]
        if len(personas) > 1 and len(arms) * len(personas) <= _MOST_ROWS:
            both = ((p, [o for o in of_arm if o.persona == p]) for p in personas)
            rows += [Row(arm, persona, held) for persona, held in both if held]
        rows.append(Row(arm, "", of_arm))
    return rows


def table_of(outcomes: Sequence[EpisodeOutcome], prices: Budget, width: int) -> Table:
    """The table of a run's outcomes. Below `_WIDE` columns what was spent does not fit in it."""
    from rich import box
    from rich.table import Table

    wide = width >= _WIDE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0))
    # Names fold rather than being cut: half a name is no name.
    table.add_column("arm", overflow="fold")
    table.add_column("client", overflow="fold")
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("ended (by whom)", overflow="fold")
    for name in ("held", "turns", "PHQ-9", "GAD-7", *(("tokens", "money") if wide else ())):
        table.add_column(name, justify="right", no_wrap=True)
    rows = rows_of(outcomes)
    for at, row in enumerate(rows):
        last_of_arm = at + 1 == len(rows) or rows[at + 1].arm != row.arm
        cells = [*_cells(row), *(spent(row, prices) if wide else ())]
        table.add_row(*cells, end_section=last_of_arm, style=_style(row, rows))
    return table


def _style(row: Row, rows: Sequence[Row]) -> str:
    return "bold" if not row.persona and len(rows) > len({r.arm for r in rows}) else ""


def _cells(row: Row) -> list[str | Text]:
    held = row.outcomes
    n = len(held)
    in_sessions = sum(o.sessions for o in held)
    return [
        styled(row.arm),
        styled(row.persona or "all"),
        str(n),
        endings(held),
        f"{in_sessions / n:.1f}",
        f"{sum(o.turns for o in held) / in_sessions:.1f}" if in_sessions else "-",
        change([o.phq9 for o in held]),
        change([o.gad7 for o in held]),
    ]


def spent(row: Row, prices: Budget) -> tuple[str, str]:
    """Tokens and money of a row's episodes; money is unknown where any of it is."""
    costs = [o.money(prices) for o in row.outcomes]
    known = [cost for cost in costs if cost is not None]
    used = sum(o.tokens for o in row.outcomes)
    return (
        tokens(used, sum(o.estimated for o in row.outcomes)),
        money(sum(known) if len(known) == len(costs) else None),
    )


def endings(outcomes: Sequence[EpisodeOutcome]) -> str:
    """How courses ended and whose doing it was, one a line: `3 sessions used (time)`."""
    counted = Counter((o.end.value.replace("_", " "), o.end.by) for o in outcomes)
    return "\n".join(f"{n} {end} ({by})" for (end, by), n in counted.most_common())


def change(pairs: Sequence[tuple[int, int] | None]) -> str:
    """Mean at baseline and at the horizon: `14.2→9.0`."""
    known = [pair for pair in pairs if pair is not None]
    if not known:
        return "-"
    first = sum(before for before, _ in known) / len(known)
    last = sum(after for _, after in known) / len(known)
    return f"{first:.1f}→{last:.1f}"


def print_summary(
    screen: Console, plan: RunPlan, outcome: RunOutcome, pitfalls: PitfallTable | None = None
) -> None:
    """The table of a run that has just ended, where its results lie, and what to try next.

    `pitfalls`: what was measured of its text; `None` where it could not be.
    """
    from muspsy_sim.cli.pitfall_words import print_pitfalls
    from muspsy_sim.runs.known import sent_by_role
    from muspsy_sim.runs.status import outcomes, prices_of

    run = outcome.run
    found = list(outcomes(run, [planned.id for planned in plan.episodes]))
    prices = prices_of(plan.described())
    screen.print(table_of(found, prices, screen.width))
    if screen.width < _WIDE:
        for row in rows_of(found):
            if not row.persona:
                used, cost = spent(row, prices)
                screen.print(styled(f"{row.arm}: {used} tokens, money {cost}"))
    if told := sent_before(sent_by_role(run, [each.id for each in found])):
        screen.print(styled(told))
    screen.print(styled(SIMULATED, "dim"))
    screen.print(styled(_COLUMNS, "dim"))
    if outcome.progress.kept:
        screen.print(styled(f"{outcome.progress.kept} of them whole already.", "dim"))
    if offline(found):
        screen.print(
            styled("Offline answers come from written sentences, not from a language model.", "dim")
        )
    if pitfalls is not None:
        screen.print()
        print_pitfalls(screen, pitfalls)
    screen.print()
    screen.print(styled(f"Results: {run.folder}"), soft_wrap=True)
    for line in next_commands(run.folder, found):
        screen.print(styled(f"  {line}", "cyan"), soft_wrap=True)


def sent_before(sent: Mapping[str, Sent]) -> str:
    """The share of each agent's prompts that a prefix cache can keep; empty where none is known.

    By tokens where the server counted those of every prompt, in a line of its own.
    """
    lines: list[str] = []
    for by_tokens, what, how in (
        (True, "prompt tokens", "; within a prompt by characters"),
        (False, "prompt text", "; by characters"),
    ):
        told = ", ".join(
            f"{role} {each.share:.0%}"
            for role, each in sorted(sent.items())
            if each.share is not None and each.by_tokens is by_tokens
        )
        if told:
            lines.append(f"{what} the same episode had sent before (cacheable{how}): {told}")
    return "\n".join(lines)


def offline(found: Sequence[EpisodeOutcome]) -> bool:
    """Whether written sentences answered for any party."""
    return any(model == "offline" for o in found for model in o.models.values())


def next_commands(folder: object, found: Sequence[EpisodeOutcome]) -> list[str]:
    """Commands worth trying on a run that has ended."""
    if not found:
        return []
    first = found[0].id
    return [
        f"muspsy show {folder} {first}",
        f"muspsy pitfalls {folder}",
        f"muspsy replay {folder}",
        f"muspsy fork {folder} {first} --session 1 --turn 4",
        f"muspsy export {folder} --to messages" + (" --allow-offline" if offline(found) else ""),
    ]
