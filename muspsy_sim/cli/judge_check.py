"""`muspsy judge-check --judge M`: whether a judge sees what was spoiled on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.evaluation.checking.checking import CheckProgress
    from muspsy_sim.evaluation.checking.outcome import JudgeCheck
    from muspsy_sim.evaluation.instruments.spec import Instrument


def judge_check(
    judge: Annotated[str, typer.Option("--judge", metavar="MODEL", help="The judge to check.")],
    run: Annotated[
        str | None,
        typer.Option(
            "--run", metavar="RUN", help="Spoil this run's courses; by default they are made."
        ),
    ] = None,
    instruments: Annotated[
        list[str] | None,
        typer.Option("--instruments", metavar="NAME,...", help="Only these; all by default."),
    ] = None,
    courses: Annotated[
        int | None, typer.Option("--courses", min=2, help="At most so many courses.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Where to; RUN/scores/checks, or runs/judge-checks without a run.",
        ),
    ] = None,
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, help="Courses judged at once.")
    ] = 4,
    restart: Annotated[
        bool, typer.Option("--restart", help="Ask anew what was asked before.")
    ] = False,
    kinds: Annotated[bool, typer.Option("--kinds", help="Show every kind of spoiling.")] = False,
) -> None:
    """Check a judge on good transcripts and the same ones spoiled in twenty ways."""
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.judge_check_page import print_check
    from muspsy_sim.cli.names import named
    from muspsy_sim.cli.screen import console
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.evaluation.checking.checking import CheckProgress
    from muspsy_sim.evaluation.checking.kept import DEFAULT_FOLDER, keep_check
    from muspsy_sim.evaluation.instruments.loading import chosen_instruments
    from muspsy_sim.llm.model_strings import parse_model
    from muspsy_sim.runs.store import find_run

    parse_model(judge)
    chosen = [one for one in chosen_instruments(named(instruments)) if one.reported is None]
    found = find_run(run) if run is not None else None
    folder = out or (found.folder / "scores" / "checks" if found is not None else DEFAULT_FOLDER)
    progress = CheckProgress(0)
    try:
        check = run_stoppable(
            _checked(judge, chosen, run, courses, folder, concurrency, restart, progress)
        )
    except Stopped as stopped:
        tell(
            f"Stopped with {progress.done} of {progress.courses} courses judged. What was answered "
            f"is kept in {folder}; the same command goes on."
        )
        raise typer.Exit(stopped.exit_code) from None
    file = keep_check(folder, check)
    print_check(console(), check, kinds)
    console().print(f"Written to {file}", highlight=False, soft_wrap=True)
    if any(one.verdict not in ("usable", "not enough pairs") for one in check.instruments):
        raise typer.Exit(1)


async def _checked(
    judge: str,
    instruments: list[Instrument],
    run: str | None,
    limit: int | None,
    folder: Path,
    concurrency: int,
    restart: bool,
    progress: CheckProgress,
) -> JudgeCheck:
    import shutil

    from muspsy_sim.cli.screen import console
    from muspsy_sim.evaluation.checking.checking import Check, check_judge
    from muspsy_sim.evaluation.checking.courses import good_courses, make_courses
    from muspsy_sim.evaluation.spoiling.catalogue import all_kinds
    from muspsy_sim.runs.store import find_run

    if run is None:
        console().print("Making good courses ...", highlight=False)
        good = await make_courses(folder / "courses", seeds=(0, 1))
    else:
        good = find_run(run)
    courses, made_by = good_courses(good, limit)
    progress.courses = len(courses)
    journals = folder / "journal"
    if restart and journals.is_dir():
        shutil.rmtree(journals)
    check = Check(judge, instruments, all_kinds(), courses, made_by, journals, concurrency)
    return await check_judge(check, progress)
