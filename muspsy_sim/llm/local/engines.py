"""The engines of this process, one a checkpoint, opened when first asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Final

from muspsy_sim.llm.local.devices import free_memory
from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.loading import load
from muspsy_sim.records.errors import ModelSetupError

BATCH: Final = "MUSPSY_LOCAL_BATCH"
"""Rows at once, at most, in place of 32 on a processor and 256 on a card."""

KEPT_MB: Final = "MUSPSY_LOCAL_KEPT_MB"
"""Megabytes for kept keys and values, in place of 1,000 on a processor and 4,000 on a card."""

_engines: dict[str, Engine] = {}
_opening = threading.Lock()


def engine_for(name: str, where: str, environ: Mapping[str, str] | None = None) -> Engine:
    """The process's engine for a checkpoint, loaded when first asked for.

    Raises `ModelSetupError`.
    """
    environ = os.environ if environ is None else environ
    with _opening:
        if name not in _engines:
            loaded = load(name, where, environ)
            card = loaded.device.type != "cpu"
            _engines[name] = Engine(
                loaded,
                rows=_number(environ, BATCH, 256 if card else 32),
                kept_bytes=1_000_000 * _number(environ, KEPT_MB, 4_000 if card else 1_000, 0),
            )
        return _engines[name]


def close_engines() -> None:
    """Close all engines of the process and let their memory go."""
    with _opening:
        while _engines:
            _engines.popitem()[1].close()
        free_memory()


def _number(environ: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    said = environ.get(name, "").strip()
    if not said:
        return default
    if not said.isdecimal() or int(said) < least:
        raise ModelSetupError(f"{name} is {said!r}", hint=f"set it to a whole number from {least}")
    return int(said)
