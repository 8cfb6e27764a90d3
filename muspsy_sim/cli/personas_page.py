"""What `muspsy personas` prints: a client's portrait, what was imported, what is wrong.

Everything is text of the profile's own, so nothing in it is read as markup.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from muspsy_sim.records.errors import Problem

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.personas.importing import Imported
    from muspsy_sim.records.profile import Profile

Rows = list[tuple[str, str]]
"""Labels and their texts."""


def portrait(profile: Profile) -> Iterator[tuple[str, Rows]]:
    """All that a profile says, part by part: the part's title and its rows."""
    person, manner = profile.demographics, profile.temperament
    on_paper = [
        (name.replace("_", " "), str(value)) for name, value in person.model_dump().items() if value
    ]
    yield f"{profile.id}: {profile.title}", [("topic", profile.topic), *on_paper]
    yield (
        "Brings",
        [
            ("problem", profile.presenting_problem),
            ("history", profile.history),
            *(("goal", goal) for goal in profile.goals),
        ],
    )
    yield (
        "Temperament",
        [
            ("keeps distance by", manner.resistance_style),
            ("stage of change", manner.stage_of_change),
            ("starting trust", f"{manner.starting_trust:.2f}"),
            ("reactivity", f"{manner.reactivity:.2f}"),
            ("talkativeness", f"{manner.talkativeness:.2f}"),
            ("does homework", f"{manner.homework_propensity:.2f}"),
            ("speaks", manner.voice.style),
        ],
    )
    yield (
        "At intake",
        [
            ("PHQ-9", str(sum(profile.symptoms.phq9))),
            ("GAD-7", str(sum(profile.symptoms.gad7))),
            ("risk", f"{profile.risk.level:.2f}, ideation {profile.risk.ideation}"),
            ("would say", profile.risk.words),
        ],
    )
    beliefs = profile.formulation.core_beliefs
    yield "Believes", [(f"{each.strength:.2f}", each.belief) for each in beliefs]
    yield (
        "Could tell (sensitivity 0 to 3)",
        [(f"{each.sensitivity} {each.topic}", each.text) for each in profile.facts],
    )
    yield "Weeks may bring", [(f"{e.weight:+.2f}", e.text) for e in profile.life_events]
    yield "The report's arc", [(str(each.session), each.life_events) for each in profile.arc]
    yield (
        "About this profile",
        [
            ("source case", profile.source_case),
            ("licence", profile.licence),
            ("provenance", profile.provenance),
            ("filled in", ", ".join(profile.defaulted)),
            ("assumed", ", ".join(profile.assumed)),
            ("kept in extra", ", ".join(profile.extra)),
        ],
    )


def print_rows(console: Console, title: str, rows: Rows) -> None:
    """Print one part of a portrait; nothing where no row has a text."""
    from rich.table import Table
    from rich.text import Text

    said = [(label, text) for label, text in rows if text]
    if not said:
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", min_width=18)
    grid.add_column()
    for label, text in said:
        grid.add_row(Text(label), Text(" ".join(text.split())))
    console.print()
    console.print(Text(title, style="bold"))
    console.print(grid)


def print_imported(console: Console, result: Imported) -> None:
    """Print what came of an import: profiles with what was filled in, and reports without one."""
    from rich.table import Table
    from rich.text import Text

    if result.profiles:
        shared = set.intersection(*(set(each.defaulted) for each in result.profiles))
        table = Table("id", "lang", "age", "facts", "arc", "also filled in")
        for each in result.profiles:
            age = each.demographics.age
            shown = "assumed adult" if age is None else str(age)
            also = [name for name in each.defaulted if name not in shared]
            table.add_row(
                *(Text(each.id), each.language, shown, str(len(each.facts)), str(len(each.arc))),
                Text(", ".join(also)),
            )
        console.print(table)
        console.print(Text(f"Missing in all, and filled in: {', '.join(sorted(shared))}"))
    with_profile = {each.source_case for each in result.profiles}
    for case in result.cases:
        if case.id in with_profile:
            continue
        console.print(Text(f"{case.id}: a case report in {case.language!r}, no profile yet"))


def print_problems(console: Console, title: str, problems: list[Problem]) -> None:
    """Print problems, each on its line; nothing where there is none."""
    from rich.text import Text

    if not problems:
        return
    console.print(Text(f"{title}:", style="bold"))
    for problem in problems:
        console.print(Text(f"  {problem}"), soft_wrap=True)
