"""`muspsy run RECIPE`: run what is owed of it, with progress to watch and a summary to read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.runs.loading import Change
    from muspsy_sim.runs.orchestrator import RunOutcome
    from muspsy_sim.runs.plan import RunPlan
    from muspsy_sim.runs.progress import RunProgress
    from muspsy_sim.runs.workers.starting import Crew


def run(
    recipe: Annotated[str, typer.Argument(help="A recipe's file, or its name in runs/.")],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change one value of the recipe: sessions=3, models.counselor=offline, "
            "seeds=[0,1], arms[0].levels.recall=last. Can be given more than once.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N episodes.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            metavar="FOLDER|URL",
            help="Results' folder, beside the recipe by default; or s3://BUCKET/FOLDER and the "
            "like, of which a copy is then kept there.",
        ),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Delete what is there and begin anew.")
    ] = False,
    retry_failed: Annotated[
        bool,
        typer.Option("--retry-failed", help="Go on with episodes that a model's failure stopped."),
    ] = False,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, help="Episodes at once.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Processes that share the work, one a core."),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="processes|ray",
            help="What the workers are: processes of this machine, or Ray actors.",
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option("--address", help="The Ray cluster: HOST:PORT, or auto for the one here."),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but what is wrong.")
    ] = False,
) -> None:
    """Run a recipe, or go on with it: what is recorded already is kept and not asked for again."""
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.run_end import conclude
    from muspsy_sim.cli.screen import console, styled
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.evaluation.comparing.design import check_endpoints
    from muspsy_sim.runs.loading import find_recipe, load_recipe
    from muspsy_sim.runs.plan import plan_run
    from muspsy_sim.runs.store import default_folder

    file = find_recipe(recipe)
    read = load_recipe(file, _changes(set_ or [], concurrency))
    if read.declared_endpoints():
        check_endpoints(read)
    plan = plan_run(read, base=file.parent, limit=limit)
    target = _target(out, default_folder(file))
    crew = _crew(workers, engine, address, target)
    progress = _progress_of(plan)
    begun = _again(
        recipe,
        set_ or [],
        {
            "--limit": limit,
            "--out": None if out is None else target.shown,
            "--concurrency": concurrency,
            "--workers": workers,
            "--engine": engine,
            "--address": address,
        },
    )
    work = _watched(plan, target, crew, restart, retry_failed, progress, quiet)
    try:
        outcome = run_stoppable(work)
    except Stopped as stopped:
        tell(
            f"Stopped with {progress.done} of {progress.episodes} episodes whole. What is "
            f"recorded is kept in {target.shown}; to go on: {begun}"
        )
        raise typer.Exit(stopped.exit_code) from None
    if target.url is not None and not quiet:
        console().print(styled(f"Results: {target.shown}, copied to {target.folder}"))
    conclude(plan, outcome, begun, quiet)


@dataclass(frozen=True, slots=True)
class _Target:
    """Where results go: a folder, or a URL and the folder that holds its copy."""

    folder: Path
    url: str | None
    shown: str


def _target(out: str | None, default: Path) -> _Target:
    from muspsy_sim.runs.workers.elsewhere import copy_folder
    from muspsy_sim.runs.workers.places import is_elsewhere, shown

    if out is None:
        return _Target(default, None, str(default))
    if is_elsewhere(out):
        return _Target(copy_folder(default, out), out, shown(out))
    return _Target(Path(out), None, out)


def _crew(
    workers: int | None, engine: str | None, address: str | None, target: _Target
) -> Crew | None:
    """The workers that are asked for; `None` = this process alone. Raises `RunError`."""
    from muspsy_sim.records.errors import RunError
    from muspsy_sim.runs.workers.starting import Crew

    if engine not in (None, "processes", "ray"):
        raise RunError(f"--engine {engine!r} is unknown", hint="use processes or ray")
    if address is not None and engine != "ray":
        raise RunError("--address names a Ray cluster", hint="add --engine ray")
    if engine == "ray":
        return Crew("ray", workers, address)
    if engine is None and workers is None and target.url is None:
        return None
    return Crew("processes", workers)


def _again(recipe: str, sets: list[str], options: dict[str, object]) -> str:
    """The command that goes on with this run; secrets in it are left out."""
    import shlex

    from muspsy_sim.llm.redaction import redact

    words = ["muspsy", "run", recipe]
    for text in sets:
        words += ["--set", redact(text)]
    for name, value in options.items():
        words += [name, str(value)] if value is not None else []
    return shlex.join(words)


def _changes(sets: list[str], concurrency: int | None) -> list[Change]:
    from muspsy_sim.runs.loading import Change, parse_change

    changes = [parse_change(text) for text in sets]
    if concurrency is not None:
        changes.append(Change("--concurrency", ("concurrency",), concurrency))
    return changes


def _progress_of(plan: RunPlan) -> RunProgress:
    from muspsy_sim.runs.progress import RunProgress

    return RunProgress(len(plan.episodes))


async def _watched(
    plan: RunPlan,
    target: _Target,
    crew: Crew | None,
    restart: bool,
    retry_failed: bool,
    progress: RunProgress,
    quiet: bool,
) -> RunOutcome:
    """Run with a display beside it."""
    from muspsy_sim.cli.progress import watching
    from muspsy_sim.cli.screen import console
    from muspsy_sim.runs.orchestrator import run as run_plan

    episodes = len(plan.episodes)
    title = f"{episodes} episode{'' if episodes == 1 else 's'} into {target.shown}"
    async with watching(progress, title, None if quiet else console()):
        if crew is None:
            return await run_plan(
                plan, target.folder, restart=restart, retry_failed=retry_failed, progress=progress
            )
        from muspsy_sim.runs.workers.starting import run_with

        return await run_with(
            plan,
            target.folder,
            crew,
            elsewhere=target.url,
            restart=restart,
            retry_failed=retry_failed,
            progress=progress,
        )
