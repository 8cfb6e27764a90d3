"""`muspsy fork RUN EPISODE`: the same client, from one turn on, with another counselor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.records.episode import Episode
    from muspsy_sim.runs.forking import PlannedFork
    from muspsy_sim.runs.progress import RunProgress


def fork(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, or its recipe.")],
    episode: Annotated[
        str, typer.Argument(metavar="EPISODE", help="Its id, or a part that fits no other.")
    ],
    session: Annotated[int, typer.Option("--session", min=0, help="The session to fork in.")],
    turn: Annotated[
        int, typer.Option("--turn", min=1, help="The turn after whose exchange to go on.")
    ],
    arm: Annotated[
        str | None, typer.Option("--arm", help="The arm to go on under; the same one if none.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="The counselor's model from there on.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the fork; RUN/forks/NAME if none.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but what is wrong.")
    ] = False,
) -> None:
    """Go on with the same client from one turn, under another arm or model."""
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.runs.finding import find_episode
    from muspsy_sim.runs.forking import plan_fork
    from muspsy_sim.runs.progress import RunProgress
    from muspsy_sim.runs.rebuilding import rebuild
    from muspsy_sim.runs.store import find_run

    found = find_run(run)
    name = find_episode(found, episode)
    planned = plan_fork(
        rebuild(found), name, session=session, turn=turn, arm=arm, model=model, out=out
    )
    progress = RunProgress(1)
    try:
        made = run_stoppable(_watched(planned, progress, quiet))
    except Stopped as stopped:
        tell(f"Stopped. {planned.run.folder} keeps what is recorded; the same command goes on.")
        raise typer.Exit(stopped.exit_code) from None
    _conclude(planned, made, quiet)


async def _watched(planned: PlannedFork, progress: RunProgress, quiet: bool) -> Episode:
    from muspsy_sim.cli.progress import watching
    from muspsy_sim.cli.screen import console
    from muspsy_sim.runs.forking import fork_run

    rounded = (
        ""
        if planned.asked_turn == planned.fork.turn
        else (f" (turn {planned.asked_turn} is within that exchange)")
    )
    title = (
        f"{planned.parent.id}, after turn {planned.fork.turn} of session "
        f"{planned.fork.session}{rounded}, under {planned.fork.arm.use.label}"
    )
    async with watching(progress, title, None if quiet else console()):
        return await fork_run(planned, progress)


def _conclude(planned: PlannedFork, made: Episode, quiet: bool) -> None:
    from muspsy_sim.cli.course_words import course_ended
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.screen import console, styled

    folder = planned.run.folder
    if not quiet:
        screen = console()
        screen.print(styled(f"fork   ended {course_ended(made)}"), soft_wrap=True)
        screen.print(styled(f"parent ended {course_ended(planned.parent)}"), soft_wrap=True)
        screen.print(styled(f"Results: {folder}"), soft_wrap=True)
        for line in (f"muspsy show {folder} {made.id}", f"muspsy replay {folder}"):
            screen.print(styled(f"  {line}", "cyan"), soft_wrap=True)
    if not made.end.complete:
        tell(f"{made.id}: {made.end.value}: {made.end_detail}; the same command goes on")
        raise typer.Exit(1)
