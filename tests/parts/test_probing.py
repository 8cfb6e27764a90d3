"""`muspsy models check` against servers of every skill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from muspsy_sim.cli.app import app
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.probing.checking import probe
from muspsy_sim.llm.probing.findings import Checked, Finding, as_json
from muspsy_sim.llm.retrying import RetryPolicy
from tests.parts.chat_answers import answer
from tests.parts.chat_server import ChatServer, in_a_process

PROMPT = RetryPolicy(attempts=3, first_wait_s=0.0, patience_s=5.0)
"""As patient as `models check` is, without the waits."""

NEEDED = {"answers", "chat template", "JSON schema"}


async def checked(server: ChatServer) -> Checked:
    async with Endpoints() as endpoints:
        model = open_model(server.spec, endpoints, timeout_s=5.0, environ={})
        endpoint = endpoints.only()
        assert endpoint is not None
        return await probe(model, endpoint.dialect("mock"), await endpoint.serves(), PROMPT)


def of(found: Checked, what: str) -> Finding:
    return next(each for each in found.findings if each.what == what)


def verdicts(found: Checked) -> dict[str, str]:
    return {each.what: each.verdict for each in found.findings}


async def test_a_skilled_server_passes_everything() -> None:
    async with ChatServer() as server:
        found = await checked(server)
        assert found.usable
        assert set(verdicts(found).values()) == {"yes"}
        assert found.calls == len(server.received)


def deaf(body: dict[str, Any]) -> str:
    return answer({key: value for key, value in body.items() if key != "response_format"})


def prose(body: dict[str, Any]) -> str:
    return "Hello there, it is a fine day."


def seedless(body: dict[str, Any]) -> str:
    seedless.calls = getattr(seedless, "calls", 0) + 1  # type: ignore[attr-defined]
    return answer({**body, "seed": seedless.calls})  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("server", "what", "verdict", "usable"),
    [
        (ChatServer(says=prose), "JSON schema", "no", False),
        (ChatServer(formats=("json_object with a schema",)), "JSON schema", "yes", True),
        (ChatServer(formats=()), "JSON schema", "yes", True),
        (ChatServer(says=seedless), "seed", "no", True),
        (ChatServer(refuses=("seed",)), "seed", "partly", True),
        (ChatServer(usage=False), "token counts", "no", True),
        (ChatServer(script=["no_model"] * 3), "answers", "no", False),
        (ChatServer(script=["thinks"]), "thinks aloud", "yes", True),
    ],
)
async def test_each_lack_is_found(
    server: ChatServer, what: str, verdict: str, usable: bool
) -> None:
    async with server:
        found = await checked(server)
        assert verdicts(found)[what] == verdict, found
        assert found.usable is usable


@pytest.mark.parametrize(
    ("way", "verdict", "found", "advice"),
    [
        ("drop", "unknown", "the connection broke before the answer was whole", "ask again later"),
        ("rate_limit", "unknown", "Too many requests.", "ask again later"),
        ("server_error", "unknown", "The server had an error.", "ask again later"),
        ("moved", "no", "it sends us on to /v1/elsewhere", "mend that first"),
        ("quota", "no", "You exceeded your quota.", "mend that first"),
        ("not_json", "no", "the server's answer is no JSON", "mend that first"),
    ],
)
async def test_why_it_does_not_answer_is_told(
    way: str, verdict: str, found: str, advice: str
) -> None:
    async with ChatServer(script=[way] * 20) as server:
        told = await checked(server)
        assert len(server.received) <= PROMPT.attempts
    (only,) = told.findings
    assert only.verdict == verdict
    assert found in only.found
    assert advice in only.advice
    assert told.usable is (False if verdict == "no" else None)


@pytest.mark.parametrize("way", ["rate_limit", "server_error", "html", "drop", "not_json"])
@pytest.mark.parametrize("after", range(10))
async def test_what_passes_is_asked_again_and_is_no_property_of_the_model(
    way: str, after: int
) -> None:
    async with ChatServer(script=[*["ok"] * after, way, way]) as server:
        found = await checked(server)
        assert set(verdicts(found).values()) == {"yes"}, found
        assert found.usable
        assert found.calls == len(server.received)


@pytest.mark.parametrize("way", ["rate_limit", "server_error", "html", "drop", "not_json", "quota"])
@pytest.mark.parametrize("after", range(1, 10))
async def test_what_is_never_answered_is_unknown(way: str, after: int) -> None:
    async with ChatServer(script=[*["ok"] * after, *[way] * 60]) as server:
        found = await checked(server)
    told = verdicts(found)
    assert set(told.values()) == {"yes", "unknown"}, found
    assert found.usable is (None if {told[what] for what in NEEDED} != {"yes"} else True)
    assert as_json(found)["usable"] is found.usable
    later = "mend that and ask again" if way == "quota" else "ask again later"
    for each in found.findings:
        if each.verdict == "unknown":
            assert "no answer (" in each.found
            assert each.advice.startswith(later)


async def test_a_server_that_wants_a_long_wait_is_not_waited_for() -> None:
    async with ChatServer(script=["ok", "rate_limit"], retry_after="500") as server:
        found = await checked(server)
        assert len(server.received) == 2
    assert found.usable is None
    assert verdicts(found)["prefix cache"] == "unknown"


async def test_seeds_are_compared_as_they_were_sent() -> None:
    """A text at fault has both seeds' texts made again, each under the seed that is told."""
    script = [*["ok"] * 5, "server_error", "ok", "empty"]
    async with ChatServer(script=script) as server:
        found = await checked(server)
        boats = [r for r in server.received if "boat" in r.body["messages"][0]["content"]]
        assert [r.body["seed"] for r in boats] == [7, 7, 7, 8, 17, 17, 18]
        assert [r.way for r in boats] == ["server_error", "ok", "empty", *["ok"] * 4]
    assert verdicts(found)["seed"] == "yes"


