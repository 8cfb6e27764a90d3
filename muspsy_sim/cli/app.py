"""All commands under one name. A command's module is imported when it is asked for, not for help.

`COMMANDS` says where each is and what the list of commands says of it: the first line of its own
help, which a test holds it to.
"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from muspsy_sim import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "run": (
        "muspsy_sim.cli.run:run",
        "Run a recipe, or go on with it: what is recorded already is kept and not asked for again.",
    ),
    "status": (
        "muspsy_sim.cli.status:status",
        "Say where a run stands: done, running, owed, endings, failures, disk use.",
    ),
    "show": (
        "muspsy_sim.cli.show:show",
        "Print a course to read: intake, sessions, and the weeks between them.",
    ),
    "pitfalls": (
        "muspsy_sim.cli.pitfalls:pitfalls",
        "Measure pitfalls from the text of a run's episodes: by arm, with the counts.",
    ),
    "replay": (
        "muspsy_sim.cli.replay:replay",
        "Run it again from the journals, with no model, and compare every episode byte by byte.",
    ),
    "fork": (
        "muspsy_sim.cli.fork:fork",
        "Go on with the same client from one turn, under another arm or model.",
    ),
    "power": (
        "muspsy_sim.cli.power:power",
        (
            "Say what effect a recipe's design can see, and what it will cost in calls, tokens and "
            "money."
        ),
    ),
    "compare": (
        "muspsy_sim.cli.compare:compare",
        "Compare the arms of a run: effects with intervals, tests and what qualifies them.",
    ),
    "export": (
        "muspsy_sim.cli.export:export",
        "Export a run as tables or training data, checked row by row, or as a published format.",
    ),
    "generate": (
        "muspsy_sim.cli.generate:generate",
        "Make a corpus in one of the published systems' ways, from a recipe in runs/corpora/.",
    ),
    "annotate": (
        "muspsy_sim.cli.annotate:annotate",
        "Label any corpus as Psy-Insight is labelled: strategies, emotions, topic, stage, summary.",
    ),
    "import": (
        "muspsy_sim.cli.corpora:import_",
        "Import a published corpus into tables that lose nothing; what is odd in it is told.",
    ),
    "formats": (
        "muspsy_sim.cli.corpora:formats",
        "List the published formats that can be read and written.",
    ),
    "audit": (
        "muspsy_sim.cli.audit:audit",
        "Audit a corpus: every rule, where it found something, the words, and what to do.",
    ),
    "metrics": (
        "muspsy_sim.cli.metrics:metrics",
        "Measure corpora side by side, on samples of one size, with 95% intervals.",
    ),
    "mask": (
        "muspsy_sim.cli.privacy:mask",
        "Mask who a corpus is about: the same placeholder for the same thing, in both languages.",
    ),
    "privacy-check": (
        "muspsy_sim.cli.privacy:privacy_check",
        "Attack reconstructed dialogues three ways: attributes, linkage, membership.",
    ),
    "repair": (
        "muspsy_sim.cli.audit:repair",
        "Repair what a corpus proves itself: who said what in MusPsy's task 3 rows.",
    ),
    "appraise-check": (
        "muspsy_sim.cli.appraise_check:appraise_check",
        "Test an appraiser on labelled counselor turns: agreement, inflation, injections obeyed.",
    ),
    "respond": (
        "muspsy_sim.cli.respond:respond",
        "Have a model reply to recorded histories, and hold its replies against the given ones.",
    ),
    "evaluate": (
        "muspsy_sim.cli.evaluate:evaluate",
        "Judge a run's episodes with instruments; scores and quotes lie in RUN/scores/ afterwards.",
    ),
    "judge-check": (
        "muspsy_sim.cli.judge_check:judge_check",
        "Check a judge on good transcripts and the same ones spoiled in twenty ways.",
    ),
    "validate": (
        "muspsy_sim.cli.validate:validate",
        "See whether the simulator can be believed: the gate that must hold before it is used.",
    ),
    "personas": (
        "muspsy_sim.cli.personas:personas_app",
        "List, show, check, import, vary and extract clients.",
    ),
    "models": (
        "muspsy_sim.cli.models:models_app",
        "Say which models can be named, and check one.",
    ),
    "graphs": (
        "muspsy_sim.cli.graphs:graphs_app",
        "List the arms, and draw one.",
    ),
    "bench": (
        "muspsy_sim.cli.bench:bench",
        "Measure how fast this is here: each benchmark beside a rival in the same run.",
    ),
    "init": (
        "muspsy_sim.cli.init:init",
        "Copy agents/, graphs/, personas/ and runs/ into DIR, to be edited there.",
    ),
    "simulate-dynamics": (
        "muspsy_sim.cli.simulate_dynamics:simulate_dynamics",
        "Draw a client's trust and distress under four counselors, without any model.",
    ),
}
"""Name -> (`module:function` or `module:app`, one line of help), in the order of the list."""


class LoadedWhenAsked(TyperGroup):
    """The commands, of which only the one that was asked for is loaded."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the arguments name, itself in the place of its line in the list."""
        if args and args[0] in COMMANDS:
            self.commands[args[0]] = loaded(args[0])
        return super().resolve_command(ctx, args)


def loaded(name: str) -> Any:
    """A command as it is run. Imports its module."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return typer.main.get_command(alone)


app = typer.Typer(name="muspsy", cls=LoadedWhenAsked, no_args_is_help=True, add_completion=False)


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


def _listed() -> None:
    """Stands in the list for a command that is not loaded; never run."""


for _name, (_, _help) in COMMANDS.items():
    app.command(_name, help=_help)(_listed)
