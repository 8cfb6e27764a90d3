"""Session graphs for LangGraph's dev server and Studio (`langgraph dev`, see `langgraph.json`).

The same nodes and wiring as in a run, one step each instead of fused, for one session of one
persona. The state shows what was said, felt and planned; the live course itself stays in this
process, a copy for every step, so that Studio can go back to an earlier one.
"""

from __future__ import annotations

import asyncio
import copy
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypedDict
from uuid import uuid4

from muspsy_sim.agents.live import LiveCourse, LiveSession, Schedule
from muspsy_sim.graphs.compile import compile_arm
from muspsy_sim.graphs.framework import intake
from muspsy_sim.graphs.nodes import NODES
from muspsy_sim.graphs.spec import END, load_arm
from muspsy_sim.graphs.wiring import wire
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Model, Role, Sampling
from muspsy_sim.personas.library import load_profile
from muspsy_sim.runs.course import Seat, begin
from muspsy_sim.runs.provenance import ROLES

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

_COURSES: dict[str, LiveCourse] = {}
_BEGIN = "begin"


class Shown(TypedDict, total=False):
    """What Studio shows and asks for: `persona`, `seed` and `exchanges` go in."""

    persona: str
    seed: int
    exchanges: int
    said: Annotated[list[dict[str, str]], operator.add]
    client: dict[str, Any]
    """The client's values after the last node: trust, distress, readiness and so on."""
    plan: dict[str, Any] | None
    appraisal: dict[str, Any] | None
    end: str | None
    answer: str | None
    course: str
    """Which copy of the live course belongs to this step."""


def studio_graph(arm: str) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The session graph of an arm, one LangGraph node for each of its own."""
    from langgraph.graph import END as STOP
    from langgraph.graph import START, StateGraph

    flow, _ = wire(load_arm(arm))
    graph = StateGraph(Shown)
    graph.add_node(_BEGIN, _begin(arm))
    graph.add_edge(START, _BEGIN)
    graph.add_edge(_BEGIN, flow.graph["start"])
    for name in flow:
        if name == END:
            continue
        graph.add_node(name, _node(name))
        ways = {
            answer: STOP if target == END else target
            for _, target, data in flow.out_edges(name, data=True)
            for answer in data["when"] or [""]
        }
        if "" in ways:
            graph.add_edge(name, ways[""])
        else:
            graph.add_conditional_edges(name, _answered, ways)
    return graph.compile(name=arm)


async def _answered(state: Shown) -> str:
    return state.get("answer") or ""


def _begin(arm: str) -> Callable[..., Any]:
    async def start(state: Shown) -> dict[str, Any]:
        return await asyncio.to_thread(_started, arm, state)

    return start


def _started(arm: str, state: Shown) -> dict[str, Any]:
    compiled = compile_arm(arm)
    models: dict[Role, Model] = {role: OfflineModel() for role in ROLES}
    seat = Seat(arm, compiled, compiled.levels, models, {role: Sampling() for role in ROLES})
    course = begin(
        f"studio-{arm}",
        load_profile(state.get("persona") or "en-gordon-pell"),
        seat,
        state.get("seed") or 0,
        Schedule(1, state.get("exchanges") or 8, 0, 2400),
    )
    course.week = 1
    asyncio.run(intake(course))
    course.session = LiveSession(number=1, week=1, state_before=course.client.state)
    return _shown(course, 0)


def _node(name: str) -> Callable[..., Any]:
    async def act(state: Shown) -> dict[str, Any]:
        # The dev server refuses file reading in its event loop, and content is read when needed.
        return await asyncio.to_thread(_acted, name, state)

    act.__name__ = name
    return act


def _acted(name: str, state: Shown) -> dict[str, Any]:
    course = _copied(_COURSES[state["course"]])
    before = len(course.now.turns)
    answer = asyncio.run(_one(name, course))
    return {**_shown(course, before), "answer": answer}


async def _one(name: str, course: LiveCourse) -> str | None:
    return await NODES[name].act(course)


def _shown(course: LiveCourse, before: int) -> dict[str, Any]:
    key = uuid4().hex
    _COURSES[key] = course
    now = course.now
    heard = [t for t in now.turns if t.speaker == "counselor"]
    return {
        "course": key,
        "said": [{"speaker": t.speaker, "text": t.text} for t in now.turns[before:]],
        "client": course.client.state.values.model_dump(),
        "plan": now.turn_plan.model_dump() if now.turn_plan else None,
        "appraisal": (heard[-1].appraisal.model_dump() if heard and heard[-1].appraisal else None),
        "end": now.end.value if now.end else None,
    }


def _copied(course: LiveCourse) -> LiveCourse:
    """A copy that can be lived on without touching the one it was made from."""
    shared = (course.ask, course.hold, course.client.profile, course.client.dynamics, course.pulse)
    return copy.deepcopy(course, {id(part): part for part in shared})


full = studio_graph("full")
no_memory = studio_graph("no-memory")
no_planning = studio_graph("no-planning")
neither = studio_graph("neither")
bare = studio_graph("bare")
