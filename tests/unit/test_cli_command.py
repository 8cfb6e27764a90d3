"""The command line itself: what it lists, how it refuses, and that a bug is never a traceback."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest

from muspsy_sim import __version__
from muspsy_sim.cli import entry
from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.records.errors import Problem, RunError

COMMANDS = ("run", "status", "show", "replay", "fork", "export", "init", "personas", "graphs")


@pytest.fixture(autouse=True)
def _untouched() -> object:
    """What the command line sets for its own process is set back."""
    before = warnings.showwarning
    yield
    warnings.showwarning = before


def raising(error: BaseException) -> object:
    def invoke(arguments: Sequence[str]) -> int:
        raise error

    return invoke


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["--help"]) == 0
    out = capsys.readouterr().out
    for name in COMMANDS:
        assert f" {name} " in out


@pytest.mark.parametrize("name", [c for c in COMMANDS if c not in ("personas", "graphs")])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line([name, "--help"]) == 0
    assert f"Usage: muspsy {name}" in capsys.readouterr().out


def test_without_a_command_the_help_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line([]) == 2
    told = capsys.readouterr()
    assert (told.out + told.err).count("Usage: muspsy") == 1


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["--version"]) == 0
    assert capsys.readouterr().out == f"muspsy {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rnu"], "muspsy: no such command 'rnu'. Did you mean 'run'?"),
        (["run", "--limt", "1", "x"], "muspsy run: no such option --limt; did you mean --limit?"),
        (["run", "--zzz", "x"], "muspsy run: no such option --zzz; see `muspsy run --help`"),
        (["graphs", "sho"], "muspsy graphs: no such command 'sho'. Did you mean 'show'?"),
        (["show"], "muspsy show: missing argument 'RUN'; see `muspsy show --help`"),
        (["status", "a", "b"], "muspsy status: got unexpected extra argument"),
        (["fork", "a", "b", "--session", "x"], "muspsy fork: invalid value for '--session'"),
        (["export", "a", "--to", "csv"], "there is no format 'csv'; the formats are"),
    ],
)
def test_a_command_line_that_cannot_be_read(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith(told)
    assert err.count("\n") == 1


def test_every_problem_has_a_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = RunError("one\nfirst", file="a", line=3, others=[Problem("another", hint="mend it")])
    monkeypatch.setattr(entry, "_invoke", raising(error))
    assert run_command_line(["x"]) == 2
    assert capsys.readouterr().err == "a:3: one first\nanother; mend it\n"


def test_a_bug_is_one_line_and_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-indeed")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(
        entry, "_invoke", raising(ValueError("broke with sk-very-secret-indeed\nand more"))
    )
    words = ["run", "x", "--set", "models.default=http://me:hunter22@host/v1#m"]
    assert run_command_line(words) == 70
    err = capsys.readouterr().err
    assert err.startswith("This is a bug in muspsy")
    assert err.count("\n") == 1
    assert "ValueError" in err
    (report,) = tmp_path.glob("muspsy-bug-*.txt")
    assert str(report) in err
    text = report.read_text()
    assert "Traceback" in text
    assert "host/v1#m" in text
    for secret in ("sk-very-secret-indeed", "hunter22"):
        assert secret not in text + err


def test_where_no_report_can_be_written_the_line_is_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    monkeypatch.setattr(entry, "_invoke", raising(ValueError("x")))
    assert run_command_line([]) == 70
    assert "no report could be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (KeyboardInterrupt(), 130, "Stopped.\n"),
        (OSError(28, "No space left on device"), 2, "the output: cannot write: the disk is full"),
        (PermissionError(13, "x", "some/file"), 2, "some/file: cannot write or read: permission"),
        (BrokenPipeError(), 1, ""),
    ],
)
def test_what_the_system_refuses_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    told: str,
) -> None:
    monkeypatch.setattr(entry, "_drop_stdout", lambda: None)
    monkeypatch.setattr(entry, "_invoke", raising(error))
    assert run_command_line([]) == code
    assert capsys.readouterr().err.startswith(told)


def test_a_warning_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def invoke(_: Sequence[str]) -> int:
        warnings.warn("made by another version", stacklevel=1)
        return 0

    monkeypatch.setattr(entry, "_invoke", invoke)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert run_command_line([]) == 0
    assert capsys.readouterr().err == "Note: made by another version\n"


def test_a_terminal_that_knows_no_chinese_shows_something(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    monkeypatch.setattr(entry, "_invoke", lambda _: print("来访者") or 0)
    assert run_command_line([]) == 0
    narrow.flush()
    assert narrow.buffer.getvalue() == b"???" + os.linesep.encode()  # type: ignore[attr-defined]


def test_a_closed_stdout_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert run_command_line(["--version"]) == 0
    assert run_command_line(["rnu"]) == 2
