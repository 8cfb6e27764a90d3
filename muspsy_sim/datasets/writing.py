"""An export is a folder that is whole or absent.

It is written under a temporary name beside its place and renamed when all checks have passed. A
folder that is there already is replaced only if an earlier export made it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from muspsy_sim.records.errors import ExportError
from muspsy_sim.records.files import storage_error

MANIFEST = "manifest.json"
"""The file by which an export is known for one."""


@contextlib.contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A folder to write an export into; put at `target` at the end, removed after any error.

    Raises:
        ExportError: something else stands at `target`.
        StorageError: the disk refuses.
    """
    _check_free(target)
    folder = target.absolute().with_name(f".muspsy-{secrets.token_hex(8)}.tmp")
    new = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.mkdir(parents=True)
        yield folder
        _put_in_place(folder, target)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            for parent in new:
                parent.rmdir()
        if isinstance(error, OSError):
            raise storage_error(target, error, "write") from error
        raise


class RowFile:
    """A JSON file of rows, a row a line; as one list where `array` says so."""

    def __init__(self, path: Path, *, array: bool) -> None:
        self.path = path
        self.rows = 0
        self._array = array
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")

    def add(self, row: dict[str, Any]) -> None:
        """Add a row."""
        if self._array:
            self._file.write(b"[\n" if self.rows == 0 else b",\n")
        elif self.rows:
            self._file.write(b"\n")
        self._file.write(orjson.dumps(row))
        self.rows += 1

    def close(self) -> None:
        """End the file and bring it to the disk."""
        if self._file.closed:
            return
        with self._file:
            if self.rows:
                self._file.write(b"\n]\n" if self._array else b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def write_json(path: Path, value: object) -> None:
    """Write a small JSON file, indented for reading."""
    write_text(path, orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a small text file and bring it to the disk."""
    with path.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _check_free(target: Path) -> None:
    if not target.exists() or _is_export(target):
        return
    if not target.is_dir() or any(target.iterdir()):
        raise ExportError(
            "is there already, and is no earlier export",
            file=target,
            hint="choose another folder with --out",
        )


def _is_export(target: Path) -> bool:
    return (target / MANIFEST).is_file() and (target / "README.md").is_file()


def _put_in_place(folder: Path, target: Path) -> None:
    if not target.exists():
        folder.rename(target)
        return
    aside = folder.with_name(f"{folder.name}.old")
    target.rename(aside)
    try:
        folder.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)
