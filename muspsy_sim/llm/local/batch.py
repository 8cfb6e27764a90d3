"""Rows that are written together: their keys and values padded on the left to one length.

A row's positions are its own, whatever the padding, so rows of any length can be put beside each
other, taken out when they are done, and joined by others. Nothing here knows of threads or calls
that wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from muspsy_sim.llm.local.calls import Row, Tensors
from muspsy_sim.llm.local.loading import Loaded
from muspsy_sim.llm.local.prefixes import Kept
from muspsy_sim.llm.local.sampling import choose


@dataclass(slots=True)
class Batch:
    """`mask`: `[rows, tokens]`, which places hold a token of the row. `layers`: keys and values."""

    rows: list[Row]
    mask: Any
    layers: Tensors

    def without(self, gone: set[int]) -> Batch:
        """The batch without some of its rows, cut to what the longest of the others needs."""
        import torch

        stay = [n for n in range(len(self.rows)) if n not in gone]
        at = torch.tensor(stay, device=self.mask.device)
        mask = self.mask.index_select(0, at)
        begin = int(mask.any(dim=0).int().argmax())
        return Batch(
            [self.rows[n] for n in stay],
            mask[:, begin:],
            [
                (k.index_select(0, at)[:, :, begin:], v.index_select(0, at)[:, :, begin:])
                for k, v in self.layers
            ],
        )

    def joined(self, other: Batch) -> Batch:
        """Both, the shorter padded on the left."""
        import torch

        length = max(self.mask.shape[1], other.mask.shape[1])
        mine, theirs = self._padded(length), other._padded(length)
        return Batch(
            self.rows + other.rows,
            torch.cat([mine.mask, theirs.mask]),
            [
                (torch.cat([k, k2]), torch.cat([v, v2]))
                for (k, v), (k2, v2) in zip(mine.layers, theirs.layers, strict=True)
            ],
        )

    def _padded(self, length: int) -> Batch:
        from torch.nn.functional import pad

        short = length - self.mask.shape[1]
        if not short:
            return self
        layers = [(pad(k, (0, 0, short, 0)), pad(v, (0, 0, short, 0))) for k, v in self.layers]
        return Batch(self.rows, pad(self.mask, (short, 0)), layers)

    def kept(self, row: int) -> Kept:
        """What was computed for one row's tokens, all but the last, which was not yet read."""
        here = self.rows[row]
        places = self.mask[row]
        tokens = (here.call.ids + here.made)[: int(places.sum())]
        return Kept(
            tokens,
            [(k[row : row + 1, :, places], v[row : row + 1, :, places]) for k, v in self.layers],
        )


def begin(loaded: Loaded, rows: list[Row], found: Sequence[Kept | None]) -> Batch:
    """Read the rows' prompts, from where what is kept of them ends, and make each a first token."""
    import torch

    device = loaded.device
    known = [len(kept.tokens) if kept else 0 for kept in found]
    past = max(known)
    fresh = [row.call.ids[n:] for row, n in zip(rows, known, strict=True)]
    width = max(len(ids) for ids in fresh)
    mask = torch.zeros((len(rows), past + width), dtype=torch.bool)
    ids = torch.full((len(rows), width), loaded.pad, dtype=torch.long)
    positions = torch.zeros((len(rows), width), dtype=torch.long)
    for n, (tokens, had) in enumerate(zip(fresh, known, strict=True)):
        mask[n, past - had : past] = True
        mask[n, past + width - len(tokens) :] = True
        ids[n, width - len(tokens) :] = torch.tensor(tokens)
        positions[n, width - len(tokens) :] = torch.arange(had, had + len(tokens))
    layers = _side_by_side(found, past) if past else []
    for row, had in zip(rows, known, strict=True):
        row.cached = had
    mask = mask.to(device)
    logits, layers = loaded.forward(ids.to(device), mask, positions.to(device), layers)
    _write(rows, logits)
    return Batch(rows, mask, layers)


def step(loaded: Loaded, batch: Batch) -> Batch:
    """One more token for every row."""
    import torch

    device = loaded.device
    last = torch.tensor([[row.made[-1]] for row in batch.rows], device=device)
    positions = torch.tensor([[row.position] for row in batch.rows], device=device)
    here = torch.ones((len(batch.rows), 1), dtype=torch.bool, device=device)
    mask = torch.cat([batch.mask, here], dim=1)
    logits, layers = loaded.forward(last, mask, positions, batch.layers)
    _write(batch.rows, logits)
    return Batch(batch.rows, mask, layers)


def _write(rows: list[Row], logits: Any) -> None:
    for n, row in enumerate(rows):
        if row.guide is not None:
            row.guide.mask(logits[n], row.left)
    tokens = choose(
        logits,
        [row.call.temperature for row in rows],
        [row.call.top_p for row in rows],
        [row.chance.random() for row in rows],
    )
    for row, token in zip(rows, tokens, strict=True):
        row.made.append(token)


def _side_by_side(found: Sequence[Kept | None], past: int) -> Tensors:
    """Kept beginnings as one batch, each at the right end of `past` places."""
    like = next(kept for kept in found if kept is not None)
    layers: Tensors = []
    for n, (k, v) in enumerate(like.layers):
        both = []
        for which, shape in ((0, k), (1, v)):
            whole = shape.new_zeros((len(found), shape.shape[1], past, shape.shape[3]))
            for row, kept in enumerate(found):
                if kept is not None:
                    part = kept.layers[n][which]
                    whole[row, :, past - part.shape[2] :] = part[0]
            both.append(whole)
        layers.append((both[0], both[1]))
    return layers
