"""From a checked wiring to what runs: a LangGraph state machine for the session, and the course.

Linear runs of nodes, and forks that join again, are fused into one step, and a step that leads back
to itself is gone through again inside it, since a LangGraph step has a price; drawings and records
still show each node. State holds primitives; the live course travels in `context`, and no
checkpointer is used: the journal is the archive. The course goes through its steps without a
machine of its own, which every episode would hold beside its session's for all of its weeks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from muspsy_sim.agents.live import Levels, LiveCourse
from muspsy_sim.graphs.nodes import NODES
from muspsy_sim.graphs.spec import END, load_arm
from muspsy_sim.graphs.wiring import effective_levels, wire
from muspsy_sim.llm.ask import CallFailed
from muspsy_sim.records.errors import GraphError

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

    from muspsy_sim.graphs.wiring import Flow

_NO_LIMIT = 1_000_000
"""Supersteps that a graph may take: sessions end by their own rules, never by this."""

Branch = tuple[str, ...]


class Progressing(TypedDict, total=False):
    """A graph's whole state: how many steps it has taken."""

    steps: int


@dataclass(frozen=True, slots=True)
class Step:
    """Nodes fused into one step: each stage is one node, or branches that run side by side."""

    name: str
    stages: tuple[tuple[Branch, ...], ...]
    last: str


Once = Callable[[LiveCourse], Awaitable[str]]
"""Goes through one step; where the flow goes on, or `END`."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A flow's steps by name, and the one that it starts with."""

    start: str
    steps: dict[str, Once]


@dataclass(frozen=True, slots=True)
class CompiledArm:
    """An arm ready to run."""

    name: str
    control: bool
    levels: Levels
    nodes: frozenset[str]
    session: CompiledStateGraph[Any, Any, Any, Any] | None
    course: Walk
    resumed: CompiledStateGraph[Any, Any, Any, Any] | None = None
    """The session's graph from its second exchange on, for a session begun under another arm."""

    async def hold(self, course: LiveCourse) -> None:
        """Run the session graph over the session that the course is holding."""
        machine = self.resumed if self.resumed is not None and course.now.turns else self.session
        if machine is None:
            raise GraphError(f"arm {self.name!r} holds no sessions")
        await machine.ainvoke(
            Progressing(steps=0), context=course, config={"recursion_limit": _NO_LIMIT}
        )

    async def run(self, course: LiveCourse) -> None:
        """Go through the course's steps to its end."""
        name = self.course.start
        while name != END:
            name = await self.course.steps[name](course)
            # Models that answer at once would hold the loop for a whole course.
            await asyncio.sleep(0)


@cache
def compile_arm(name: str, drop: tuple[str, ...] = (), *, midway: bool = False) -> CompiledArm:
    """Compile an arm of `graphs/`, once per process. `drop` names further nodes to leave out.

    `midway` starts it in the middle of a session that is being held already (a fork).
    Raises `GraphError` when the wiring does not hold together.
    """
    arm = load_arm(name, drop)
    session, course = wire(arm)
    holds = "session" in course
    if midway and not holds:
        raise GraphError(
            f"arm {name!r} holds no sessions, so a fork cannot go on under it", file=arm.file
        )
    again = next((b for _, b, d in session.out_edges("speak", data=True) if "again" in d["when"]))
    names = set(course) | (set(session) if holds else set())
    return CompiledArm(
        name=name,
        control=arm.control,
        levels=effective_levels(arm),
        nodes=frozenset(names - {END}),
        session=_machine(session, None) if holds else None,
        course=_walk(course, "session" if midway else None),
        resumed=_machine(session, again) if midway else None,
    )


def steps_of(flow: Flow, start: str | None = None) -> dict[str, Step]:
    """The steps that a flow's nodes are fused into, by the name of their first node."""
    start = start or flow.graph["start"]
    heads = {start} | {b for _, b, d in flow.edges(data=True) if d["when"]}
    steps: dict[str, Step] = {}
    todo = [start]
    while todo:
        head = todo.pop()
        if head in steps or head == END:
            continue
        step = _step(flow, head, heads)
        steps[head] = step
        todo += list(flow.successors(step.last))
    return steps


