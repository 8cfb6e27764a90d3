"""Calls that wait their turn: put by any thread, taken by the one that writes."""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Iterable

from muspsy_sim.llm.local.calls import Call, Failed


class Waiting:
    """`calls`: those that were taken in, first come first. `window_s`: seconds as in `gather`."""

    def __init__(self, window_s: float) -> None:
        self.calls: deque[Call] = deque()
        self.closed = False
        self._window_s = window_s
        self._company = True
        self._arrivals: queue.SimpleQueue[Call | None] = queue.SimpleQueue()

    def put(self, call: Call) -> None:
        """Let a call wait. It fails at once where nobody will take it any more."""
        if self.closed:
            call.tell(CLOSED)
        else:
            self._arrivals.put(call)

    def close(self) -> None:
        """Take nothing more, and let who waits for an arrival know."""
        self.closed = True
        self._arrivals.put(None)

    def gather(self, limit: int, under_way: int) -> None:
        """Take in who has arrived.

        Where nothing is under way somebody is waited for, and then company, for a few milliseconds.
        """
        if not under_way and not self.calls:
            self._take(self._arrivals.get())
            # Where a call was alone last time, the next is likely to be, and who comes may join.
            until = time.monotonic() + (self._window_s if self._company else 0.0)
            while len(self.calls) < limit:
                try:
                    self._take(self._arrivals.get(timeout=max(0.0, until - time.monotonic())))
                except queue.Empty:
                    break
            self._company = len(self.calls) > 1
        self._take_arrived()
        self._company = self._company or under_way + len(self.calls) > 1

    def again(self, calls: Iterable[Call]) -> None:
        """Put some before all others, in their order."""
        self.calls.extendleft(reversed([*calls]))

    def fail(self, why: Failed) -> None:
        """Tell all who wait that nothing will come of it."""
        self._take_arrived()
        while self.calls:
            self.calls.popleft().tell(why)

    def _take_arrived(self) -> None:
        while True:
            try:
                self._take(self._arrivals.get_nowait())
            except queue.Empty:
                return

    def _take(self, call: Call | None) -> None:
        if call is not None and not call.cancelled:
            self.calls.append(call)


CLOSED = Failed("server", "the engine was closed")
