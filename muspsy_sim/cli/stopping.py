"""Stopping a run cleanly: Ctrl-C and SIGTERM both cancel what is under way, so that all is closed.

What was recorded by then is kept, whichever it was.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stopped(BaseException):
    """The work was stopped from outside, by this signal. Everything was closed on the way."""

    def __init__(self, signum: signal.Signals) -> None:
        super().__init__(signum.name)
        self.signum = signum

    @property
    def exit_code(self) -> int:
        """What a shell expects of a command that this signal ended: 128 and its number."""
        return 128 + self.signum


def run_stoppable(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end. Raises `Stopped` when Ctrl-C or SIGTERM ended it before."""
    terminated = False

    async def watched() -> T:
        def end(task: asyncio.Task[Any]) -> None:
            nonlocal terminated
            terminated = True
            task.cancel()

        loop = asyncio.get_running_loop()
        if (task := asyncio.current_task()) is not None:
            loop.add_signal_handler(signal.SIGTERM, end, task)
        try:
            return await work
        finally:
            loop.remove_signal_handler(signal.SIGTERM)

    try:
        return asyncio.run(watched())
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise Stopped(signal.SIGTERM if terminated else signal.SIGINT) from None
