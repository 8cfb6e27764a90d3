"""A folder of a worker's own on its machine's disk, and what killed workers left of theirs.

A worker that is killed can't clear up. Each holds a lock in its folder, which ends with it however
it ends, so that the next worker on the machine knows what is nobody's any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "muspsy-worker-"
_LOCK = "worker.lock"
_YOUNG_S = 60.0
"""Seconds for which a folder without a locked lock is left alone: its owner is about to lock it."""


@contextmanager
def own_folder() -> Iterator[Path]:
    """A new empty folder, gone afterwards; before it is made, what dead workers left is removed."""
    with contextlib.suppress(OSError):  # Clearing up is a courtesy; it stops nobody.
        _clear_up(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        lock = os.open(Path(name) / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield Path(name)
        finally:
            os.close(lock)


def _clear_up(beside: Path) -> None:
    for folder in beside.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if _is_nobodys(folder):
                shutil.rmtree(folder)


def _is_nobodys(folder: Path) -> bool:
    """Whether this user's folder belongs to a worker that is no more."""
    about = folder.lstat()
    if about.st_uid != os.getuid() or time.time() - about.st_mtime < _YOUNG_S:
        return False
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
