"""`muspsy simulate-dynamics`: tables and pictures without any model, and errors that lead out."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.cli.entry import run_command_line

COMMAND = ["simulate-dynamics", "--persona", "en-imogen-baptiste", "--sessions", "2"]


@pytest.mark.slow
def test_a_client_is_drawn_under_four_counselors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line([*COMMAND, "--out", str(tmp_path / "new")]) == 0
    out = capsys.readouterr().out
    for counselor in ("skilled", "neutral", "dismissive", "advising", "waiting"):
        assert out.count(counselor) == 2
    drawn = sorted(path.name for path in (tmp_path / "new").iterdir())
    name = "en-imogen-baptiste"
    assert drawn == [
        f"{name}-{what}.{kind}" for what in ("turns", "weeks") for kind in ("png", "svg")
    ]
    weeks = (tmp_path / "new" / f"{name}-weeks.svg").read_text(encoding="utf-8")
    for label in ("skilled", "dismissive", "PHQ-9 reported", "distress"):
        assert label in weeks


@pytest.mark.slow
def test_the_same_seed_gives_the_same_pictures_and_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = []
    for folder in ("one", "two"):
        assert run_command_line([*COMMAND, "--seed", "4", "--out", str(tmp_path / folder)]) == 0
        told.append(capsys.readouterr().out.split("Pictures:")[0])
    assert told[0] == told[1]
    for path in (tmp_path / "one").glob("*.svg"):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert run_command_line([*COMMAND, "--seed", "5", "--no-pictures"]) == 0
    assert capsys.readouterr().out != told[0]


def test_it_fits_a_terminal_of_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run_command_line([*COMMAND, "--no-pictures"]) == 0
    tables = capsys.readouterr().out.split("week 1:")[0]
    assert "…" not in tables
    assert max(map(len, tables.splitlines())) <= 80


def test_without_matplotlib_the_tables_come_and_the_way_out_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without_matplotlib(name: str, *rest: Any) -> Any:
        if name.split(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_matplotlib)
    assert run_command_line([*COMMAND, "--out", str(tmp_path / "new")]) == 2
    told = capsys.readouterr()
    assert "skilled" in told.out
    assert told.err.count("\n") == 1
    assert "pip install 'muspsy-sim[report]'" in told.err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--persona", "en-imogen-batiste"], "did you mean 'en-imogen-baptiste'"),
        (["--courses", "100"], "it goes with --check-bands"),
        (["--sessions", "0"], "--sessions"),
    ],
)
def test_mistakes_are_told_in_one_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["simulate-dynamics", "--no-pictures", *arguments]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_every_arm_falls_in_its_bands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["simulate-dynamics", "--check-bands"]) == 0
    out = capsys.readouterr().out
    assert "14 of 14 in their bands" in out
