"""SimPsyDial's client profiles: a JSON list of complaints in Chinese, each one text.

As published a complaint is a headline, a space, and what a person wrote below it, in the first
person. The reader gives both back with the line of the file, and tells what is odd.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from muspsy_sim.formats.json_list import json_elements
from muspsy_sim.records.errors import Problem
from muspsy_sim.records.yaml_tree import read_content

LONGEST_HEADLINE = 60
"""Characters; a first space later than this does not end a headline."""

_HEADLINE = re.compile(rf"([^\s]{{2,{LONGEST_HEADLINE}}})\s+(\S.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One client, as it wrote of itself."""

    line: int
    """The line of the file that it begins on, from 1."""
    number: int
    """Its place in the list, from 1."""
    headline: str
    """Empty where the text has none."""
    body: str
    text: str
    """As published, headline and body."""


@dataclass(frozen=True, slots=True)
class ComplaintFile:
    """A file of complaints."""

    file: Path
    complaints: list[Complaint]
    odd: list[Problem]


def read_complaints(path: str | os.PathLike[str]) -> ComplaintFile:
    """Read a file of complaints.

    Raises:
        ContentError: the file is missing, not UTF-8, too large, not JSON, or not a list.
    """
    return parse_complaints(read_content(path), Path(path))


def parse_complaints(text: str, file: Path) -> ComplaintFile:
    """Read complaints from JSON text; `file` is only named. Raises as `read_complaints` does."""
    complaints: list[Complaint] = []
    odd: list[Problem] = []
    seen: dict[str, int] = {}
    for number, (line, value) in enumerate(json_elements(text, file, "complaints"), start=1):
        if not isinstance(value, str) or not value.strip():
            odd.append(Problem("is no text", file, line, None, "the entry is left out"))
            continue
        said = value.strip()
        first = seen.setdefault(said, number)
        if first != number:
            message = f"is the same as entry {first}"
            odd.append(Problem(message, file, line, None, "the entry is left out"))
            continue
        split = _HEADLINE.fullmatch(said)
        if split is None:
            odd.append(
                Problem("has no headline set apart by a space", file, line, f"[{number - 1}]")
            )
        headline, body = (split[1], split[2].strip()) if split else ("", said)
        complaints.append(Complaint(line, number, headline, body, said))
    return ComplaintFile(file=file, complaints=complaints, odd=odd)
