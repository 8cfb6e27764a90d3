"""CACTUS records: JSON lists of clients with an intake form and an attitude.

Both published shapes are read: evaluation records (`AI_client`, `AI_counselor`) and corpus records
(`intake_form` at the top). Each record keeps its line in the file; what is odd is told, nothing is
mended, and what the form does not foresee is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.formats.cactus_form import IntakeForm, parse_form
from muspsy_sim.formats.json_list import json_elements
from muspsy_sim.records.errors import Problem
from muspsy_sim.records.yaml_tree import read_content

ATTITUDES = ("positive", "neutral", "negative")
"""The published attitudes; another is told and kept."""


@dataclass(frozen=True, slots=True)
class CactusRecord:
    """One client with one attitude."""

    line: int
    """The line of the file that the record begins on, from 1."""
    form: IntakeForm
    form_text: str
    attitude: str
    """As published; empty where it is missing."""
    opening: str
    """The first exchange as the client's side has it, or empty."""
    counselor_opening: str = ""
    """The first exchange as the counselor's side has it: alone in Chinese in the Chinese file."""
    extra: dict[str, object] = field(default_factory=dict)
    """All else that the record holds."""


@dataclass(frozen=True, slots=True)
class CactusFile:
    """A file of CACTUS records."""

    file: Path
    records: list[CactusRecord]
    odd: list[Problem]


def read_cactus(path: str | os.PathLike[str]) -> CactusFile:
    """Read a file of CACTUS records.

    Raises:
        ContentError: the file is missing, not UTF-8, too large, not JSON, or not a list.
    """
    return parse_cactus(read_content(path), Path(path))


def parse_cactus(text: str, file: Path) -> CactusFile:
    """Read CACTUS records from JSON text; `file` is only named. Raises as `read_cactus` does."""
    records: list[CactusRecord] = []
    odd: list[Problem] = []
    for line, value in json_elements(text, file, "CACTUS records"):
        record = _record(line, value)
        if isinstance(record, str):
            odd.append(Problem(record, file, line, hint="the record is left out"))
            continue
        records.append(record)
        odd.extend(_oddities(record, file))
    return CactusFile(file=file, records=records, odd=odd)


def _record(line: int, value: object) -> CactusRecord | str:
    """A record, or why it is none."""
    if not isinstance(value, dict):
        return "is not an object"
    client = value.get("AI_client", value)
    if not isinstance(client, dict):
        return "`AI_client` is not an object"
    form = client.get("intake_form")
    if not isinstance(form, str) or not form.strip():
        return "has no `intake_form`"
    attitude, opening = client.get("attitude"), client.get("dialogue_history_init")
    return CactusRecord(
        line=line,
        form=parse_form(form),
        form_text=form,
        attitude=attitude if isinstance(attitude, str) else "",
        opening=opening if isinstance(opening, str) else "",
        counselor_opening=_counselor_opening(value),
        extra=_rest(value, client),
    )


def _counselor_opening(value: dict[str, object]) -> str:
    """It stays in `extra` too, with all else of the counselor's side."""
    part: object = value
    for key in ("AI_counselor", "CBT", "dialogue_history_init"):
        part = part.get(key) if isinstance(part, dict) else None
    return part if isinstance(part, str) else ""


def _rest(value: dict[str, object], client: dict[str, object]) -> dict[str, object]:
    taken = ("intake_form", "attitude", "dialogue_history_init")
    rest = {key: each for key, each in client.items() if key not in taken}
    if client is not value:
        rest |= {key: each for key, each in value.items() if key != "AI_client"}
    # What was taken but is not text stays here, so that it is not lost.
    odd = {key: client[key] for key in taken if not isinstance(client.get(key, ""), str)}
    return rest | odd


def _oddities(record: CactusRecord, file: Path) -> Iterator[Problem]:
    if record.attitude not in ATTITUDES:
        message = f"attitude {record.attitude!r} is none of {', '.join(ATTITUDES)}"
        yield Problem(message, file, record.line, "attitude")
    for number, message in record.form.odd:
        yield Problem(f"line {number} of the form: {message}", file, record.line, "intake_form")
