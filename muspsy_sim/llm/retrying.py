"""A model that is asked again when another attempt may succeed.

Only failures that pass are tried again, after exponentially growing waits with jitter, never sooner
than the server asked. What a journal holds is gone through without waiting and as far as it goes,
whatever the policy is by now. Jitter decides when an attempt is made, never what it says, so
results do not depend on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from muspsy_sim.llm.seam import Model, ModelFailure, Reply, Request

if TYPE_CHECKING:
    from tenacity import RetryCallState

_SEED_BITS = 0x7FFFFFFF
_JITTER = Random()
"""One for all: each takes 2.5 KB, and every episode has a model for each role."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a model is asked again.

    Waits double from `first_wait_s` up to `longest_wait_s` (seconds), each drawn from its upper
    half. A server that asks for more than `patience_s` is not waited for: the call fails at once.
    """

    attempts: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    patience_s: float = 600.0


class Retrying:
    """A model with retries. Stands outside the journal, so that each attempt is recorded."""

    __slots__ = ("_inner", "_policy", "_sleep")

    def __init__(
        self,
        inner: Model,
        policy: RetryPolicy | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._inner = inner
        self._policy = policy or RetryPolicy()
        self._sleep = sleep

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name

    async def reply(self, request: Request) -> Reply:
        """Answer with as many attempts as it takes. Raises the last `ModelFailure`."""
        try:
            return await self._inner.reply(request)
        except ModelFailure as failure:
            if not self._worthwhile(failure):
                raise
            first = failure
        return (await self._insist(request, first))[0]

    async def reply_to(self, request: Request) -> tuple[Reply, Request]:
        """The same, with the attempt that was answered, so that a repair can follow on it."""
        try:
            return await self._inner.reply(request), request
        except ModelFailure as failure:
            if not self._worthwhile(failure):
                raise
            first = failure
        return await self._insist(request, first)

    async def _insist(self, request: Request, first: ModelFailure) -> tuple[Reply, Request]:
        """All attempts after the first, whose failure tenacity is told as if it had made it."""
        from tenacity import AsyncRetrying, retry_if_exception

        last: ModelFailure | None = None

        async def attempt() -> tuple[Reply, Request]:
            nonlocal request, last
            if last is None:
                last = first
                raise first
            request = _next_attempt(request, last)
            try:
                return await self._inner.reply(request), request
            except ModelFailure as failure:
                failure.attempts = last.attempts + 1
                last = failure
                raise

        return await AsyncRetrying(
            sleep=self._sleep,
            stop=self._stop,
            wait=self._wait,
            retry=retry_if_exception(self._worthwhile),
            reraise=True,
        )(attempt)

    def _worthwhile(self, failure: BaseException) -> bool:
        if not isinstance(failure, ModelFailure):
            return False
        if failure.again is not None:
            return failure.again
        return failure.retryable and (failure.retry_after or 0.0) <= self._policy.patience_s

    def _stop(self, state: RetryCallState) -> bool:
        """Whether the attempts are used up. Those that a journal holds are gone through all."""
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, ModelFailure) and failure.again:
            return False
        return state.attempt_number >= self._policy.attempts

    def _wait(self, state: RetryCallState) -> float:
        """Seconds to wait after the attempt that just failed."""
        failure = state.outcome.exception() if state.outcome else None
        if not isinstance(failure, ModelFailure) or failure.recorded:
            return 0.0
        grown = self._policy.first_wait_s * 2.0 ** min(state.attempt_number - 1, 60)
        backoff = min(self._policy.longest_wait_s, grown) * _JITTER.uniform(0.5, 1.0)
        if failure.retry_after is None:
            return backoff
        # Spread those who were all told the same moment.
        return failure.retry_after + _JITTER.uniform(0.0, self._policy.first_wait_s)


def _next_attempt(request: Request, failure: ModelFailure) -> Request:
    """The next attempt.

    Where a text was made and was at fault, a server that honours seeds would make the same again,
    so the seed moves on; what only the network did leaves it as it is.
    """
    again = request.again()
    if failure.usage.calls and failure.kind in ("malformed", "cut_off"):
        return replace(again, seed=(request.seed + 1) & _SEED_BITS)
    return again
