"""`muspsy simulate-dynamics`: one client under four counselors, or all of them against the bands.

No model is asked anything: the counselors are mixtures of behaviours, and only the client's
dynamics answer.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import JustifyMethod

    from muspsy_sim.agents.client.wordless import WordlessCourse

SHOWN = ("skilled", "neutral", "dismissive", "advising")
"""The counselors that a client is drawn under."""

_ENDS = {"client_dropped_out": "left", "client_goals_met": "well", "waited": "waited"}
"""Why a course ended, in a word."""


def simulate_dynamics(
    persona: Annotated[
        str, typer.Option("--persona", metavar="ID", help="A persona's id or path.")
    ] = "en-gordon-pell",
    sessions: Annotated[
        int, typer.Option("--sessions", min=1, max=52, help="Weekly sessions; four weeks follow.")
    ] = 6,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Another seed is another life of the client.")
    ] = 0,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the pictures go.")
    ] = Path("dynamics-pictures"),
    no_pictures: Annotated[
        bool, typer.Option("--no-pictures", help="Print the tables, draw nothing.")
    ] = False,
    check_bands: Annotated[
        bool,
        typer.Option(
            "--check-bands", help="Instead: many clients per arm against the outcome bands."
        ),
    ] = False,
    courses: Annotated[
        int | None,
        typer.Option("--courses", min=72, max=20000, help="Courses per arm for --check-bands."),
    ] = None,
) -> None:
    """Draw a client's trust and distress under four counselors, without any model."""
    if check_bands:
        _check(courses, seed)
        return
    from muspsy_sim.agents.client.mixtures import load_mixtures
    from muspsy_sim.agents.client.outcome_bands import load_outcome_bands
    from muspsy_sim.agents.client.parameters import load_dynamics
    from muspsy_sim.agents.client.wordless import live_wordless
    from muspsy_sim.personas.library import load_profile

    if courses is not None:
        raise typer.BadParameter("it goes with --check-bands", param_hint="--courses")
    profile = load_profile(persona)
    definitions, mixtures = load_outcome_bands().definitions, load_mixtures()
    lived = [
        live_wordless(
            profile,
            mixtures.named(name) if name else None,
            load_dynamics(),
            seed,
            sessions=sessions,
            exchanges=definitions.exchanges,
            follow_up_weeks=definitions.follow_up_weeks,
        )
        for name in (*SHOWN, None)
    ]
    _print_courses(lived)
    _print_weeks(lived)
    if no_pictures:
        return
    from muspsy_sim.report.dynamics_pictures import draw_dynamics

    written = draw_dynamics(lived, out, sessions=sessions, exchanges=definitions.exchanges)
    typer.echo("Pictures:")
    for path in written:
        typer.echo(f"  {path}")


def _print_courses(lived: list[WordlessCourse]) -> None:
    """One row a counselor: how it went and how it ended."""
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import console, styled

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    # Strain is the most that there was; the rest is what it came to.
    heads = ("counselor", "held", "trust", "distress", "alliance", "strain", "PHQ-9", "end")
    for head in heads:
        side: JustifyMethod = "left" if head in ("counselor", "end") else "right"
        table.add_column(head, justify=side, no_wrap=True)
    for course in lived:
        last = course.weeks[-1]
        strain = max((each.values.strain for each in course.instants), default=0.0)
        alliance = (last.alliance.goal + last.alliance.task + last.alliance.bond) / 3.0
        end = _ENDS.get(course.end, "to the end") if course.end else ""
        table.add_row(
            *(styled(course.counselor), str(len(course.held)), f"{last.trust:.2f}"),
            *(f"{last.distress:.2f}", f"{alliance:.2f}", f"{strain:.2f}"),
            f"{course.reports[0].phq9_total}→{course.reports[-1].phq9_total}",
            f"{end}, week {course.end_week}",
        )
    console().print(
        f"{lived[0].persona}, at the last week; strain: the most there was", soft_wrap=True
    )
    console().print(table)


def _print_weeks(lived: list[WordlessCourse]) -> None:
    """One row a week: trust, distress and the report under each counselor."""
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import console, styled

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("week", justify="right")
    for course in lived:
        table.add_column(styled(course.counselor), no_wrap=True)
    for week in range(1, len(lived[0].weeks)):
        cells = []
        for course in lived:
            values, report = course.weeks[week], course.reports[week]
            mark = " " if week in course.held else "-"
            cells.append(
                f"{_short(values.trust)} {_short(values.distress)} {report.phq9_total:>2}{mark}"
            )
        table.add_row(str(week), *cells)
    screen = console()
    screen.print("trust, distress and reported PHQ-9 at the end of each week; - = no session held")
    screen.print(table)
    for week, told in enumerate(lived[0].events, start=1):
        for event in told:
            screen.print(styled(f"week {week}: {event}"), soft_wrap=True)


def _short(value: float) -> str:
    """A value in [0, 1] with two decimals and no zero before them."""
    return f"{value:.2f}".removeprefix("0")


def _check(courses: int | None, seed: int) -> None:
    """Live the courses of every arm that has a band, and print figures beside bands."""
    from muspsy_sim.agents.client.crowd import crowd, pairs
    from muspsy_sim.agents.client.mixtures import load_mixtures
    from muspsy_sim.agents.client.outcome_bands import load_outcome_bands
    from muspsy_sim.agents.client.outcomes import (
        Endpoint,
        along_the_way,
        as_text,
        compared,
        endpoint_of_wordless,
    )
    from muspsy_sim.agents.client.parameters import load_dynamics
    from muspsy_sim.agents.client.wordless import live_wordless
    from muspsy_sim.cli.screen import duration

    bands, dynamics, mixtures = load_outcome_bands(), load_dynamics(), load_mixtures()
    definitions = bands.definitions
    clients = list(pairs(crowd(courses or definitions.courses, seed)))
    endpoints: dict[str, list[Endpoint]] = {}
    besides: list[str] = []
    for arm in bands.arms():
        began = time.monotonic()
        lived = [
            live_wordless(
                profile,
                mixtures.for_arm(arm),
                dynamics,
                number,
                sessions=definitions.sessions,
                exchanges=definitions.exchanges,
                follow_up_weeks=definitions.follow_up_weeks,
            )
            for profile, number in clients
        ]
        endpoints[arm] = [endpoint_of_wordless(course, definitions) for course in lived]
        besides.append(f"{arm}: {', '.join(along_the_way(lived, definitions))}")
        taken = duration(time.monotonic() - began)
        typer.echo(f"{arm}: {len(clients)} courses, {taken}", err=True)
    rows = compared(endpoints, bands)
    for line in as_text(rows):
        typer.echo(line)
    outside = sum(row.verdict != "in" for row in rows)
    typer.echo(f"{len(rows) - outside} of {len(rows)} in their bands")
    typer.echo("Without a band, by arm (share of courses in which it happened):")
    for line in besides:
        typer.echo(f"  {line}")
    if outside:
        raise typer.Exit(1)
