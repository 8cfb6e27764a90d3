"""`muspsy evaluate RUN`: judge what a run recorded; what is judged already is not asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.evaluation.judging.asked import Asked, EvaluationProgress, Mode
    from muspsy_sim.evaluation.judging.scores_store import ScoreStore
    from muspsy_sim.records.pairs import PairScores
    from muspsy_sim.runs.store import Run


def evaluate(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, or its recipe.")],
    instruments: Annotated[
        list[str] | None,
        typer.Option(
            "--instruments",
            metavar="NAME,...",
            help="Ids in agents/judge/instruments/, or files of your own; all by default.",
        ),
    ] = None,
    judges: Annotated[
        list[str] | None,
        typer.Option(
            "--judges",
            metavar="MODEL,...",
            help="Model strings; by default the recipe's judge, or offline.",
        ),
    ] = None,
    repeat_share: Annotated[
        float,
        typer.Option(
            "--repeat-share", min=0.0, max=1.0, help="Share of judgments asked for twice."
        ),
    ] = 0.0,
    pairs: Annotated[
        str | None,
        typer.Option(
            "--pairs",
            metavar="ARM,ARM",
            help="Judge two arms side by side instead, each pair in both orders.",
        ),
    ] = None,
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, help="Episodes judged at once.")
    ] = 8,
    restart: Annotated[
        bool, typer.Option("--restart", help="Delete the scores that are there and begin anew.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask again where every attempt had failed.")
    ] = False,
    replay: Annotated[
        bool,
        typer.Option("--replay", help="Ask nobody: make the scores again and compare them."),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but what is wrong.")
    ] = False,
) -> None:
    """Judge a run's episodes with instruments; scores and quotes lie in RUN/scores/ afterwards."""
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.names import named
    from muspsy_sim.cli.screen import console
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.evaluation.judging.asked import EvaluationProgress, asked_for
    from muspsy_sim.runs.store import find_run

    found = find_run(run)
    asked = asked_for(
        found,
        named(instruments),
        named(judges),
        repeat_share=repeat_share,
        concurrency=concurrency,
        mode=_mode(restart, retry_failed, replay),
    )
    progress = EvaluationProgress(len(found.episode_ids()))
    if not quiet:
        for line in _warnings(found, asked):
            tell(f"warning: {line}")
    if pairs is not None:
        _judge_pairs(found, pairs, asked, progress, quiet)
        return
    try:
        store = run_stoppable(_watched(found, asked, progress, quiet))
    except Stopped as stopped:
        tell(
            f"Stopped with {progress.done} of {progress.episodes} episodes judged. What was "
            f"answered is kept in {found.folder / 'scores'}; the same command goes on."
        )
        raise typer.Exit(stopped.exit_code) from None
    if asked.mode == "replay":
        _tell_replay(progress)
    elif not quiet:
        from muspsy_sim.cli.evaluate_summary import print_evaluation

        print_evaluation(console(), store, asked, progress)


def _judge_pairs(
    run: Run, given: str, asked: Asked, progress: EvaluationProgress, quiet: bool
) -> None:
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.evaluate_progress import watching
    from muspsy_sim.cli.evaluate_summary import print_pairs
    from muspsy_sim.cli.names import named
    from muspsy_sim.cli.screen import console
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.evaluation.judging.tallies import tallies
    from muspsy_sim.evaluation.pairing import judge_pairs
    from muspsy_sim.records.errors import RunError

    arms = named([given])
    if len(arms) != 2:
        raise RunError(
            f"--pairs {given!r} does not name two arms", hint="write --pairs full,no-memory"
        )

    async def work() -> list[PairScores]:
        async with watching(progress, None if quiet else console()):
            return await judge_pairs(run, (arms[0], arms[1]), asked, progress)

    try:
        found = run_stoppable(work())
    except Stopped as stopped:
        tell(
            f"Stopped with {progress.done} of {progress.episodes} pairs judged; "
            "the same command goes on."
        )
        raise typer.Exit(stopped.exit_code) from None
    if asked.mode == "replay":
        _tell_replay(progress, "pairs have the same verdicts")
    elif not quiet:
        print_pairs(console(), (arms[0], arms[1]), tallies(found))


def _mode(restart: bool, retry_failed: bool, replay: bool) -> Mode:
    from muspsy_sim.records.errors import RunError

    modes: dict[str, tuple[Mode, bool]] = {
        "--restart": ("restart", restart),
        "--retry-failed": ("retry failed", retry_failed),
        "--replay": ("replay", replay),
    }
    chosen = [(name, mode) for name, (mode, on) in modes.items() if on]
    if len(chosen) > 1:
        raise RunError(
            f"{chosen[0][0]} and {chosen[1][0]} exclude each other", hint="give one of them"
        )
    return chosen[0][1] if chosen else "go on"


def _warnings(run: Run, asked: Asked) -> list[str]:
    from muspsy_sim.evaluation.judging.families import kinship_warnings
    from muspsy_sim.runs.store import read_run_file

    return kinship_warnings(asked.judges, read_run_file(run))


async def _watched(run: Run, asked: Asked, progress: EvaluationProgress, quiet: bool) -> ScoreStore:
    from muspsy_sim.cli.evaluate_progress import watching
    from muspsy_sim.cli.screen import console
    from muspsy_sim.evaluation.evaluating import evaluate as evaluate_run

    async with watching(progress, None if quiet else console()):
        return await evaluate_run(run, asked, progress)


def _tell_replay(
    progress: EvaluationProgress, what: str = "episodes have the same scores, byte by byte"
) -> None:
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.screen import console, styled

    same = progress.done - len(progress.different)
    for line in progress.different:
        tell(line)
    console().print(
        styled(
            f"{same} of {progress.done} {what}; "
            f"{progress.count.recorded:,} recorded answers were read, and no model was asked",
            "bold green" if not progress.different else "bold red",
        )
    )
    if progress.different:
        raise typer.Exit(1)
