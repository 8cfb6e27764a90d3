"""Finding the workers of a run among the processes of this machine."""

from __future__ import annotations

import os
import time
from pathlib import Path

MARKS = ("runs.workers.process", "ray::WorkerActor")


def workers_of(parent: int) -> list[int]:
    """The process ids of the workers below a process."""
    parents: dict[int, int] = {}
    named: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text()
            named[int(folder.name)] = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])

    def below(pid: int) -> bool:
        while pid in parents:
            if pid == parent:
                return True
            pid = parents[pid]
        return False

    return sorted(
        pid for pid, name in named.items() if any(mark in name for mark in MARKS) and below(pid)
    )


def gone(pids: list[int], within_s: float = 30.0) -> bool:
    """Whether all these processes end in time."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if not any(_lives(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
