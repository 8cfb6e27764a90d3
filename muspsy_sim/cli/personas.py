"""`muspsy personas`: list, show, check and import clients; `vary` and `extract` are beside it.

Each command prints to the terminal and leaves with 0, with 1 where a check found an error, or with
2 and one clear line where the user has something to mend. Whatever only one command needs is
imported in it, so that `list` answers at once.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muspsy_sim.cli import screen
from muspsy_sim.cli.entry import clear_errors
from muspsy_sim.cli.personas_extract import extract_persona
from muspsy_sim.cli.personas_page import portrait, print_imported, print_problems, print_rows
from muspsy_sim.cli.personas_vary import vary_persona
from muspsy_sim.records.errors import ProfileError

if TYPE_CHECKING:
    from muspsy_sim.personas.checks import Finding
    from muspsy_sim.personas.summaries import ProfileSummary
    from muspsy_sim.records.profile import CaseReport, Profile

personas_app = typer.Typer(
    name="personas",
    help="List, show, check, import, vary and extract clients.",
    no_args_is_help=True,
)
personas_app.command("vary")(vary_persona)
personas_app.command("extract")(extract_persona)


class ImportFrom(StrEnum):
    """The published shapes, as the command line names them."""

    MUSPSY_USERCARD = "muspsy-usercard"
    MUSPSY_REPORT = "muspsy-report"
    CACTUS_INTAKE = "cactus-intake"
    PSYCHEVAL_CASE = "psycheval-case"
    SIMPSYDIAL_PROFILE = "simpsydial-profile"


@personas_app.command("list")
def list_personas(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list instead of a table.")] = (
        False
    ),
) -> None:
    """List the clients in personas/."""
    from muspsy_sim.personas.summaries import list_profiles

    with clear_errors():
        found = list_profiles()
    if as_json:
        import orjson

        rows = [{name: getattr(each, name) for name in _JSON_FIELDS} for each in found]
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
        return
    _print_list(found)


# Below this many columns names and titles would break every word; `show` tells them.
_WIDE = 110


def _print_list(found: list[ProfileSummary]) -> None:
    from rich import box
    from rich.table import Table

    console = screen.console()
    wide = console.width >= _WIDE
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    for head in ("id", "lang", "age", "topic", "keeps distance by", "stage"):
        table.add_column(head, no_wrap=head != "topic")
    if wide:
        table.add_column("name", no_wrap=True)
        table.add_column("title", ratio=1)
    for each in found:
        age = "?" if each.age is None else str(each.age)
        topic = each.topic.replace("_", " ") + (" (risk)" if each.ideation != "none" else "")
        cells = [each.id, each.language, age, topic, each.resistance_style, each.stage_of_change]
        table.add_row(*map(screen.styled, cells + [each.name, each.title] * wide))
    console.print(table)


_JSON_FIELDS = (
    *("id", "source_case", "language", "title", "topic", "name", "age", "occupation"),
    *("resistance_style", "stage_of_change", "talkativeness", "ideation"),
)


@personas_app.command("show")
def show_persona(
    persona: Annotated[str, typer.Argument(metavar="ID", help="A persona's id or path.")],
    case: Annotated[bool, typer.Option("--case", help="Also print the case report.")] = False,
) -> None:
    """Show one client: who it is, what it could tell, what it keeps back."""
    from muspsy_sim.personas.library import find_profile, load_case, read_profile

    with clear_errors():
        profile = read_profile(find_profile(persona))
        report = load_case(persona) if case else None
    console = screen.console()
    for title, rows in portrait(profile):
        print_rows(console, title, rows)
    if report:
        from rich.markdown import Markdown

        console.print()
        console.print(Markdown(report.text))


@personas_app.command("check")
def check_personas(
    personas: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID|PATH]...", help="Ids, files or folders; by default all."),
    ] = None,
) -> None:
    """Say what is wrong with clients: errors (exit code 1) and warnings."""
    from muspsy_sim.personas.checks import check, check_together

    with clear_errors():
        pairs = [_with_case(path) for path in _named(personas or [])]
    findings = [each for profile, case in pairs for each in check(profile, case)]
    findings += check_together([profile for profile, _ in pairs])
    console = screen.console()
    if findings:
        console.print(_findings_table(findings))
    errors = sum(each.severity == "error" for each in findings)
    console.print(
        f"{len(pairs)} checked: {_count(errors, 'error')}, "
        f"{_count(len(findings) - errors, 'warning')}",
        highlight=False,
    )
    if errors:
        raise typer.Exit(1)


@personas_app.command("import")
def import_from(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A published file, or a folder.")],
    source: Annotated[ImportFrom, typer.Option("--from", help="The shape it is in.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where each client gets a folder.")
    ] = Path("imported"),
    allow_minors: Annotated[
        bool, typer.Option("--allow-minors", help="Also take clients under 18.")
    ] = False,
    assume_adult: Annotated[
        bool,
        typer.Option("--assume-adult", help="Take clients of unknown age for adults, on record."),
    ] = False,
) -> None:
    """Turn published client material into profiles, saying what was missing and filled in."""
    from muspsy_sim.personas.importing import import_personas, write_personas

    with clear_errors():
        result = import_personas(
            path, source.value, allow_minors=allow_minors, assume_adult=assume_adult
        )
        written = write_personas(result, out)
    console = screen.console()
    print_imported(console, result)
    for title, problems in (
        ("Refused", result.refused),
        ("Odd in the source, and left as it is", result.odd),
        ("Not of this shape", result.skipped),
    ):
        print_problems(console, title, problems)
    console.print(
        f"{_count(len(result.profiles), 'profile')} and "
        f"{_count(len(result.cases), 'case report')} in {out}, {len(result.refused)} refused",
        highlight=False,
        markup=False,
    )
    if not written:
        typer.echo(f"{path}: every client in it was refused, so nothing was written", err=True)
        raise typer.Exit(2)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _named(personas: list[str]) -> list[Path]:
    """The profile files meant: of ids, of paths, and of all personas below a folder."""
    from muspsy_sim.personas.library import find_profile
    from muspsy_sim.personas.summaries import PROFILE_FILE, profile_files

    if not personas:
        return profile_files()
    paths: list[Path] = []
    for name in personas:
        folder = Path(name)
        if folder.is_dir() and not (folder / PROFILE_FILE).exists():
            inside = profile_files(folder)
            if not inside:
                raise ProfileError("there is no profile in this folder", file=folder)
            paths.extend(inside)
        else:
            paths.append(find_profile(name))
    return paths


def _with_case(path: Path) -> tuple[Profile, CaseReport | None]:
    from muspsy_sim.personas.library import read_case, read_profile
    from muspsy_sim.personas.summaries import CASE_FILE

    case = path.with_name(CASE_FILE)
    return read_profile(path), read_case(case) if case.is_file() else None


def _findings_table(findings: list[Finding]) -> object:
    from rich.table import Table
    from rich.text import Text

    table = Table("", "persona", "field", "what")
    for each in findings:
        style = "red" if each.severity == "error" else "yellow"
        table.add_row(
            Text(each.severity, style=style),
            *(Text(text) for text in (each.persona, each.field, each.message)),
        )
    return table
