"""A comparison as files: `tables/comparison.json` with all of it, and CSV for those who plot."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson

from muspsy_sim.evaluation.comparing.comparison import ComparisonReport
from muspsy_sim.records.files import canonical_json, write_atomic
from muspsy_sim.runs.store import Run

_EFFECT = (
    *("estimate", "low", "high", "method", "bca_low", "bca_high", "p", "p_holm", "d_z", "d_av"),
    *("cases", "clients", "lost", "reason"),
)


def as_json(report: ComparisonReport) -> bytes:
    """The whole comparison as JSON. Raises `ValueError` for NaN, which is no measurement."""
    canonical_json(report)
    return orjson.dumps(
        report.model_dump(mode="json"), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )


def write_tables(run: Run, report: ComparisonReport) -> list[Path]:
    """Write the tables of a comparison and return their paths. Raises `StorageError`."""
    folder = run.folder / "tables"
    files = {
        "comparison.json": as_json(report),
        "effects.csv": _effects(report),
        "arms.csv": _arms(report),
        "trajectories.csv": _trajectories(report),
    }
    for name, content in files.items():
        write_atomic(folder / name, content)
    return [folder / name for name in files]


def _effects(report: ComparisonReport) -> bytes:
    head = ("endpoint", "kind", "better", "standing", "question", "contrast", *_EFFECT)
    rows = [
        [
            *(one.endpoint, one.kind, one.better, one.standing, one.question, one.contrast),
            *(getattr(one.effect, name) for name in _EFFECT),
            *(
                (one.mixed.estimate, one.mixed.error, one.mixed.p, one.mixed.note)
                if one.mixed
                else (None, None, None, "")
            ),
        ]
        for one in report.comparisons
    ]
    return _csv((*head, "mixed_estimate", "mixed_error", "mixed_p", "mixed_note"), rows)


def _arms(report: ComparisonReport) -> bytes:
    names = list(dict.fromkeys(name for arm in report.arms for name in arm.means))
    head = ("arm", "control", "planned", "episodes", "clients", "failed", "failed_share", *names)
    rows = [
        [
            *(arm.arm, arm.control, arm.planned, arm.episodes, arm.clients, arm.failed),
            arm.failed_share,
            *(arm.means.get(name) for name in names),
        ]
        for arm in report.arms
    ]
    return _csv(head, rows)


def _trajectories(report: ComparisonReport) -> bytes:
    head = ("measure", "arm", "week", "mean", "sd", "clients")
    return _csv(head, [[getattr(p, name) for name in head] for p in report.trajectories])


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV text; what is not known is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode()
