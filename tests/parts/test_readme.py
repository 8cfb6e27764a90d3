"""What the README says, done: its Python runs, its commands are there, its drawing is the graph."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def readme() -> str:
    return (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_two_commands_stand_as_they_are(readme: str) -> None:
    assert "pip install -e . && muspsy run runs/demo.yaml" in readme
    assert "pip install -e '.[test]' && pytest" in readme


def test_the_python_runs(readme: str) -> None:
    (code,) = blocks(readme, "python")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    end, before, after = done.stdout.split()
    assert end == "sessions_used"
    assert 0 <= int(after) <= 27
    assert 0 <= int(before) <= 27


def test_every_command_named_is_there(readme: str) -> None:
    named = set(re.findall(r"muspsy ([a-z]+)", readme)) - {"personas"}
    done = subprocess.run(
        [sys.executable, "-m", "muspsy_sim", "--help"], capture_output=True, text=True, check=True
    )
    known = set(re.findall(r"│ ([a-z]+)", done.stdout))
    assert named <= known


def test_the_drawing_is_the_graph(readme: str) -> None:
    (drawn,) = blocks(readme, "mermaid")
    done = subprocess.run(
        [sys.executable, "-m", "muspsy_sim", "graphs", "show", "full", "--mermaid"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert drawn.strip() in done.stdout


def test_every_file_linked_is_there(readme: str, repository: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (repository / target).exists(), target
