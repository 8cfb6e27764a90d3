"""What a way of making a corpus is to the engine: its prompts, its graph's nodes, how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from muspsy_sim.datasets.making.bench import Bench
from muspsy_sim.datasets.making.flow import Node
from muspsy_sim.llm.seam import Prompt, Role
from muspsy_sim.records.corpus import Dialogue


@dataclass(frozen=True, slots=True)
class Way:
    """One way. `begin` makes the work that the nodes share, `finish` reads the dialogue off it."""

    name: str
    prompts: tuple[Prompt[Any, Any], ...]
    nodes: Mapping[str, Node]
    begin: Callable[[Bench], Any]
    finish: Callable[[Any], Dialogue]
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What its nodes may answer, where they answer anything."""
    publishes_as: str = ""
    """The published format that its system writes."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that its prompts are asked of."""
        return tuple(dict.fromkeys(prompt.role for prompt in self.prompts))


PLAYED = "simpsydial"
"""The way in which a session is simulated for a way that only labels."""

_WAYS = {
    "muspsy": "muspsy",
    "psydial": "psydial",
    "psy-insight": "psy_insight",
    "cactus": "cactus",
    "cpsycoun": "cpsycoun",
    "smile": "smile",
    "simpsydial": "simpsydial",
}


def way_named(name: str) -> Way:
    """The way of this name, which a recipe has been checked to have."""
    way: Way = import_module(f"muspsy_sim.datasets.making.ways.{_WAYS[name]}").WAY
    return way
