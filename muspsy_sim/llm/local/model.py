"""A local checkpoint as a `Model`: what is asked of its process, and the reply or typed failure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import orjson

from muspsy_sim.llm.local.calls import Asked, Failed, Written
from muspsy_sim.llm.local.loading import check_installed, check_paths
from muspsy_sim.llm.local.writer import Writer, writer_wanted
from muspsy_sim.llm.redaction import shown
from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.llm.wire import Completion, reply_from


class LocalModel:
    """`hf:PATH-OR-ID`, or with an adapter `hf:BASE+ADAPTER`. `timeout_s` in seconds, for one call.

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
        number = writer.ask(asked, done)
        try:
            async with asyncio.timeout(self._timeout_s):
                outcome = await answered
        except TimeoutError:
            outcome = None
        finally:
            writer.forget(number)  # Whoever waits for it no longer does.
        if outcome is None:
            raise ModelFailure("timeout", f"no whole answer within {self._timeout_s:g} s")
        if isinstance(outcome, Failed):
            raise ModelFailure(outcome.kind, shown(outcome.message))
        return outcome
