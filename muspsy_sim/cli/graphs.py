"""`muspsy graphs`: list the arms, and draw one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from muspsy_sim.graphs.drawing import DrawnLine
    from muspsy_sim.graphs.spec import Arm
    from muspsy_sim.graphs.wiring import Flow

graphs_app = typer.Typer(name="graphs", help="List the arms, and draw one.", no_args_is_help=True)

STYLES = {
    "client": "cyan",
    "counselor": "green",
    "appraiser": "magenta",
    "framework": "bold",
    "end": "dim",
    "": "dim",
}
"""How each party's nodes look."""


@graphs_app.command("list")
def list_graphs() -> None:
    """List the arms in graphs/."""
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import console, styled
    from muspsy_sim.graphs.spec import arm_names, load_arm
    from muspsy_sim.records.errors import GraphError, MuspsyError, Problem

    # A control says so in its first word, so it needs no column, which 80 columns lack.
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0)
    for name in ("name", "recall", "plan", "manner"):
        table.add_column(name, no_wrap=True)
    table.add_column("about", ratio=1)
    problems: list[Problem] = []
    for name in arm_names():
        try:
            arm = load_arm(name)
        except MuspsyError as error:
            problems += error.problems
            continue
        about = arm.about if not arm.control or _says_so(arm) else f"Control: {arm.about}"
        table.add_row(name, *_told(arm), styled(about))
    console().print(table)
    if problems:
        first, *others = problems
        raise GraphError(
            first.message,
            file=first.file,
            line=first.line,
            field=first.field,
            hint=first.hint,
            others=others,
        )


def _says_so(arm: Arm) -> bool:
    return arm.about.lower().startswith("control")


def _told(arm: Arm) -> tuple[str, str, str]:
    """Recall, plan and manner, `-` where the arm has nobody who would have them."""
    from muspsy_sim.cli.screen import plain
    from muspsy_sim.graphs.wiring import effective_levels

    levels = effective_levels(arm)
    nodes = {e.source for e in (*arm.session, *arm.course)} - set(arm.dropped)
    if "session" not in nodes:
        return "-", "-", "-"
    return levels.recall, levels.plan, plain(levels.manner) if "respond" in nodes else "-"


@graphs_app.command("show")
def show_graph(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An arm of graphs/.")],
    as_mermaid: Annotated[
        bool, typer.Option("--mermaid", help="Mermaid text instead of a drawing.")
    ] = False,
) -> None:
    """Draw an arm: its session, its course, its levels, and what it leaves out."""
    from muspsy_sim.cli.screen import console
    from muspsy_sim.graphs.drawing import mermaid
    from muspsy_sim.graphs.spec import load_arm
    from muspsy_sim.graphs.wiring import wire

    arm = load_arm(name)
    session, course = wire(arm)
    held = session if "session" in course else None
    if as_mermaid:
        typer.echo(mermaid(name, held, course), nl=False)
        return
    _print_arm(console(), arm, held, course)


def _print_arm(screen: Console, arm: Arm, session: Flow | None, course: Flow) -> None:
    from rich.text import Text

    from muspsy_sim.cli.screen import styled
    from muspsy_sim.graphs.drawing import draw
    from muspsy_sim.graphs.spec import END
    from muspsy_sim.graphs.wiring import effective_levels

    screen.print(styled(f"{arm.name}{' (control)' if arm.control else ''}", "bold"))
    screen.print(styled(arm.about))
    for title, flow in (("course", course), ("session", session)):
        screen.print()
        if flow is None:
            screen.print(styled(f"{title}: none is held", "bold"))
            continue
        screen.print(styled(title, "bold"))
        for line in draw(flow):
            screen.print(Text("  ").append_text(_painted(line)), soft_wrap=True)
    screen.print()
    names = [n for flow in (course, session) if flow is not None for n in flow if n != END]
    _print_nodes(screen, names)
    levels = ", ".join(f"{k}: {v}" for k, v in effective_levels(arm).model_dump().items())
    screen.print(styled(f"levels   {levels}"))
    screen.print(styled(f"dropped  {', '.join(arm.dropped) or 'nothing'}"))
    screen.print(styled(f"file     {arm.file}", "dim"), soft_wrap=True)


def _print_nodes(screen: Console, names: list[str]) -> None:
    from rich.table import Table

    from muspsy_sim.cli.screen import styled
    from muspsy_sim.graphs.nodes import NODES

    table = Table.grid(padding=(0, 2))
    for name in names:
        node = NODES[name]
        table.add_row(styled(f"  {name}", STYLES[node.party]), styled(node.party), node.about)
    screen.print(table)
    screen.print()


def _painted(line: DrawnLine) -> Text:
    from rich.text import Text

    return Text.assemble(*((word.text, STYLES[word.party]) for word in line))
