"""An arm's flows as a drawing: text for a terminal, Mermaid for a page.

Every node of the wiring is drawn, also where the compiler fuses several into one step. The text is
lines of words, each with the party that it belongs to; whoever shows it chooses the colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from muspsy_sim.graphs.nodes import NODES
from muspsy_sim.graphs.spec import END

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muspsy_sim.graphs.wiring import Flow

DrawnParty = Literal["client", "counselor", "appraiser", "framework", "end", ""]
"""Whose a word is; `""` = a line or an answer between nodes."""

_ARROW = " → "

COLOURS: dict[DrawnParty, str] = {
    "client": "#cfe8ff",
    "counselor": "#d7f5d3",
    "appraiser": "#f6d9ff",
    "framework": "#eeeeee",
}
"""Fill colours in Mermaid."""


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a drawn line."""

    text: str
    party: DrawnParty = ""


DrawnLine = list[Word]


def party_of(node: str) -> DrawnParty:
    """Whose node this is; nobody's where no such node is known."""
    if node == END:
        return "end"
    return NODES[node].party if node in NODES else ""


def draw(flow: Flow) -> list[DrawnLine]:
    """A flow as lines: runs of nodes from left to right, ways below the node that decides them.

    A node where ways meet begins a line of its own; a way back names the node that it leads to.
    """
    back = _ways_back(flow)
    meets = {n for n in flow if sum((a, n) not in back for a in flow.predecessors(n)) > 1}
    lines: list[DrawnLine] = []
    todo, drawn = [flow.graph["start"]], set[str]()
    while todo:
        head = todo.pop(0)
        if head not in drawn:
            lines += _run(flow, head, [], meets, back, todo, drawn)
    return lines


def _run(
    flow: Flow,
    node: str,
    before: DrawnLine,
    meets: set[str],
    back: set[tuple[str, str]],
    todo: list[str],
    drawn: set[str],
) -> list[DrawnLine]:
    """The lines of a run that begins with `node`, `before` standing to its left."""
    line = [*before, Word(node, party_of(node))]
    drawn.add(node)
    while True:
        after = _after(flow, node)
        if len(after) != 1 or after[0][0]:
            break
        target = after[0][1]
        line += [Word(_ARROW), Word(target, party_of(target))]
        if (node, target) in back or (target in meets and target != END):
            _leave(target, todo, drawn)
            return [line]
        if target == END:
            return [line]
        node = target
        drawn.add(node)
    lines = [line]
    column = sum(len(word.text) for word in line[:-1])
    for at, (answer, target) in enumerate(after):
        last = at == len(after) - 1
        way = f"{answer}{_ARROW}" if answer else ""
        start = Word(" " * column + ("└ " if last else "├ ") + way)
        if (node, target) in back or target in meets or target == END:
            lines.append([start, Word(target, party_of(target))])
            _leave(target, todo, drawn)
            continue
        inner = _run(flow, target, [start], meets, back, todo, drawn)
        rest = inner[1:]
        if not last:
            rest = [_with_bar(each, column) for each in rest]
        lines += [inner[0], *rest]
    return lines


def _with_bar(line: DrawnLine, column: int) -> DrawnLine:
    """The line with a bar at `column`, where it is blank there: a way below goes on."""
    first = line[0].text
    if len(first) <= column or first[column] != " ":
        return line
    return [Word(first[:column] + "│" + first[column + 1 :]), *line[1:]]


def _leave(target: str, todo: list[str], drawn: set[str]) -> None:
    if target != END and target not in drawn and target not in todo:
        todo.append(target)


def _after(flow: Flow, node: str) -> list[tuple[str, str]]:
    """(answer, next node) of every way out, `""` for always, in the order of the arm's file."""
    return [(" or ".join(sorted(d["when"])), b) for _, b, d in flow.out_edges(node, data=True)]


def _ways_back(flow: Flow) -> set[tuple[str, str]]:
    """Edges that lead back to a node on the way from the start."""
    back: set[tuple[str, str]] = set()
    on_way, seen = [flow.graph["start"]], {flow.graph["start"]}
    ways: list[Iterator[str]] = [iter(list(flow.successors(on_way[0])))]
    while on_way:
        target = next(ways[-1], None)
        if target is None:
            on_way.pop()
            ways.pop()
        elif target in on_way:
            back.add((on_way[-1], target))
        elif target not in seen:
            seen.add(target)
            on_way.append(target)
            ways.append(iter(list(flow.successors(target))))
    return back


def mermaid(name: str, session: Flow | None, course: Flow) -> str:
    """Both flows as one Mermaid flowchart; `session` is `None` where the arm holds none."""
    lines = ["---", f"title: {name}", "---", "flowchart TD"]
    lines += _mermaid_flow("course", "c", course)
    if session is not None:
        lines += _mermaid_flow("session", "s", session)
        lines.append(f"  c_session -.- s_{session.graph['start']}")
    for party, colour in COLOURS.items():
        lines.append(f"  classDef {party} fill:{colour},stroke:#666666,color:#111111")
    return "\n".join(lines) + "\n"


def _mermaid_flow(title: str, prefix: str, flow: Flow) -> list[str]:
    lines = [f"  subgraph {title}"]
    for node in flow:
        if node == END:
            # `end` alone is a word of Mermaid's own.
            lines.append(f'    {prefix}_over(["end"])')
        else:
            lines.append(f'    {prefix}_{node}["{node}"]:::{party_of(node)}')
    for a, b, data in flow.edges(data=True):
        way = f"-->|{' or '.join(sorted(data['when']))}|" if data["when"] else "-->"
        lines.append(f"    {prefix}_{a} {way} {prefix}_{'over' if b == END else b}")
    return [*lines, "  end"]
