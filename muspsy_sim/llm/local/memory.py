"""How much memory kept prefixes may take, of what is free once a model is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from muspsy_sim.llm.local.devices import free_memory

_OF_A_CARD: Final = 0.4
"""Share of a card's free memory. What is left holds the batch, whose slots are copied as they grow;
at as many tokens the batch takes more than what is kept of its rows."""

_OF_A_PROCESSOR: Final = 0.25
_AT_MOST: Final = 8_000_000_000
"""Share of a machine's free memory, and bytes at most: others use it too, workers of the same run
with engines of their own among them."""

UNKNOWN: Final = 1_000_000_000
"""Bytes where nobody says what is free."""


def bytes_for_kept(device: Any) -> int:
    """Bytes that kept prefixes may take on a device. Asked when the model is loaded."""
    import torch

    free_memory()
    if device.type == "cuda":
        return int(_OF_A_CARD * torch.cuda.mem_get_info(device)[0])
    if device.type == "mps" and hasattr(torch.mps, "recommended_max_memory"):
        free = torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
        return int(_OF_A_CARD * max(0, free))
    free = available() if device.type == "cpu" else None
    return UNKNOWN if free is None else int(min(_OF_A_PROCESSOR * free, _AT_MOST))


def available(root: Path = Path("/")) -> int | None:
    """Bytes of memory that this process may still take, as Linux says, or `None`.

    That is what the machine has left, or less where the process's group (a container, a job of a
    cluster) has a limit. `root` holds `proc` and `sys`.
    """
    machine = _numbers(root / "proc/meminfo").get("MemAvailable:")
    if machine is None:
        return None
    left = 1024 * machine
    groups = root / "sys/fs/cgroup"
    its_own = groups / _line(root / "proc/self/cgroup", "0::/")
    for group in (its_own, *its_own.parents):
        limit = _line(group / "memory.max")
        if limit.isdecimal():
            used = _line(group / "memory.current")
            # Files that were read, the weights among them, are let go of when others want room.
            files = _numbers(group / "memory.stat").get("inactive_file", 0)
            left = min(left, int(limit) - max(0, int(used or 0) - files))
        if group == groups:
            break
    return max(0, left)


def _line(file: Path, begins: str = "") -> str:
    """What follows in the first line that begins so."""
    for line in _lines(file):
        if line.startswith(begins):
            return line.removeprefix(begins).strip()
    return ""


def _numbers(file: Path) -> dict[str, int]:
    fields = [line.split() for line in _lines(file)]
    return {each[0]: int(each[1]) for each in fields if len(each) > 1 and each[1].isdecimal()}


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
