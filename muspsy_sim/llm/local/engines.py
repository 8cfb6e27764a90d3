"""An engine for a checkpoint as the environment wants it, in the process that it is loaded in."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Final

from muspsy_sim.llm.local.calls import Facts, Greeting
from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.loading import Loaded, load
from muspsy_sim.llm.local.memory import bytes_for_kept
from muspsy_sim.llm.local.trial import check_batches
from muspsy_sim.records.errors import ModelSetupError

BATCH: Final = "MUSPSY_LOCAL_BATCH"
"""Rows at once, at most, in place of 32 on a processor and 256 on a card."""

KEPT_MB: Final = "MUSPSY_LOCAL_KEPT_MB"
"""Megabytes for kept keys and values, in place of a share of what is free (`memory`)."""

_SHARED_FROM_MB = 64
"""Megabytes of weights from which on several threads share an operation."""


def open_engine(greeting: Greeting, ended: Callable[[], None] = lambda: None) -> Engine:
    """Load a checkpoint. `ended` as for `Engine`. Raises `ModelSetupError`."""
    environ = greeting.environ
    loaded = load(greeting.name, greeting.where, environ)
    card = loaded.device.type != "cpu"
    rows = _number(environ, BATCH) or (256 if card else 32)
    kept_mb = _number(environ, KEPT_MB, 0)
    if not card:
        _share(loaded)
    check_batches(loaded)
    return Engine(
        loaded,
        rows=max(1, rows >> greeting.halvings),
        kept_bytes=bytes_for_kept(loaded.device) if kept_mb is None else 1_000_000 * kept_mb,
        ended=ended,
    )


def facts(engine: Engine) -> Facts:
    """What is worth knowing of an engine that was opened."""
    import torch

    loaded = engine.loaded
    dtype = str(loaded.model.dtype).removeprefix("torch.")
    return Facts(str(loaded.device), dtype, torch.get_num_threads(), engine.limit)


def _share(loaded: Loaded) -> None:
    """One thread for a small model, whose operations end before a second one has begun to help."""
    import torch

    if "OMP_NUM_THREADS" not in os.environ and loaded.megabytes < _SHARED_FROM_MB:
        torch.set_num_threads(1)


def _number(environ: Mapping[str, str], name: str, least: int = 1) -> int | None:
    said = environ.get(name, "").strip()
    if not said:
        return None
    if not said.isdecimal() or int(said) < least:
        raise ModelSetupError(f"{name} is {said!r}", hint=f"set it to a whole number from {least}")
    return int(said)
