"""All commands under one name. What only one command needs is imported in it, so help is light."""

from __future__ import annotations

from typing import Annotated

import typer

from muspsy_sim import __version__
from muspsy_sim.cli.appraise_check import appraise_check
from muspsy_sim.cli.audit import audit, repair
from muspsy_sim.cli.compare import compare
from muspsy_sim.cli.corpora import formats, import_
from muspsy_sim.cli.evaluate import evaluate
from muspsy_sim.cli.export import export
from muspsy_sim.cli.fork import fork
from muspsy_sim.cli.graphs import graphs_app
from muspsy_sim.cli.init import init
from muspsy_sim.cli.judge_check import judge_check
from muspsy_sim.cli.metrics import metrics
from muspsy_sim.cli.personas import personas_app
from muspsy_sim.cli.pitfalls import pitfalls
from muspsy_sim.cli.power import power
from muspsy_sim.cli.privacy import mask, privacy_check
from muspsy_sim.cli.replay import replay
from muspsy_sim.cli.run import run
from muspsy_sim.cli.show import show
from muspsy_sim.cli.simulate_dynamics import simulate_dynamics
from muspsy_sim.cli.status import status
from muspsy_sim.cli.validate import validate

app = typer.Typer(name="muspsy", no_args_is_help=True, add_completion=False)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"muspsy {__version__}")
        raise typer.Exit


@app.callback()
def muspsy(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Which this is."),
    ] = False,
) -> None:
    """Simulate whole courses of counseling, and record them for training and evaluation.

    Nothing here is medical advice, and no result says anything about a real person.
    """


app.command("run")(run)
app.command("status")(status)
app.command("show")(show)
app.command("pitfalls")(pitfalls)
app.command("replay")(replay)
app.command("fork")(fork)
app.command("power")(power)
app.command("compare")(compare)
app.command("export")(export)
app.command("import")(import_)
app.command("formats")(formats)
app.command("audit")(audit)
app.command("metrics")(metrics)
app.command("mask")(mask)
app.command("privacy-check")(privacy_check)
app.command("repair")(repair)
app.command("appraise-check")(appraise_check)
app.command("evaluate")(evaluate)
app.command("judge-check")(judge_check)
app.command("validate")(validate)
app.add_typer(personas_app)
app.add_typer(graphs_app)
app.command("init")(init)
app.command("simulate-dynamics")(simulate_dynamics)
