"""What was found of one pitfall in one episode: counts that add up, and the places to look at."""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.evaluation.pitfalls.reading import Said
from muspsy_sim.evaluation.pitfalls.tallies import Tally

_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pitfall shows: the turn, its words (shortened), and why it counts."""

    turn: str
    words: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One pitfall in one episode. `reason` says why there is nothing to count, where there is."""

    tally: Tally
    places: list[Place] = field(default_factory=list)


def place(said: Said, why: str = "") -> Place:
    """A turn as a place."""
    words = " ".join(said.text.split())
    return Place(said.id, words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…", why)
