"""Dialogue in text: lines that begin with a role and a colon, and lines that go on from them.

A turn's text is kept as it stands, blank lines inside it included; what stands before the first
mark is given back apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from muspsy_sim.formats.corpora.shape import CorpusFile
from muspsy_sim.records.corpus import CorpusSpeaker, Utterance
from muspsy_sim.records.errors import Problem

LARGEST = 64 << 20
"""Bytes of a text file; a larger one is no client's file, and is told."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A role as it stands before a colon, as a pattern, and who that is."""

    pattern: str
    speaker: CorpusSpeaker


@dataclass(slots=True)
class Marked:
    """The turns of a text, and the lines before the first of them."""

    turns: list[Utterance]
    before: list[tuple[int, str]]


def marked_turns(lines: Sequence[tuple[int, str]], marks: Sequence[Mark]) -> Marked:
    """The turns of numbered lines. Blank lines at a turn's end belong to nobody."""
    pattern = re.compile(
        r"\s*(?:" + "|".join(f"(?P<m{n}>{m.pattern})" for n, m in enumerate(marks)) + r")[：:][ ]?"
    )
    found = Marked([], [])
    body: list[str] = []
    for number, line in lines:
        match = pattern.match(line)
        if match is None:
            if found.turns:
                body.append(line)
            elif line.strip():
                found.before.append((number, line))
            continue
        _end(found, body)
        which = next(n for n in range(len(marks)) if match[f"m{n}"] is not None)
        found.turns.append(
            Utterance(
                speaker=marks[which].speaker, text="", role=match[f"m{which}"].strip(), line=number
            )
        )
        body = [line[match.end() :]]
    _end(found, body)
    return found


def _end(found: Marked, body: list[str]) -> None:
    if found.turns:
        found.turns[-1].text = "\n".join(body).strip()


def numbered_lines(text: str) -> list[tuple[int, str]]:
    """Lines with their numbers, as an editor counts them: no mark but the line feed ends one."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return [*enumerate(plain.split("\n"), start=1)]


def text_of_file(file: CorpusFile) -> str | Problem:
    """A text file's text, or why there is none: empty, too large, not UTF-8, not readable."""
    try:
        if file.path.stat().st_size > LARGEST:
            return file.odd(f"is larger than {LARGEST >> 20} MiB, which no such file is")
        raw = file.path.read_bytes()
    except OSError as error:
        return file.odd(f"cannot be read: {error.strerror}")
    if not raw.strip():
        return file.odd("is empty")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return file.odd("is not UTF-8", raw.count(b"\n", 0, error.start) + 1)
