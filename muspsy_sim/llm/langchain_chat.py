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

from muspsy_sim.llm.answer_formats import in_words
from muspsy_sim.llm.langchain_answers import completion_of
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
_IGNORED_AFTER = 2
"""Answers with neither the tool called nor a JSON object, none with one before, after which the
provider is taken to ignore tools."""
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

    __slots__ = (
        "_chat",
        "_held",
        "_left_out",
        "_secrets",
        "_strayed",
        "_timeout_s",
        "_tools",
        "name",
    )

    def __init__(
        self, name: str, chat: BaseChatModel, timeout_s: float, secrets: Sequence[Secret] = ()
    ) -> None:
        self.name = name
        self._chat = chat
        self._timeout_s = timeout_s
        self._secrets = tuple(secrets)
        self._left_out: set[str] = set()
        self._tools = True
        self._held = False
        self._strayed = 0

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
                completion = completion_of(message, tools)
                if tools and not _said_in_words(request):
                    self._watch(completion)
                return reply_from(completion, request, self._secrets)
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

    def _watch(self, completion: Completion) -> None:
        """Notice a provider that takes tools and answers in prose: from then on words tell it.

        The same rule as for servers that take a schema and ignore it (`dialects`).
        """
        if self._held or completion.finish_reason in ("length", "content_filter"):
            return
        if "{" in completion.content:
            self._held = True
            return
        self._strayed += 1
        if self._strayed >= _IGNORED_AFTER:
            self._tools = False

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


def _said_in_words(request: Request) -> bool:
    """Whether the schema stands in the last message, as in a repair: then it shows nothing."""
    return request.schema is not None and in_words(request.schema) in request.messages[-1].content


def _messages(request: Request, words: bool) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    said = list(request.messages)
    if words and request.schema is not None and (asked := in_words(request.schema)):
        last = said[-1]
        if asked not in last.content:  # A repair holds it already.
            said[-1] = Message(last.role, f"{last.content}\n\n{asked}")
    return [kinds[m.role](content=m.content) for m in said]
