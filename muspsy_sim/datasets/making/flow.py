"""A way's graph: the flow that its YAML file says, checked, and compiled for LangGraph.

A node is a function of the work; what it answers chooses among the ways that say `when`. State
holds a step count, the work travels in `context`, and the journal is the archive, as in courses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from pydantic import Field

from muspsy_sim.graphs.spec import END, Edge, edges_of
from muspsy_sim.graphs.wiring import flow_of
from muspsy_sim.records.base import Id, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import GraphError
from muspsy_sim.records.strict_yaml import load_strict

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

Node = Callable[[Any], Awaitable[str | None]]
_NO_LIMIT = 1_000_000


class FlowFile(Record):
    """One file of `graphs/corpora/`."""

    name: Id
    about: str = Field(min_length=1)
    flow: list[str] = Field(min_length=1, description="lines such as `a -> b` or `a -> b when c`")


class Steps(TypedDict, total=False):
    """The whole state: how many steps were taken."""

    steps: int


@dataclass(frozen=True, slots=True)
class Held:
    """The work that a flow's nodes act on, as LangGraph carries it."""

    work: Any


@cache
def load_flow(name: str) -> tuple[FlowFile, tuple[Edge, ...]]:
    """The flow of a way. Raises `GraphError` where it does not hold together."""
    path = content_path("graphs", "corpora", f"{name}.yaml")
    file = load_strict(path, FlowFile)
    if file.name != name:
        raise GraphError(
            f"it is named {file.name!r} and its file {name!r}", file=path, field="name"
        )
    return file, edges_of(file.flow)


def compile_flow(
    name: str, nodes: Mapping[str, Node], answers: Mapping[str, frozenset[str]]
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The way's graph, ready to run.

    `answers`: what a node may answer; a flow that leaves one without a way is refused.
    Raises `GraphError` for a node that the way does not have, cannot be reached, or cannot end.
    """
    import networkx as nx
    from langgraph.graph import END as STOP
    from langgraph.graph import START, StateGraph

    _, edges = load_flow(name)
    path = content_path("graphs", "corpora", f"{name}.yaml")
    flow = flow_of(edges)
    for node in flow:
        if node != END and node not in nodes:
            raise GraphError(
                f"there is no node {node!r} in the way {name}",
                file=path,
                field="flow",
                hint=f"nodes: {', '.join(sorted(nodes))}",
            )
    start = flow.graph["start"]
    if lost := set(flow) - {start} - nx.descendants(flow, start):
        raise GraphError(f"{min(lost)!r} is never reached", file=path, field="flow")
    if END not in flow or any(n != END and not nx.has_path(flow, n, END) for n in flow):
        raise GraphError("not every node leads to `end`", file=path, field="flow")
    graph = StateGraph(Steps, context_schema=Held)
    for node in flow:
        if node == END:
            continue
        ways: dict[str | None, str] = {}
        for _, target, data in flow.out_edges(node, data=True):
            for answer in data["when"] or {None}:
                ways[answer] = STOP if target == END else target
        may = answers.get(node, frozenset())
        left = [a for a in sorted(may) if a not in ways and None not in ways]
        if left or (not may and None not in ways):
            raise GraphError(
                f"{node!r} has no way to go{f' when {left[0]}' if left else ''}",
                file=path,
                field="flow",
            )
        graph.add_node(node, _runner(nodes[node], ways), destinations=tuple(set(ways.values())))
    graph.add_edge(START, start)
    return graph.compile()


async def run_flow(machine: CompiledStateGraph[Any, Any, Any, Any], work: object) -> None:
    """Run a way's graph over one work, to its end."""
    await machine.ainvoke(Steps(steps=0), context=Held(work), config={"recursion_limit": _NO_LIMIT})


def _runner(act: Node, ways: Mapping[str | None, str]) -> Callable[..., Any]:
    from langgraph.runtime import Runtime
    from langgraph.types import Command

    async def run(state: Steps, runtime: Runtime[Held]) -> Any:
        answer = await act(runtime.context.work)
        goto = ways[answer] if answer in ways else ways[None]
        return Command(goto=goto, update={"steps": state.get("steps", 0) + 1})

    run.__annotations__ = {"state": Steps, "runtime": Runtime[Held], "return": Any}
    return run
