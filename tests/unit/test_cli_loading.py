"""Commands are loaded when asked for, and the list says of each what it says of itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from muspsy_sim.cli.app import COMMANDS, loaded
from muspsy_sim.cli.entry import run_command_line


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says(name: str) -> None:
    said = " ".join((loaded(name).help or "").partition("\n\n")[0].split())
    assert said.startswith(COMMANDS[name][1])
    assert loaded(name).name == name


def test_help_loads_no_command() -> None:
    code = (
        "import sys\n"
        "from muspsy_sim.cli.entry import run_command_line\n"
        "run_command_line(['--help'])\n"
        "print(*[m for m in sys.modules if m.startswith('muspsy_sim.')], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stderr.split()) <= {
        "muspsy_sim.cli",
        "muspsy_sim.cli.app",
        "muspsy_sim.cli.entry",
        "muspsy_sim.records",
        "muspsy_sim.records.errors",
    }


def test_a_group_of_commands_offers_only_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["personas", "--help"]) == 0
    told = capsys.readouterr().out
    assert "Usage: muspsy personas" in told
    assert "completion" not in told
