"""The nodes that a graph may name: what each does, for whom, and what it needs.

A node's function takes the live course and may return one of the node's answers, which decides
where the flow goes on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from muspsy_sim.agents.appraiser import acting as appraiser
from muspsy_sim.agents.client import acting as client
from muspsy_sim.agents.counselor import acting as counselor
from muspsy_sim.agents.live import Levels, LiveCourse
from muspsy_sim.graphs import framework

Act = Callable[[LiveCourse], Awaitable[str | None]] | Callable[[LiveCourse], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Node:
    """One node. `requires` must be in the arm; `without` it can do without, and says so.

    One of `follows` must have run on every way to it, and again on every way back to it.
    """

    name: str
    level: Literal["session", "course"]
    party: Literal["client", "counselor", "appraiser", "framework"]
    act: Act
    about: str
    answers: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    requires_at: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """(factor, level) -> nodes required when the arm's factor has that level."""

    def needs(self, levels: Levels) -> list[str]:
        """The nodes required at these levels."""
        more = [
            name
            for (factor, level), names in self.requires_at.items()
            if getattr(levels, factor) == level
            for name in names
        ]
        return [*self.requires, *more]


_ALL = (
    Node(
        "recall",
        "session",
        "counselor",
        counselor.recall,
        "picks what the counselor remembers for this turn",
        requires_at={
            ("recall", level): ("remember",)
            for level in ("last", "notes", "search", "graph", "sham", "scrambled")
        },
    ),
    Node(
        "plan",
        "session",
        "counselor",
        counselor.plan,
        "decides what the next turn is for",
        without=("recall", "plan_next"),
    ),
    Node(
        "respond",
        "session",
        "counselor",
        counselor.respond,
        "speaks as the counselor",
        without=("recall", "plan"),
    ),
    Node(
        "respond_bare",
        "session",
        "counselor",
        counselor.respond_bare,
        "puts the plain conversation to a model or product under test",
    ),
    Node(
        "appraise",
        "session",
        "appraiser",
        appraiser.appraise,
        "codes what the counselor just did",
        follows=("respond", "respond_bare"),
    ),
    Node(
        "feel",
        "session",
        "client",
        client.feel,
        "lets the client's state follow, by the rules of the dynamics",
        requires=("appraise",),
        follows=("appraise",),
    ),
    Node(
        "speak",
        "session",
        "client",
        client.speak,
        "answers as the client, from its stance and what it is ready to tell",
        answers=("again", "over"),
        requires=("feel",),
        follows=("feel",),
    ),
    Node("greet", "session", "client", client.greet, "lets the client open the session"),
    Node("intake", "course", "framework", framework.intake, "holds the intake, session 0"),
    Node("baseline", "course", "client", client.baseline, "takes the report before session one"),
    Node(
        "open",
        "course",
        "framework",
        framework.open_week,
        "begins a week; the client comes, misses, or is gone",
        answers=("attended", "absent"),
        requires=("between",),
    ),
    Node(
        "plan_first",
        "course",
        "counselor",
        counselor.plan_first,
        "plans the session about to open, where none is planned yet",
        without=("remember",),
    ),
    Node(
        "session",
        "course",
        "framework",
        framework.hold_session,
        "holds one session: its own graph",
        requires=("open",),
    ),
    Node(
        "remember",
        "course",
        "counselor",
        counselor.remember,
        "writes the counselor's note of the session",
        requires=("session",),
    ),
    Node(
        "plan_next",
        "course",
        "counselor",
        counselor.plan_next,
        "revises the treatment plan and plans the next session",
        requires=("session", "plan_first"),
        without=("remember",),
    ),
    Node(
        "reflect",
        "course",
        "client",
        client.reflect,
        "writes the client's own memory of the session",
        requires=("session",),
    ),
    Node("between", "course", "client", client.between, "lives the week after"),
    Node(
        "report",
        "course",
        "framework",
        framework.report,
        "takes the week's report and sees whether the course goes on",
        answers=("again", "over"),
        requires=("between",),
    ),
    Node(
        "finish",
        "course",
        "framework",
        framework.finish,
        "lives the follow-up weeks and closes the course",
        requires=("report",),
    ),
)

NODES: dict[str, Node] = {node.name: node for node in _ALL}
