"""`muspsy status RUN`: what is done, what is owed, how it ended, also while it runs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.evaluation.pitfalls.table import PitfallTable
    from muspsy_sim.runs.status import RunStatus

_MEASURED = 40
"""Episodes up to which pitfalls are measured here where the run's table is out of date."""

_SHOWN = 20
"""Episodes named of each kind before the rest are only counted."""


def status(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, or its recipe.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead.")] = False,
) -> None:
    """Say where a run stands: done, running, owed, endings, failures, disk use."""
    from muspsy_sim.cli.screen import console
    from muspsy_sim.runs.status import status_of
    from muspsy_sim.runs.store import find_run

    found = status_of(find_run(run))
    table, why_not = _pitfalls(found)
    if as_json:
        import orjson

        shown = {**_as_json(found), "pitfalls": _arms_as_json(table)}
        typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
        return
    print_status(console(), found)
    if table is not None:
        from muspsy_sim.cli.pitfall_words import print_pitfalls

        print_pitfalls(console(), table)
    elif why_not:
        console().print(why_not, style="dim", soft_wrap=True)


def _pitfalls(found: RunStatus) -> tuple[PitfallTable | None, str]:
    """The pitfalls of what is whole, or why they are not here. Never takes long; writes nothing."""
    from muspsy_sim.evaluation.pitfalls.table import kept_or_measured
    from muspsy_sim.records.errors import MuspsyError

    if not found.done or found.damaged:
        return None, ""
    try:
        table = kept_or_measured(found.run, _MEASURED)
    except MuspsyError as error:
        return None, f"pitfalls were not measured: {error}"
    return table, "" if table else f"to measure pitfalls: muspsy pitfalls {found.run.folder}"


def _arms_as_json(table: PitfallTable | None) -> dict[str, object] | None:
    return None if table is None else table.model_dump(mode="json")["arms"]


def print_status(screen: Console, found: RunStatus) -> None:
    """The status as a person reads it."""
    from muspsy_sim.cli.screen import styled

    def line(text: str, style: str = "") -> None:
        screen.print(styled(text, style), soft_wrap=True)

    line(f"{found.run.folder}", "bold")
    line(_state(found), "green" if _finished(found) else "yellow")
    fork = found.described.get("fork")
    if isinstance(fork, dict):
        line(
            f"forked from {fork.get('episode')} after turn {fork.get('turn')} "
            f"of session {fork.get('session')}"
        )
    _ends(screen, found)
    for outcome in found.incomplete[:_SHOWN]:
        line(
            f"  {outcome.id}: {outcome.end.value} in week {outcome.end_week}: {outcome.end_detail}",
            "red",
        )
    _rest(screen, len(found.incomplete))
    for problem in found.damaged:
        line(f"  {problem}", "red")
    if found.begun:
        line(f"begun, not whole ({len(found.begun)}):")
    for begun in found.begun[:_SHOWN]:
        line(f"  {begun.id}: {begun.calls} call{'' if begun.calls == 1 else 's'} recorded")
    _rest(screen, len(found.begun))
    if found.untouched:
        line(f"not begun ({len(found.untouched)}):")
    for name in found.untouched[:_SHOWN]:
        line(f"  {name}")
    _rest(screen, len(found.untouched))
    _disk(screen, found)
    for fork_run in found.forks:
        line(f"fork: {fork_run.folder}")
    for how in _how_to_go_on(found):
        line(how, "cyan")


def _state(found: RunStatus) -> str:
    whole, planned = len(found.done), len(found.planned)
    complete = whole - len(found.incomplete)
    doing = "running" if found.running else ("finished" if _finished(found) else "not running")
    owed = planned - whole
    return (
        f"{doing}: {complete} of {planned} episodes complete"
        + (f", {len(found.incomplete)} stopped by a failure or the budget" * bool(found.incomplete))
        + (f", {owed} owed" if owed else "")
    )


def _finished(found: RunStatus) -> bool:
    return len(found.done) == len(found.planned) and not found.incomplete and not found.damaged


def _ends(screen: Console, found: RunStatus) -> None:
    from muspsy_sim.cli.progress import tokens
    from muspsy_sim.cli.screen import count, styled
    from muspsy_sim.cli.summary import sent_before

    if not found.done:
        return
    for end, number in Counter(o.end for o in found.done).most_common():
        screen.print(styled(f"  {number:>5}  {end.value} (by {end.by})"))
    total = sum(o.tokens for o in found.done)
    estimated = sum(o.estimated for o in found.done)
    turns = sum(o.turns for o in found.done)
    sessions = sum(o.sessions for o in found.done)
    screen.print(
        styled(
            f"{count(sessions)} sessions held, {count(turns)} turns, "
            f"{tokens(total, estimated)} tokens"
        )
    )
    if told := sent_before(found.sent):
        screen.print(styled(told))


def _rest(screen: Console, number: int) -> None:
    from muspsy_sim.cli.screen import styled

    if number > _SHOWN:
        screen.print(styled(f"  ... and {number - _SHOWN} more (--json names all)", "dim"))


def _disk(screen: Console, found: RunStatus) -> None:
    from muspsy_sim.cli.screen import size, styled

    parts = ", ".join(f"{name} {size(octets)}" for name, octets in found.disk.items())
    screen.print(styled(f"disk: {size(sum(found.disk.values()))} ({parts})"), soft_wrap=True)


def _how_to_go_on(found: RunStatus) -> list[str]:
    from muspsy_sim.records.episode import CourseEnd

    if found.running:
        return []
    how = []
    ends = {o.end for o in found.incomplete}
    if found.begun or found.untouched:
        how.append("`muspsy run` with the same recipe and --out goes on with what is owed")
    if CourseEnd.MODEL_ERROR in ends:
        how.append("with --retry-failed it also goes on with what a model's failure stopped")
    if CourseEnd.BUDGET_SPENT in ends:
        how.append("with a larger --set budget.tokens=N it goes on with what the budget stopped")
    return how


def _as_json(found: RunStatus) -> dict[str, object]:
    return {
        "folder": str(found.run.folder),
        "running": found.running,
        "planned": found.planned,
        "complete": [o.id for o in found.done if o.end.complete],
        "incomplete": [
            {"id": o.id, "end": o.end.value, "week": o.end_week, "detail": o.end_detail}
            for o in found.incomplete
        ],
        "damaged": found.damaged,
        "begun": {each.id: each.calls for each in found.begun},
        "not_begun": found.untouched,
        "ends": dict(Counter(o.end.value for o in found.done)),
        "sent_before": {role: each.share for role, each in sorted(found.sent.items())},
        "sent_before_by": {
            role: "tokens" if each.by_tokens else "characters"
            for role, each in sorted(found.sent.items())
        },
        "disk_bytes": found.disk,
        "forks": [str(fork.folder) for fork in found.forks],
    }
