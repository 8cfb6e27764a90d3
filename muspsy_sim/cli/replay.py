"""`muspsy replay RUN`: live a run again from its journals, and prove it byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.runs.replaying import Replayed


def replay(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, or its recipe.")],
    episode: Annotated[
        str | None,
        typer.Argument(metavar="EPISODE", help="Only this one: its id or a part of it."),
    ] = None,
    workers: Annotated[
        int,
        typer.Option("--workers", min=1, max=256, metavar="N", help="Processes at once."),
    ] = 1,
) -> None:
    """Run it again from the journals, with no model, and compare every episode byte by byte."""
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.screen import console, styled
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.runs.finding import find_episode
    from muspsy_sim.runs.progress import RunProgress
    from muspsy_sim.runs.rebuilding import rebuild
    from muspsy_sim.runs.replaying import replay_apart, replay_run
    from muspsy_sim.runs.store import find_run

    found = find_run(run)
    rebuilt = rebuild(found)
    names = [find_episode(found, episode)] if episode else found.episode_ids()
    if not names:
        find_episode(found, "")
    screen = console()
    progress = RunProgress(len(names))
    try:
        workers = min(workers, len(names))
        results = run_stoppable(
            replay_run(rebuilt, names, progress, lambda one: _print(screen, one))
            if workers == 1
            else replay_apart(rebuilt, names, workers, progress, lambda one: _print(screen, one))
        )
    except Stopped as stopped:
        tell(f"Stopped with {progress.done} of {len(names)} episodes replayed; nothing changed.")
        raise typer.Exit(stopped.exit_code) from None
    same = sum(1 for one in results if one.verdict == "identical")
    calls = sum(one.calls for one in results)
    screen.print(
        styled(
            f"{same} of {len(results)} episodes identical; {calls:,} recorded calls were read, "
            "and no model was asked",
            "bold green" if same == len(results) else "bold red",
        )
    )
    if any(one.verdict == "refused" for one in results):
        raise typer.Exit(2)
    if same < len(results):
        raise typer.Exit(1)


def _print(screen: Console, one: Replayed) -> None:
    from muspsy_sim.cli.screen import styled

    styles = {"identical": "green", "different": "red", "refused": "red"}
    note = " up to where the budget stopped it" if one.up_to_budget else ""
    line = f"{one.verdict + note:<10} {one.episode}"
    if one.where:
        line += f": {one.where}: {one.detail}"
    elif one.detail:
        line += f": {one.detail}"
    screen.print(styled(line, styles[one.verdict]), soft_wrap=True)
    if one.untaken:
        shown = ", ".join(one.untaken[:5]) + (", ..." if len(one.untaken) > 5 else "")
        screen.print(
            styled(f"  {len(one.untaken)} recorded calls were not taken: {shown}", "red"),
            soft_wrap=True,
        )
