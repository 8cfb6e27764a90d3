"""`muspsy show RUN EPISODE`: a course to read."""

from __future__ import annotations

from typing import Annotated

import typer


def show(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, or its recipe.")],
    episode: Annotated[
        str, typer.Argument(metavar="EPISODE", help="Its id, or a part that fits no other.")
    ],
    session: Annotated[
        int | None, typer.Option("--session", min=0, help="Only this session (0 = intake).")
    ] = None,
    private: Annotated[
        bool,
        typer.Option(
            "--private",
            help="Also what the parties kept to themselves: appraisal, plans, state, reasoning, "
            "notes, memories.",
        ),
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="No colour, no columns: one turn a line.")
    ] = False,
) -> None:
    """Print a course to read: intake, sessions, and the weeks between them."""
    from muspsy_sim.cli.course_page import Page, print_course
    from muspsy_sim.cli.screen import console
    from muspsy_sim.records.errors import RunError
    from muspsy_sim.runs.finding import find_episode
    from muspsy_sim.runs.store import find_run, read_episode

    found = find_run(run)
    name = find_episode(found, episode)
    whole = read_episode(found, name)
    numbers = [s.number for s in ([whole.intake] if whole.intake else []) + whole.sessions]
    if session is not None and session not in numbers:
        raise RunError(
            f"{name} has no session {session}",
            file=found.episode_file(name),
            field="--session",
            hint=f"it has {', '.join(map(str, numbers)) or 'none'}",
        )
    print_course(Page(console(colour=not plain), private, plain), whole, session)
