"""Bringing what was written to journals to the disk: many files together, round by round."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from muspsy_sim.records.errors import StorageError
from muspsy_sim.records.files import storage_error

_SYNC_EVERY_S = 0.25
"""Pause between two rounds of fdatasync over the files written to. A killed process loses nothing
(the line is with the kernel); a power cut can lose this and the round under way (some milliseconds
a file), which is then asked for again."""

_REST = 9.0
_SYNC_AT_LEAST_EVERY_S = 1.0
"""A round that took long, with many journals or a slow disk, is followed by a pause `_REST` times
as long, up to this: disk and interpreter are busy with it a tenth of the time, if a round takes
no longer than that. With a quarter of it, answers of 256 episodes waited for the interpreter."""
_TOGETHER = 32
"""Episodes that are brought to the disk at once. With the six threads that asyncio has on two cores
the last of 256 that end together waited for a fifth of a second."""


class GroupSync:
    """Brings written journal lines to the disk together: one fdatasync per file and beat.

    Once the disk refuses, every later `mark` and the end of the `async with` raise `StorageError`:
    the kernel tells of a failed write once, and asking again would look like success.
    """

    def __init__(self) -> None:
        self._dirty: dict[int, Path] = {}
        self._changed = threading.Condition()
        self._under_way: set[int] = set()
        """Files that are being brought to the disk: nobody closes one meanwhile."""
        self._refused: StorageError | None = None
        self._task: asyncio.Task[None] | None = None
        self._threads = ThreadPoolExecutor(_TOGETHER, "muspsy-disk")

    async def apart(self, work: Callable[..., None], *given: object) -> None:
        """Do in a thread what waits for the disk: what waits at once, the disk does together."""
        await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    def mark(self, fd: int, path: Path) -> None:
        """Note that this file has lines that are not on the disk yet. Raises `StorageError`."""
        if self._refused is not None:
            raise self._refused
        self._dirty[fd] = path

    def flush(self) -> None:
        """Bring all to the disk now. Raises `StorageError`."""
        for fd in list(self._dirty):
            self.forget(fd)

    def forget(self, fd: int) -> None:
        """Bring one file to the disk now, before it is closed. Raises `StorageError`."""
        with self._changed:
            self._changed.wait_for(lambda: fd not in self._under_way)
            path = self._dirty.pop(fd, None)
            if path is None:
                return
            self._under_way.add(fd)
        try:
            os.fdatasync(fd)
        except OSError as error:
            self._refused = storage_error(path, error, "write")
            raise self._refused from error
        finally:
            with self._changed:
                self._under_way.remove(fd)
                self._changed.notify_all()

    async def __aenter__(self) -> GroupSync:
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._threads.shutdown()
        self.flush()
        if self._refused is not None:
            raise self._refused

    async def _beat(self) -> None:
        pause = _SYNC_EVERY_S
        while self._refused is None:
            await asyncio.sleep(pause)
            began = time.perf_counter()
            with contextlib.suppress(StorageError):  # `mark` raises it where the run hears of it.
                await asyncio.to_thread(self.flush)
            took = time.perf_counter() - began
            pause = min(_SYNC_AT_LEAST_EVERY_S, max(_SYNC_EVERY_S, _REST * took))
