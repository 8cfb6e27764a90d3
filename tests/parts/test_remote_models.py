"""`http:` and `openai:` against a real server on loopback: answers, every way to fail, and keys."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import time
import traceback
import warnings
from collections.abc import AsyncIterator, Callable
from email.utils import formatdate

import aiohttp
import pytest
from parts.chat_requests import request_for
from parts.chat_server import WRONG_SHAPES, ChatServer, in_a_process

from muspsy_sim.llm.answer_formats import FORMATS
from muspsy_sim.llm.budget import Budget, BudgetSpent
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.parsing import parse_answer
from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import Model, ModelFailure, Reply, Request
from muspsy_sim.records.answers import (
    AppraisalAnswer,
    NoteAnswer,
    PlainReply,
    PlanAnswer,
    Speech,
    TurnPlanAnswer,
)
from muspsy_sim.records.errors import ModelSetupError

KEY = "q7Lm-loopback-0123456789abcdef"
QUICK = RetryPolicy(attempts=5, first_wait_s=0.0, longest_wait_s=0.0)

Open = Callable[..., Model]


@pytest.fixture
async def endpoints() -> AsyncIterator[Endpoints]:
    async with Endpoints() as endpoints:
        yield endpoints


@pytest.fixture(params=["http", "openai"])
def opened(request: pytest.FixtureRequest, endpoints: Endpoints) -> Open:
    """Opens a server's model through either way."""

    def open_at(server: ChatServer, *, timeout_s: float = 5.0, key: str = KEY) -> Model:
        if request.param == "http":
            environ = {"MUSPSY_API_KEY": key} if key else {}
            return open_model(server.spec, endpoints, timeout_s=timeout_s, environ=environ)
        environ = {"OPENAI_API_KEY": key, "OPENAI_BASE_URL": server.base_url}
        return open_model("openai:mock", endpoints, timeout_s=timeout_s, environ=environ)

    return open_at


async def failure_of(model: Model, request: Request | None = None) -> ModelFailure:
    with pytest.raises(ModelFailure) as caught:
        await model.reply(request or request_for())
    return caught.value


@pytest.mark.parametrize(
    "answer", [Speech, AppraisalAnswer, PlanAnswer, NoteAnswer, TurnPlanAnswer]
)
async def test_answers_fit_each_schema_of_the_project(opened: Open, answer: type) -> None:
    async with ChatServer() as server:
        reply = await opened(server).reply(request_for(answer))
        parse_answer(reply.text, answer)
        assert server.received[0].body["response_format"]["json_schema"]["strict"] is True


async def test_what_is_sent_and_what_comes_back(opened: Open) -> None:
    async with ChatServer() as server:
        model = opened(server)
        request = request_for()
        reply = await model.reply(request)
        sent = server.received[0].body
        assert sent["model"] == "mock"
        assert sent["messages"] == [
            {"role": m.role, "content": m.content} for m in request.messages
        ]
        assert (sent["seed"], sent["temperature"], sent["top_p"]) == (12345, 0.6, 0.9)
        assert sent.get("max_tokens", sent.get("max_completion_tokens")) == 300
        assert not sent.get("stream")
        assert server.received[0].headers["Authorization"] == f"Bearer {KEY}"
        assert isinstance(parse_answer(reply.text, Speech), Speech)
        assert reply.usage.calls == 1
        assert reply.usage.estimated == 0
        assert reply.usage.cached_tokens == reply.usage.prompt_tokens // 2 > 0


async def test_the_same_request_is_answered_the_same(opened: Open) -> None:
    async with ChatServer() as server:
        model = opened(server)
        first, again = [await model.reply(request_for()) for _ in range(2)]
        other = await model.reply(request_for(seed=54321))
        assert first.text == again.text != other.text


async def test_a_plain_prompt_asks_for_no_format(opened: Open) -> None:
    async with ChatServer() as server:
        reply = await opened(server).reply(request_for(PlainReply))
        assert "response_format" not in server.received[0].body
        assert parse_answer(reply.text, PlainReply, plain=True) == PlainReply(text=reply.text)


