"""How `muspsy run` ends: pitfalls measured, a summary, and what is incomplete and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from muspsy_sim.cli.entry import tell

if TYPE_CHECKING:
    from muspsy_sim.evaluation.pitfalls.table import PitfallTable
    from muspsy_sim.runs.orchestrator import RunOutcome
    from muspsy_sim.runs.plan import RunPlan

_MANY = 100
"""Episodes from which measuring takes long enough to be announced."""


def conclude(plan: RunPlan, outcome: RunOutcome, begun: str, quiet: bool) -> None:
    """Measure the pitfalls and print the summary; `begun` is the command that goes on.

    Raises `typer.Exit` with 1 where episodes are incomplete.
    """
    from muspsy_sim.cli.screen import console
    from muspsy_sim.cli.summary import print_summary

    table = _pitfalls(outcome, quiet)
    if not quiet:
        print_summary(console(), plan, outcome, table)
    if not outcome.incomplete:
        return
    for line in _failures(outcome, begun):
        tell(line)
    raise typer.Exit(1)


def _pitfalls(outcome: RunOutcome, quiet: bool) -> PitfallTable | None:
    """The pitfalls of what was run, measured and kept; where nothing was run, as they were kept.

    What forbids it does not undo the run.
    """
    from muspsy_sim.cli.screen import console, styled
    from muspsy_sim.evaluation.pitfalls.table import measure_run, stored_table, write_table
    from muspsy_sim.records.errors import MuspsyError

    if outcome.progress.kept == len(outcome.ends) and (kept := stored_table(outcome.run)):
        return kept
    episodes = len(outcome.run.episode_ids())
    if not quiet and episodes >= _MANY:
        console().print(styled(f"Measuring pitfalls in {episodes} episodes ...", "dim"))
    try:
        table = measure_run(outcome.run)
        write_table(outcome.run, table)
    except MuspsyError as error:
        tell(f"Note: pitfalls were not measured: {error}")
        return None
    return table


def _failures(outcome: RunOutcome, begun: str, shown: int = 10) -> list[str]:
    """Which episodes did not reach their horizon, why, and how to go on."""
    from muspsy_sim.records.episode import CourseEnd
    from muspsy_sim.runs.store import read_episode

    names = outcome.incomplete
    lines = [
        f"{name}: {outcome.ends[name].value}: {read_episode(outcome.run, name).end_detail}"
        for name in names[:shown]
    ]
    if len(names) > shown:
        lines.append(f"... and {len(names) - shown} more: `muspsy status {outcome.run.folder}`")
    ends = {outcome.ends[name] for name in names}
    how = []
    if CourseEnd.MODEL_ERROR in ends:
        how.append(f"once the model answers again: {begun} --retry-failed")
    if CourseEnd.BUDGET_SPENT in ends:
        how.append("with a larger budget (--set budget.tokens=N) the same command goes on")
    lines.append(f"{len(names)} of {len(outcome.ends)} episodes are incomplete; " + "; ".join(how))
    return lines
