"""What is made of an object once, for all the times and episodes that it is asked for again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")


class Ready(Generic[K, T]):
    """What `make` makes of an object that nobody changes in place, made once for that very one.

    Of `most` objects at once something is kept; with one more all is made anew.
    """

    def __init__(self, make: Callable[[K], T], most: int = 4096) -> None:
        self._make = make
        self._most = most
        self._kept: dict[int, tuple[K, T]] = {}

    def __call__(self, of: K) -> T:
        """What was made of this very object."""
        # What is kept holds on to its object, so no other can have come to its place.
        kept = self._kept.get(id(of))
        if kept is None:
            if len(self._kept) >= self._most:
                self._kept.clear()
            kept = self._kept[id(of)] = (of, self._make(of))
        return kept[1]