async def test_tokens_are_estimated_and_marked_where_the_server_counts_none(opened: Open) -> None:
    async with ChatServer(usage=False) as server:
        usage = (await opened(server).reply(request_for())).usage
        assert usage.estimated == usage.calls == 1
        assert usage.prompt_tokens > 10
        assert usage.completion_tokens > 3


async def test_reasoning_is_kept_apart(opened: Open, request: pytest.FixtureRequest) -> None:
    async with ChatServer(script=["thinks"]) as server:
        reply = await opened(server).reply(request_for())
        assert reply.reasoning == "She is testing me."
        assert "testing" not in reply.text
        parse_answer(reply.text, Speech)


async def test_reasoning_in_a_field_of_its_own_is_kept_apart(endpoints: Endpoints) -> None:
    async with ChatServer(script=["reasons"]) as server:
        reply = await open_model(server.spec, endpoints, environ={}).reply(request_for())
        assert reply.reasoning == "She is testing me."


@pytest.mark.parametrize("way", ["prose", "parts"])
async def test_answers_in_other_wrappings_are_read(opened: Open, way: str) -> None:
    async with ChatServer(script=[way]) as server:
        parse_answer((await opened(server).reply(request_for())).text, Speech)


@pytest.mark.parametrize(
    ("way", "kind"),
    [
        ("rate_limit", "rate_limit"),
        ("quota", "auth"),
        ("server_error", "server"),
        ("html", "server"),
        ("moved", "bad_request"),
        ("no_model", "bad_request"),
        ("slow", "timeout"),
        ("length", "cut_off"),
        ("drop", "cut_off"),
        ("not_json", "malformed"),
        ("wrong_shape", "malformed"),
        ("huge", "malformed"),
        ("empty", "malformed"),
        ("filtered", "refused"),
        ("refusal", "refused"),
        ("error_in_200", "rate_limit"),
    ],
)
async def test_each_way_to_fail_is_a_typed_failure(opened: Open, way: str, kind: str) -> None:
    async with ChatServer(script=[way]) as server:
        failure = await failure_of(opened(server, timeout_s=0.4 if way == "slow" else 5.0))
        assert failure.kind == kind
        assert len(server.received) == 1, "nothing below the seam tries again"
        assert "\n" not in failure.message
        paid = way in ("length", "empty", "filtered", "refusal")
        assert failure.usage.calls == int(paid)


@pytest.mark.parametrize("shape", range(len(WRONG_SHAPES)))
async def test_every_wrong_shape_is_malformed(opened: Open, shape: int) -> None:
    async with ChatServer(script=["wrong_shape"], shape=shape) as server:
        assert (await failure_of(opened(server))).kind == "malformed"


async def test_nobody_at_the_address_is_unreachable(opened: Open, endpoints: Endpoints) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    model = opened(ChatServer(port=port))
    failure = await failure_of(model)
    assert failure.kind == "unreachable"
    assert failure.message == f"no connection to http://127.0.0.1:{port}/v1: Connection refused"
    with pytest.raises(ModelSetupError, match="no server answers"):
        await endpoints.check()


async def test_a_server_that_answers_passes_the_check(opened: Open, endpoints: Endpoints) -> None:
    async with ChatServer(key=KEY) as server:
        opened(server)
        await endpoints.check()


async def test_a_refused_key_is_told_before_the_first_call(
    opened: Open, endpoints: Endpoints
) -> None:
    async with ChatServer(key="another") as server:
        model = opened(server)
        with pytest.raises(
            ModelSetupError, match=r"refuses the key.*API_KEY\S* to a key"
        ) as caught:
            await endpoints.check()
        failure = await failure_of(model)
        assert "API_KEY" in failure.message
        assert failure.kind == "auth"
        assert not failure.retryable
        for shown in (str(caught.value), failure.message):
            assert KEY not in shown


async def test_a_refused_user_is_told_where_to_look(endpoints: Endpoints) -> None:
    async with ChatServer(key=KEY) as server:
        address = server.spec.replace("//", "//ada:hunter22@")
        failure = await failure_of(open_model(address, endpoints, environ={}))
        assert "check the user and password in its address" in failure.message
        assert "hunter22" not in failure.message
        assert "ada" not in failure.message


