"""MusPsy's raw case reports: JSON lines, each an object whose `text` is a report.

The reader gives back each report with its line, and tells what is odd; a line that is no report is
told and left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from muspsy_sim.records.errors import Problem
from muspsy_sim.records.yaml_tree import read_content


@dataclass(frozen=True, slots=True)
class RawReport:
    """One case report as it was published."""

    line: int
    """Its line in the file, from 1."""
    text: str
    extra: dict[str, object] = field(default_factory=dict)
    """The other keys of the line."""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file of case reports."""

    file: Path
    reports: list[RawReport]
    odd: list[Problem]


def read_reports(path: str | os.PathLike[str]) -> ReportFile:
    """Read a file of case reports.

    Raises:
        ContentError: the file is missing, not a regular file, too large or not UTF-8.
    """
    return parse_reports(read_content(path), Path(path))


def parse_reports(text: str, file: Path) -> ReportFile:
    """Read case reports from JSON lines; `file` is only named in what is odd."""
    found = [*_read(text, file)]
    return ReportFile(
        file=file,
        reports=[each for each in found if isinstance(each, RawReport)],
        odd=[each for each in found if isinstance(each, Problem)],
    )


def _read(text: str, file: Path) -> Iterator[RawReport | Problem]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield Problem(f"is not JSON: {error}", file, number)
            continue
        report = value.get("text") if isinstance(value, dict) else None
        if not isinstance(report, str) or not report.strip():
            yield Problem("is not an object with a `text`", file, number)
            continue
        extra = {key: each for key, each in value.items() if key != "text"}
        yield RawReport(line=number, text=report, extra=extra)
