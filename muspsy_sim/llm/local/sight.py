"""Which earlier tokens each of a model's layers sees, and how its model wants to be told.

A token's place is its position (`slots`), so what a layer sees depends on two numbers: the place
that is read and the position that reads it. Layers see all that came before, or the last `window`
of it. Layers that keep a running state instead have no places, and no model with such layers is
taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from muspsy_sim.records.errors import ModelSetupError

_FULL, _WINDOW = "full_attention", "sliding_attention"


@dataclass(frozen=True, slots=True)
class Sight:
    """`kinds`: of a model's layers; `window`: tokens seen by those with one, their own included."""

    kinds: frozenset[str]
    window: int
    additive: Any
    """The type of a number that is added to scores, or `None` where a yes or no is taken."""

    def masks(self, positions: Any, length: int) -> Any:
        """What tokens at `positions`, `[rows, tokens]`, see of the first `length` places."""
        import torch

        place = torch.arange(length, device=positions.device)
        at = positions[:, None, :, None]
        before = place <= at
        if self.kinds == {_FULL}:
            return self._told(before)
        near = self._told(before & (place > at - self.window))
        return near if self.kinds == {_WINDOW} else {_FULL: self._told(before), _WINDOW: near}

    def _told(self, seen: Any) -> Any:
        import torch

        if self.additive is None:
            return seen
        least = torch.finfo(self.additive).min
        return torch.zeros(seen.shape, dtype=self.additive, device=seen.device).masked_fill_(
            ~seen, least
        )


def sight_of(name: str, model: Any) -> Sight:
    """What a loaded model's layers see. Raises `ModelSetupError` for layers of other kinds."""
    config = model.config.get_text_config()
    window = getattr(config, "sliding_window", None) or 0
    kinds = frozenset(getattr(config, "layer_types", None) or [_WINDOW if window else _FULL])
    if others := kinds - {_FULL, _WINDOW}:
        raise ModelSetupError(
            f"{name} has layers of a kind that can't be written in batches here "
            f"({', '.join(sorted(others))})",
            hint="start a server with it and name that: http://HOST:PORT/v1#MODEL",
        )
    told_yes_or_no = config._attn_implementation == "sdpa"
    return Sight(kinds, window, None if told_yes_or_no else model.dtype)
