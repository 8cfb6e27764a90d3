"""What runs in a worker process: a `Worker` that is called over a socket until that is closed.

It outlives neither its parent nor the socket, and leaves Ctrl-C to the parent. It holds the run's
lock as well, so that nobody else begins while it puts its journals away.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from typing import Any

from muspsy_sim.runs.workers.wire import carried, receive, send
from muspsy_sim.runs.workers.worker import Worker


def main(fd: int) -> None:
    """Work for whoever holds the other end of the socket `fd`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(fd))


async def _serve(fd: int) -> None:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=fd))
    worker = Worker()
    under_way: set[asyncio.Task[None]] = set()

    async def answer(number: int, method: str, arguments: tuple[Any, ...]) -> None:
        try:
            value = await getattr(worker, method)(*arguments)
        except Exception as error:  # noqa: BLE001 - told to the parent
            send(writer, (number, False, carried(error)))
        else:
            send(writer, (number, True, value))

    while (frame := await receive(reader)) is not None:
        task = asyncio.create_task(answer(*frame))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    # The parent is gone: what is under way is in the journals, and owed to whoever goes on.
    for task in list(under_way):
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)
    await worker.close()
    writer.close()
