"""The benchmark of outcomes runs what `muspsy run` runs, and counts what the bands define."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import mixtures, outcomes
from muspsy_sim.agents.client.crowd import Block
from muspsy_sim.agents.client.outcome_bands import load_outcome_bands
from muspsy_sim.agents.client.outcomes import endpoint_of_episode
from muspsy_sim.personas.library import load_profile
from muspsy_sim.personas.varying import vary


def test_a_block_is_run_to_the_horizon_and_counted(tmp_path: Path) -> None:
    variant = vary(load_profile("en-gordon-pell"), 1, 0)[0]
    found = list(outcomes.lived(Block([variant], [3, 4]), ["waitlist"], tmp_path))
    assert [(e.persona, e.seed, e.arm) for e in found] == [
        (variant.id, 3, "waitlist"),
        (variant.id, 4, "waitlist"),
    ]
    endpoint = endpoint_of_episode(found[0], load_outcome_bands().definitions)
    assert endpoint.horizon == found[0].follow_up[-1].phq9_total


def test_mixtures_are_measured_from_recorded_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    episodes = list(
        outcomes.lived(Block([load_profile("en-gordon-pell")], [3]), ["nodding"], tmp_path)
    )
    lines = mixtures.written("nodding", episodes, 10)
    assert lines[:2] == ["  - id: nodding", "    arm: nodding"]
    assert sum("weight:" in line for line in lines) > 8
    assert any("simple_reflection" in line for line in lines)
    monkeypatch.setattr("sys.argv", ["mixtures.py", str(tmp_path / "run")])
    assert mixtures.main() == 1
    assert "has no course of full, neutral, dismissive, advice-only" in capsys.readouterr().err
