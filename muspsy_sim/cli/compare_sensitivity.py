"""`muspsy compare --sensitivity N`: conclusions over draws of the dynamics' parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from muspsy_sim.cli.screen import console, count, duration, styled
from muspsy_sim.evaluation.comparing.wording import ALPHA, bounds, figure, p_value, percent

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.evaluation.sensitivity.conclusions import Held, Sensitivity
    from muspsy_sim.runs.store import Run

_LOOPS = {
    "closed": "closed loop: clients and counselors answer anew in every draw",
    "open": "open loop: the recorded appraisals are fed to the changed client; nobody answers it",
}


def test_conclusions(
    run: Run,
    number: int,
    *,
    baseline: str | None,
    primary: str | None,
    loop: str | None,
    clients: int | None,
    seeds: int | None,
    over: Sequence[str],
    jobs: int,
    as_json: bool,
) -> None:
    """Plan, say what it takes, run, print, and keep it in `tables/sensitivity.json`."""
    import orjson
    import typer

    from muspsy_sim.cli.entry import tell
    from muspsy_sim.evaluation.sensitivity.testing import plan_test, run_test
    from muspsy_sim.records.files import write_atomic

    test = plan_test(
        run,
        number,
        baseline=baseline,
        primary=primary,
        loop="closed" if loop == "closed" else "open" if loop == "open" else None,
        clients=clients,
        seeds=seeds,
        over=over,
    )
    episodes = len(test.design.episodes)
    tell(
        f"{number} draws of {len(test.paths)} parameters x {episodes} episodes, "
        f"{_LOOPS[test.design.loop]}; one more draw first, at the shipped parameters."
    )

    def told(done: int, seconds: float) -> None:
        # Several at once start slowly: the first of them say little of the rest.
        if done == (1 if jobs == 1 else 2 * jobs):
            left = seconds * (number + 1 - done)
            tell(f"A draw takes {duration(seconds)}: about {duration(left)} to go.")

    found = run_test(test, jobs, told)
    file = run.folder / "tables" / "sensitivity.json"
    content = orjson.dumps(
        found.model_dump(mode="json"), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )
    write_atomic(file, content)
    if as_json:
        typer.echo(content.decode(), nl=False)
        return
    print_sensitivity(console(), found)
    console().print(styled(str(file)), soft_wrap=True)


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
        f"{count(found.episodes)} episodes a draw, {found.clients} clients of {found.cases} "
        f"source cases, seeds: {found.seeds}; {_LOOPS[found.loop]}."
    )
    if least_p(found.cases) > ALPHA:
        say(
            f"! With {found.cases} source cases no p can fall below {least_p(found.cases):.3f}: "
            "that nothing is significant here says nothing.",
            "yellow",
        )
    for contrast in dict.fromkeys(one.contrast for one in found.held):
        say("")
        say(contrast, "bold")
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
        table.add_column("endpoint", overflow="fold")
        for name in ("shipped", "p", "95% of draws", "sign", "p<.05", "same", ""):
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
        "shipped: the effect at the shipped parameters in this design. sign: draws with the same "
        "sign. p<.05: draws in which it is significant. same: draws with the same conclusion "
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
