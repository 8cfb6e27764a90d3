"""How hard an endpoint may be pressed: calls at once, calls a minute, and pauses that it asks for.

One `Limits` belongs to one endpoint and is shared by all roles and episodes that use it, so a
server's 429 stops everybody who would ask it, not only the one who was told. So does a server that
is gone: nobody's call fails by it as long as it may come back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from muspsy_sim.llm.seam import Model, ModelFailure, Reply, Request

LONGEST_PAUSE_S = 600.0
"""Seconds; a server that asks for more is paused for this long and then asked again."""

OUTAGE_S = 600.0
"""Seconds for which work that is kept as it goes waits for a server that is gone, unless told."""

_LONGEST_LOOK_S = 30.0
"""Seconds between two looks after a server that is gone: as long as it has been, up to this."""
_FIRST_LOOK_S = 1.0

_log = logging.getLogger(__name__)


class Limits:
    """Admission to one endpoint.

    `concurrency`: calls at once, at least 1. `per_minute`: calls begun in any minute, spread evenly
    rather than let through at once; `None` = no limit. `outage_s`: seconds for which a server that
    lets no connection in is waited for; 0 = a call fails by it as by anything else. `sleep` and
    `clock` (seconds, monotonic) are replaced in tests.
    """

    def __init__(
        self,
        concurrency: int = 64,
        per_minute: float | None = None,
        *,
        outage_s: float = 0.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] | None = None,
    ) -> None:
        if concurrency < 1:
            raise ValueError(f"concurrency must be at least 1, not {concurrency}")
        if per_minute is not None and per_minute <= 0:
            raise ValueError(f"calls per minute must be more than 0, not {per_minute}")
        self._concurrency = concurrency
        self._places = asyncio.Semaphore(concurrency)
        self._inside = 0
        self._interval = 0.0 if per_minute is None else 60.0 / per_minute
        self._next_start = 0.0
        self._paused_until = 0.0
        self._outage_s = outage_s
        self._gone_since: float | None = None
        self._sleep = sleep
        self._clock = clock

    def now(self) -> float:
        """Seconds on the clock that pauses are measured by."""
        return self._clock() if self._clock else asyncio.get_running_loop().time()

    def pause(self, seconds: float) -> None:
        """Let nobody begin a call for this long; calls under way go on."""
        until = self.now() + min(max(0.0, seconds), LONGEST_PAUSE_S)
        self._paused_until = max(self._paused_until, until)

    def gone(self, what: str) -> bool:
        """Note that no connection came about; whether to ask again once admitted.

        `what` is said to whoever reads the log, once for each outage.
        """
        now = self.now()
        if self._gone_since is None:
            self._gone_since = now
            if self._outage_s:
                _log.warning("%s; it is waited for, up to %g s", what, self._outage_s)
        gone_for = now - self._gone_since
        if gone_for >= self._outage_s:
            return False
        look_in = max(_FIRST_LOOK_S, min(_LONGEST_LOOK_S, gone_for))
        self.pause(min(look_in, self._outage_s - gone_for))
        return True

    def reached(self) -> None:
        """Note that the server said something."""
        if self._gone_since is not None:
            self._gone_since = None
            if self._outage_s:
                _log.warning("the server that was waited for is there again")

    @property
    def waits_for_servers(self) -> bool:
        """Whether a server that is gone is waited for."""
        return self._outage_s > 0.0

    @property
    def pause_left(self) -> float:
        """Seconds for which nobody begins a call, because the server asked for it."""
        return max(0.0, self._paused_until - self.now())

    def share(self, concurrency: int, per_minute: float | None) -> None:
        """Hold another share of what the endpoint bears from now on.

        It may be larger at any time, and smaller while no call is under way.
        """
        if concurrency > self._concurrency:
            for _ in range(concurrency - self._concurrency):
                self._places.release()
        elif concurrency < self._concurrency:
            if self._inside:
                raise RuntimeError("a share can't shrink while calls are under way")
            self._places = asyncio.Semaphore(concurrency)
        self._concurrency = concurrency
        self._interval = 0.0 if per_minute is None else 60.0 / per_minute

    def begin_in(self, seconds: float) -> None:
        """Let the first call begin no sooner than this, so that workers don't all begin at once."""
        self._next_start = max(self._next_start, self.now() + seconds)

    async def __aenter__(self) -> None:
        await self._places.acquire()
        self._inside += 1
        try:
            # Nothing to wait for, most often: no rate, no pause so far, no moment to begin at.
            if self._interval or self._paused_until or self._next_start:
                await self._turn()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        self._inside -= 1
        self._places.release()

    async def _turn(self) -> None:
        """Wait for the pause to end and for this call's start in the minute."""
        while True:
            start = max(self.now(), self._paused_until, self._next_start)
            if self._interval:
                self._next_start = start + self._interval
            if (wait := start - self.now()) > 0:
                await self._sleep(wait)
            if self._paused_until <= self.now():
                return
            # The endpoint was paused while this call waited: it queues again.


class Limited:
    """A model behind the limits of its endpoint."""

    __slots__ = ("_inner", "_limits")

    def __init__(self, inner: Model, limits: Limits) -> None:
        self._inner = inner
        self._limits = limits

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name

    async def reply(self, request: Request) -> Reply:
        """Ask when admitted. A `Retry-After` pauses the endpoint for all. Raises `ModelFailure`.

        While nobody is there the request waits, and has cost nothing; when that has taken too long
        the failure is everybody's (`standing`).
        """
        limits = self._limits
        while True:
            async with limits:
                try:
                    reply = await self._inner.reply(request)
                except ModelFailure as failure:
                    if failure.kind != "unreachable":
                        limits.reached()
                        if failure.retry_after is not None:
                            limits.pause(failure.retry_after)
                        raise
                    if not limits.gone(failure.message):
                        failure.standing = limits.waits_for_servers
                        raise
                else:
                    limits.reached()
                    return reply
