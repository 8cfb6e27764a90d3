"""All findings of an audit in a file, a line each, written as they come; whole or not there."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import orjson

from muspsy_sim.datasets.audit.finding import Finding
from muspsy_sim.records.files import storage_error

NAME = "findings.jsonl"


class FindingsFile:
    """A file of findings below a folder; without a folder nothing is kept. A context manager."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / NAME
        self._growing = None if folder is None else folder / f".{NAME}.tmp"
        self._file: BinaryIO | None = None

    def __enter__(self) -> FindingsFile:
        if self._path is not None and self._growing is not None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._growing.open("wb")
            except OSError as error:
                raise storage_error(self._path, error, "write") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, *raised: object) -> None:
        if self._file is None or self._path is None or self._growing is None:
            return
        try:
            self._file.close()
            if kind is None:
                self._growing.replace(self._path)
        except OSError as error:
            raise storage_error(self._path, error, "write") from error
        finally:
            self._growing.unlink(missing_ok=True)

    def add(self, finding: Finding) -> None:
        """Write a finding. Raises `StorageError` when the disk refuses."""
        if self._file is None:
            return
        try:
            self._file.write(orjson.dumps(finding.as_json()) + b"\n")
        except OSError as error:
            raise storage_error(self._path or "", error, "write") from error
