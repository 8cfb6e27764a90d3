"""`muspsy generate RECIPE`: a corpus made in one of the published systems' ways."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.datasets.making.engine import MakingProgress
    from muspsy_sim.datasets.making.finishing import Finished
    from muspsy_sim.datasets.making.planning import Plan
    from muspsy_sim.records.errors import Problem

_SHOWN = 10
_LOOK_S = 3.0
"""Seconds between two lines of progress."""


def generate(
    recipe: Annotated[
        str, typer.Argument(help="A recipe's file, or its name in runs/corpora/.", metavar="RECIPE")
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change one value of the recipe: exchanges=8, models.writer=offline, "
            "muspsy.progress=simulated. Can be given more than once.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N entries.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Results' folder; beside the recipe by default.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="FORMAT", help="Also write a published format; `own` for the way's own."
        ),
    ] = None,
    allow_offline: Annotated[
        bool,
        typer.Option("--allow-offline", help="With --to: publish what the offline default wrote."),
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Delete what is there and begin anew.")
    ] = False,
    retry_failed: Annotated[
        bool,
        typer.Option("--retry-failed", help="Go on with entries that a model's failure ended."),
    ] = False,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, help="Entries at once.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but what is wrong.")
    ] = False,
) -> None:
    """Make a corpus in one of the published systems' ways, from a recipe in runs/corpora/.

    What is recorded is kept and not asked for again.

    A dialogue that breaks a rule to the last try is kept as a failure, with the reason.
    """
    from muspsy_sim.datasets.making.planning import plan_corpus
    from muspsy_sim.datasets.making.recipe import CorpusRecipe
    from muspsy_sim.datasets.making.sources import entries_of
    from muspsy_sim.runs.loading import Change, find_recipe, load_changed, parse_change
    from muspsy_sim.runs.store import default_folder

    file = find_recipe(recipe, "corpora/*.yaml")
    changes = [parse_change(text) for text in set_ or []]
    if concurrency is not None:
        changes.append(Change("--concurrency", ("concurrency",), concurrency))
    read = load_changed(file, CorpusRecipe, changes)
    plan = plan_corpus(read, entries_of(read, file.parent, limit, Told()))
    folder = out if out is not None else default_folder(file)
    if "_content" in folder.parts or ("_content" in file.parts and out is None):
        folder = Path("runs", "corpora", file.stem)
    if to is not None:
        published_name(plan, folder, to, allow_offline)
    done = run_plan(
        plan,
        folder,
        again=_again(recipe, set_ or [], limit, out),
        restart=restart,
        retry_failed=retry_failed,
        quiet=quiet,
    )
    if to is not None:
        publish_made(plan, folder, to, allow_offline, quiet)
    raise typer.Exit(conclude(done, _again(recipe, set_ or [], limit, out)))


def run_plan(
    plan: Plan,
    folder: Path,
    *,
    again: str,
    restart: bool = False,
    retry_failed: bool = False,
    quiet: bool = False,
) -> Finished:
    """Make what is owed, write the tables, and say what came of it."""
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.screen import console
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.datasets.making.engine import MakingProgress
    from muspsy_sim.datasets.making.finishing import finish
    from muspsy_sim.datasets.parquet import arrow

    arrow()  # Without it nothing could be written down in the end: told before anything is asked.
    progress = MakingProgress(len(plan.entries))
    try:
        run_stoppable(_watched(plan, folder, restart, retry_failed, progress, quiet))
    except Stopped as stopped:
        tell(
            f"Stopped with {progress.done} of {progress.entries} entries whole. What is recorded "
            f"is kept in {folder}; to go on: {again}"
        )
        raise typer.Exit(stopped.exit_code) from None
    done = finish(plan, folder)
    if not quiet:
        screen = console()
        languages = ", ".join(f"{name} ({n:,})" for name, n in sorted(done.languages.items()))
        kept = f" ({progress.kept:,} were there before)" if progress.kept else ""
        screen.print(
            f"{done.dialogues:,} dialogues, {done.turns:,} turns{kept}. "
            f"Way: {plan.way.name}. Languages: {languages or 'none'}."
        )
        held, broken = sum(done.checks.values()), sum(done.broken.values())
        screen.print(f"Rules held against them: {held:,}; broken on the way: {broken:,}.")
        if plan.offline:
            screen.print(
                "The offline default spoke here: a check of the plumbing, not for training."
            )
        screen.print(f"Written to {folder}", soft_wrap=True)
    return done


async def _watched(
    plan: Plan,
    folder: Path,
    restart: bool,
    retry_failed: bool,
    progress: MakingProgress,
    quiet: bool,
) -> None:
    import asyncio

    from muspsy_sim.cli.entry import tell
    from muspsy_sim.datasets.making.engine import make

    async def lines() -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            tell(f"{progress.done} of {progress.entries} entries, {progress.count.attempts} calls")

    watching = None if quiet else asyncio.create_task(lines())
    try:
        await make(plan, folder, restart=restart, retry_failed=retry_failed, progress=progress)
    finally:
        if watching is not None:
            watching.cancel()


def conclude(done: Finished, again: str) -> int:
    """Tell which entries have no dialogue, and why; the exit code."""
    from muspsy_sim.cli.entry import tell

    for name, why in done.failures[:_SHOWN]:
        tell(f"{name}: {why}")
    if len(done.failures) > _SHOWN:
        tell(f"... and {len(done.failures) - _SHOWN} more: {done.folder}/manifest.json")
    if any(why.startswith("model:") for _, why in done.failures):
        tell(f"once the model answers again: {again} --retry-failed")
    if done.owed:
        tell(
            f"{done.owed} entries are owed; with a larger budget the same command goes on: {again}"
        )
    return 1 if done.failures or done.owed else 0


class Told:
    """Tells the first problems of a source, as they come."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, problem: Problem) -> None:
        """Tell a problem, or that there are more."""
        from muspsy_sim.cli.entry import tell

        self.number += 1
        if self.number <= _SHOWN:
            tell(str(problem))
        elif self.number == _SHOWN + 1:
            tell("and more such places; `muspsy audit` tells them all")


def published_name(plan: Plan, folder: Path, to: str, allow_offline: bool) -> str:
    """The format's name, `own` being that of the way; refused before anything is asked for."""
    from muspsy_sim.datasets.making.finishing import publishable

    name = plan.way.publishes_as if to == "own" else to
    publishable(plan, folder, name, allow_offline=allow_offline)
    return name


def publish_made(plan: Plan, folder: Path, to: str, allow_offline: bool, quiet: bool) -> None:
    """Write what was made in a published format; `own` is that of its way."""
    from muspsy_sim.cli.corpora import print_lost
    from muspsy_sim.cli.screen import console
    from muspsy_sim.datasets.making.finishing import publish

    name = published_name(plan, folder, to, allow_offline)
    done = publish(plan, folder, name, allow_offline=allow_offline)
    if not quiet:
        print_lost(console(), name, done.written)
        console().print(f"As {name}: {done.folder}", soft_wrap=True)


def _again(recipe: str, sets: list[str], limit: int | None, out: Path | None) -> str:
    """The command that goes on; secrets in it are left out."""
    import shlex

    from muspsy_sim.llm.redaction import redact

    words = ["muspsy", "generate", recipe]
    for text in sets:
        words += ["--set", redact(text)]
    for name, value in (("--limit", limit), ("--out", out)):
        words += [name, str(value)] if value is not None else []
    return shlex.join(words)
