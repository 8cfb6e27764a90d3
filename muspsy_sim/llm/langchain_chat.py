"""`langchain:PROVIDER:MODEL`: any chat model that LangChain's `init_chat_model` knows.

A way in for providers that speak no chat completions; slower than `http:` by LangChain's own work.
Structured answers are asked for as one tool with the answer's schema, the one way that most
providers share, and in words where a provider knows no tools. Retries, limits, budgets and the
journal are ours. Keys are found by the provider's package in its own variables.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from muspsy_sim.llm.answer_formats import in_words
from muspsy_sim.llm.redaction import Secret, shown
from muspsy_sim.llm.seam import Message, ModelFailure, Reply, Request
from muspsy_sim.llm.wire import Completion, Rejection, failure_of, reply_from
from muspsy_sim.records.errors import ModelSetupError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

_OPTIONAL: Final = ("seed", "top_p", "temperature", "max_tokens")
"""Parameters that are left out, in this order, for a provider that takes none by their name."""

_SECRET_NAMES = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD)$")
_CUT_OFF = {"length", "max_tokens", "MAX_TOKENS"}
_SEED_BITS = 0x7FFFFFFF


def open_langchain(
    name: str, provider: str, model: str, timeout_s: float, environ: Mapping[str, str]
) -> LangChainModel:
    """The model that LangChain knows by these names. Raises `ModelSetupError` where it knows none.

    `timeout_s` in seconds, for one call. Values of `environ` whose names end in KEY, TOKEN, SECRET
    or PASSWORD are kept out of all that is shown.
    """
    try:
        from langchain.chat_models import init_chat_model
    except ImportError:
        raise ModelSetupError(
            f"{name} needs LangChain, which is not installed",
            hint="pip install 'muspsy-sim[langchain]' and the provider's package",
        ) from None
    secrets = secrets_in(environ)
    refused: ModelSetupError
    try:
        # Its own retries would hide what failed from the journal, and multiply ours.
        chat = init_chat_model(model, model_provider=provider, max_retries=0)
    except ImportError as error:
        refused = ModelSetupError(
            f"{name}: the provider's package is not installed ({shown(str(error), secrets)})",
            hint="install the package that is named",
        )
    except Exception as error:  # noqa: BLE001 - each provider raises its own
        refused = ModelSetupError(
            f"{name} can't be opened: {_told(error, secrets)}",
            hint="set the provider's key, or correct the provider or model",
        )
    else:
        return LangChainModel(name, chat, timeout_s, secrets)
    raise refused


def secrets_in(environ: Mapping[str, str]) -> tuple[Secret, ...]:
    """The values of variables that hold keys by their names."""
    return tuple(
        Secret(value.strip())
        for name, value in environ.items()
        if _SECRET_NAMES.search(name.upper()) and len(value.strip()) >= 6
    )


class LangChainModel:
    """A LangChain chat model behind the seam. `timeout_s` in seconds, for one call."""

    __slots__ = ("_chat", "_left_out", "_secrets", "_timeout_s", "_tools", "name")

    def __init__(
        self, name: str, chat: BaseChatModel, timeout_s: float, secrets: Sequence[Secret] = ()
    ) -> None:
        self.name = name
        self._chat = chat
        self._timeout_s = timeout_s
        self._secrets = tuple(secrets)
        self._left_out: set[str] = set()
        self._tools = True

    async def reply(self, request: Request) -> Reply:
        """Answer one attempt. Raises `ModelFailure`."""
        while True:
            tools, left_out = self._tools and request.schema is not None, set(self._left_out)
            refused: Rejection | None = None
            try:
                message = await self._send(request, tools, left_out)
            except Rejection as refusal:
                refused = refusal
            if refused is None:
                return reply_from(_completion(message, tools), request, self._secrets)
            if not self._learn(refused, tools, left_out):
                raise ModelFailure("bad_request", refused.message)

    def _learn(self, refusal: Rejection, tools: bool, left_out: set[str]) -> bool:
        """Leave out what a refusal names, or else tools. Whether there is something new to try."""
        if self._left_out != left_out or (tools and not self._tools):
            return True  # Another call has learnt something meanwhile.
        for name in _OPTIONAL:
            if name not in left_out and re.search(rf"(?<!\w){name}(?!\w)", refusal.message):
                self._left_out.add(name)
                return True
        if tools:
            self._tools = False
            return True
        return False

    async def _send(self, request: Request, tools: bool, left_out: set[str]) -> AIMessage:
        from langsmith import tracing_context

        sampling = request.sampling
        parameters: dict[str, Any] = {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "seed": request.seed & _SEED_BITS,
        }
        parameters = {k: v for k, v in parameters.items() if k not in left_out}
        failure: ModelFailure
        try:
            with tracing_context(enabled=False):
                async with asyncio.timeout(self._timeout_s):
                    if tools and request.schema is not None:
                        tool = _tool(request.answer.__name__, request.schema)
                        bound: Any = self._chat.bind_tools(
                            [tool], tool_choice=request.answer.__name__
                        )
                        return await bound.ainvoke(_messages(request, False), **parameters)  # type: ignore[no-any-return]
                    said = _messages(request, request.schema is not None)
                    return await self._chat.ainvoke(said, **parameters)
        except TimeoutError:
            failure = ModelFailure("timeout", f"no whole answer within {self._timeout_s:g} s")
        except Exception as error:  # noqa: BLE001 - each provider raises its own
            failure = failure_from(error, self._secrets)
        # Raised outside the handlers, or it would carry the provider's error, headers and all.
        raise failure


def failure_from(error: Exception, secrets: Sequence[Secret]) -> ModelFailure:
    """The typed failure that a provider's exception is: by its HTTP status, else by its kind."""
    said = _told(error, secrets)
    response = getattr(error, "response", None)
    for holder in (error, response):
        for attribute in ("status_code", "http_status", "status", "code"):
            status = getattr(holder, attribute, None)
            if type(status) is int and 400 <= status < 600:
                headers = getattr(response, "headers", None)
                failure = failure_of(status, dict(headers or {}), b"", secrets)
                failure.message = f"the provider answered {status}: {said}"
                failure.args = (failure.message,)
                return failure
    names = " ".join(kind.__name__ for kind in type(error).__mro__)
    if "Timeout" in names:
        return ModelFailure("timeout", said)
    if "Connect" in names or isinstance(error, ConnectionError):
        return ModelFailure("unreachable", said)
    if isinstance(error, RuntimeError) and "loop is closed" in said:
        # LangChain keeps connections beyond the event loop that they were made in; a new one works.
        return ModelFailure("cut_off", said)
    if isinstance(error, (TypeError, ValueError, NotImplementedError)):
        return Rejection(said)
    return ModelFailure("server", said)


