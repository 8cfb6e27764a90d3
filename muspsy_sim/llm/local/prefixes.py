"""Keys and values of earlier prompts, kept for the next prompt of the same episode and name.

The one thrown out first is the one not used for longest. Kept within a number of bytes; a prompt
shares what it begins with, token by token, and nothing is assumed of how it goes on.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from muspsy_sim.llm.local.calls import Tensors
from muspsy_sim.llm.local.slots import bytes_of

_WORTH = 16
"""Tokens below which reuse costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was computed for some tokens: by layer keys and values, `[heads, tokens, size]`."""

    tokens: list[int]
    layers: Tensors

    @property
    def size(self) -> int:
        """Bytes."""
        return bytes_of(self.layers)


class Prefixes:
    """What is kept, within `limit` bytes. 0 keeps nothing."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._held: OrderedDict[str, Kept] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes held now."""
        return self._size

    def find(self, owner: str, tokens: list[int]) -> Kept | None:
        """The longest beginning of `tokens` that is kept, at least one token short of the whole."""
        kept = self._held.get(owner)
        if kept is None:
            return None
        self._held.move_to_end(owner)
        common = _common(kept.tokens, tokens[:-1])
        if common < _WORTH:
            return None
        layers = [(k[:, :common], v[:, :common]) for k, v in kept.layers]
        return Kept(tokens[:common], layers)

    def keep(self, owner: str, kept: Kept) -> None:
        """Keep it in place of what that owner had, and throw out what no longer fits."""
        self.forget(owner)
        if kept.size > self.limit:
            return
        self._held[owner] = kept
        self._size += kept.size
        while self._size > self.limit:
            _, oldest = self._held.popitem(last=False)
            self._size -= oldest.size

    def forget(self, owner: str) -> None:
        """Let go of what an owner had."""
        if (old := self._held.pop(owner, None)) is not None:
            self._size -= old.size

    def clear(self) -> None:
        """Let go of everything."""
        self._held.clear()
        self._size = 0


def _common(ours: list[int], theirs: list[int]) -> int:
    """How many tokens both begin with. By halving: lists are compared faster than looped over."""
    low, high = 0, min(len(ours), len(theirs))
    if ours[:high] == theirs[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if ours[low:middle] == theirs[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
