"""A local checkpoint as a `Model`: what is asked of its process, and the reply or typed failure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import orjson

from muspsy_sim.llm.local.calls import Asked, Failed, Stage, Written
from muspsy_sim.llm.local.loading import check_installed
from muspsy_sim.llm.local.naming import check_paths
from muspsy_sim.llm.local.writer import Writer, writer_wanted
from muspsy_sim.llm.redaction import shown
from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.llm.wire import Completion, reply_from


class LocalModel:
    """`hf:PATH-OR-ID`, or with an adapter `hf:BASE+ADAPTER`.

    `timeout_s` in seconds, for one call from when it is begun: while it waits for its turn in a
    batch, as over HTTP for its admission, it may wait as long as others are answered.

    Nothing is loaded before `load()` or the first call. Raises `ModelSetupError` where a package or
    a folder that is named is missing.
    """

    __slots__ = ("_environ", "_timeout_s", "_where", "_writer", "name")

    def __init__(self, name: str, where: str, timeout_s: float, environ: Mapping[str, str]) -> None:
        check_installed(name)
        check_paths(name, where)
        self.name = name
        self._where = where
        self._timeout_s = timeout_s
        self._environ = environ
        self._writer: Writer | None = None

    async def load(self) -> None:
        """Read it into memory, once a process. Raises `ModelSetupError`."""
        if self._writer is None or not self._writer.alive:
            self._writer = await writer_wanted(self.name, self._where, self._environ)

    async def reply(self, request: Request) -> Reply:
        """Answer one attempt. Raises `ModelFailure`."""
        await self.load()
        assert self._writer is not None  # noqa: S101 - loaded above
        written = await self._written(self._writer, request)
        completion = Completion(
            content=written.text,
            reasoning=None,
            refusal=None,
            finish_reason="stop" if written.finished else "length",
            usage={
                "prompt_tokens": written.prompt_tokens,
                "completion_tokens": written.completion_tokens,
                "prompt_tokens_details": {"cached_tokens": written.cached_tokens},
            },
        )
        return reply_from(completion, request, ())

    async def _written(self, writer: Writer, request: Request) -> Written:
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Written | Failed] = loop.create_future()

        def settle(outcome: Written | Failed) -> None:
            if not answered.done():
                answered.set_result(outcome)

        def done(outcome: Written | Failed) -> None:
            try:
                loop.call_soon_threadsafe(settle, outcome)
            except RuntimeError:
                return  # The loop is closed, and nobody waits.

        asked = Asked(
            messages=[{"role": m.role, "content": m.content} for m in request.messages],
            max_tokens=request.sampling.max_tokens,
            temperature=request.sampling.temperature,
            top_p=request.sampling.top_p,
            seed=request.seed,
            owner=f"{request.key.episode}/{request.key.prompt}",
            schema=None if request.schema is None else orjson.dumps(request.schema).decode(),
        )
        clock = _Clock(writer, self._timeout_s)
        number = writer.ask(asked, done, clock.moved)
        try:
            while not answered.done() and (left := clock.left) > 0:
                await asyncio.wait((answered,), timeout=left)
        finally:
            writer.forget(number)  # Whoever waits for it no longer does.
        if not answered.done():
            raise ModelFailure("timeout", clock.said)
        outcome = answered.result()
        if isinstance(outcome, Failed):
            raise ModelFailure(outcome.kind, shown(outcome.message))
        return outcome


class _Clock:
    """A call's time, and the time for which its engine has said nothing while the call waits."""

    __slots__ = ("_asked", "_begun", "_timeout_s", "_writer")

    def __init__(self, writer: Writer, timeout_s: float) -> None:
        self._writer = writer
        self._timeout_s = timeout_s
        self._asked = time.monotonic()
        self._begun: float | None = None

    def moved(self, stage: Stage) -> None:
        """Called in any thread."""
        self._begun = time.monotonic() if stage is Stage.BEGUN else None

    @property
    def left(self) -> float:
        """Seconds after which to look again; none are left where they are not positive."""
        now = time.monotonic()
        if (begun := self._begun) is not None:
            return begun + self._timeout_s - now
        # Those under way are given up first, so that who waits may follow them.
        until = max(self._asked, self._writer.heard) + 2 * self._timeout_s
        # It may be begun at any moment.
        return min(until - now, self._timeout_s)

    @property
    def said(self) -> str:
        """Why nobody waits any more."""
        if self._begun is None:
            return f"not begun, and nothing was answered for {2 * self._timeout_s:g} s"
        return f"no whole answer within {self._timeout_s:g} s"