def _told(error: Exception, secrets: Sequence[Secret]) -> str:
    """An exception in one redacted line; of a validation error no input, which may be a key."""
    errors = getattr(error, "errors", None)
    if callable(errors):
        try:
            text = "; ".join(str(each["msg"]) for each in errors())
        except (TypeError, KeyError, ValueError):
            text = ""
    else:
        text = str(error)
    kind = type(error).__name__
    return f"{kind}: {shown(text, secrets)}" if text else kind


def _tool(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name, "description": "Give your answer.", "parameters": dict(schema)},
    }


def _messages(request: Request, words: bool) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    said = list(request.messages)
    if words and request.schema is not None and (asked := in_words(request.schema)):
        last = said[-1]
        if asked not in last.content:  # A repair holds it already.
            said[-1] = Message(last.role, f"{last.content}\n\n{asked}")
    return [kinds[m.role](content=m.content) for m in said]


def _completion(message: AIMessage, tools: bool) -> Completion:
    """LangChain's message as the completion that it was."""
    about = message.response_metadata
    finish = about.get("finish_reason") or about.get("stop_reason") or about.get("done_reason")
    content = str(message.text)
    if tools and message.tool_calls:
        content = orjson.dumps(message.tool_calls[0]["args"]).decode()
    usage = message.usage_metadata
    counted: dict[str, Any] | None = None
    if usage is not None:
        details = usage.get("input_token_details") or {}
        counted = {
            "prompt_tokens": usage["input_tokens"],
            "completion_tokens": usage["output_tokens"],
            "prompt_tokens_details": {"cached_tokens": details.get("cache_read")},
        }
    refusal = message.additional_kwargs.get("refusal")
    return Completion(
        content=content,
        reasoning=_reasoning(message),
        refusal=refusal if isinstance(refusal, str) else None,
        finish_reason="length" if finish in _CUT_OFF else finish,
        usage=counted,
    )


def _reasoning(message: AIMessage) -> str | None:
    """What the model thought aloud, from the blocks of providers that keep it apart."""
    blocks = message.content if isinstance(message.content, list) else []
    thoughts = [
        str(block.get("reasoning") or block.get("thinking") or "")
        for block in blocks
        if isinstance(block, dict) and block.get("type") in ("reasoning", "thinking")
    ]
    said = "\n".join(t for t in thoughts if t) or message.additional_kwargs.get("reasoning_content")
    return said if isinstance(said, str) and said else None
