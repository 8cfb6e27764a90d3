"""`langchain:PROVIDER:MODEL`: LangChain's own OpenAI client against the loopback server, and fakes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_openai.chat_models import _client_utils
from parts.chat_requests import request_for
from parts.chat_server import ChatServer
from pydantic import Field

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.langchain_chat import LangChainModel, failure_from
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.parsing import parse_answer
from muspsy_sim.llm.redaction import Secret
from muspsy_sim.llm.seam import Model, ModelFailure
from muspsy_sim.records.answers import AppraisalAnswer, NoteAnswer, PlainReply, Speech
from muspsy_sim.records.errors import ModelSetupError

KEY = "q7Lm-loopback-0123456789abcdef"


@pytest.fixture(autouse=True)
def no_connections_of_an_earlier_loop() -> None:
    _client_utils._cached_async_httpx_client.cache_clear()


@pytest.fixture
async def endpoints() -> AsyncIterator[Endpoints]:
    async with Endpoints() as endpoints:
        yield endpoints


def open_at(server: ChatServer, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    return open_model(
        "langchain:openai:mock", endpoints, timeout_s=5.0, environ={"OPENAI_API_KEY": KEY}
    )


@pytest.mark.parametrize("answer", [Speech, AppraisalAnswer, NoteAnswer])
async def test_a_structured_answer_comes_as_a_tool_call(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch, answer: type
) -> None:
    async with ChatServer() as server:
        reply = await open_at(server, endpoints, monkeypatch).reply(request_for(answer))
        parse_answer(reply.text, answer)
        body = server.received[0].body
        assert body["tools"][0]["function"]["name"] == answer.__name__
        assert (body["seed"], body["temperature"], body["top_p"]) == (12345, 0.6, 0.9)
        assert reply.usage.estimated == 0
        assert reply.usage.cached_tokens == reply.usage.prompt_tokens // 2 > 0


async def test_a_plain_prompt_asks_for_no_tool(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ChatServer() as server:
        reply = await open_at(server, endpoints, monkeypatch).reply(request_for(PlainReply))
        assert "tools" not in server.received[0].body
        assert reply.text.strip()


@pytest.mark.parametrize("name", ["seed", "top_p", "temperature"])
async def test_what_a_provider_refuses_is_left_out(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    async with ChatServer(refuses=(name,)) as server:
        model = open_at(server, endpoints, monkeypatch)
        await model.reply(request_for())
        await model.reply(request_for(seed=2))
        assert [name in r.body for r in server.received] == [True, False, False]


async def test_without_tools_the_schema_is_said_in_words(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ChatServer(refuses=("tools",)) as server:
        model = open_at(server, endpoints, monkeypatch)
        parse_answer((await model.reply(request_for())).text, Speech)
        assert "JSON schema" in server.received[-1].body["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("way", "kind"),
    [
        ("rate_limit", "rate_limit"),
        ("server_error", "server"),
        ("no_model", "bad_request"),
        ("slow", "timeout"),
        ("length", "cut_off"),
        ("empty", "malformed"),
    ],
)
async def test_each_way_to_fail_is_a_typed_failure(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch, way: str, kind: str
) -> None:
    async with ChatServer(script=[way]) as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        model = open_model("langchain:openai:mock", endpoints, timeout_s=1.0)
        with pytest.raises(ModelFailure) as caught:
            await model.reply(request_for(PlainReply))
        assert caught.value.kind == kind
        assert len(server.received) == 1, "nothing below the seam tries again"


async def test_a_key_that_is_echoed_is_not_shown(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ChatServer(script=["echo"] * 9) as server:
        model = open_at(server, endpoints, monkeypatch)
        with pytest.raises(ModelFailure) as caught:
            await model.reply(request_for(PlainReply))
        assert KEY not in repr(caught.value)
        assert KEY not in caught.value.message
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "text", ["langchain:", "langchain:openai", "langchain::m", "langchain:openai:"]
)
def test_a_string_that_names_no_provider_and_model_is_refused(text: str) -> None:
    with pytest.raises(ModelSetupError, match="provider and model"):
        parse_model(text)


def test_an_unknown_provider_is_told_before_anything_is_sent(endpoints: Endpoints) -> None:
    with pytest.raises(ModelSetupError, match="langchain:nobody:m can't be opened"):
        open_model("langchain:nobody:m", endpoints, environ={})


def test_a_missing_key_is_told_without_any_value(endpoints: Endpoints) -> None:
    with pytest.raises(ModelSetupError, match="set the provider's key"):
        open_model("langchain:openai:mock", endpoints, environ={})


class NoTools(BaseChatModel):
    """A chat model that knows no tools, as some local ones."""

    heard: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "no-tools"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self.heard.append(messages)
        said = AIMessage(
            [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "Yes."}]
        )
        return ChatResult(generations=[ChatGeneration(message=said)])


async def test_a_model_without_tools_is_asked_in_words_and_counted_by_estimate() -> None:
    chat = NoTools()
    reply = await LangChainModel("langchain:x:y", chat, 5.0).reply(request_for())
    assert reply.text == "Yes."
    assert reply.reasoning == "hm"
    assert reply.usage.estimated == 1
    assert "JSON schema" in str(chat.heard[0][-1].content)


class Deaf(BaseChatModel):
    """Takes tools and never calls one."""

    heard: list[str] = Field(default_factory=list)
    ended: str = "stop"

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self.heard.append(str(messages[-1].content))
        said = AIMessage("Good morning.", response_metadata={"finish_reason": self.ended})
        return ChatResult(generations=[ChatGeneration(message=said)])

    @property
    def _llm_type(self) -> str:
        return "deaf"


async def test_a_model_that_ignores_tools_is_told_the_schema_in_words() -> None:
    chat = Deaf()
    model = LangChainModel("langchain:fake:m", chat, 5.0)
    for seed in (1, 2, 3):
        await model.reply(request_for(seed=seed))
    assert ["JSON schema" in heard for heard in chat.heard] == [False, False, True]


@pytest.mark.parametrize("ended", ["SAFETY", "refusal", "content_filter"])
async def test_an_answer_that_a_filter_stopped_is_refused_and_not_asked_for_again(
    ended: str,
) -> None:
    model = LangChainModel("langchain:fake:m", Deaf(ended=ended), 5.0)
    with pytest.raises(ModelFailure) as caught:
        await model.reply(request_for())
    assert caught.value.kind == "refused"
    assert not caught.value.retryable


def test_an_exception_of_no_known_kind_is_a_failure_with_no_secret() -> None:
    failure = failure_from(RuntimeError(f"boom {KEY}"), (Secret(KEY),))
    assert failure.kind == "server"
    assert KEY not in failure.message
