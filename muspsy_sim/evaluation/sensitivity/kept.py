"""What a test has lived so far: one line a client and draw, in `RUN/tables/sensitivity/`.

The file's name is a hash of all that decides its values, so another design, other draws or another
state of the program never read it. A line counts once it is complete.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import orjson

import muspsy_sim
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import canonical_json, content_hash, storage_error

Values = dict[str, float | None]
"""Endpoint -> value of one episode; empty for one that did not reach its horizon."""

Lived = dict[str, Values]
"""Episode -> its values."""

Unit = tuple[int, str]
"""Which draw (0 = the shipped parameters), and which client."""


class Kept:
    """Units that were lived, by draw and client. `file` takes each as it comes."""

    def __init__(self, file: int, path: Path, units: dict[Unit, Lived]) -> None:
        self._file = file
        self._path = path
        self._units = units

    def __contains__(self, unit: Unit) -> bool:
        return unit in self._units

    def __getitem__(self, unit: Unit) -> Lived:
        return self._units[unit]

    def __len__(self) -> int:
        return len(self._units)

    def add(self, unit: Unit, lived: Lived) -> None:
        """Keep one unit. Raises `StorageError` when the disk refuses."""
        line = canonical_json({"draw": unit[0], "client": unit[1], "episodes": lived})
        try:
            os.write(self._file, line)
        except OSError as error:
            raise storage_error(self._path, error, "write") from error
        self._units[unit] = lived


def kept_file(folder: Path, made_of: Mapping[str, object]) -> Path:
    """Where a test of this making is kept."""
    return folder / "sensitivity" / f"{content_hash(canonical_json(dict(made_of)))[:16]}.jsonl"


def source_hash() -> str:
    """The hash of the program's own modules: what offline says depends on them."""
    root = Path(muspsy_sim.__file__).parent
    files = sorted(path for path in root.rglob("*.py"))
    return content_hash(b"\0".join(path.read_bytes() for path in files))


@contextmanager
def keeping(path: Path, *, restart: bool = False) -> Iterator[Kept]:
    """What is in a file, and a place to put more.

    Raises `RunError` while another process writes to it, `StorageError` when the disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        raise storage_error(path, error, "write") from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(
                "another process is living this test", file=path, hint="wait for it, or stop it"
            ) from error
        units, whole = ({}, 0) if restart else _read(path)
        # A line that was cut short is lived again.
        os.ftruncate(file, whole)
        yield Kept(file, path, units)
    finally:
        os.close(file)


def _read(path: Path) -> tuple[dict[Unit, Lived], int]:
    """The units of a file, and how many of its bytes are whole lines."""
    units: dict[Unit, Lived] = {}
    whole = 0
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            read = orjson.loads(line)
            units[(read["draw"], read["client"])] = read["episodes"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            break
        if not line.endswith(b"\n"):
            del units[(read["draw"], read["client"])]
            break
        whole += len(line)
    return units, whole