async def test_a_server_of_ones_own_needs_no_key(endpoints: Endpoints) -> None:
    async with ChatServer() as server:
        await open_model(server.spec, endpoints, environ={}).reply(request_for())
        assert "Authorization" not in server.received[0].headers


async def test_retry_after_is_read_in_seconds_and_as_a_date(opened: Open) -> None:
    async with ChatServer(script=["rate_limit"] * 2, retry_after="7") as server:
        model = opened(server)
        assert (await failure_of(model)).retry_after == 7.0
    async with ChatServer(script=["rate_limit"]) as server:
        server.retry_after = formatdate(time.time() + 30, usegmt=True)
        wait = (await failure_of(opened(server))).retry_after
        assert wait is not None
        assert 28.0 < wait <= 30.0


async def test_retry_after_is_honoured(opened: Open) -> None:
    async with ChatServer(script=["rate_limit"], retry_after="0.4") as server:
        model = Retrying(opened(server), QUICK)
        started = time.monotonic()
        await model.reply(request_for())
        assert time.monotonic() - started >= 0.4
        assert server.answered == {"rate_limit": 1, "ok": 1}


async def test_a_pause_holds_for_all_who_use_the_endpoint(opened: Open) -> None:
    async with ChatServer(script=["rate_limit"], retry_after="0.4") as server:
        first, second = opened(server), opened(server)
        await failure_of(first)
        started = time.monotonic()
        await second.reply(request_for())
        assert time.monotonic() - started >= 0.35


async def test_retries_are_as_many_as_allowed(opened: Open) -> None:
    async with ChatServer(script=["server_error"] * 9) as server:
        failure = await failure_of(Retrying(opened(server), QUICK))
        assert len(server.received) == failure.attempts == 5
        assert {r.body["seed"] for r in server.received} == {12345}


async def test_a_paid_text_at_fault_is_asked_for_under_another_seed(opened: Open) -> None:
    async with ChatServer(script=["length", "drop"]) as server:
        await Retrying(opened(server), QUICK).reply(request_for())
        assert [r.body["seed"] for r in server.received] == [12345, 12346, 12346]


async def test_nothing_is_retried_that_would_fail_again(opened: Open) -> None:
    async with ChatServer(script=["no_model"]) as server:
        await failure_of(Retrying(opened(server), QUICK))
        assert len(server.received) == 1


async def test_one_failure_in_five_of_every_kind_is_survived(opened: Open) -> None:
    async with ChatServer(fail=0.2, slow_s=1.0, seed=3) as server:
        model = Retrying(opened(server, timeout_s=0.5), RetryPolicy(8, 0.0, 0.0))
        replies = await asyncio.gather(
            *(model.reply(request_for(PlainReply, seed=n)) for n in range(120))
        )
        assert all(isinstance(reply, Reply) for reply in replies)
        failed = sum(server.answered.values()) - server.answered["ok"]
        assert failed > 15
        assert len(server.answered) >= 9, "every way came up"


async def test_the_cap_on_calls_at_once_is_the_endpoints() -> None:
    async with ChatServer(latency_s=0.02) as server, Endpoints(concurrency=3) as endpoints:
        roles = [open_model(server.spec, endpoints, environ={}) for _ in range(4)]
        await asyncio.gather(*(role.reply(request_for(seed=n)) for n in range(8) for role in roles))
        assert server.most_at_once == 3
        assert len(server.received) == 32


async def test_a_spent_budget_stops_those_who_wait_to_be_let_in() -> None:
    async with ChatServer(latency_s=0.02) as server, Endpoints(concurrency=2) as endpoints:
        budget = Budget(tokens=1)
        model = open_model(server.spec, endpoints, budget=budget, environ={})
        outcomes = await asyncio.gather(
            *(model.reply(request_for(seed=n)) for n in range(20)), return_exceptions=True
        )
        assert len(server.received) == 2, "those that were under way when it was spent"
        assert [type(o) for o in outcomes].count(BudgetSpent) == 18
        assert budget.spent.calls == 2


