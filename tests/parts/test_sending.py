"""Requests over HTTP are written where they are made, and a slow reader gets them whole."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from muspsy_sim.llm.endpoints import Endpoint
from muspsy_sim.llm.limits import Limits

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
_LARGE = 8 * 1024 * 1024
"""Bytes; more than both sides of a socket hold."""

pytestmark = pytest.mark.enable_socket


@contextlib.asynccontextmanager
async def _endpoint(listening: socket.socket) -> AsyncIterator[Endpoint]:
    endpoint = Endpoint(f"http://127.0.0.1:{listening.getsockname()[1]}/v1", Limits())
    try:
        yield endpoint
    finally:
        await endpoint.aclose()


@contextlib.contextmanager
def _listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


async def _post(endpoint: Endpoint, body: bytes) -> bytes:
    async with endpoint.session().post(f"{endpoint.base_url}/chat", data=body) as response:
        return await response.read()


async def _read_request(server: socket.socket) -> bytes:
    """One request whole, in small pieces with pauses, so that its sender has to wait."""
    loop = asyncio.get_running_loop()
    held = b""
    while (end := held.find(b"\r\n\r\n")) < 0:
        held += await loop.sock_recv(server, 1024)
    length = int(held.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = bytearray(held[end + 4 :])
    while len(body) < length:
        await asyncio.sleep(0)
        body += await loop.sock_recv(server, 65_536)
    return bytes(body)


async def test_a_request_is_written_in_the_step_that_makes_it() -> None:
    with _listening() as listening:
        async with _endpoint(listening) as endpoint:
            loop = asyncio.get_running_loop()
            first = asyncio.create_task(_post(endpoint, b"first"))
            server, _ = await loop.sock_accept(listening)
            with server:
                assert await _read_request(server) == b"first"
                await loop.sock_sendall(server, _OK)
                await first
                second = asyncio.create_task(_post(endpoint, b"second"))
                # The task's own first step, and nothing after it.
                await asyncio.sleep(0)
                assert b"second" in server.recv(4096)
                await loop.sock_sendall(server, _OK)
                assert await second == b"{}"


async def test_a_request_that_the_connection_does_not_take_at_once_arrives_whole() -> None:
    sent = bytes(range(256)) * (_LARGE // 256)
    with _listening() as listening:
        async with _endpoint(listening) as endpoint:
            loop = asyncio.get_running_loop()
            task = asyncio.create_task(_post(endpoint, sent))
            server, _ = await loop.sock_accept(listening)
            with server:
                assert await _read_request(server) == sent
                await loop.sock_sendall(server, _OK)
                assert await task == b"{}"


async def test_a_request_given_up_half_written_closes_its_connection() -> None:
    with _listening() as listening:
        async with _endpoint(listening) as endpoint:
            loop = asyncio.get_running_loop()
            task = asyncio.create_task(_post(endpoint, bytes(_LARGE)))
            server, _ = await loop.sock_accept(listening)
            with server:
                await loop.sock_recv(server, 1024)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                with contextlib.suppress(ConnectionResetError):
                    while await loop.sock_recv(server, 1 << 20):
                        pass  # What was under way, and then the end.


async def test_a_connection_that_breaks_while_it_is_written_to_is_told_as_the_clients_error() -> (
    None
):
    with _listening() as listening:
        async with _endpoint(listening) as endpoint:
            task = asyncio.create_task(_post(endpoint, bytes(_LARGE)))
            server, _ = await asyncio.get_running_loop().sock_accept(listening)
            server.close()
            with pytest.raises(aiohttp.ClientError):
                await task
