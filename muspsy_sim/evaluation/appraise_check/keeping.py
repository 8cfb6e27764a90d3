"""What a folder keeps of a check besides the answers: the finding, and each turn as coded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from muspsy_sim.evaluation.appraise_check.findings import Check
from muspsy_sim.evaluation.appraise_check.outcomes import TurnOutcome
from muspsy_sim.records.files import write_atomic


def write_results(folder: Path, check: Check, outcomes: Sequence[TurnOutcome]) -> None:
    """Write `check.json` (the finding) and `turns.jsonl` (a line for each turn: label and answer).

    Raises `StorageError` when the disk refuses.
    """
    write_atomic(folder / "check.json", (check.model_dump_json(indent=2) + "\n").encode())
    lines = "".join(outcome.model_dump_json() + "\n" for outcome in outcomes)
    write_atomic(folder / "turns.jsonl", lines.encode())