def _step(flow: Flow, head: str, heads: set[str]) -> Step:
    stages: list[tuple[Branch, ...]] = [((head,),)]
    node = head
    while True:
        after = list(flow.successors(node))
        if any(flow.edges[node, b]["when"] for b in after):
            break
        if len(after) > 1:
            branches, join = _branches(flow, after)
            stages.append(branches)
            if join in heads or join == END:
                name = "+".join(n for stage in stages for branch in stage for n in branch)
                # Branches meet in a step of their own; the flow goes on from any branch's last.
                return Step(name, tuple(stages), branches[0][-1])
            node = join
        elif after[0] in heads or after[0] == END:
            break
        else:
            node = after[0]
        stages.append(((node,),))
    name = "+".join(n for stage in stages for branch in stage for n in branch)
    return Step(name, tuple(stages), node)


def _branches(flow: Flow, firsts: Sequence[str]) -> tuple[tuple[Branch, ...], str]:
    """Branches from a fork to the node where they all join."""
    paths: list[list[str]] = []
    for first in firsts:
        path = [first]
        while flow.in_degree(path[-1]) == 1 and flow.out_degree(path[-1]) == 1:
            path.append(next(iter(flow.successors(path[-1]))))
        paths.append(path)
    joins = {path[-1] for path in paths}
    if len(joins) != 1:
        raise GraphError(
            f"the ways from {', '.join(firsts)} do not join again",
            hint="let branches be plain runs that lead to one node",
        )
    return tuple(tuple(path[:-1]) for path in paths if path[:-1]), joins.pop()


def _walk(flow: Flow, start: str | None) -> Walk:
    steps = steps_of(flow, start)
    names = {step.name: _once(step, _ways(flow, step, steps, END)) for step in steps.values()}
    return Walk(steps[start or flow.graph["start"]].name, names)


def _machine(flow: Flow, start: str | None) -> CompiledStateGraph[Any, Any, Any, Any]:
    from langgraph.graph import END as STOP
    from langgraph.graph import START, StateGraph

    steps = steps_of(flow, start)
    graph = StateGraph(Progressing, context_schema=LiveCourse)
    for step in steps.values():
        ways = _ways(flow, step, steps, STOP)
        once = _once(step, ways)
        graph.add_node(step.name, _runner(step, once), destinations=tuple(set(ways.values())))
    graph.add_edge(START, steps[start or flow.graph["start"]].name)
    return graph.compile()


def _ways(flow: Flow, step: Step, steps: dict[str, Step], stop: str) -> dict[str | None, str]:
    """Where the flow goes on from a step, by its last node's answer (`None` = always)."""
    ways: dict[str | None, str] = {}
    for _, target, data in flow.out_edges(step.last, data=True):
        name = stop if target == END else steps[target].name
        for answer in data["when"] or {None}:
            ways[answer] = name
    return ways


def _once(step: Step, ways: dict[str | None, str]) -> Once:
    stages = [[[NODES[name].act for name in branch] for branch in stage] for stage in step.stages]

    async def run_branch(acts: Sequence[Any], course: LiveCourse) -> str | None:
        answer: str | None = None
        for act in acts:
            answer = await act(course)
        return answer

    async def once(course: LiveCourse) -> str:
        answer: str | None = None
        for stage in stages:
            if len(stage) == 1:
                answer = await run_branch(stage[0], course)
                continue
            # All branches are waited for, and the first failure in the wiring's order is raised:
            # which branch failed first in time must not show in the record.
            ended = await asyncio.gather(
                *(run_branch(acts, course) for acts in stage), return_exceptions=True
            )
            stopped = [outcome for outcome in ended if isinstance(outcome, BaseException)]
            # Of several calls that failed, the one raised is recorded where it is caught.
            course.failures += [one.failure for one in stopped[1:] if isinstance(one, CallFailed)]
            if stopped:
                raise stopped[0]
            answer = None
        return ways[answer] if answer in ways else ways[None]

    return once


def _runner(step: Step, once: Once) -> Callable[..., Any]:
    from langgraph.runtime import Runtime
    from langgraph.types import Command

    async def run(state: Progressing, runtime: Runtime[LiveCourse]) -> Any:
        taken = 1
        while (goto := await once(runtime.context)) == step.name:
            taken += 1
            # Models that answer at once would hold the loop for a whole session.
            await asyncio.sleep(0)
        return Command(goto=goto, update={"steps": state.get("steps", 0) + taken})

    run.__annotations__ = {"state": Progressing, "runtime": Runtime[LiveCourse], "return": Any}
    return run
