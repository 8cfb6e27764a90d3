"""The benchmark's rivals make the same calls, so that their figures can be compared."""

from __future__ import annotations

import re

import pytest

from benchmarks.judging import measured
from benchmarks.overhead import compared


async def test_the_rivals_make_the_same_calls(capsys: pytest.CaptureFixture[str]) -> None:
    share = await compared(3, latency=0.001, sessions=2, exchanges=3)
    told = capsys.readouterr().out
    assert share > 1.0, "a run does more than its nodes"
    assert re.search(r"^3 courses at once, \d{2,} calls, ideal 0\.0\d s$", told, re.MULTILINE)
    assert all(f"{rival}: " in told for rival in ("calls", "nodes", "run"))


async def test_an_evaluation_is_measured_over_all_its_episodes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, calls = await measured(10, sessions=2, exchanges=3)
    told = capsys.readouterr().out
    assert calls > 100
    assert re.search(r"^10 episodes, \d+ calls, [\d,]+ scores: ", told)
