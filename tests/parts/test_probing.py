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
from muspsy_sim.llm.probing import Checked, probe
from tests.parts.chat_answers import answer
from tests.parts.chat_server import ChatServer, in_a_process


async def checked(server: ChatServer) -> Checked:
    async with Endpoints() as endpoints:
        model = open_model(server.spec, endpoints, timeout_s=5.0, environ={})
        endpoint = endpoints.only()
        assert endpoint is not None
        return await probe(model, endpoint.dialect("mock"), await endpoint.serves())


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
    ("way", "found", "advice"),
    [
        ("drop", "the connection broke before the answer was whole", "mend that first"),
        ("moved", "it sends us on to /v1/elsewhere", "mend that first"),
        ("rate_limit", "Too many requests.", "a run waits"),
        ("server_error", "The server had an error.", "mend that first"),
    ],
)
async def test_why_it_does_not_answer_is_told(way: str, found: str, advice: str) -> None:
    async with ChatServer(script=[way] * 3) as server:
        (only,) = (await checked(server)).findings
    assert only.verdict == "no"
    assert found in only.found
    assert advice in only.advice


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
        assert "most end in /v1" in wrong_path.advice


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


@pytest.mark.parametrize("name", ["offline", "script:good", "http://127.0.0.1:9/v1#m", "ofline"])
def test_what_can_not_be_checked_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    from muspsy_sim.records.errors import ModelSetupError

    result = CliRunner().invoke(app, ["models", "check", name])
    assert isinstance(result.exception, ModelSetupError)
