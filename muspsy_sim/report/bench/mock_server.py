"""A server of chat completions that answers after a fixed time, for `muspsy bench http`.

Run as a process of its own (`python -m muspsy_sim.report.bench.mock_server SECONDS`): it prints its
port on its first line and serves on loopback until its standard input is closed. `GET /v1/clock`
tells from when to when it was asked. Bare asyncio, so that it takes little of the other core: about
0.1 ms a request.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator

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


async def _connection(
    latency: float, clock: _Clock, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if head.startswith(b"get"):
                writer.write(clock.told() if b"/clock" in head else _NOTHING)
                continue
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            arrived = asyncio.get_running_loop().time()
            clock.first = clock.first or arrived
            answer = _answered(await reader.readexactly(length))
            # What making the answer took is part of the time that it takes to come.
            await asyncio.sleep(latency - (asyncio.get_running_loop().time() - arrived))
            writer.write(answer)
            clock.last = asyncio.get_running_loop().time()
    writer.close()


async def _serve(latency: float) -> None:
    clock = _Clock()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _connection(latency, clock, reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=2**22, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Whoever started it closes the pipe by ending, however it ends.
    await asyncio.to_thread(sys.stdin.buffer.read)


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
