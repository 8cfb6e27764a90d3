"""The entries of a JSON, JSON lines or Parquet file, one at a time, each with its line.

A file of any size is read in bounded memory. What breaks is told with its line; what stood before
it has been read by then, and JSON lines go on after it. An element that is not UTF-8 is left out.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from muspsy_sim.formats.corpora.json_value import (
    FOREIGN,
    Entry,
    Noted,
    Unreadable,
    clean,
    decoder,
    not_utf8,
    plain,
    what_is_wrong,
)
from muspsy_sim.formats.corpora.shape import CorpusFile
from muspsy_sim.records.errors import Problem
from muspsy_sim.records.files import storage_error

CHUNK = 1 << 20
"""Bytes read at a time."""

LONGEST = 64 << 20
"""Characters that one entry may have; a longer one is no dialogue, and is told."""

MOST_TURNS = 100_000
"""Turns up to which a file may be one dialogue."""

_SPACE = re.compile(r"[ \t\r\n]*")


def entries(file: CorpusFile) -> Iterator[Entry | Problem]:
    """The entries of a file: list elements, the one object, lines, or rows."""
    suffix = file.path.suffix.lower()
    try:
        if suffix == ".parquet":
            yield from _rows(file)
        elif suffix in (".jsonl", ".ndjson"):
            yield from _lines(file)
        else:
            with file.path.open("rb") as opened:
                yield from _elements(file, opened)
    except OSError as error:
        yield storage_error(file.path, error, "read").problem


def whole(file: CorpusFile) -> Iterator[Entry | Problem]:
    """A file whose list is one entry. A list of lists, JSON lines and Parquet hold one each."""
    suffix = file.path.suffix.lower()
    if suffix in (".parquet", ".jsonl", ".ndjson"):
        yield from entries(file)
        return
    turns: list[object] = []
    line = 1
    for each in entries(file):
        if isinstance(each, Unreadable):
            # A turn is missing from here on: what stood before it is read, as of a cut-off file.
            yield each
            break
        if isinstance(each, Problem) or isinstance(each.value, list):
            yield each
        elif len(turns) == MOST_TURNS:
            yield file.odd(f"one dialogue has over {MOST_TURNS} turns; the rest is left", each.line)
            break
        else:
            line = line if turns else each.line
            turns.append(each.value)
    if turns:
        yield Entry(turns, line, 1)


def _lines(file: CorpusFile) -> Iterator[Entry | Problem]:
    decoding, noted = decoder()
    number = 0
    with file.path.open("rb") as opened:
        at = 0
        while raw := opened.readline(LONGEST):
            at += 1
            if at == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            if not raw.strip():
                continue
            try:
                text = raw.decode("utf-8").strip()
                value, end = decoding.raw_decode(text)
                if end != len(text):
                    raise ValueError("something follows the value")
            except UnicodeDecodeError as error:
                yield Unreadable(f"is not UTF-8 (byte {error.start} of the line)", file.path, at)
                continue
            except (ValueError, RecursionError) as error:
                yield file.odd(f"is not JSON: {what_is_wrong(error)}", at)
                continue
            yield from noted.told(file, at)
            number += 1
            yield from clean(file, Entry(value, at, number), text)
        if at == 0:
            yield file.odd("is empty")


def _rows(file: CorpusFile) -> Iterator[Entry | Problem]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        yield file.odd("Parquet needs pyarrow: pip install 'muspsy-sim[export]'")
        return
    number = 0
    told: set[str] = set()
    try:
        with pyarrow.parquet.ParquetFile(file.path) as opened:
            # A group at a time: one reader over all of them keeps what it read of each.
            batches = (
                batch
                for group in range(opened.num_row_groups)
                for batch in opened.iter_batches(batch_size=256, row_groups=[group])
            )
            for batch in batches:
                for row in batch.to_pylist():
                    number += 1
                    odd: set[str] = set()
                    value = plain(row, odd)
                    # Once a file: what one row of a column has, most have.
                    for what in sorted(odd - told):
                        yield file.odd(what, number)
                    told |= odd
                    yield Entry(value, number, number)
    except (pyarrow.ArrowException, ValueError) as error:
        yield file.odd(f"is not Parquet, or breaks off after row {number}: {what_is_wrong(error)}")


class _Window:
    """The part of a text file that is held, decoded as it is read; what lies before `at` is done.

    Done text is let go of only when more is read, so that small entries cost no copying.
    """

    def __init__(self, opened: BinaryIO) -> None:
        self._opened = opened
        # A byte that is no UTF-8 becomes half a surrogate pair, which no UTF-8 text holds.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self.foreign = False
        """Whether such a byte was read so far."""
        self.text = ""
        self.at = 0
        self.line = 1
        """The line that `at` is on."""
        self.ended = False

    def more(self) -> bool:
        """Read on; False at the file's end."""
        if self.ended:
            return False
        rest = self.text[self.at :]
        # Doubling keeps an entry that is larger than a chunk from being parsed again and again.
        raw = self._opened.read(max(CHUNK, len(rest)))
        self.ended = not raw
        read = self._decoder.decode(raw, final=not raw)
        self.foreign = self.foreign or FOREIGN.search(read) is not None
        self.text, self.at = rest + read, 0
        return bool(raw)

    def to(self, end: int) -> None:
        """Go on to `end`."""
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def skip(self) -> str:
        """Go to the next character that is no space, and give it; empty at the end."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.to(match.end() if match else self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""


def _elements(file: CorpusFile, opened: BinaryIO) -> Iterator[Entry | Problem]:
    window = _Window(opened)
    try:
        first = window.skip()
        if not first:
            yield file.odd("is empty")
        elif first != "[":
            yield from _one(file, window)
        else:
            yield from _list(file, window)
    except (ValueError, RecursionError) as error:
        line, until = window.line, window.at
        if isinstance(error, json.JSONDecodeError):
            line, until = line + window.text.count("\n", window.at, error.pos), error.pos
        found = FOREIGN.search(window.text, window.at, until + 1)
        if found is not None:
            yield not_utf8(file, found, window.line, window.at)
        else:
            yield file.odd(f"is not JSON: {what_is_wrong(error)}", line)


def _one(file: CorpusFile, window: _Window) -> Iterator[Entry | Problem]:
    decoding, noted = decoder()
    number = 1
    yield from _next(file, window, decoding, noted, number)
    while window.skip():
        if number == 1:
            yield file.odd("more values follow the first: read as JSON lines", window.line)
        number += 1
        yield from _next(file, window, decoding, noted, number)


def _list(file: CorpusFile, window: _Window) -> Iterator[Entry | Problem]:
    decoding, noted = decoder()
    window.to(window.at + 1)
    if window.skip() == "]":
        yield file.odd("is an empty list", 1)
        return
    number = 0
    while True:
        number += 1
        yield from _next(file, window, decoding, noted, number)
        after = window.skip()
        if after != ",":
            break
        window.to(window.at + 1)
        window.skip()
    if after != "]":
        what = "a comma is missing in the list" if after else "the list is cut off"
        yield file.odd(f"is not JSON: {what}", window.line)
        return
    window.to(window.at + 1)
    if window.skip():
        yield file.odd("something follows the list", window.line)


def _next(
    file: CorpusFile, window: _Window, decoding: json.JSONDecoder, noted: Noted, number: int
) -> Iterator[Entry | Problem]:
    """The value that the window stands at; reads on while it is cut off."""
    line = window.line
    while True:
        try:
            value, end = decoding.raw_decode(window.text, window.at)
        except (json.JSONDecodeError, RecursionError):
            if len(window.text) - window.at > LONGEST or not window.more():
                raise
            continue
        # A number at the window's end may go on behind it.
        if end < len(window.text) or not window.more():
            break
    # `more` may have moved the text, and then the value was read again from its new place.
    raw = window.text[window.at : end]
    window.to(end)
    found = FOREIGN.search(raw) if window.foreign else None
    if found is not None:
        yield not_utf8(file, found, line)
        return
    yield from noted.told(file, line)
    yield from clean(file, Entry(value, line, number), raw)
