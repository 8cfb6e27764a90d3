"""Rows that are written together, one token each at a time, each in its own slot.

A row's positions are its own, so rows of any length can be put beside each other, be taken out
when they are done, and be joined by others. Nothing here knows of threads or calls that wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from muspsy_sim.llm.local.calls import Row
from muspsy_sim.llm.local.grammar import hold
from muspsy_sim.llm.local.loading import Loaded
from muspsy_sim.llm.local.prefixes import Kept
from muspsy_sim.llm.local.sampling import choose
from muspsy_sim.llm.local.slots import Slots


@dataclass(slots=True)
class Batch:
    """`rows[n]` is written in slot `n`: all that it says but its last token has been read there."""

    rows: list[Row] = field(default_factory=list)
    slots: Slots = field(default_factory=Slots)

    def drop(self, gone: Iterable[int]) -> None:
        """Take rows out. The last ones take their slots."""
        for n in sorted(gone, reverse=True):
            last = self.rows.pop()
            if n < len(self.rows):
                self.slots.move(len(self.rows), n, last.position)
                self.rows[n] = last

    def kept(self, n: int) -> Kept:
        """What was computed for one row's tokens, all but the last, which was not yet read."""
        row = self.rows[n]
        tokens = (row.call.ids + row.made)[: row.position]
        return Kept(tokens, self.slots.copy(n, row.position))


def begin(loaded: Loaded, batch: Batch, rows: list[Row], found: Sequence[Kept | None]) -> None:
    """Read the rows' prompts, from where what is kept of them ends, and make each a first token.

    They join the batch when that is done; an error leaves it as it was.
    """
    _write(rows, read_prompts(loaded, batch, rows, found))
    batch.rows.extend(rows)


def step(loaded: Loaded, batch: Batch) -> None:
    """One more token for every row."""
    _write(batch.rows, read_last(loaded, batch))


def read_prompts(
    loaded: Loaded, batch: Batch, rows: Sequence[Row], found: Sequence[Kept | None]
) -> Any:
    """Read prompts into the slots behind those in use: what may follow each, as logits."""
    import torch

    first, last = len(batch.rows), len(batch.rows) + len(rows)
    length = max(len(row.call.ids) for row in rows)
    _make_room(batch, last, length)
    slots = batch.slots
    width = max(
        len(row.call.ids) - (len(kept.tokens) if kept else 0)
        for row, kept in zip(rows, found, strict=True)
    )
    # Fresh tokens end at the right. Padding before them reads a row's first token, for something
    # must be read, and is written to a place that no row reaches.
    ids = torch.full((len(rows), width), loaded.pad, dtype=torch.long)
    positions = torch.zeros((len(rows), width), dtype=torch.long)
    places = torch.full((len(rows), width), slots.places - 1, dtype=torch.long)
    for n, (row, kept) in enumerate(zip(rows, found, strict=True)):
        row.cached = len(kept.tokens) if kept else 0
        if kept is not None:
            slots.put(first + n, kept.layers)
        fresh = row.call.ids[row.cached :]
        ids[n, width - len(fresh) :] = torch.tensor(fresh)
        its_own = torch.arange(row.cached, len(row.call.ids))
        positions[n, width - len(fresh) :] = its_own
        places[n, width - len(fresh) :] = its_own
    device = loaded.device
    slots.open(first, last, length, places.to(device))
    return loaded.forward(ids.to(device), positions.to(device), length, slots)


def read_last(loaded: Loaded, batch: Batch) -> Any:
    """Read the token that each row made last: what may follow it, as logits."""
    import torch

    rows, slots = batch.rows, batch.slots
    length = 1 + max(row.position for row in rows)
    _make_room(batch, len(rows), length)
    told = torch.tensor([[row.made[-1], row.position] for row in rows]).to(loaded.device)
    ids, positions = told[:, :1], told[:, 1:]
    slots.open(0, len(rows), length, positions)
    return loaded.forward(ids, positions, length, slots)


def _make_room(batch: Batch, rows: int, length: int) -> None:
    needed = max([length, *(1 + row.position for row in batch.rows)])
    batch.slots.make_room(rows, needed, used=len(batch.rows))


def _write(rows: Sequence[Row], logits: Any) -> None:
    hold([(n, row.guide, row.left) for n, row in enumerate(rows) if row.guide is not None], logits)
    tokens = choose(
        logits,
        [row.call.temperature for row in rows],
        [row.call.top_p for row in rows],
        [row.chance for row in rows],
    )
    for row, token in zip(rows, tokens, strict=True):
        row.made.append(token)
