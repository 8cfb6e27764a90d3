"""`muspsy personas extract`: a free-text case report to a profile that points back at it.

What the model drew and the report does not bear out is dropped, counted and printed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muspsy_sim.cli.screen import console, styled

if TYPE_CHECKING:
    from muspsy_sim.personas.from_report import Drawn
    from muspsy_sim.records.errors import Problem


def extract_persona(
    report: Annotated[Path, typer.Argument(metavar="REPORT.md", help="A case report.")],
    model: Annotated[
        str,
        typer.Option("--model", metavar="MODEL", help="What reads it; offline goes by headings."),
    ] = "offline",
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the client gets a folder.")
    ] = Path("extracted"),
    allow_minors: Annotated[
        bool, typer.Option("--allow-minors", help="Also take a client under 18.")
    ] = False,
    assume_adult: Annotated[
        bool,
        typer.Option(
            "--assume-adult", help="Take a client of unknown age for an adult, on record."
        ),
    ] = False,
) -> None:
    """Draw a profile from a case report; each fact points at the words that it comes from."""
    import asyncio

    from muspsy_sim.cli.entry import clear_errors
    from muspsy_sim.personas.extracting import extract_profile, read_report
    from muspsy_sim.personas.summaries import CASE_FILE, PROFILE_FILE
    from muspsy_sim.personas.writing import case_text, profile_text, write_new

    with clear_errors():
        case = read_report(report)
        if model.strip() != "offline" and not case.fictional:
            typer.echo(
                f"{report} is not marked as fictional, and is sent to {_shown(model)} as it is; "
                "a report of a real person has to be masked first",
                err=True,
            )
        drawn = asyncio.run(
            extract_profile(
                case, model, file=report, allow_minors=allow_minors, assume_adult=assume_adult
            )
        )
        folder = out / case.id
        write_new(
            {
                folder / PROFILE_FILE: profile_text(drawn.profile, out),
                folder / CASE_FILE: case_text(case),
            }
        )
    _print_drawn(drawn, folder)


def _shown(model: str) -> str:
    from muspsy_sim.llm.model_strings import without_secrets

    return without_secrets(model)


def _print_drawn(drawn: Drawn, folder: Path) -> None:
    profile = drawn.profile
    screen = console()
    for fact in profile.facts:
        where = f"{fact.span.start}-{fact.span.end}" if fact.span else "?"
        screen.print(styled(f"{fact.sensitivity}  {where:>11}  {fact.topic}: {fact.text}"))
    _print_problems("Dropped:", drawn.dropped)
    _print_problems("To look at:", drawn.odd)
    screen.print(styled(f"Filled in: {', '.join(profile.defaulted)}"))
    typer.echo(
        f"{profile.id} in {folder}: {len(profile.facts)} facts; {drawn.kept} things rest on the "
        f"report, {len(drawn.dropped)} dropped"
    )


def _print_problems(title: str, problems: list[Problem]) -> None:
    if not problems:
        return
    screen = console()
    screen.print(styled(title, "bold"))
    for problem in problems:
        screen.print(styled(f"  {problem}"), soft_wrap=True)
