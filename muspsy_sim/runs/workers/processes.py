"""Workers that are processes of this machine, each started afresh with a socket to its parent."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, cast

from muspsy_sim.records.errors import one_line
from muspsy_sim.runs.workers.dealing import Hire
from muspsy_sim.runs.workers.messages import Done, News, Order, Pulse, Setup, WorkerDied
from muspsy_sim.runs.workers.wire import Calls

_CLOSE_S = 20.0
"""Seconds in which a worker that is asked to may put its journals away."""

_PROGRAM = """\
import sys
sys.path[:] = {path!r}
from muspsy_sim.runs.workers.process import main
main({fd})
"""


@asynccontextmanager
async def processes(lock: int) -> AsyncIterator[Hire]:
    """Starts worker processes that inherit the run's `lock`; none is left afterwards."""
    started: list[ProcessHand] = []

    async def hire() -> ProcessHand:
        ours, theirs = socket.socketpair()
        said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the worker
        with theirs:
            program = _PROGRAM.format(path=sys.path, fd=theirs.fileno())
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                program,
                pass_fds=(theirs.fileno(), lock),
                start_new_session=True,  # Ctrl-C in a terminal is the parent's to handle
                stdin=DEVNULL,
                stdout=said,
                stderr=said,
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        started.append(ProcessHand(process, Calls(reader, writer), said))
        return started[-1]

    try:
        yield hire
    finally:
        for hand in started:
            await hand.end()


class ProcessHand:
    """A worker process as its parent sees it."""

    def __init__(self, process: Process, calls: Calls, said: IO[bytes]) -> None:
        self._process = process
        self._calls = calls
        self._said = said

    async def open(self, setup: Setup) -> str:
        """Make it ready."""
        try:
            return cast(str, await self._calls("open", setup))
        except WorkerDied:
            raise WorkerDied(await self._last_words()) from None

    async def live(self, order: Order) -> Done:
        """Have an episode lived."""
        return cast(Done, await self._calls("live", order))

    async def exchange(self, news: News) -> Pulse:
        """Tell and hear."""
        return cast(Pulse, await self._calls("exchange", news))

    async def echo(self, order: Order) -> Order:
        """Have it handed back."""
        return cast(Order, await self._calls("echo", order))

    async def close(self) -> Pulse | None:
        """End it in order, or by force once it takes too long."""
        last: Pulse | None = None
        with contextlib.suppress(WorkerDied, TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                last = cast("Pulse | None", await self._calls("close"))
        await self.end()
        return last

    async def end(self) -> None:
        """Hang up, at which it ends, or end it by force."""
        await self._calls.close()
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        self._said.close()

    async def _last_words(self) -> str:
        """How it ended, and the last line that it said."""
        code = await self._process.wait()
        self._said.seek(0)
        lines = self._said.read()[-4000:].decode(errors="replace").strip().splitlines()
        ended = f"signal {-code}" if code < 0 else f"exit {code}"
        return f"{ended}: {one_line(lines[-1])[:300]}" if lines else ended
