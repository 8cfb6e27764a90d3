"""From logits to tokens: temperature and nucleus, each row by numbers from its own stream."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

NO_TOKEN: Final = -1
"""In place of a token where a row's logits are no numbers."""

_TRIES = 12
_STEPS = 1 << 24
"""Of a draw: as many as float32 can tell apart in [0, 1)."""


def choose(
    logits: Any,
    temperatures: Sequence[float],
    top_ps: Sequence[float],
    chances: Sequence[random.Random],
) -> list[int]:
    """One token a row, or `NO_TOKEN`; at temperature 0 the likeliest.

    `logits`: `[rows, vocabulary]`; each row's temperature, `top_p` and stream beside it.

    The nucleus is the smallest set of likeliest tokens whose mass reaches `top_p` (Holtzman and
    others 2020, *The curious case of neural text degeneration*), equals included. A token is drawn
    from all and drawn again until it lies in the nucleus, which gives the nucleus's distribution
    without sorting a vocabulary; after 12 draws those rows are sorted. In float32 whatever the
    model's type, and in the vocabulary's order, so that a row's token hardly depends on its
    company: where tokens are sorted, two that are nearly equal change places by a rounding.
    """
    import torch

    logits = logits.float()
    device = logits.device
    heat = torch.tensor([t if t > 0 else 1.0 for t in temperatures], device=device)
    mass = torch.softmax(logits / heat[:, None], dim=-1)
    greedy = [t <= 0 or p <= 0 for t, p in zip(temperatures, top_ps, strict=True)]
    chosen = [NO_TOKEN] * len(greedy)
    if any(greedy):
        chosen = torch.where(mass[:, 0].isnan(), NO_TOKEN, mass.argmax(dim=-1)).tolist()
    left = [n for n, certain in enumerate(greedy) if not certain]
    if not left:
        return chosen
    mass = mass if len(left) == len(chosen) else mass[left]
    nucleus = torch.tensor([top_ps[n] for n in left], device=device)
    whole = mass.cumsum(dim=-1)
    for _ in range(_TRIES):
        drawn = _draw(mass, whole, nucleus, [chances[n] for n in left])
        again = [n for n, token in enumerate(drawn) if token == _OUTSIDE]
        for n, token in zip(left, drawn, strict=True):
            chosen[n] = token
        if not again:
            return chosen
        left = [left[n] for n in again]
        mass, whole, nucleus = mass[again], whole[again], nucleus[again]
    for n, token in zip(left, _sorted(mass, nucleus, [chances[n] for n in left]), strict=True):
        chosen[n] = token
    return chosen


_OUTSIDE = -2


def _draw(mass: Any, whole: Any, nucleus: Any, chances: Sequence[random.Random]) -> list[int]:
    """A token a row, or `_OUTSIDE`, or `NO_TOKEN`."""
    import torch

    at = _at(whole, chances)
    # In the nucleus lies whom the likelier ones leave a share of it.
    likelier = torch.where(mass > mass.gather(1, at), mass, 0.0).sum(dim=-1)
    total = whole[:, -1]
    token = torch.where(likelier < nucleus * total, at[:, 0], _OUTSIDE)
    drawn: list[int] = torch.where(total.isnan(), NO_TOKEN, token).tolist()
    return drawn


def _at(whole: Any, chances: Sequence[random.Random]) -> Any:
    """Where in the running sum of each row a draw falls, `[rows, 1]`: never on nothing."""
    import torch

    # Less than one by as much as float32 can tell, so that the product stays below the sum.
    draws = [[chance.getrandbits(24) / _STEPS] for chance in chances]
    points = torch.tensor(draws, device=whole.device) * whole[:, -1:]
    return torch.searchsorted(whole, points, right=True).clamp_(max=whole.shape[1] - 1)


def _sorted(mass: Any, nucleus: Any, chances: Sequence[random.Random]) -> list[int]:
    import torch

    ordered, tokens = mass.sort(dim=-1, descending=True, stable=True)
    # The token that carries the mass over the limit is kept, and the first one always.
    kept = (ordered.cumsum(dim=-1) - ordered) < nucleus[:, None] * ordered.sum(dim=-1, keepdim=True)
    kept[:, 0] = True
    within = torch.where(kept, ordered, 0.0).cumsum(dim=-1)
    drawn: list[int] = tokens.gather(1, _at(within, chances))[:, 0].tolist()
    return drawn