async def test_calls_a_minute_are_spread() -> None:
    async with ChatServer() as server, Endpoints(per_minute=600) as endpoints:
        model = open_model(server.spec, endpoints, environ={})
        started = time.monotonic()
        await asyncio.gather(*(model.reply(request_for(seed=n)) for n in range(6)))
        assert time.monotonic() - started >= 0.5


@pytest.mark.parametrize(
    ("formats", "rung"),
    [
        ((), "text"),
        (("json_object",), "object"),
        (("json_object with a schema",), "object_schema"),
        (("json_schema",), "strict"),
    ],
)
async def test_the_answer_format_is_learnt(
    opened: Open, formats: tuple[str, ...], rung: str
) -> None:
    async with ChatServer(formats=formats) as server:
        model = opened(server)
        parse_answer((await model.reply(request_for())).text, Speech)
        refused = len(server.received) - 1
        assert refused == FORMATS.index(rung)  # type: ignore[arg-type]
        await model.reply(request_for(seed=2))
        assert len(server.received) == refused + 2, "the second call knows what the first learnt"
        last = server.received[-1].body
        assert ("JSON schema" in last["messages"][-1]["content"]) == (rung != "strict")


async def test_a_server_that_takes_a_schema_and_ignores_it_is_told_in_words(opened: Open) -> None:
    async with ChatServer(says=lambda _: "I am fine, thank you.") as server:
        model = opened(server)
        for seed in range(3):
            await model.reply(request_for(seed=seed))
        said = ["JSON schema" in r.body["messages"][-1]["content"] for r in server.received]
        assert said == [False, False, True]
        assert all("response_format" in r.body for r in server.received)


async def test_one_answer_in_prose_does_not_make_a_server_that_ignores(opened: Open) -> None:
    answers = iter(['{"a": 1}', "no", "no", "no"])
    async with ChatServer(says=lambda _: next(answers)) as server:
        model = opened(server)
        for seed in range(4):
            await model.reply(request_for(seed=seed))
        said = ["JSON schema" in r.body["messages"][-1]["content"] for r in server.received]
        assert said == [False] * 4


