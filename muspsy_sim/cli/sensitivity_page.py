"""What `muspsy compare RUN --sensitivity N` prints: conclusions over draws of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muspsy_sim.cli.screen import count, styled
from muspsy_sim.evaluation.comparing.wording import ALPHA, bounds, figure, many, p_value, percent

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.evaluation.sensitivity.conclusions import Held, Sensitivity

LOOPS = {
    "closed": "closed loop: clients and counselors answer anew in every draw",
    "open": "open loop: the recorded appraisals are fed to the changed client; nobody answers it",
}

_P = {
    True: "corrected over the declared endpoints, as in the comparison",
    False: "not corrected: these endpoints were not declared",
}


def print_sensitivity(screen: Console, found: Sensitivity) -> None:
    """What became of each conclusion, and which parameter moves it."""
    from rich import box
    from rich.table import Table

    from muspsy_sim.evaluation.statistics.testing import least_p

    def say(text: str, style: str = "") -> None:
        screen.print(styled(text, style))

    say("Do the conclusions hold over the client's assumptions?", "bold underline")
    say(
        f"{found.draws} draws of {len(found.parameters)} parameters from their stated ranges; "
        f"{count(found.episodes)} episodes a draw, {many(found.clients, 'client')} of "
        f"{many(found.cases, 'source case')}, {many(found.seeds, 'seed')}; {LOOPS[found.loop]}."
    )
    if not found.whole:
        say(
            "! A part of the run is lived again: it sees less than the whole, and where it comes "
            "to another conclusion than the whole does, that is said.",
            "yellow",
        )
    if found.differing:
        say(
            f"! {found.differing} of {found.episodes} episodes are not as recorded even at the "
            "run's own parameters: the program has changed since. Run it anew before you trust "
            "this.",
            "yellow",
        )
    if found.stopped:
        say(
            f"! {found.stopped} courses did not reach their horizon and count for nobody.", "yellow"
        )
    if least_p(found.cases) > ALPHA:
        say(
            f"! With {many(found.cases, 'source case')} no p can fall below "
            f"{least_p(found.cases):.3f}: "
            "that nothing is significant here says nothing.",
            "yellow",
        )
    elif vain := [one for one in found.held if one.least_p > ALPHA and one.shipped_p is not None]:
        least = min(one.least_p for one in vain)
        effects = "the effects" if len(vain) == len(found.held) else "effects without a verdict"
        say(
            f"! With {found.cases} source cases p, corrected over as many tests as were declared, "
            f"cannot fall below {least:.3f} for {effects}: that nothing is significant here says "
            "nothing.",
            "yellow",
        )
    if found.left_out:
        say(
            f"! Left out, since only a judge could give them: {', '.join(found.left_out)}.",
            "yellow",
        )
    for contrast in dict.fromkeys(one.contrast for one in found.held):
        say("")
        say(contrast, "bold")
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
        table.add_column("endpoint", overflow="fold")
        for name in ("own", "p", "95% of draws", "sign", "p<.05", "same", ""):
            table.add_column(name, justify="right", overflow="fold")
        own = [one for one in found.held if one.contrast == contrast]
        for one in own:
            table.add_row(*_cells(one))
        screen.print(table)
        for one in own:
            for line in _told(one):
                say(line, "red" if one.fragile and line.startswith("FRAGILE") else "dim")
    say("")
    say(
        "own: the effect at the run's own parameters in what is lived again. sign: draws with the "
        "same sign. p: "
        + _P[found.corrected]
        + ". p<.05: draws in which it is significant. same: draws with the same conclusion "
        "(better, worse, not told apart); below 90% it is fragile.",
        "dim",
    )


def _cells(one: Held) -> tuple[str, ...]:
    mark = "" if one.fragile is None else "fragile" if one.fragile else "holds"
    return (
        one.endpoint,
        figure(one.shipped),
        p_value(one.shipped_p),
        bounds(one.low, one.high),
        percent(one.same_sign),
        percent(one.significant),
        percent(one.same_conclusion),
        mark,
    )


def _told(one: Held) -> list[str]:
    lines = []
    if one.as_recorded is False:
        lines.append(
            f"{one.endpoint}: in the whole run it is {figure(one.recorded)}, p "
            f"{p_value(one.recorded_p)}: another conclusion than this part's."
        )
    if one.fragile:
        lines.append(
            f"FRAGILE: {one.endpoint}: the conclusion holds in {percent(one.same_conclusion)} of "
            "draws; it rests on assumptions within their plausible ranges."
        )
    if one.mover is not None and one.mover_beyond_chance:
        lines.append(f"{one.endpoint}: moved most by {one.mover} (rank r {one.mover_rank:.2f})")
    elif one.mover is not None:
        lines.append(f"{one.endpoint}: no single parameter stands out from chance")
    if one.reason:
        lines.append(f"{one.endpoint}: {one.reason}")
    return lines
