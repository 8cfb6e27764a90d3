"""What a corpus format is to the rest of the program: a name, a sniff, a reader and a writer.

A reader yields dialogues and problems in the order of the file and never raises for what a file
says: what it cannot read it tells, and goes on. A writer is a function from a dialogue to what is
published of it; `holds` says what it has a place for, so that what it loses can be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from muspsy_sim.records.corpus import OFFLINE, CorpusSpeaker, Dialogue, DocumentKind
from muspsy_sim.records.errors import Problem

Found = Dialogue | Problem


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of a corpus: where it lies, and its path below what was named, with `/`."""

    path: Path
    name: str

    @property
    def stem(self) -> str:
        """The name without its last suffix: what dialogues of this file are called after."""
        head, _, _ = self.name.rpartition(".")
        return head or self.name

    def odd(self, message: str, line: int | None = None, field: str | None = None) -> Problem:
        """Something odd in this file. Readers tell it; they mend nothing."""
        return Problem(message, self.path, line, field)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a sniff sees of a file: its name, its first text, its first value where it is JSON."""

    name: str
    text: str
    """The first 64 KiB, undecodable bytes replaced."""
    first: object = None
    """The first element of a JSON list, the first line of JSON lines, the first row of Parquet, or
    the one object; None where the file is no JSON."""
    whole: bool = False
    """Whether `first` is an element of a list that is itself one dialogue."""


Facet = Literal["sessions", "labels", "reasoning", "roles", "other", "extra", "id", "split"]
"""`sessions`: more than one; `roles`: names of speakers as published; `other`: third parties."""


@dataclass(frozen=True, slots=True)
class Holds:
    """What a format has a place for."""

    facets: frozenset[Facet] = frozenset()
    documents: frozenset[DocumentKind] = frozenset()
    of_course: frozenset[DocumentKind] = frozenset()
    """Of `documents`, those that it holds for a whole course and not for a single session."""
    fields: frozenset[str] = frozenset()
    """Fields of a dialogue that mean in it what they mean in the canonical shape."""
    dialogue: bool = True
    """Whether it holds turns at all; a user card does not."""


MARK: frozenset[str] = frozenset({OFFLINE})
"""For `Holds.fields` where an entry is an object: that `offline` spoke rides with it."""


Layout = Literal["list", "file", "text"]
"""`list`: one JSON list of entries; `file`: a JSON file an entry; `text`: a text file an entry."""


def _whole(dialogue: Dialogue) -> Iterable[Dialogue]:
    return (dialogue,)


@dataclass(frozen=True, slots=True)
class Format:
    """One published format."""

    name: str
    about: str
    layout: Layout
    sniff: Callable[[Sample], bool]
    read: Callable[[CorpusFile], Iterator[Found]]
    encode: Callable[[Dialogue], JsonValue]
    """The entry as published; for layout `text` it is the file's text."""
    holds: Holds = field(default_factory=Holds)
    parts: Callable[[Dialogue], Iterable[Dialogue]] = _whole
    """The entries that a dialogue of another format becomes: one, or one a session."""
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".parquet")
    speakers: tuple[tuple[str, CorpusSpeaker], ...] = ()
    """The roles as published, for documentation."""
