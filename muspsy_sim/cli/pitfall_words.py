"""The pitfalls of a run as a person reads them: rows of pitfalls, a column for each arm.

What could not be measured is a dash, never a zero. As many arms as fit stand beside each other; the
others follow below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from muspsy_sim.cli.screen import styled

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.evaluation.pitfalls.table import ArmPitfalls, PitfallTable, PitfallValue

NOTHING = "-"
"""What stands where nothing could be measured."""

HEADING = "Pitfalls, from the text of {episodes}; by rule, client / counselor:"

Row = tuple[str, Callable[["ArmPitfalls"], str]]


def print_pitfalls(screen: Console, table: PitfallTable, hint: str = "") -> None:
    """The lines that stand under every run: each pitfall once, both sides in one cell."""
    n = len(table.episodes)
    episodes = f"{n} episode{'' if n == 1 else 's'}"
    screen.print(styled(HEADING.format(episodes=episodes), "bold"))
    _print_rows(screen, table, _SUMMARY)
    if hint:
        screen.print(styled(hint, "dim"), soft_wrap=True)


def print_all_pitfalls(screen: Console, table: PitfallTable, arms: Sequence[str]) -> None:
    """Every pitfall by its name with numerator and denominator, and why some have no value."""
    from muspsy_sim.evaluation.pitfalls.catalogue import PITFALLS

    chosen = table.model_copy(update={"arms": {arm: table.arms[arm] for arm in arms}})
    _print_rows(screen, chosen, [(name, _counted(name)) for name in PITFALLS])
    reasons = {
        name: value.reason
        for arm in chosen.arms.values()
        for name, value in arm.pitfalls.items()
        if value.value is None
    }
    if reasons:
        screen.print(styled(f"{NOTHING} stands where nothing could be measured:", "dim"))
    for name in (name for name in PITFALLS if name in reasons):
        screen.print(styled(f"  {name}: {reasons[name]}", "dim"))


def shown(value: PitfallValue, name: str) -> str:
    """A value as people read it: `13.4%`, `12 words`, a dash for none."""
    from muspsy_sim.evaluation.pitfalls.catalogue import PITFALLS

    if value.value is None:
        return NOTHING
    match PITFALLS[name].unit:
        case "share":
            return f"{100 * value.value:.1f}%"
        case "change per session":
            return f"{100 * value.value:+.1f}pp"
        case _:
            return f"{value.value:.3g}"


def _counted(name: str) -> Callable[[ArmPitfalls], str]:
    from muspsy_sim.evaluation.pitfalls.catalogue import PITFALLS

    def cell(arm: ArmPitfalls) -> str:
        value = arm.pitfalls[name]
        counts = f"{value.n:.0f}/{value.of:.0f}"
        # A median's numerator, the sum of all values, would say nothing beside it.
        if PITFALLS[name].unit == "words":
            counts = f"of {value.of:.0f}"
        return f"{shown(value, name)} {counts}"

    return cell


def _one(name: str) -> Callable[[ArmPitfalls], str]:
    return lambda arm: shown(arm.pitfalls[name], name)


def _sides(name: str) -> Callable[[ArmPitfalls], str]:
    def cell(arm: ArmPitfalls) -> str:
        both = (f"{name}.client", f"{name}.counselor")
        return " / ".join(shown(arm.pitfalls[each], each) for each in both)

    return cell


def _recalled(lag: str) -> Callable[[ArmPitfalls], str]:
    def cell(arm: ArmPitfalls) -> str:
        both = (f"recall.client.lag{lag}", f"recall.counselor.lag{lag}")
        return " / ".join(shown(arm.pitfalls[each], each) for each in both)

    return cell


_SUMMARY: list[Row] = [
    ("agreement openings", _one("agreement_openings.client")),
    ("gave in after resisting", _one("capitulation.client")),
    ("  turns until then (median)", _one("capitulation_turn.client")),
    ("sensitive facts told", _one("sensitive_disclosure.client")),
    ("  prematurely, of those", _one("premature_disclosure.client")),
    ("told without licence", _one("unlicensed_disclosure.client")),
    ("told when asked", _one("disclosure_per_elicitation.client")),
    ("role inversion", _sides("role_inversion")),
    ("farewell loops", _one("farewell_loops.both")),
    ("repeated in a session", _sides("repetition_within")),
    ("repeated across sessions", _sides("repetition_across")),
    ("words a turn (median)", _sides("turn_words")),
    ("minimal responses", _one("minimal_responses.client")),
    ("recall after 1 session", _recalled("1")),
    ("  after 2", _recalled("2")),
    ("  after 3", _recalled("3")),
    ("  after 4 and more", _recalled("4+")),
    ("false recall", _sides("false_recall")),
    ("against the profile", _sides("contradictions")),
]


def _print_rows(screen: Console, table: PitfallTable, rows: Sequence[Row]) -> None:
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table

    widths = {
        name: max(cell_len(name), *(cell_len(cell(arm)) for _, cell in rows))
        for name, arm in table.arms.items()
    }
    room = screen.width - max(cell_len(label) for label, _ in rows) - 2
    for names in _chunks(widths, room):
        printed = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
        printed.add_column("", no_wrap=True)
        for name in names:
            printed.add_column(styled(name), justify="right", overflow="fold")
        for label, cell in rows:
            printed.add_row(label, *(cell(table.arms[name]) for name in names))
        screen.print(printed)


def _chunks(widths: dict[str, int], room: int) -> list[list[str]]:
    """The arms, as many to a table as fit; at least one."""
    chunks: list[list[str]] = []
    left = 0
    for name, width in widths.items():
        if not chunks or width + 2 > left:
            chunks.append([])
            left = room
        chunks[-1].append(name)
        left -= width + 2
    return chunks
