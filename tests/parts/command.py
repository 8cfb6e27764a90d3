"""The `muspsy` command as a process of its own, in a folder of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-m", "muspsy_sim"]

SMALL = """\
personas: [en-gordon-pell]
arms: [full]
seeds: [0]
sessions: 1
exchanges: 3
follow_up_weeks: 1
"""
"""A recipe that is run in a second."""


@dataclass(frozen=True)
class Answered:
    """How a command ended."""

    code: int
    out: str
    err: str


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: no keys and settings of whoever runs the tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI", "MUSPSY", "LANG"))}
    return {**kept, "PYTHONUTF8": "1", "COLUMNS": "120", **(extra or {})}


def muspsy(
    *arguments: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    before: str = "",
) -> Answered:
    """Run the command. `before`: shell words that go before it, such as a limit."""
    command = [*COMMAND, *map(str, arguments)]
    if before:
        command = ["bash", "-c", f'{before}; exec "$0" "$@"', *command]
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Answered(done.returncode, done.stdout, done.stderr)


def recipe(folder: Path, text: str = SMALL, name: str = "small") -> Path:
    """A recipe file in `folder`."""
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file