@pytest.mark.parametrize("name", ["seed", "temperature", "top_p"])
async def test_a_parameter_that_is_refused_is_left_out(
    opened: Open, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with ChatServer(refuses=(name,)) as server:
        model = opened(server)
        with caplog.at_level(logging.WARNING, "muspsy_sim"):
            await model.reply(request_for())
            await model.reply(request_for(seed=2))
        assert [name in r.body for r in server.received] == [True, False, False]
        assert [r.getMessage() for r in caplog.records if name in r.getMessage()] == [
            f"mock: refuses `{name}`, which is left out from now on"
        ]


async def test_the_length_limit_goes_by_the_name_that_the_server_knows(opened: Open) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        async with ChatServer(refuses=(name,)) as server:
            await opened(server).reply(request_for())
            last = server.received[-1].body
            assert name not in last
            assert 300 in (last.get("max_tokens"), last.get("max_completion_tokens"))


async def test_a_prompt_that_is_too_long_teaches_nothing(opened: Open) -> None:
    async with ChatServer(script=["too_long"]) as server:
        model = opened(server)
        assert (await failure_of(model)).kind == "bad_request"
        await model.reply(request_for())
        assert len(server.received) == 2
        assert server.received[1].body["response_format"]["type"] == "json_schema"


# Keys


@pytest.mark.parametrize("way", ["echo", "echo_bare", "echo_raw"])
async def test_a_key_that_the_server_echoes_is_not_shown(
    opened: Open, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with ChatServer(script=[way] * 9) as server:
        model = opened(server)
        with caplog.at_level(logging.DEBUG):
            failure = await failure_of(model)
        told = "".join(traceback.format_exception(failure))
        for shown in (failure.message, told, repr(model), model.name, caplog.text, repr(failure)):
            assert KEY not in shown
            assert KEY[:12] not in shown
        assert "***" in failure.message


async def test_a_key_in_a_models_own_text_is_taken_out(opened: Open) -> None:
    async with ChatServer(script=["echo_reply"]) as server:
        reply = await opened(server).reply(request_for(PlainReply))
        assert KEY not in reply.text
        assert reply.text == "Your header was Bearer ***."


async def test_user_password_and_query_of_an_address_are_sent_and_never_shown(
    endpoints: Endpoints, caplog: pytest.LogCaptureFixture
) -> None:
    async with ChatServer(script=["ok", "echo", "echo_bare", "echo_raw"]) as server:
        address = f"http://zoe:pa%40ss-word@127.0.0.1:{server.port}/v1?api_key=q1w2e3r4t5#mock"
        model = open_model(address, endpoints, environ={})
        with caplog.at_level(logging.DEBUG):
            await model.reply(request_for())
            failures = [await failure_of(model, request_for(PlainReply)) for _ in range(3)]
        got = server.received[0]
        assert got.headers["Authorization"] == "Basic em9lOnBhQHNzLXdvcmQ="
        assert got.query == {"api_key": "q1w2e3r4t5"}
        told = "".join(line for f in failures for line in traceback.format_exception(f))
        spec = parse_model(address)
        everything = (
            *(model.name, repr(model), told, caplog.text),
            *(repr(spec), str(spec), spec.name, repr(list(endpoints._open.values()))),
        )
        for shown in everything:
            # A name that no address in memory spells, as `ada` is in hexadecimal.
            for secret in ("zoe", "pa@ss", "pa%40ss", "em9lOn", "q1w2e3r4t5"):
                assert secret not in shown
        assert model.name == f"http://127.0.0.1:{server.port}/v1#mock"


async def test_the_key_of_one_server_does_not_go_to_another(endpoints: Endpoints) -> None:
    async with ChatServer() as one, ChatServer() as other:
        environ = {f"MUSPSY_API_KEY_127_0_0_1_{one.port}": KEY}
        for server in (one, other):
            await open_model(server.spec, endpoints, environ=environ).reply(request_for())
        assert one.received[0].headers["Authorization"] == f"Bearer {KEY}"
        assert "Authorization" not in other.received[0].headers


async def test_a_redirect_does_not_take_the_key_along(opened: Open) -> None:
    async with ChatServer(script=["moved"]) as server:
        failure = await failure_of(opened(server))
        assert "307" in failure.message
        assert len(server.received) == 1


async def test_tracing_stays_off(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "trace")
    async with ChatServer() as server, ChatServer() as tracer:
        monkeypatch.setenv("LANGSMITH_ENDPOINT", tracer.base_url)
        from langsmith import utils

        utils.get_env_var.cache_clear()
        assert utils.tracing_is_enabled(), "or this test shows nothing"
        await opened(server).reply(request_for())
        await asyncio.sleep(0.3)
        assert tracer.strayed == []
    utils.get_env_var.cache_clear()


async def test_everything_is_closed_with_the_endpoints() -> None:
    gc.collect()  # What other tests left open is not this one's to tell.
    async with ChatServer() as server:
        with warnings.catch_warnings(record=True) as complaints:
            warnings.simplefilter("always")
            async with Endpoints() as endpoints:
                environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url}
                for spec in (server.spec, "openai:mock"):
                    await open_model(spec, endpoints, environ=environ).reply(request_for())
            del endpoints
            gc.collect()
        assert [c for c in complaints if c.category is ResourceWarning] == []


def test_a_second_event_loop_gets_connections_of_its_own() -> None:
    async def once() -> str:
        async with ChatServer() as server, Endpoints() as endpoints:
            environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url}
            model = open_model("openai:mock", endpoints, environ=environ)
            return (await model.reply(request_for())).text

    assert asyncio.run(once()) == asyncio.run(once())


async def test_the_server_stands_by_itself_too(endpoints: Endpoints) -> None:
    with in_a_process("--fail", "1", "--ways", "length", "--key", KEY) as spec:
        model = open_model(spec, endpoints, environ={"MUSPSY_API_KEY": KEY})
        assert (await failure_of(model)).kind == "cut_off"
        async with aiohttp.ClientSession() as session:
            stats = await session.get(spec.replace("/v1#mock", "/stats"))
            assert await stats.json() == {"requests": 1, "answered": {"length": 1}}
