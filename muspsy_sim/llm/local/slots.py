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
        self._written: Any = None
        self._at: dict[int, Any] = {}
        self.cache: Any = Cache(layer_class_to_replicate=self._layer)

    def _layer(self) -> _Layer:
        self._layers.append(_Layer(self))
        return self._layers[-1]

    def make_room(self, rows: int, places: int, used: int) -> None:
        """Let there be as many rows and places, and keep what the first `used` rows hold.

        Where there is no memory for it an error is raised, and what all rows held is lost.
        """
        if rows <= self.rows and places < self.places:
            return
        # One place more than any row fills: padding is written there, and nothing reads it.
        wide = max(places + _STRETCH, places * 5 // 4)
        more, wider = rows * 5 // 4, -(-(wide + 1) // _STRETCH) * _STRETCH
        try:
            for layer in self._layers:
                layer.grow(more, wider, used)
        except BaseException:
            # Some layers have grown and some have not: their rows would be written side by side.
            self.free()
            raise
        self.rows, self.places = more, wider

    def open(self, first: int, last: int, length: int, places: Any) -> None:
        """Say what the next forward pass reads and writes.

        It reads the first `length` places of the rows from `first` to before `last`, and writes
        their tokens to `places`, `[rows, tokens]`.
        """
        self._read = (first, last, length)
        self._written = places
        self._at = {}

    def _where(self, heads: int) -> Any:
        """Where what comes is written, `[rows * heads * tokens]`, counted from the first place."""
        import torch

        if heads not in self._at:
            first, last, _ = self._read
            device = self._written.device
            starts = torch.arange(first * heads, last * heads, device=device) * self.places
            by_head = starts.view(last - first, heads, 1) + self._written[:, None]
            self._at[heads] = by_head.flatten()
        return self._at[heads]

    def put(self, row: int, layers: Tensors) -> None:
        """Begin a row with what was kept: by layer keys and values, `[heads, tokens, size]`."""
        for layer, (keys, values) in zip(self._layers, layers, strict=True):
            layer.keys[row, :, : keys.shape[1]] = keys
            layer.values[row, :, : values.shape[1]] = values

    def copy(self, row: int, length: int) -> Tensors:
        """What a row holds in its first places, for keeping."""
        return [
            (layer.keys[row, :, :length].clone(), layer.values[row, :, :length].clone())
            for layer in self._layers
        ]

    def move(self, source: int, target: int, length: int) -> None:
        """Put a row into another's slot."""
        for layer in self._layers:
            layer.keys[target, :, :length] = layer.keys[source, :, :length]
            layer.values[target, :, :length] = layer.values[source, :, :length]

    def wipe(self, row: int) -> None:
        """Set a slot to zeros: what is not a number there would spoil the next row's sums."""
        for layer in self._layers:
            layer.keys[row].zero_()
            layer.values[row].zero_()

    def free(self) -> None:
        """Let go of all memory. What rows held is lost."""
        self.rows = self.places = 0
        self._at = {}
        for layer in self._layers:
            layer.keys = layer.values = None


class _Layer:
    """One layer's slots, `[rows, heads, places, size]`, as a layer of transformers' cache.

    A head's places lie side by side: a processor reads them three times as fast as it does places
    whose heads do.
    """

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
        return like.new_zeros((self._slots.rows, heads, self._slots.places, size))

    def _write(self, held: Any, fresh: Any) -> Any:
        heads, size = fresh.shape[1], fresh.shape[3]
        held.view(-1, size).index_copy_(0, self._slots._where(heads), fresh.reshape(-1, size))
        first, last, length = self._slots._read
        return held[first:last, :, :length]

    def grow(self, rows: int, places: int, used: int) -> None:
        """Take a new size, and keep what the first `used` rows hold."""
        if self.keys is not None:
            self.keys = self._grown(self.keys, rows, places, used)
            self.values = self._grown(self.values, rows, places, used)

    @staticmethod
    def _grown(held: Any, rows: int, places: int, used: int) -> Any:
        _, heads, before, size = held.shape
        grown = held.new_zeros((rows, heads, places, size))
        kept = min(before, places)
        grown[:used, :, :kept] = held[:used, :, :kept]
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
