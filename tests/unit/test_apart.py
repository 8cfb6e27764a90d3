"""Work that processes share: what they are told reaches them, and starting one cannot hang."""

from __future__ import annotations

import asyncio
import pickle
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.runs import apart
from muspsy_sim.runs.apart import done_apart

PIPE = 65_536
"""Bytes that a pipe holds on Linux; what a process is started with must fit, its own part too."""
LONG = "x" * (4 * PIPE)

_told: list[str] = []


def hear(told: str) -> None:
    _told.append(told)


def double(unit: int) -> tuple[int, int]:
    return 2 * unit, len(_told[0])


async def results(folder: Path) -> list[tuple[int, int]]:
    doing = done_apart(double, [1, 2, 3], 2, hear, LONG, folder=folder, hint="again")
    return sorted([each async for each in doing])


@pytest.mark.slow
def test_what_processes_are_told_may_be_long(tmp_path: Path) -> None:
    assert asyncio.run(results(tmp_path)) == [(n, len(LONG)) for n in (2, 4, 6)]


def test_a_process_is_started_with_less_than_a_pipe_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    class Seen(Exception):
        pass

    def pool(*_: Any, initializer: Any, initargs: Any) -> Any:
        begun.append(len(pickle.dumps((initializer, initargs))))
        raise Seen

    monkeypatch.setattr(apart, "ProcessPoolExecutor", pool)
    with pytest.raises(Seen):
        asyncio.run(results(tmp_path))
    assert begun[0] < PIPE / 8
