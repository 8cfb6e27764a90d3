"""A local checkpoint as a `Model`: the chat template, the call, and the reply or typed failure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import orjson

from muspsy_sim.llm.local.calls import Call, Written
from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.engines import engine_for
from muspsy_sim.llm.local.loading import check_installed, check_paths
from muspsy_sim.llm.redaction import shown
from muspsy_sim.llm.seam import Message, ModelFailure, Reply, Request
from muspsy_sim.llm.wire import Completion, reply_from


class LocalModel:
    """`hf:PATH-OR-ID`, or with an adapter `hf:BASE+ADAPTER`. `timeout_s` in seconds, for one call.

    Nothing is loaded before `load()` or the first call. Raises `ModelSetupError` where a package or
    a folder that is named is missing.
    """

    __slots__ = ("_engine", "_environ", "_timeout_s", "_where", "name")

    def __init__(self, name: str, where: str, timeout_s: float, environ: Mapping[str, str]) -> None:
        check_installed(name)
        check_paths(name, where)
        self.name = name
        self._where = where
        self._timeout_s = timeout_s
        self._environ = environ
        self._engine: Engine | None = None

    async def load(self) -> None:
        """Read it into memory, once a process. Raises `ModelSetupError`."""
        if self._engine is None:
            self._engine = await asyncio.to_thread(
                engine_for, self.name, self._where, self._environ
            )

    async def reply(self, request: Request) -> Reply:
        """Answer one attempt. Raises `ModelFailure`."""
        await self.load()
        assert self._engine is not None  # noqa: S101 - loaded above
        written = await self._written(self._engine, request)
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

    async def _written(self, engine: Engine, request: Request) -> Written:
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Written] = loop.create_future()

        def settle(outcome: Written | BaseException) -> None:
            if answered.done():
                return
            if isinstance(outcome, Written):
                answered.set_result(outcome)
            else:
                answered.set_exception(outcome)

        def done(outcome: Written | BaseException) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, outcome)

        call = Call(
            ids=_prompt(engine, request),
            max_tokens=request.sampling.max_tokens,
            temperature=request.sampling.temperature,
            top_p=request.sampling.top_p,
            seed=request.seed,
            owner=f"{request.key.episode}/{request.key.prompt}",
            schema=None if request.schema is None else orjson.dumps(request.schema).decode(),
            done=done,
        )
        engine.submit(call)
        failure: ModelFailure
        try:
            async with asyncio.timeout(self._timeout_s):
                return await answered
        except TimeoutError:
            failure = ModelFailure("timeout", f"no whole answer within {self._timeout_s:g} s")
        except (RuntimeError, MemoryError, ValueError) as error:
            failure = ModelFailure("server", f"{type(error).__name__}: {shown(str(error))}")
        finally:
            call.cancelled = True  # Whoever waits for it no longer does.
        raise failure


def _prompt(engine: Engine, request: Request) -> list[int]:
    """The prompt's tokens. Raises `ModelFailure` where the template or the context refuses it."""
    said = [{"role": m.role, "content": m.content} for m in request.messages]
    try:
        ids = engine.loaded.prompt(said)
    except Exception:  # noqa: BLE001 - a template raises what it likes
        # Templates that know no system message raise; it then goes before what the other says.
        try:
            ids = engine.loaded.prompt(_folded(request.messages))
        except Exception as error:  # noqa: BLE001
            raise ModelFailure(
                "bad_request", f"its chat template refuses the conversation: {shown(str(error))}"
            ) from None
    room = engine.loaded.context - request.sampling.max_tokens
    if len(ids) > room:
        raise ModelFailure(
            "bad_request",
            f"the prompt has {len(ids):,} tokens, and with {request.sampling.max_tokens:,} for the "
            f"answer the model takes {max(0, room):,}",
        )
    return ids


def _folded(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    """The conversation with its system message put before the first of the user's."""
    system = "\n\n".join(m.content for m in messages if m.role == "system")
    said = [{"role": m.role, "content": m.content} for m in messages if m.role != "system"]
    if said and said[0]["role"] == "user":
        said[0]["content"] = f"{system}\n\n{said[0]['content']}"
        return said
    return [{"role": "user", "content": system}, *said]
