"""From logits to tokens: temperature and nucleus, each row by a number from its own stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def choose(
    logits: Any, temperatures: Sequence[float], top_ps: Sequence[float], draws: Sequence[float]
) -> list[int]:
    """One token a row. `logits`: `[rows, vocabulary]`; draws in [0, 1); at 0 the likeliest.

    By inverse transform over tokens sorted by probability, cut to the smallest set whose mass
    reaches `top_p` (Holtzman and others 2020, *The curious case of neural text degeneration*). In
    float32 whatever the model's type, so that a row's token hardly depends on its company.
    """
    import torch

    logits = logits.float()
    device = logits.device
    heat = torch.tensor([t if t > 0 else 1.0 for t in temperatures], device=device)
    greedy = torch.tensor([t <= 0 for t in temperatures], device=device)
    probabilities = torch.softmax(logits / heat[:, None], dim=-1)
    ordered, tokens = probabilities.sort(dim=-1, descending=True, stable=True)
    mass = ordered.cumsum(dim=-1)
    nucleus = torch.tensor([min(1.0, max(p, 0.0)) for p in top_ps], device=device)
    # The token that carries the mass over the limit is kept, and the first one always.
    kept = (mass - ordered) < nucleus[:, None]
    kept[:, 0] = True
    ordered = torch.where(kept & (ordered > 0), ordered, torch.zeros_like(ordered))
    mass = ordered.cumsum(dim=-1)
    points = torch.tensor(draws, device=device) * mass[:, -1]
    at = torch.searchsorted(mass, points[:, None], right=True).squeeze(1)
    last = (ordered > 0).sum(dim=-1) - 1
    at = torch.where(greedy, torch.zeros_like(at), torch.minimum(at, last))
    chosen: list[int] = tokens.gather(1, at[:, None]).squeeze(1).tolist()
    return chosen