@pytest.mark.parametrize(
    ("way", "advice"),
    [("too_long", "allow a longer context"), ("moderated", ""), ("moved", "")],
)
async def test_a_longer_context_is_advised_where_the_context_was_too_short(
    way: str, advice: str
) -> None:
    async with ChatServer(script=[*["ok"] * 8, way]) as server:
        told = of(await checked(server), "prefix cache")
    assert told.verdict == "unknown"
    assert advice in told.advice
    assert bool(told.advice) is bool(advice)


async def test_a_wrong_path_and_a_wrong_name_are_told_apart() -> None:
    async with ChatServer(script=["no_model"]) as server, Endpoints() as endpoints:
        named = server.spec.replace("#mock", "#another")
        model = open_model(named, endpoints, timeout_s=5.0, environ={})
        endpoint = endpoints.only()
        assert endpoint is not None
        (wrong_name,) = (await probe(model, serves=await endpoint.serves())).findings
        assert wrong_name.advice == "the server has: mock"
    async with ChatServer() as server, Endpoints() as endpoints:
        without = server.spec.replace("/v1", "")
        model = open_model(without, endpoints, timeout_s=5.0, environ={})
        endpoint = endpoints.only()
        assert endpoint is not None
        (wrong_path,) = (await probe(model, serves=await endpoint.serves())).findings
        assert "most end in /v1" in wrong_path.found
        assert wrong_path.verdict == "no"


@pytest.mark.parametrize(
    ("named", "lists", "told"),
    [
        ("mock", ["mock"], ""),
        ("another", ["mock", "second"], "the server has: mock, second; name one of them"),
        ("mock", ["mocking"], "the server has: mocking; name one of them"),
        ("llama3", ["llama3:latest"], ""),
        ("gemini", ["models/gemini"], ""),
        ("mock", [], ""),
    ],
)
async def test_a_name_that_the_server_takes_and_does_not_list_is_told(
    named: str, lists: list[str], told: str
) -> None:
    async with ChatServer() as server, Endpoints() as endpoints:
        model = open_model(f"{server.base_url}#{named}", endpoints, timeout_s=5.0, environ={})
        found = await probe(model, serves=lists)
    assert found.usable
    assert [told in each.advice for each in found.findings if each.what == "name"] == (
        [True] if told else []
    )


async def test_one_that_breaks_off_later_is_said_to_be_unknown_not_able() -> None:
    async with ChatServer(script=["ok", *["drop"] * 40]) as server:
        found = verdicts(await checked(server))
    assert found["chat template"] == "unknown"


async def test_a_template_without_system_message_is_found() -> None:
    class NoSystem(ChatServer):
        __slots__ = ()

        def _refused_part(self, body: dict[str, Any]) -> Any:
            if body["messages"][0]["role"] == "system":
                from tests.parts.chat_server import _error

                return _error(400, "System role not supported")
            return super()._refused_part(body)

    async with NoSystem() as server:
        found = await checked(server)
        assert verdicts(found)["chat template"] == "no"
        assert not found.usable


def test_the_command_prints_a_table_and_leaves_by_what_it_found() -> None:
    with in_a_process() as spec:
        result = CliRunner().invoke(app, ["models", "check", spec])
        assert result.exit_code == 0, result.output
        assert "It can take any role." in result.output
        told = CliRunner().invoke(app, ["models", "check", spec, "--json"])
        assert json.loads(told.stdout)["usable"] is True
    with in_a_process("--fail", "1", "--ways", "rate_limit", "--retry-after", "90") as spec:
        busy = CliRunner().invoke(app, ["models", "check", spec])
        assert busy.exit_code == 1
        assert "Whether it can take every role could not be found out" in busy.output
        told = CliRunner().invoke(app, ["models", "check", spec, "--json"])
        assert told.exit_code == 1
        assert json.loads(told.stdout)["usable"] is None


@pytest.mark.parametrize("name", ["offline", "script:good", "http://127.0.0.1:9/v1#m", "ofline"])
def test_what_can_not_be_checked_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    from muspsy_sim.records.errors import ModelSetupError

    result = CliRunner().invoke(app, ["models", "check", name])
    assert isinstance(result.exception, ModelSetupError)
