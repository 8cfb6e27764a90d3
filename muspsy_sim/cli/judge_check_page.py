"""A check of a judge as a person reads it: an instrument a row, the held-out kinds apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.evaluation.checking.outcome import InstrumentCheck, JudgeCheck, Share


def print_check(screen: Console, check: JudgeCheck, kinds: bool = False) -> None:
    """The check as tables and a few sentences."""
    from rich.table import Table

    screen.print(
        f"{check.judge} on {check.courses} courses of {check.source_cases} clients; "
        f"{check.calls:,} judgments, {check.failed:,} items failed or voided",
        highlight=False,
    )
    screen.print(
        "Share of pairs in which the spoiled transcript scores worse, ties as half [95%]:",
        highlight=False,
    )
    table = Table("instrument", "must be worse", "must not move", "verdict")
    for one in check.instruments:
        table.add_row(
            one.instrument, _shown(one.must_lower), _shown(one.must_not_touch), one.verdict
        )
    screen.print(table)
    held = [o for o in check.instruments if o.held_out_lower.pairs or o.held_out_untouched.pairs]
    if held:
        table = Table("held-out kinds", "must be worse", "must not move")
        for one in held:
            table.add_row(
                one.instrument, _shown(one.held_out_lower), _shown(one.held_out_untouched)
            )
        screen.print(table)
    else:
        screen.print("No held-out kinds are there.", highlight=False)
    if kinds:
        _by_kind(screen, check.instruments)
    for one in check.instruments:
        if one.why:
            screen.print(f"{one.instrument}: {one.why}", highlight=False, soft_wrap=True)
        if one.unseen:
            screen.print(
                f"{one.instrument}: does not see {', '.join(one.unseen)}",
                highlight=False,
                soft_wrap=True,
            )


def _by_kind(screen: Console, instruments: list[InstrumentCheck]) -> None:
    from rich.table import Table

    table = Table("instrument", "kind", "should", "worse", "same", "better")
    for one in instruments:
        for should, listed in (("worse", one.kinds_lower), ("same", one.kinds_untouched)):
            for kind in listed:
                table.add_row(
                    one.instrument,
                    kind.kind + (" (held out)" if kind.held_out else ""),
                    should,
                    str(kind.pairs.fell),
                    str(kind.pairs.tied),
                    str(kind.pairs.rose),
                )
    screen.print(table)


def _shown(share: Share) -> str:
    if share.share is None or share.low is None or share.high is None:
        return "-"
    return f"{share.share:.0%} [{share.low:.0%}, {share.high:.0%}] of {share.pairs}"
