"""`muspsy export --to inspect` where Inspect AI is not installed; tests/inspect has the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from episodes import make_episode, write_run

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.evaluation.inspect_logs import installed


def test_without_inspect_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(installed, "find_spec", lambda _: None)
    run = write_run(tmp_path / "run", [make_episode("en", "full")])
    assert run_command_line(["export", str(run), "--to", "inspect"]) == 2
    told = capsys.readouterr().err
    assert told.strip() == "Inspect AI is not installed; pip install 'muspsy-sim[inspect]'"
    assert not (run / "exports").exists()
