"""Files that are whole or absent, and JSON that is the same bytes each time.

`write_atomic` writes beside the target, flushes to the disk and renames; a reader sees the old
file or the new one, never a part. What the disk refuses becomes a `StorageError` that says what to
do.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Iterable
from math import isfinite
from pathlib import Path

import orjson
from pydantic import BaseModel

from muspsy_sim.records.errors import StorageError

_TEMP_PREFIX = ".muspsy-"
_TEMP_SUFFIX = ".tmp"

_REFUSALS: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", "free some space, then run the same command again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space, then run the same command again"),
    errno.EROFS: ("the file system is read-only", "choose a folder that can be written to"),
    errno.EACCES: ("permission denied", "choose a folder that you may write to"),
    errno.EPERM: ("permission denied", "choose a folder that you may write to"),
    errno.ENOTDIR: ("a part of this path is a file, not a folder", "choose another path"),
    errno.EEXIST: ("a file stands where a folder is needed", "choose another path"),
    errno.EISDIR: ("a folder stands where a file is needed", "choose another path"),
    errno.ENAMETOOLONG: ("the name is too long for the disk", "choose a shorter name"),
    errno.ENOENT: ("no such file or folder", "check the path"),
    errno.EFBIG: ("the file would be larger than is allowed", "raise the limit or write less"),
}


def storage_error(path: str | os.PathLike[str], error: OSError, doing: str) -> StorageError:
    """The clear form of what the disk answered, for `path`; `doing` is a verb phrase."""
    unknown = (error.strerror or str(error) or type(error).__name__, "check the disk and the path")
    message, hint = _REFUSALS.get(error.errno or 0, unknown)
    return StorageError(f"cannot {doing}: {message}", file=path, hint=hint)


def write_atomic(path: str | os.PathLike[str], content: bytes) -> None:
    """Write `content` to `path` whole or not at all, making its folder if need be.

    Raises:
        StorageError: the disk is full, read-only, or refuses otherwise. An older file at `path`
            is left as it was, and no temporary file stays behind.
    """
    target = Path(path)
    # A name of its own length, since the target's may already be as long as the disk allows.
    temp = target.with_name(f"{_TEMP_PREFIX}{secrets.token_hex(8)}{_TEMP_SUFFIX}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_flushed(temp, content)
            temp.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                temp.unlink()
            raise
        _flush_folder(target.parent)
    except OSError as error:
        raise storage_error(target, error, "write") from error


def clear_leftovers(folder: str | os.PathLike[str]) -> None:
    """Remove what a killed `write_atomic` left in `folder`. Only for the folder's one writer."""
    for left in Path(folder).glob(f"{_TEMP_PREFIX}*{_TEMP_SUFFIX}"):
        with contextlib.suppress(OSError):
            left.unlink()


def canonical_json(value: object) -> bytes:
    """`value` as UTF-8 JSON with sorted keys, ending in a newline: the same bytes each time.

    Takes what JSON can say, and pydantic models.

    Raises:
        ValueError: NaN or an infinity is in it. JSON has no word for them, and writing null would
            make a failed number look like one that was never measured.
        TypeError: something else that JSON has no word for is in it.
    """
    encoded = orjson.dumps(
        value, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    )
    # orjson writes NaN as null; looking for one is only worth the time where a null was written.
    if b"null" in encoded:
        _refuse_unmeasured(value)
    return encoded


def content_hash(content: bytes) -> str:
    """The SHA-256 of `content`, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _write_flushed(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the rename itself last through a power cut."""
    if os.name != "posix":
        return  # other systems cannot open a folder
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"JSON has no word for {type(value).__name__}")


_MEASURED = frozenset({str, int, bool, type(None)})
"""Types that hold no number which was never measured: most of an episode, and not looked into."""


def _refuse_unmeasured(value: object) -> None:
    pending: list[Iterable[object]] = [(value,)]
    while pending:
        for item in pending.pop():
            if type(item) in _MEASURED:
                continue
            if isinstance(item, float):
                if not isfinite(item):
                    raise ValueError(f"{item} cannot be written as JSON; use None with a reason")
            elif isinstance(item, dict):
                pending.append(item.values())
            elif isinstance(item, list | tuple):
                pending.append(item)
            elif isinstance(item, BaseModel):
                pending.append(item.model_dump().values())
