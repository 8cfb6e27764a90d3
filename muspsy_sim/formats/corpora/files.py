"""A path of a corpus: its files, and what they hold, one dialogue at a time.

Files are read in the order of their names, numbers in them counted as numbers. A file that no
format knows is told and passed over.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.formats.corpora.catalogue import sniff
from muspsy_sim.formats.corpora.file_names import is_beside
from muspsy_sim.formats.corpora.json_stream import entries
from muspsy_sim.formats.corpora.marked_text import text_of_file
from muspsy_sim.formats.corpora.shape import CorpusFile, Format, Found
from muspsy_sim.records.errors import FormatError, Problem
from muspsy_sim.records.files import storage_error

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".parquet", ".txt"})

_NUMBER = re.compile(r"(\d+)")


def corpus_files(path: Path) -> Iterator[CorpusFile]:
    """The files at a path: the one file, or all files of a folder and those below it.

    Hidden files, licences, readmes, pages and pictures are passed over. What else does not end in
    one of `SUFFIXES` (a table, an archive) comes along, to be told.

    Raises:
        FormatError: there is nothing at the path.
    """
    if path.is_dir():
        yield from _below(path, "")
    elif path.exists():
        yield CorpusFile(path, path.name)
    else:
        raise FormatError("no such file or folder", file=path, hint="check the path")


def _below(folder: Path, under: str) -> Iterator[CorpusFile]:
    try:
        with os.scandir(folder) as listed:
            found = sorted(listed, key=lambda entry: _natural(entry.name))
    except OSError as error:
        raise storage_error(folder, error, "read") from error
    for entry in found:
        if entry.is_dir() and not entry.name.startswith("."):
            yield from _below(Path(entry.path), f"{under}{entry.name}/")
        elif not entry.is_dir() and not is_beside(entry.name):
            yield CorpusFile(Path(entry.path), under + entry.name)


def read_corpus(path: Path, form: Format | None = None) -> Iterator[Found]:
    """All that a path holds, in `form` or in the format that each file shows.

    Raises:
        FormatError: there is nothing at the path, or no file that could be a corpus's.
    """
    any_file = False
    known: Format | None = None
    for file in corpus_files(path):
        if path.is_dir() and file.path.suffix.lower() not in SUFFIXES:
            ends = ", ".join(sorted(SUFFIXES))
            yield file.odd(f"was passed over: files of a corpus end in {ends}")
            continue
        any_file = True
        chosen = form or _sniffed(file, known)
        if isinstance(chosen, Problem):
            yield chosen
            continue
        known = chosen
        if file.path.suffix.lower() not in chosen.suffixes:
            if form is None or not path.is_dir():
                yield file.odd(f"a file of {chosen.name} ends in {' or '.join(chosen.suffixes)}")
            continue
        yield from _safely(file, chosen)
    if not any_file:
        raise FormatError(
            "holds no corpus file",
            file=path,
            hint=f"files end in {', '.join(sorted(SUFFIXES))}",
        )


def _safely(file: CorpusFile, form: Format) -> Iterator[Found]:
    """A file that cannot be opened or vanishes is told; the others are read."""
    try:
        yield from form.read(file)
    except OSError as error:
        yield storage_error(file.path, error, "read").problem


def _sniffed(file: CorpusFile, known: Format | None) -> Format | Problem:
    try:
        if file.path.stat().st_size == 0:
            return file.odd("is empty")
    except OSError as error:
        return storage_error(file.path, error, "read").problem
    found = sniff(file)
    if found is not None:
        return found
    if known is not None and file.path.suffix.lower() in known.suffixes:
        # A broken file among those of a format: the reader says what is broken in it.
        return known
    return _broken(file) or file.odd("no format is known that begins so; name it with --from")


def _broken(file: CorpusFile) -> Problem | None:
    """Why no format knows a file, where nothing of it can be read."""
    if file.path.suffix.lower() == ".txt":
        text = text_of_file(file)
        return text if isinstance(text, Problem) else None
    first = next(entries(file), None)
    return first if isinstance(first, Problem) else None


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key that puts case_9 before case_10, the same on every machine."""
    return [
        (0, int(part), "") if n % 2 and part.isascii() else (1, 0, part)
        for n, part in enumerate(_NUMBER.split(name))
    ]
