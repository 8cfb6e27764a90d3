"""`muspsy export`: a run as tables or as training data, and any corpus in a published format.

Formats are spelled out as text here, so that `muspsy --help` loads nothing of the export itself.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.datasets.exporting import Exported
    from muspsy_sim.datasets.rows import Opening
    from muspsy_sim.datasets.selecting import Wanted


class OpeningPolicy(StrEnum):
    """What becomes of the words with which a counselor opens a session."""

    SYSTEM_OPENING = "system_opening"
    SYNTHETIC_USER = "synthetic_user"
    DROP_OPENING = "drop_opening"


def export(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="The run's folder, or its recipe's name; for a published format also imported "
            "tables or published files.",
        ),
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="parquet: all that was recorded, as tables. trl: prompt and completion, and "
            "messages. alpaca: task1.json to task3.json, as MusPsy's. messages: chat messages. "
            "hub: a dataset to publish, with its card. inspect: evaluation logs for Inspect, one "
            "an arm, controls too. Or a published format, such as smile or psycheval; `muspsy "
            "formats` lists them.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where to; by default RUN/exports/FORMAT."),
    ] = None,
    arms: Annotated[
        list[str] | None,
        typer.Option(
            "--arms",
            metavar="ARM,...",
            help="Only these arms. Controls are left out unless named here.",
        ),
    ] = None,
    opening: Annotated[
        OpeningPolicy,
        typer.Option(
            "--opening",
            help="Trainers want the user first, and counselors open sessions: put the opening into "
            "the system message, after a neutral user message, or leave it out.",
        ),
    ] = OpeningPolicy.SYSTEM_OPENING,
    allow_offline: Annotated[
        bool,
        typer.Option(
            "--allow-offline",
            help="Export episodes in which the offline default spoke. Not for training.",
        ),
    ] = False,
    include_failed: Annotated[
        list[str] | None,
        typer.Option(
            "--include-failed",
            metavar="EPISODE,...",
            help="Take these episodes although a failure or the budget stopped them; `all`: every "
            "one.",
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", metavar="EPISODE,...", help="Go without these episodes."),
    ] = None,
    license_: Annotated[
        str | None,
        typer.Option(
            "--license",
            metavar="ID",
            help="For hub: the dataset's licence, as cc-by-4.0, or other:URL.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="TITLE", help="For hub: the dataset's title.")
    ] = None,
) -> None:
    """Export a run as tables or training data, checked row by row, or as a published format.

    A row that breaks a rule (a wrong speaker, words that were not said, anything that the
    counselor could not know) stops the export, and nothing is written.
    """
    from muspsy_sim.datasets.exporting import FORMATS, Format, export_run
    from muspsy_sim.datasets.selecting import Wanted
    from muspsy_sim.formats.corpora.catalogue import format_named

    wanted = Wanted(
        arms=_names(arms),
        failed=_names(include_failed),
        leave_out=_names(leave_out),
        allow_offline=allow_offline,
    )
    if to == "inspect":
        _to_inspect(run, out, wanted)
        return
    if to == "hub":
        _publish(run, out, wanted, opening.value, license_, name)
        return
    if license_ is not None or name is not None:
        raise typer.BadParameter(
            "only a dataset that is published has one: --to hub",
            param_hint="--license" if license_ is not None else "--name",
        )
    if to not in FORMATS:
        format_named(to, beside=[*FORMATS, "hub", "inspect"])
        _convert(run, to, out, wanted)
        return
    format_: Format = next(each for each in FORMATS if each == to)
    done = export_run(run, format_, out=out, wanted=wanted, opening=opening.value)
    _tell(done)


def _convert(source: str, to: str, out: Path | None, wanted: Wanted) -> None:
    """A corpus in a published format, and what that format has no place for."""
    from muspsy_sim.cli.corpora import print_lost, print_problems
    from muspsy_sim.cli.screen import console
    from muspsy_sim.datasets.corpora.converting import convert

    done = convert(source, to, out, wanted)
    screen = console()
    print_problems(screen, done.problems, done.told)
    print_lost(screen, to, done.written)
    if done.selection is not None:
        for reason, episodes in sorted(done.selection.left_out.items()):
            screen.print(f"Left out: {episodes} episodes, {reason}.")
    if done.offline:
        screen.print("The offline default spoke here: do not train on this.")
    noun = "dialogue" if done.written.dialogues == 1 else "dialogues"
    screen.print(f"{done.written.dialogues:,} {noun} written to {done.folder}", soft_wrap=True)


def _to_inspect(run: str, out: Path | None, wanted: Wanted) -> None:
    """Logs for Inspect AI. Nobody trains on them, so offline and stopped courses may stay."""
    from muspsy_sim.cli.screen import console
    from muspsy_sim.evaluation.inspect_logs.writing import export_logs
    from muspsy_sim.runs.store import find_run

    done = export_logs(find_run(run), out, arms=wanted.arms, leave_out=wanted.leave_out)
    screen = console()
    if not done.judged:
        screen.print("No judge's scores are in them: `muspsy evaluate` makes these.")
    if done.stale:
        screen.print(
            f"Without judges' scores: {done.stale} episodes, changed since they were scored; run "
            "`muspsy evaluate` again."
        )
    if done.stopped:
        screen.print(f"With an error: {done.stopped} episodes, stopped before their end.")
    if done.left_out:
        screen.print(f"Left out: {done.left_out} episodes.")
    logs = "log" if len(done.logs) == 1 else "logs"
    screen.print(
        f"{done.samples} samples in {len(done.logs)} {logs} written to {done.folder}",
        highlight=False,
        soft_wrap=True,
    )
    screen.print(f"See them: inspect view --log-dir {done.folder}", highlight=False, soft_wrap=True)


def _publish(
    run: str,
    out: Path | None,
    wanted: Wanted,
    opening: Opening,
    licence: str | None,
    name: str | None,
) -> None:
    """A dataset that can be published: Parquet shards, card, Croissant metadata."""
    from muspsy_sim.cli.pitfall_words import shown
    from muspsy_sim.cli.screen import console
    from muspsy_sim.datasets.hub.publishing import publish_run
    from muspsy_sim.evaluation.pitfalls.table import measure_run, stored_table
    from muspsy_sim.runs.store import find_run

    if licence is None:
        raise typer.BadParameter(
            "say under which licence it is published, as --license cc-by-4.0",
            param_hint="--license",
        )
    found_run = find_run(run)
    table = stored_table(found_run) or measure_run(found_run)
    pitfalls = {
        arm: {each: shown(value, each) for each, value in found.pitfalls.items()}
        for arm, found in table.arms.items()
    }
    done = publish_run(
        run, licence, out=out, name=name or "", wanted=wanted, opening=opening, pitfalls=pitfalls
    )
    screen = console()
    for config, rows in done.rows.items():
        screen.print(f"{config}: {rows:,} rows")
    for reason, episodes in sorted(done.tally.selection.left_out.items()):
        screen.print(f"Left out: {episodes} episodes, {reason}.")
    if done.examined.unmeasured:
        screen.print(f"Not measured: {done.examined.unmeasured}")
    if done.tally.selection.offline_roles():
        screen.print("The offline default spoke here: do not train on this.")
    screen.print(
        f"{done.shards} shards, README.md and croissant.json in {done.folder}", soft_wrap=True
    )


def _names(given: list[str] | None) -> tuple[str, ...]:
    """Names from options that may be repeated and may hold several with commas between them."""
    named = (name.strip() for text in given or () for name in text.split(","))
    return tuple(dict.fromkeys(name for name in named if name))


def _tell(done: Exported) -> None:
    from rich.table import Table

    from muspsy_sim.cli.screen import console
    from muspsy_sim.datasets.splits import FEWEST_CASES, SPLITS

    tally = done.tally
    table = Table("config", *SPLITS)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, counted in tally.rows.items():
        table.add_row(name, *(str(counted[split]) for split in SPLITS))
    screen = console()
    screen.print(table)
    for reason, episodes in sorted(tally.selection.left_out.items()):
        screen.print(f"Left out: {episodes} episodes, {reason}.", highlight=False)
    if tally.unfinished:
        screen.print(f"Left out: {tally.unfinished} episodes, not finished.", highlight=False)
    if len(tally.splits) < FEWEST_CASES:
        screen.print(
            f"Nothing is held out: there are {len(tally.splits)} source cases, and a split needs "
            f"{FEWEST_CASES}.",
            highlight=False,
        )
    if tally.selection.offline_roles():
        screen.print("The offline default spoke here: do not train on this.", highlight=False)
    screen.print(f"Written to {done.folder}", highlight=False, soft_wrap=True)
