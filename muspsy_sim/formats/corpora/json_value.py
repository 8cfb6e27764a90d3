"""A JSON value and what is odd in it: doubled keys, numbers that are none, half surrogate pairs.

Nothing of it stops the reading; each is told, since one of two values is lost or a sign replaced.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from muspsy_sim.formats.corpora.shape import CorpusFile
from muspsy_sim.records.errors import Problem

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a file and the line that it begins on (for Parquet: its row)."""

    value: object
    line: int
    number: int
    """Its place among the file's entries, from 1."""


FOREIGN = re.compile("[\udc80-\udcff]")
"""A byte that is no UTF-8, as Python's `surrogateescape` gives it back."""


class Unreadable(Problem):
    """An entry of which nothing can be read, since it is in another encoding."""


def not_utf8(file: CorpusFile, found: re.Match[str], line: int, since: int = 0) -> Unreadable:
    """What is told of a byte that is no UTF-8; `line` is that of the character at `since`."""
    byte = ord(found[0]) - 0xDC00
    begins = found.string[found.start() : found.start() + 2]
    utf16 = line == 1 and since == found.start() and begins in ("\udcff\udcfe", "\udcfe\udcff")
    what = "is UTF-16, not UTF-8" if utf16 else f"is not UTF-8 (byte 0x{byte:02x})"
    return Unreadable(what, file.path, line + found.string.count("\n", since, found.start()))


class Noted:
    """The object hook of a decoder: it notes that a key stood twice, where one value is lost."""

    def __init__(self) -> None:
        self.key: str | None = None
        self.constant: str | None = None

    def pairs(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        """An object of its pairs."""
        value = dict(pairs)
        if len(value) != len(pairs):
            seen: set[str] = set()
            self.key = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        return value

    def no_number(self, name: str) -> None:
        """NaN and the like."""
        self.constant = name

    def number(self, text: str) -> float | None:
        """A number with a point or an exponent; one that no float holds is no number."""
        value = float(text)
        if math.isfinite(value):
            return value
        self.no_number(text)
        return None

    def told(self, file: CorpusFile, line: int) -> Iterator[Problem]:
        """What was noted of the value on this line; nothing is noted afterwards."""
        if self.key is not None:
            yield file.odd(f"the key {self.key!r} stands twice; the last is read", line)
        if self.constant is not None:
            yield file.odd(f"{self.constant} is no number; read as null", line)
        self.key = self.constant = None


def decoder() -> tuple[json.JSONDecoder, Noted]:
    """A decoder, and what it notes."""
    noted = Noted()
    return (
        json.JSONDecoder(
            object_pairs_hook=noted.pairs,
            parse_constant=noted.no_number,
            parse_float=noted.number,
        ),
        noted,
    )


def clean(file: CorpusFile, entry: Entry, raw: str) -> Iterator[Entry | Problem]:
    """Half a surrogate pair is no text and could not be written again: it is told and replaced."""
    if _SURROGATE.search(raw):
        told: list[bool] = []
        value = _without_halves(entry.value, told)
        if told:
            yield file.odd("holds half a surrogate pair; read as U+FFFD", entry.line)
            entry = Entry(value, entry.line, entry.number)
    yield entry


def _without_halves(value: object, told: list[bool]) -> object:
    if isinstance(value, str):
        whole_text = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if whole_text != value:
            told.append(True)
        return whole_text
    if isinstance(value, list):
        return [_without_halves(each, told) for each in value]
    if isinstance(value, dict):
        return {
            _without_halves(key, told): _without_halves(each, told) for key, each in value.items()
        }
    return value


def plain(value: object, odd: set[str]) -> object:
    """A value of a Parquet row as JSON could say it; `odd` gets what it had to be read as."""
    if isinstance(value, dict):
        return {key: plain(each, odd) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, odd) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        odd.add(f"{value} is no number; read as null")
        return None
    if value is None or isinstance(value, str | bool | int | float):
        return value
    odd.add(f"{type(value).__name__} is no type of JSON; read as text")
    return str(value)


def what_is_wrong(error: Exception) -> str:
    """Why a text is no JSON, in a few words."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)
