"""A model that was loaded reads a few words as the engine reads them, and as its own code does.

Models come in many kinds, and a batch of rows with places of their own is not what each was made
for. Better told once when it is loaded than found in what it says.
"""

from __future__ import annotations

from typing import Any

from muspsy_sim.llm.local.batch import Batch, read_last, read_prompts
from muspsy_sim.llm.local.calls import Call, Row
from muspsy_sim.llm.local.loading import Loaded
from muspsy_sim.llm.local.prefixes import Kept
from muspsy_sim.records.errors import ModelSetupError, one_line

_WORDS = "The room is quiet, and she waits for him to say what he came to say; the clock goes on."
_KEPT = 7
"""Tokens of the longer row that are read before the others."""


def check_batches(loaded: Loaded) -> None:
    """Raise `ModelSetupError` where its batches say something else than it says alone."""
    import torch

    refused: ModelSetupError
    try:
        with torch.inference_mode():
            apart = _apart(loaded)
    except Exception as error:  # noqa: BLE001 - whatever a model does that was not made for this
        refused = ModelSetupError(
            f"{loaded.name} can't be written in batches here "
            f"({type(error).__name__}: {one_line(str(error))[:200]})",
            hint=_ELSEWHERE,
        )
    else:
        if apart != apart:
            refused = ModelSetupError(
                f"{loaded.name}: its logits are not numbers in {loaded.model.dtype}",
                hint="its weights are broken"
                if loaded.model.dtype == torch.float32
                else "set MUSPSY_LOCAL_DTYPE to bfloat16 or float32",
            )
        elif apart > (0.02 if loaded.model.dtype == torch.float32 else 0.5):
            refused = ModelSetupError(
                f"{loaded.name} says something else in a batch than alone", hint=_ELSEWHERE
            )
        else:
            return
    raise refused


_ELSEWHERE = "start a server with it and name that: http://HOST:PORT/v1#MODEL"


def _apart(loaded: Loaded) -> float:
    """How far logits of two rows lie from what the model gives alone, in their standard deviation.

    Two rows of different lengths, the longer one partly kept, are read and then go on by a token.
    """
    import torch

    words = list(loaded.tokenizer.encode(_WORDS, add_special_tokens=False))
    long, short = words[:-1], words[: len(words) // 2]
    batch = Batch()
    first = _row(long[:_KEPT])
    read_prompts(loaded, batch, [first], [None])
    kept = Kept(long[:_KEPT], batch.slots.copy(0, _KEPT))
    rows = [_row(short), _row(long)]
    read = [read_prompts(loaded, batch, rows, [None, kept])]
    batch.rows.extend(rows)
    for row, token in zip(rows, (words[-1], words[0]), strict=True):
        row.made.append(token)
    read.append(read_last(loaded, batch))
    worst = 0.0
    for n, row in enumerate(rows):
        whole = torch.tensor([row.call.ids + row.made], device=loaded.device)
        alone = loaded.model(input_ids=whole, use_cache=False).logits[0, -2:].float()
        ours = torch.stack([logits[n] for logits in read])
        apart = float((ours - alone).abs().max() / alone.std())
        if apart != apart:
            return apart  # Not a number, which `max` would lose.
        worst = max(worst, apart)
    return worst


def _row(ids: list[int]) -> Row:
    def done(outcome: Any) -> None:
        """Nobody waits for it."""

    return Row(Call(ids, 1, 0.0, 1.0, 0, "", None, done), None)
