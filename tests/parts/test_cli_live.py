"""The command against a real server, real signals and a real clock."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.parts.command import COMMAND, SMALL, environment, muspsy, recipe

NAME = "en-gordon-pell--full--s0"
SERVER = Path(__file__).with_name("chat_server.py")


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """A chat-completions server of its own process; its model string."""
    process = subprocess.Popen(
        [sys.executable, SERVER, *options], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def stats(model: str) -> dict[str, Any]:
    address = model.partition("/v1#")[0] + "/stats"
    with urllib.request.urlopen(address, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def until(true: object, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def calls(journal: Path) -> int:
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "sigterm"]
)
def test_a_stopped_run_keeps_what_it_has_and_goes_on(
    tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    file = recipe(tmp_path)
    journal = tmp_path / "small" / "journal" / f"{NAME}.jsonl"
    with serving("--latency", "0.15") as model:
        words = ["run", str(file), "--set", f"models.default={model}"]
        process = subprocess.Popen(
            [*COMMAND, *words],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        until(lambda: calls(journal) >= 4)
        process.send_signal(sent)
        _, err = process.communicate(timeout=30)
        assert process.returncode == code
        (line,) = err.splitlines()
        assert line.startswith("Stopped with 0 of 1 episodes whole. What is recorded is kept in")
        assert f"muspsy run {file} --set" in line
        kept = calls(journal)
        assert kept >= 4
        assert journal.read_bytes().endswith(b"\n")
        assert not list((tmp_path / "small" / "episodes").iterdir())
        asked = stats(model)["requests"]

        assert muspsy(*words, "-q").code == 0
        # What was under way when it stopped is asked again; nothing that was answered is.
        assert stats(model)["requests"] - asked == calls(journal) - kept
        assert asked - kept <= 2
    assert muspsy("replay", tmp_path / "small").code == 0


def test_failures_leave_whole_episodes_and_exit_1(tmp_path: Path) -> None:
    file = recipe(tmp_path, SMALL.replace("[0]", "[0, 1, 2]"))
    with serving("--fail", "1.0", "--ways", "server_error") as model:
        words = ["--set", f"models.counselor={model}", "--set", "limits.attempts=2"]
        words += ["--set", "limits.first_wait_s=0.01"]
        answer = muspsy("run", file, *words)
    assert answer.code == 1
    *named, last = answer.err.splitlines()
    assert len(named) == 3
    assert all(": model_error: counselor." in line and "server" in line for line in named)
    assert "3 of 3 episodes are incomplete" in last
    assert "--retry-failed" in last
    assert "Traceback" not in answer.err
    assert "model error (provider)" in answer.out
    with serving() as healthy:
        # Another address is another recipe; the same one, mended, is what is gone on with.
        answer = muspsy("run", file, "--set", f"models.counselor={healthy}")
        assert answer.code == 2
    assert muspsy("replay", tmp_path / "small").code == 0


def test_what_a_failure_stopped_goes_on_when_asked(tmp_path: Path) -> None:
    file = recipe(tmp_path)
    with serving("--key", "the-right-key") as model:
        words = ["run", file, "--set", f"models.counselor={model}", "-q"]
        answer = muspsy(*words, env={"MUSPSY_API_KEY": "the-wrong-key"})
        assert answer.code == 2
        assert "refuses the key" in answer.err
        assert "the-wrong-key" not in answer.err
        assert muspsy(*words, env={"MUSPSY_API_KEY": "the-right-key"}).code == 0
    found = [p for p in (tmp_path / "small").rglob("*") if p.is_file()]
    assert not [p for p in found if b"the-right-key" in p.read_bytes()]


def test_a_spent_budget_stops_the_run_cleanly_and_it_goes_on_with_more(tmp_path: Path) -> None:
    file = recipe(tmp_path, SMALL.replace("[0]", "[0, 1]"))
    with serving() as model:
        words = ["run", file, "--set", f"models.default={model}"]
        answer = muspsy(*words, "--set", "budget.tokens=3000", "--concurrency", "1")
        assert answer.code == 1
        assert "budget_spent" in answer.err
        assert "with a larger budget (--set budget.tokens=N)" in answer.err
        status = muspsy("status", tmp_path / "small")
        assert "budget_spent" in status.out
        assert muspsy("replay", tmp_path / "small").code == 0
        assert muspsy(*words, "-q", "--set", "budget.tokens=9000000").code == 0
    assert muspsy("replay", tmp_path / "small").code == 0


def test_an_address_with_a_password_is_recorded_without_it(tmp_path: Path) -> None:
    file = recipe(tmp_path)
    with serving() as model:
        secret = model.replace("http://", "http://me:hunter22@")
        answer = muspsy("run", file, "--set", f"models.default={secret}")
    assert answer.code == 0
    assert "hunter22" not in answer.out + answer.err
    described = yaml.safe_load((tmp_path / "small" / "run.yaml").read_text())
    assert described["recipe"]["models"]["default"] == model
    for path in (tmp_path / "small").rglob("*"):
        if path.is_file():
            assert b"hunter22" not in path.read_bytes()
    replayed = muspsy("replay", tmp_path / "small")
    assert replayed.code == 0
    assert "1 of 1 episodes identical" in replayed.out


def test_tokens_and_money_are_told(tmp_path: Path) -> None:
    file = recipe(tmp_path, SMALL + "prices: {mock: {prompt: 1000, completion: 1000}}\n")
    with serving() as model:
        answer = muspsy("run", file, "--set", f"models.default={model}")
        other = muspsy("run", file, "--set", f"models.default={model}", "--set", "prices={}")
    row = next(line for line in answer.out.splitlines() if " all " in line)
    assert re.search(r" [\d,]{4,} +\d+\.\d\d *$", row), row
    assert " unknown" in next(x for x in other.out.splitlines() if " all " in x)


def processor_seconds(*words: str) -> float:
    """What a command takes of a processor, which other work on the machine does not change."""
    least = float("inf")
    for _ in range(3):
        with subprocess.Popen(
            words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        least = min(least, used.ru_utime + used.ru_stime)
    return least


def test_help_and_the_list_of_personas_answer_at_once() -> None:
    bare = processor_seconds(sys.executable, "-c", "pass")
    for words in (["--help"], ["personas", "list"]):
        assert processor_seconds(*COMMAND, *words) - bare < 0.4


@pytest.mark.parametrize("words", [["--help"], ["personas", "list"]])
def test_what_is_heavy_is_not_loaded_to_answer_little(words: list[str]) -> None:
    code = (
        "import sys; from muspsy_sim.cli.entry import run_command_line as run; "
        f"run({words!r}); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "muspsy_sim" in loaded
    heavy = {"langgraph", "langchain_core", "openai", "aiohttp", "networkx", "numpy", "scipy"}
    assert not loaded & (heavy | {"pyarrow", "tenacity", "jinja2"})


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -1', "x", *COMMAND, "graphs", "show", "full"],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "full\n"
    assert done.stderr == ""
