"""What is made of a profile's facts once, for every turn and episode that they are asked in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from muspsy_sim.records.profile import Fact

T = TypeVar("T")
_MOST = 4096
"""Profiles that something is kept of at once; with one more all are made anew."""


class Ready(Generic[T]):
    """What `make` makes of a list of facts, made once: nobody changes such a list in place."""

    def __init__(self, make: Callable[[list[Fact]], T]) -> None:
        self._make = make
        self._kept: dict[int, tuple[list[Fact], T]] = {}

    def __call__(self, facts: list[Fact]) -> T:
        """What was made of this very list."""
        # What is kept holds on to its list, so no other list can have come to its place.
        kept = self._kept.get(id(facts))
        if kept is None:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            kept = self._kept[id(facts)] = (facts, self._make(facts))
        return kept[1]
