"""`openai:MODEL` through langchain-openai, at a fraction of what that usually costs.

The messages go through `extra_body`, which spares the SDK's walk over each of them (0.1 ms a
message, measured), and the SDK rides on the endpoint's aiohttp connections, so limits, errors,
redaction and the size of answers are the same as for every other server. Retries and structured
answers are ours; tracing to LangSmith is off whatever the environment says. `OPENAI_BASE_URL`
names another server.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import aiohttp

from muspsy_sim.llm.dialects import speak
from muspsy_sim.llm.endpoints import Endpoint
from muspsy_sim.llm.http import call_timeout, failed, post
from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.llm.wire import Completion, read_body, reply_from

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI

_IN_THE_BODY = "in the body"
"""What langchain is given in place of the messages; it is never sent."""

_OURS = {"host", "authorization", "content-length", "accept-encoding", "connection"}
"""Headers of the SDK that the connections set themselves."""


class OpenAIModel:
    """A model behind langchain-openai. `timeout_s` in seconds, for one call."""

    __slots__ = ("_chat", "_dialect", "_endpoint", "_model", "_timeout", "name")

    def __init__(self, name: str, model: str, endpoint: Endpoint, timeout_s: float) -> None:
        self.name = name
        self._model = model
        self._endpoint = endpoint
        self._dialect = endpoint.dialect(model, length="max_completion_tokens")
        self._timeout = call_timeout(timeout_s)
        self._chat: ChatOpenAI | None = None

    async def reply(self, request: Request) -> Reply:
        """Answer one attempt. Raises `ModelFailure`."""
        completion = await speak(self._send, self._model, request, self._dialect)
        return reply_from(completion, request, self._endpoint.secrets)

    async def _send(self, body: dict[str, Any]) -> Completion:
        from langsmith import tracing_context
        from openai import OpenAIError

        if self._chat is None:
            self._chat = _open_chat(self._model, self._endpoint, self._timeout)
        # All in `extra_body`, which goes out as it is. The SDK would walk each message, langchain
        # would make objects of them first, and `response_format` as an argument would take the
        # SDK's parsing path, which walks the schema and raises on an answer that was cut off.
        failure: ModelFailure
        try:
            with tracing_context(enabled=False):
                return _completion(await self._chat.ainvoke(_IN_THE_BODY, extra_body=body))
        except ModelFailure as raised:
            failure = raised
        except (OpenAIError, LookupError, TypeError, ValueError, AttributeError) as error:
            failure = _beneath(error) or ModelFailure(
                "malformed", f"langchain-openai can't read the answer ({type(error).__name__})"
            )
        failure.__context__ = failure.__cause__ = None
        raise failure


def _beneath(error: BaseException) -> ModelFailure | None:
    """The transport's own failure: the SDK wraps it before openai 3, langchain may from then on."""
    cause = error.__cause__
    while cause is not None and not isinstance(cause, ModelFailure):
        cause = cause.__cause__
    return cause


def _completion(message: AIMessage) -> Completion:
    """What langchain makes of a chat completion, as the completion that it was."""
    about = message.response_metadata
    refusal = message.additional_kwargs.get("refusal")
    return Completion(
        content=message.content if isinstance(message.content, str) else message.text,
        reasoning=None,
        refusal=refusal if isinstance(refusal, str) else None,
        finish_reason=about.get("finish_reason"),
        usage=about.get("token_usage"),
    )


def _open_chat(model: str, endpoint: Endpoint, timeout: aiohttp.ClientTimeout) -> ChatOpenAI:
    from openai import DefaultAsyncHttpxClient
    from pydantic import SecretStr

    library = import_module(DefaultAsyncHttpxClient.__mro__[1].__module__.partition(".")[0])
    transport: Any = _Transport(endpoint, timeout, library.Response)
    return _fast_chat()(
        model=model,
        base_url=endpoint.base_url,
        # The connections send the real one; the SDK, its logs and its errors never hold it.
        api_key=SecretStr("sent-by-the-connections"),
        http_async_client=DefaultAsyncHttpxClient(transport=transport),
        timeout=timeout.total,
        max_retries=0,
        use_responses_api=False,
        disable_streaming=True,
        stream_usage=False,
        cache=False,
        openai_proxy=None,
    )


@cache
def _fast_chat() -> type[ChatOpenAI]:
    from langchain_openai import ChatOpenAI

    class FastChatOpenAI(ChatOpenAI):
        """ChatOpenAI that sends the messages in `extra_body` and none of its own."""

        def _get_request_payload(
            self, input_: Any, *, stop: list[str] | None = None, **kwargs: Any
        ) -> dict[str, Any]:
            payload: dict[str, Any] = super()._get_request_payload(input_, stop=stop, **kwargs)
            return {**payload, "messages": []}

    return FastChatOpenAI


@dataclass(frozen=True, slots=True)
class _Transport:
    """Carries the SDK's requests over an endpoint. Failures are typed before the SDK sees them.

    `response` is the class of the SDK's own HTTP library: httpx2 from openai 3 on, before it httpx.
    """

    endpoint: Endpoint
    timeout: aiohttp.ClientTimeout
    response: type[Any]

    async def handle_async_request(self, request: Any) -> Any:
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _OURS}
        content = await request.aread()
        answer = await post(self.endpoint, str(request.url), content, headers, self.timeout)
        if answer.status != 200:
            raise failed(answer, self.endpoint)
        read_body(answer.raw, self.endpoint.secrets)  # Raises for what is no completion.
        return self.response(200, headers={"content-type": "application/json"}, content=answer.raw)

    async def aclose(self) -> None:
        """Nothing to close: the endpoint closes its connections."""
