"""`compare` and `power` from the command line: what a person reads, and what goes wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from muspsy_sim.cli.entry import run_command_line
from tests.unit.compared_runs import noisy, write_run

Out = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "80")
    write_run(tmp_path / "run", noisy(lambda arm: 2.0 * ("notes" in arm)), clients=8, seeds=1)
    return tmp_path / "run"


@pytest.mark.slow
def test_a_comparison_fits_eighty_columns(folder: Path, capsys: Out) -> None:
    assert run_command_line(["compare", str(folder)]) == 0
    told = capsys.readouterr().out
    lines = [line for line in told.splitlines() if str(folder) not in line]
    assert max(map(len, lines)) <= 80
    assert "Declared before the run" in told
    assert "Validity gate: not run for these models" in told
    assert "nan" not in told.lower()
    assert "Worst cases" in told
    for name in ("comparison.json", "effects.csv", "arms.csv", "trajectories.csv"):
        assert (folder / "tables" / name).is_file()


@pytest.mark.slow
def test_json_is_one_object(folder: Path, capsys: Out) -> None:
    assert run_command_line(["compare", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["primary"] == "phq9_change"


@pytest.mark.slow
def test_markdown_writes_a_page_and_its_picture(folder: Path, capsys: Out) -> None:
    page = folder.parent / "page.md"
    assert run_command_line(["compare", str(folder), "--markdown", str(page)]) == 0
    assert "![PHQ-9" in page.read_text()
    assert page.with_suffix(".svg").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--baseline", "nobody"], "the run has no arm 'nobody'"),
        (["--primary", "phq9"], "no episode has the endpoint 'phq9'"),
        (["--sensitivity", "2", "--primary", "alliance.bond"], "only judges give"),
        (["--sensitivity", "2", "--primary", "phq9_chang"], "did you mean 'phq9_change'?"),
        (["--sensitivity", "2", "--loop", "shut"], "shut"),
        (["--sensitivity", "2", "--all"], "--all does not go with --sensitivity"),
        (["--workers", "2"], "--workers goes with --sensitivity N"),
        (["--over", "week"], "--over goes with --sensitivity N"),
    ],
)
def test_mistakes_are_one_line(folder: Path, capsys: Out, arguments: list[str], said: str) -> None:
    assert run_command_line(["compare", str(folder), *arguments]) == 2
    told = re.sub(r"\s+", " ", capsys.readouterr().err)
    assert said in told
    assert "Traceback" not in told


@pytest.mark.slow
def test_power_says_what_is_seen_and_what_it_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    recipe = tmp_path / "small.yaml"
    recipe.write_text(
        "personas: [en-gordon-pell, zh-ran-li]\nfactors: {memory: [none, notes]}\n"
        "seeds: [0]\nsessions: 1\nexchanges: 2\nprimary: phq9_change\n"
    )
    assert run_command_line(["power", str(recipe), "--effect", "0.4"]) == 0
    told = capsys.readouterr().out
    assert "d 0.4" in told
    assert "memory-notes" in told
    assert max(map(len, told.splitlines())) <= 80
    assert run_command_line(["power", str(recipe), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["clients"] == 2
    assert run_command_line(["power", str(tmp_path / "none.yaml")]) == 2
