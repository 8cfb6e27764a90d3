"""`muspsy appraise-check`: whether an appraiser sees in labelled turns what stands in them.

Leaves with 0 where it is usable by the content's thresholds, and with 1 where it is not.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.agents.appraiser.check_reading import CheckItem
    from muspsy_sim.evaluation.appraise_check.outcomes import TurnOutcome


class CheckLanguage(StrEnum):
    """The languages whose turns are appraised."""

    EN = "en"
    ZH = "zh"
    BOTH = "both"


def appraise_check(
    model: Annotated[
        str, typer.Option("--model", metavar="MODEL", help="The appraiser to be tested.")
    ] = "offline",
    language: Annotated[
        CheckLanguage, typer.Option("--language", help="Whose labelled turns.")
    ] = CheckLanguage.BOTH,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object instead of tables.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep answers and results; goes on from there."),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Ask anew what DIR has answers to.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask again what failed before.")
    ] = False,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=4096, help="Calls at once.")] = 8,
) -> None:
    """Test an appraiser on labelled counselor turns: agreement, inflation, injections obeyed."""
    from muspsy_sim.agents.appraiser.check_reading import LANGUAGES, load_check_set
    from muspsy_sim.cli.appraise_check_page import print_check
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.screen import console
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.evaluation.appraise_check.findings import check_of
    from muspsy_sim.evaluation.appraise_check.keeping import write_results
    from muspsy_sim.evaluation.appraise_check.thresholds import load_thresholds
    from muspsy_sim.llm.model_strings import parse_model

    if out is None and (restart or retry_failed):
        flag = "--restart" if restart else "--retry-failed"
        raise typer.BadParameter(
            "there is nothing to go on from; name a folder with --out", param_hint=flag
        )
    name = parse_model(model).name
    thresholds = load_thresholds()
    wanted = [each for each in LANGUAGES if language in (each, CheckLanguage.BOTH)]
    items = [item for each in wanted for item in load_check_set(each)]
    try:
        outcomes = run_stoppable(_asked(items, model, out, restart, retry_failed, at_once))
    except Stopped as stopped:
        kept = f"{out} keeps the answers so far; the same command goes on." if out else ""
        tell(f"Stopped. {kept}".strip())
        raise typer.Exit(stopped.exit_code) from None
    check = check_of(name, outcomes, thresholds)
    if out is not None:
        write_results(out, check, outcomes)
    if as_json:
        typer.echo(check.model_dump_json(indent=2))
    else:
        print_check(console(), check)
        if out is not None:
            typer.echo(f"Results: {out}")
    if not check.usable:
        raise typer.Exit(1)


async def _asked(
    items: list[CheckItem],
    model: str,
    out: Path | None,
    restart: bool,
    retry_failed: bool,
    at_once: int,
) -> list[TurnOutcome]:
    from muspsy_sim.cli.calls_told import CallsTold
    from muspsy_sim.evaluation.appraise_check.asking import ask_all
    from muspsy_sim.evaluation.asking_sets import Asking

    asking = Asking()
    return await ask_all(
        items,
        model,
        folder=out,
        restart=restart,
        retry_failed=retry_failed,
        at_once=at_once,
        asking=asking,
        told=CallsTold(asking),
    )
