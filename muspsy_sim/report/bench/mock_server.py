"""A server of chat completions that answers after a fixed time, for `muspsy bench http`.

Run as a process of its own (`python -m muspsy_sim.report.bench.mock_server SECONDS`): it prints its
port on its first line and serves on loopback until its standard input is closed. `GET /v1/clock`
tells from when to when it was asked. Bare asyncio, so that it takes little of the other core: about
0.08 ms a request.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import subprocess
import sys
from collections.abc import Iterator
from typing import cast

import orjson

from muspsy_sim.report.bench.fake import canned

_PROMPTS = {
    "Speech": "client.speak",
    "Reflection": "client.reflect",
    "AppraisalAnswer": "appraiser.appraise",
    "CounselorReply": "counselor.respond",
    "TurnPlanAnswer": "counselor.plan_turn",
    "NoteAnswer": "counselor.remember",
    "PlanAnswer": "counselor.plan_next",
}
"""The name of the answer that is asked for, to the prompt whose canned answer it gets."""

_VARIANTS = 499
_BLANK = b"\r\n\r\n"
_NOTHING = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextlib.contextmanager
def serving(latency: float) -> Iterator[str]:
    """The server in a process of its own, as a base URL; ended afterwards."""
    command = [sys.executable, "-m", __name__, str(latency)]
    with subprocess.Popen(  # noqa: S603 - this very interpreter
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            port = int(process.stdout.readline() if process.stdout else b"")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def _answered(body: bytes) -> bytes:
    asked = orjson.loads(body)
    name = asked["response_format"]["json_schema"]["name"]
    said = canned(_PROMPTS[name], asked["seed"] % _VARIANTS)
    content = orjson.dumps(
        {
            "choices": [{"message": {"role": "assistant", "content": said}}],
            "usage": {"prompt_tokens": 900, "completion_tokens": 40},
        }
    )
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return head.encode() + b"\r\n\r\n" + content


class _Clock:
    """When the first request came and the last answer went, since somebody asked."""

    def __init__(self) -> None:
        self.first = self.last = 0.0

    def told(self) -> bytes:
        """Both as JSON, in seconds of this machine's clock; then it begins anew."""
        content = orjson.dumps([self.first, self.last])
        self.first = self.last = 0.0
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content)


class _Connection(asyncio.Protocol):
    """One connection: requests in turn, each answered when its time has come.

    A request has come once its last byte is read; what its answer takes to make is part of the time
    that it takes to be sent, and keeps nobody's request from being read.
    """

    def __init__(self, latency: float, clock: _Clock) -> None:
        self._latency = latency
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport | None = None
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where answers go."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Take the whole requests out of what has come so far."""
        self._held += data
        while (end := self._held.find(_BLANK)) >= 0:
            head = self._held[:end].lower()
            begins = end + len(_BLANK)
            if head.startswith(b"get"):
                self._held = self._held[begins:]
                self._send(self._clock.told() if b"/clock" in head else _NOTHING)
                continue
            ends = begins + int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(self._held) < ends:
                return
            body, self._held = self._held[begins:ends], self._held[ends:]
            self._clock.first = self._clock.first or self._loop.time()
            self._loop.call_soon(self._answer, body, self._loop.time())

    def _answer(self, body: bytes, arrived: float) -> None:
        self._loop.call_at(arrived + self._latency, self._give, _answered(body))

    def _give(self, answer: bytes) -> None:
        self._send(answer)
        self._clock.last = self._loop.time()

    def _send(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


async def _serve(latency: float) -> None:
    clock = _Clock()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Connection(latency, clock), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it closes the pipe by ending, however it ends.
    await asyncio.to_thread(sys.stdin.buffer.read)


def _exact() -> asyncio.AbstractEventLoop:
    """A loop whose timers ring on time: epoll, asyncio's choice, knows whole milliseconds only.

    Good for about 1,000 connections.
    """
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=_exact) as runner:
        runner.run(_serve(float(sys.argv[1])))
