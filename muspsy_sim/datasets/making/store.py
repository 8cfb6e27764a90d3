"""A made corpus's folder: `corpus.yaml`, `entries/ID.json`, `journal/ID.jsonl`, then the tables.

An entry is whole or absent. One process at a time writes. `corpus.yaml` is written first.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from muspsy_sim.datasets.making.record import EntryFile
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import canonical_json, clear_leftovers, storage_error, write_atomic

CORPUS_FILE = "corpus.yaml"
_PARTS = ("entries", "journal")
_HINT = "use another --out, or --restart to make it anew"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a corpus is made."""

    folder: Path

    @property
    def file(self) -> Path:
        """What is made, and with what."""
        return self.folder / CORPUS_FILE

    def entry_file(self, entry: str) -> Path:
        """Where an entry is kept once whole."""
        return self.folder / "entries" / f"{entry}.json"

    def journal_file(self, entry: str) -> Path:
        """Where an entry's answers are kept as they arrive."""
        return self.folder / "journal" / f"{entry}.jsonl"


def write_entry(place: Place, entry: EntryFile) -> None:
    """Write an entry whole and at once; equal entries are equal bytes."""
    write_atomic(place.entry_file(entry.id), canonical_json(entry.model_dump(mode="json")))


def read_entry(place: Place, entry: str) -> EntryFile:
    """Read an entry. Raises `RunError` where the file is none."""
    path = place.entry_file(entry)
    try:
        return EntryFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise storage_error(path, error, "read") from error
    except ValidationError as error:
        raise RunError(
            f"is no entry of a corpus: {error.errors()[0]['msg']}",
            file=path,
            hint="delete it and run again: the journal has its answers",
        ) from error


@contextmanager
def making(place: Place, described: dict[str, Any], *, restart: bool) -> Iterator[None]:
    """Hold the folder for writing, with `corpus.yaml` written.

    Raises `RunError` while another process holds it, or when it holds another recipe's corpus.
    """
    import yaml

    if place.folder.exists() and not place.file.is_file() and any(place.folder.iterdir()):
        raise RunError("holds something else", file=place.folder, hint="choose another --out")
    try:
        for part in _PARTS:
            (place.folder / part).mkdir(parents=True, exist_ok=True)
        lock = os.open(place.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise storage_error(place.folder, error, "write") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(
                "another process is making this", file=place.folder, hint="wait, or use --out"
            ) from error
        if restart:
            _clear(place)
        before = _recipe_before(place)
        if before is not None and before != described["hash"]:
            raise RunError("was made with another recipe", file=place.folder, hint=_HINT)
        clear_leftovers(place.folder / "entries")
        text = yaml.safe_dump(described, sort_keys=False, allow_unicode=True, width=100)
        write_atomic(place.file, text.encode())
        yield
    finally:
        os.close(lock)


def _recipe_before(place: Place) -> str | None:
    import yaml

    if not place.file.is_file():
        return None
    try:
        read = yaml.load(place.file.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        read = None
    if not isinstance(read, dict) or "hash" not in read:
        raise RunError("does not describe a corpus", file=place.file, hint=_HINT)
    return str(read["hash"])


def _clear(place: Place) -> None:
    try:
        for part in _PARTS:
            if (place.folder / part).exists():
                shutil.rmtree(place.folder / part)
            (place.folder / part).mkdir()
        place.file.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(place.folder, error, "write") from error
