"""Keys and values of rows that are written together, each row in a slot of its own.

A token's place in its slot is its position, so a row is read and written where it lies whatever its
company: others come and go without its being copied. Slots in use lie side by side from the first
one on; who leaves is replaced by the last. transformers' models write here through its `Cache`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muspsy_sim.llm.local.calls import Tensors

_STRETCH = 64
"""Places by which slots grow, at least: growing copies them all."""


class Slots:
    """Slots of `places` tokens for `rows` rows, in every layer; they grow as they must."""

    def __init__(self) -> None:
        from transformers import Cache

        self.rows = 0
        self.places = 0
        self._layers: list[_Layer] = []
        self._read: tuple[int, int, int] = (0, 0, 0)
        self._at: Any = None
        self.cache: Any = Cache(layer_class_to_replicate=self._layer)

    def _layer(self) -> _Layer:
        self._layers.append(_Layer(self))
        return self._layers[-1]

    def make_room(self, rows: int, places: int, used: int) -> None:
        """Let there be as many rows and places, and keep what the first `used` rows hold."""
        if rows <= self.rows and places < self.places:
            return
        # One place more than any row fills: padding is written there, and nothing reads it.
        wide = max(places + _STRETCH, places * 5 // 4)
        self.rows, self.places = rows, -(-(wide + 1) // _STRETCH) * _STRETCH
        for layer in self._layers:
            layer.grow(used)

    def open(self, first: int, last: int, length: int, at: Any) -> None:
        """Say what the next forward pass reads and writes.

        It reads the first `length` places of the rows from `first` to before `last`; its tokens,
        row by row, go to the places `at`, counted over all slots from the first.
        """
        self._read = (first, last, length)
        self._at = at

    def put(self, row: int, layers: Tensors) -> None:
        """Begin a row with what was kept: by layer keys and values, `[tokens, heads, size]`."""
        for layer, (keys, values) in zip(self._layers, layers, strict=True):
            layer.keys[row, : len(keys)] = keys
            layer.values[row, : len(values)] = values

    def copy(self, row: int, length: int) -> Tensors:
        """What a row holds in its first places, for keeping."""
        return [
            (layer.keys[row, :length].clone(), layer.values[row, :length].clone())
            for layer in self._layers
        ]

    def move(self, source: int, target: int, length: int) -> None:
        """Put a row into another's slot."""
        for layer in self._layers:
            layer.keys[target, :length] = layer.keys[source, :length]
            layer.values[target, :length] = layer.values[source, :length]

    def wipe(self, row: int) -> None:
        """Set a slot to zeros: what is not a number there would spoil the next row's sums."""
        for layer in self._layers:
            layer.keys[row].zero_()
            layer.values[row].zero_()

    def free(self) -> None:
        """Let go of all memory. What rows held is lost."""
        self.rows = self.places = 0
        self._at = None
        for layer in self._layers:
            layer.keys = layer.values = None


class _Layer:
    """One layer's slots, `[rows, places, heads, size]`, as a layer of transformers' cache."""

    is_sliding = False
    is_compileable = False
    is_initialized = True
    supports_early_init = False

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self.keys: Any = None
        self.values: Any = None

    def update(self, keys: Any, values: Any, *_args: object, **_kwargs: object) -> tuple[Any, Any]:
        """Write what came, `[rows, heads, tokens, size]`, and read it with what was there."""
        if self.keys is None:
            self.keys, self.values = self._new(keys), self._new(values)
        return self._write(self.keys, keys), self._write(self.values, values)

    def _new(self, like: Any) -> Any:
        _, heads, _, size = like.shape
        return like.new_zeros((self._slots.rows, self._slots.places, heads, size))

    def _write(self, held: Any, fresh: Any) -> Any:
        rows, heads, tokens, size = fresh.shape
        flat = fresh.transpose(1, 2).reshape(rows * tokens, heads, size)
        held.view(-1, heads, size).index_copy_(0, self._slots._at, flat)
        first, last, length = self._slots._read
        return held[first:last, :length].transpose(1, 2)

    def grow(self, used: int) -> None:
        """Take the slots' new size."""
        if self.keys is not None:
            self.keys, self.values = self._grown(self.keys, used), self._grown(self.values, used)

    def _grown(self, held: Any, used: int) -> Any:
        _, places, heads, size = held.shape
        grown = held.new_zeros((self._slots.rows, self._slots.places, heads, size))
        kept = min(places, self._slots.places)
        grown[:used, :kept] = held[:used, :kept]
        return grown

    def get_seq_length(self) -> int:
        """Places that the pass reads."""
        return self._slots._read[2]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Places that the pass reads, from the first."""
        return self._slots._read[2], 0

    def get_max_length(self) -> int:
        """No end."""
        return -1


def bytes_of(layers: Sequence[tuple[Any, Any]]) -> int:
    """What keys and values take."""
    return sum(int(each.numel() * each.element_size()) for pair in layers for each in pair)
