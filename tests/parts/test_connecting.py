"""Connections that don't come about, over TLS and through proxies: each told in one line, unheard."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import aiohttp.web
import pytest
from aiohttp.client_reqrep import ConnectionKey
from parts.chat_requests import request_for
from parts.chat_server import ChatServer

from muspsy_sim.llm.connecting import reason_of, what_to_do
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.seam import ModelFailure
from muspsy_sim.records.answers import PlainReply
from muspsy_sim.records.errors import ModelSetupError

FAR = "https://models.example.org/v1#m"
_PASSWORD = "hunter22-secret"


async def refusal(spec: str) -> ModelSetupError:
    """What the check before a run says."""
    async with Endpoints() as endpoints:
        open_model(spec, endpoints, environ={})
        with pytest.raises(ModelSetupError) as caught:
            await endpoints.check()
    return caught.value


async def failure(spec: str) -> ModelFailure:
    """What a call says."""
    async with Endpoints() as endpoints:
        model = open_model(spec, endpoints, timeout_s=5.0, environ={})
        with pytest.raises(ModelFailure) as caught:
            await model.reply(request_for(PlainReply))
    return caught.value


@asynccontextmanager
async def proxy(status: str) -> AsyncIterator[str]:
    """A proxy that lets nobody through: its address, user and password in it."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://bob:{_PASSWORD}@127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("status", "kind"), [("407 Who are you?", "auth"), ("502 Bad gateway", "unreachable")]
)
async def test_a_proxy_that_refuses_is_told_as_one(
    status: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy(status) as address:
        monkeypatch.setenv("HTTPS_PROXY", address)
        told, called = await refusal(FAR), await failure(FAR)
    for said in (str(told), called.message):
        assert said.startswith("the proxy lets nobody through to https://models.example.org/v1")
        assert status[:3] in said
        assert _PASSWORD not in said
    assert called.kind == kind


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (f"http://bob:{_PASSWORD}@127.0.0.1:9", "the proxy that the environment names"),
        ("127.0.0.1:9", "is no http:// address"),
    ],
)
async def test_a_proxy_that_is_none_is_told_as_one(
    address: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    told, called = await refusal(FAR), await failure(FAR)
    assert why in str(told)
    assert "proxy" in called.message
    assert _PASSWORD not in f"{told} {called.message}"


async def test_a_server_without_tls_is_not_said_to_be_forbidden() -> None:
    async with ChatServer() as server:
        spec = server.spec.replace("http://", "https://")
        told, called = await refusal(spec), await failure(spec)
    assert "TLS: " in str(told)
    assert str(told).endswith("write http:// where it speaks no TLS")
    assert "TLS: " in called.message


def test_a_certificate_that_is_not_trusted_says_what_to_set() -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "self-signed certificate"
    key = ConnectionKey("h", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None,
                        proxy_headers_hash=None)  # fmt: skip
    error = aiohttp.ClientConnectorCertificateError(key, cause)
    assert reason_of(error) == "its certificate: self-signed certificate"
    assert "SSL_CERT_FILE" in what_to_do(error)


async def test_a_list_of_models_without_end_is_not_read() -> None:
    async def endless(_: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
        return aiohttp.web.Response(
            body=b'{"data": [' + b'{"id": "x"},' * 500_000 + b'{"id": "y"}]}'
        )

    app = aiohttp.web.Application()
    app.router.add_get("/v1/models", endless)
    runner = aiohttp.web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    async with Endpoints() as endpoints:
        port = runner.addresses[0][1]
        open_model(f"http://127.0.0.1:{port}/v1#x", endpoints, environ={})
        endpoint = endpoints.only()
        assert endpoint is not None
        assert await endpoint.serves() == []
    await runner.cleanup()
