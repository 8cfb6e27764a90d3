"""From logits to tokens: temperature and nucleus, each row by numbers from its own stream.

A token is drawn as the winner of a race (Gumbel 1954; Yellott 1977): the largest of
`logit / temperature + noise`, where each token's noise is its own. Where the company of a row moves
its logits by a rounding, another token wins only if two were as close as that. A running sum over
the vocabulary, in which a draw falls between two borders, moves at every border at once: one token
in a thousand of a large vocabulary changed by it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

NO_TOKEN: Final = -1
"""In place of a token where a row's logits are no numbers."""

_OUTSIDE: Final = -2
_TRIES = 12
_BITS = 31
_MOST = 1.0 - 2.0**-24
"""The largest share below one in float32."""


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
    model's type, so that a row's token hardly depends on its company.
    """
    import torch

    logits = logits.float()
    device = logits.device
    heat = torch.tensor([t if t > 0 else 1.0 for t in temperatures], device=device)
    heated = logits / heat[:, None]
    best = heated.max(dim=-1)
    lost = ~best.values.isfinite()
    greedy = [t <= 0 or p <= 0 for t, p in zip(temperatures, top_ps, strict=True)]
    chosen: list[int] = torch.where(lost, NO_TOKEN, best.indices).tolist()
    left = [n for n, certain in enumerate(greedy) if not certain and chosen[n] != NO_TOKEN]
    mass = torch.softmax(heated, dim=-1) if any(p < 1.0 for p in top_ps) else None
    for _ in range(_TRIES):
        if not left:
            return chosen
        whole = len(left) == len(chosen)
        drawn = _raced(heated if whole else heated[left], [chances[n] for n in left])
        if mass is not None:
            drawn = _held(drawn, mass if whole else mass[left], [top_ps[n] for n in left])
        tokens: list[int] = drawn.tolist()
        for n, token in zip(left, tokens, strict=True):
            chosen[n] = token
        left = [n for n in left if chosen[n] == _OUTSIDE]
    if left:
        rows = _nucleus_of(heated[left], [top_ps[n] for n in left])
        tokens = _raced(rows, [chances[n] for n in left]).tolist()
        for n, token in zip(left, tokens, strict=True):
            chosen[n] = token
    return chosen


def _raced(heated: Any, chances: Sequence[random.Random]) -> Any:
    """The winner of each row, drawn by its softmax: `[rows]`."""
    return _noise(heated.shape[1], chances, heated.device).add_(heated).argmax(dim=-1)


def _noise(vocabulary: int, chances: Sequence[random.Random], device: Any) -> Any:
    """Standard Gumbel noise `[rows, vocabulary]`: a hash of the row's next number and the token.

    So that it is the same wherever it is made and in whatever company, and needs no generator a
    row. Minus the logarithm of an exponential, whose small values, which win, float32 tells apart.
    """
    import torch

    keys = torch.tensor(
        [chance.getrandbits(32) - (1 << 31) for chance in chances], dtype=torch.int32, device=device
    )
    mixed = _mixed(_tokens(vocabulary, device)[None, :] ^ keys[:, None])
    share = mixed.bitwise_and_(0x7FFFFFFF).float().add_(0.5).mul_(2.0**-_BITS).clamp_(max=_MOST)
    return share.neg_().log1p_().neg_().log_().neg_()


@lru_cache(maxsize=8)
def _tokens(vocabulary: int, device: Any) -> Any:
    """A well mixed number for each token."""
    import torch

    return _mixed(torch.arange(1, vocabulary + 1, dtype=torch.int32, device=device))


def _mixed(numbers: Any) -> Any:
    """Each 32-bit integer as another that looks unrelated to it (MurmurHash3's finaliser).

    In place, since a large vocabulary takes longer to put elsewhere than to compute.
    """
    import torch

    shifted = torch.empty_like(numbers)
    for bits, factor in ((16, -2048144789), (13, -1028477387), (16, 1)):
        # A shift fills up with the sign: what was not there is taken away again.
        torch.bitwise_right_shift(numbers, bits, out=shifted)
        numbers.bitwise_xor_(shifted.bitwise_and_((1 << (32 - bits)) - 1))
        if factor != 1:
            numbers.mul_(factor)
    return numbers


def _held(drawn: Any, mass: Any, top_ps: Sequence[float]) -> Any:
    """The tokens that lie in their row's nucleus, else `_OUTSIDE`."""
    import torch

    # In the nucleus lies whom the likelier ones leave a share of it.
    own = mass.gather(1, drawn[:, None])
    likelier = torch.where(mass > own, mass, 0.0).sum(dim=-1)
    nucleus = torch.tensor(top_ps, device=mass.device)
    return torch.where((likelier < nucleus) | (nucleus >= 1.0), drawn, _OUTSIDE)


def _nucleus_of(heated: Any, top_ps: Sequence[float]) -> Any:
    """The rows with all but their nucleus forbidden."""
    import torch

    mass = torch.softmax(heated, dim=-1)
    ordered, tokens = mass.sort(dim=-1, descending=True, stable=True)
    nucleus = torch.tensor(top_ps, device=mass.device)
    # The token that carries the mass over the limit is kept, and the first one always.
    kept = (ordered.cumsum(dim=-1) - ordered) < nucleus[:, None]
    kept[:, 0] = True
    inside = torch.zeros_like(kept).scatter_(1, tokens, kept)
    return heated.masked_fill(~inside, float("-inf"))
