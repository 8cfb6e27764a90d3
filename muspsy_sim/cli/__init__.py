"""The `muspsy` command. `main` is its entry point and returns only by leaving the process."""

from __future__ import annotations

from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    import sys

    from muspsy_sim.cli.entry import leave, run_command_line

    leave(run_command_line(sys.argv[1:]))
