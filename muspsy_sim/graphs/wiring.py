"""The wiring of a flow as a networkx graph: nodes dropped by contraction, then checked.

Dropping a node joins what came before it to what comes after. The result is refused unless every
node is reachable, every path can end, every requirement is met and every answer has a way to go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muspsy_sim.agents.live import Levels
from muspsy_sim.graphs.nodes import NODES, Node
from muspsy_sim.graphs.spec import END, Arm, Edge
from muspsy_sim.records.errors import GraphError

if TYPE_CHECKING:
    import networkx as nx

    Flow = nx.DiGraph[Any]


def wire(arm: Arm) -> tuple[Flow, Flow]:
    """The session's and the course's flow of an arm, drops contracted, checked.

    Each edge carries `when`: the answers of its source that take it, empty for always.
    Raises `GraphError` naming the arm's file, the node and what to do.
    """
    session, course = flow_of(arm.session), flow_of(arm.course)
    known = set(session) | set(course)
    for name in arm.dropped:
        if name not in known:
            raise GraphError(
                f"it drops {name!r}, which no flow has",
                file=arm.file,
                field="drop",
                hint=f"nodes: {', '.join(sorted(known - {END}))}",
            )
    for flow, level in ((session, "session"), (course, "course")):
        for name in arm.dropped:
            if name in flow:
                _contract(flow, name, arm)
        _reduce(flow)
        _check(flow, level, arm)
    names = (set(session) | set(course)) - {END}
    if "session" not in course:
        names -= set(session)
    for name in sorted(names):
        _check_needs(NODES[name], names, effective_levels(arm), arm)
        _check_follows(NODES[name], session if name in session else course, arm)
    return session, course


def effective_levels(arm: Arm) -> Levels:
    """The arm's levels as they come out: a dropped node's level is `none`.

    Who opens is what the flow does.
    """
    changed = {"opens": "client" if arm.session[0].source == "greet" else "counselor"}
    here = {e.source for e in (*arm.session, *arm.course)} - set(arm.dropped)
    if "recall" not in here:
        changed["recall"] = "none"
    if "plan" not in here and arm.levels.plan in ("turn", "random"):
        changed["plan"] = "session"
    if "plan_next" not in here and "plan_first" not in here and "plan" not in here:
        changed["plan"] = "none"
    return arm.levels.model_copy(update=changed)


def flow_of(edges: tuple[Edge, ...]) -> Flow:
    """The flow that edges make; `graph["start"]` is where it starts."""
    import networkx as nx

    flow: Flow = nx.DiGraph(start=edges[0].source)
    for edge in edges:
        _join(flow, edge.source, edge.target, frozenset({edge.when} if edge.when else ()))
    return flow


def _join(flow: Flow, source: str, target: str, when: frozenset[str]) -> None:
    before = flow.edges[source, target]["when"] if flow.has_edge(source, target) else None
    # A way that is always taken swallows one that is taken on an answer.
    both = when | before if before and when else (when if before is None else frozenset())
    flow.add_edge(source, target, when=both)


def _contract(flow: Flow, name: str, arm: Arm) -> None:
    ways_in = [(a, d["when"]) for a, _, d in flow.in_edges(name, data=True) if a != name]
    ways_out = [(b, d["when"]) for _, b, d in flow.out_edges(name, data=True) if b != name]
    if name == flow.graph["start"]:
        always = [b for b, when in ways_out if not when]
        if len(always) != 1:
            raise GraphError(
                f"{name!r} is where the flow starts and has no single next node",
                file=arm.file,
                field="drop",
                hint="keep it, or give the arm a flow of its own",
            )
        flow.graph["start"] = always[0]
    flow.remove_node(name)
    for before, asked in ways_in:
        for after, when in ways_out:
            if when and not asked:
                raise GraphError(
                    f"dropping {name!r} leaves {before!r} to decide {', '.join(sorted(when))}, "
                    "which it does not answer",
                    file=arm.file,
                    field="drop",
                    hint=f"keep {name!r}",
                )
            if before != after:
                _join(flow, before, after, asked)


def _reduce(flow: Flow) -> None:
    """Take out ways that a longer way of certain steps makes needless (after contraction)."""
    import networkx as nx

    certain = nx.DiGraph([(a, b) for a, b, d in flow.edges(data=True) if not d["when"]])
    if not nx.is_directed_acyclic_graph(certain):
        return
    kept = set(nx.transitive_reduction(certain).edges)
    for edge in list(certain.edges):
        if edge not in kept:
            flow.remove_edge(*edge)


def _check(flow: Flow, level: str, arm: Arm) -> None:
    import networkx as nx

    def wrong(message: str, hint: str) -> GraphError:
        return GraphError(message, file=arm.file, field=level, hint=hint)

    for name in sorted(set(flow) - {END}):
        node = NODES.get(name)
        if node is None or node.level != level:
            names = sorted(n for n, d in NODES.items() if d.level == level)
            raise wrong(f"there is no {level} node {name!r}", f"known: {', '.join(names)}")
        asked = {w for _, _, d in flow.out_edges(name, data=True) for w in d["when"]}
        if asked != set(node.answers) and flow.out_degree(name):
            raise wrong(
                f"{name!r} answers {', '.join(node.answers) or 'nothing'}, and its ways ask for "
                f"{', '.join(sorted(asked)) or 'nothing'}",
                "give each answer one way",
            )
    start = flow.graph["start"]
    if lost := sorted(set(flow) - nx.descendants(flow, start) - {start}):
        raise wrong(f"{lost[0]!r} cannot be reached from {start!r}", "join it in, or drop it")
    if END not in flow:
        raise wrong("no way leads to `end`", "let the last node lead to `end`")
    if stuck := sorted(set(flow) - nx.ancestors(flow, END) - {END}):
        raise wrong(f"from {stuck[0]!r} no way leads to `end`", "give it a way on")


def _check_needs(node: Node, names: set[str], levels: Levels, arm: Arm) -> None:
    for needed in node.needs(levels):
        if needed not in names:
            raise GraphError(
                f"{node.name!r} requires {needed!r}, which is dropped or missing",
                file=arm.file,
                field="drop",
                hint=f"keep {needed!r}, or drop {node.name!r} as well",
            )


def _check_follows(node: Node, flow: Flow, arm: Arm) -> None:
    if not node.follows:
        return
    wanted = " or ".join(repr(name) for name in node.follows)
    if not set(node.follows) & set(flow):
        raise GraphError(
            f"{node.name!r} requires {wanted}, which is dropped or missing",
            file=arm.file,
            field="drop",
            hint=f"keep {node.follows[0]!r}",
        )
    import networkx as nx

    past: Flow = nx.DiGraph(flow)
    past.remove_nodes_from(node.follows)
    start = flow.graph["start"]
    begins = [name for name in (start, node.name) if name in past]
    ways = {after for name in begins for after in past.successors(name)}
    early = node.name == start or any(
        node.name == after or node.name in nx.descendants(past, after) for after in ways
    )
    if early:
        raise GraphError(
            f"a way leads to {node.name!r} past {wanted}",
            file=arm.file,
            field=node.level,
            hint=f"let {node.follows[0]!r} come before it on every way",
        )
