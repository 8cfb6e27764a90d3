"""Calls over a socket between a parent and a worker on the same machine, many at once.

A frame is its length and a pickle. Both ends are this program, and the socket has no name, so that
nobody else can speak on it.
"""

from __future__ import annotations

import asyncio
import pickle
import struct
import traceback
from itertools import count
from typing import Any

from muspsy_sim.records.errors import MuspsyError
from muspsy_sim.runs.workers.messages import WorkerBug, WorkerDied

_LENGTH = struct.Struct("!Q")


async def receive(reader: asyncio.StreamReader) -> Any:
    """The next frame; `None` once the other end is gone."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        return pickle.loads(await reader.readexactly(length))  # noqa: S301
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def send(writer: asyncio.StreamWriter, frame: Any) -> None:
    """Send a frame."""
    content = pickle.dumps(frame, protocol=pickle.HIGHEST_PROTOCOL)
    writer.write(_LENGTH.pack(len(content)) + content)


def carried(error: Exception) -> Exception:
    """An error as it can be told to a parent: a user's as it is, any other as its traceback."""
    if isinstance(error, MuspsyError):
        return error
    return WorkerBug("".join(traceback.format_exception(error)))


class Calls:
    """The parent's end: `await calls("live", order)`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._numbers = count()
        self._gone = False
        self._task = asyncio.create_task(self._receive(reader))

    async def __call__(self, method: str, *arguments: object) -> Any:
        """The answer to a call. Raises what it raised there, or `WorkerDied`."""
        if self._gone:
            raise WorkerDied("its process has ended")
        number = next(self._numbers)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            send(self._writer, (number, method, arguments))
            well, value = await waiting
        finally:
            self._waiting.pop(number, None)
        if not well:
            raise value
        return value

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        while (frame := await receive(reader)) is not None:
            number, well, value = frame
            waiting = self._waiting.get(number)
            if waiting is not None and not waiting.done():
                waiting.set_result((well, value))
        self._gone = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(WorkerDied("its process has ended"))

    async def close(self) -> None:
        """Hang up."""
        self._gone = True
        self._writer.close()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
