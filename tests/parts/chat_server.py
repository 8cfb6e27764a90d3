"""A real small server that speaks chat completions on loopback, and can fail in every way.

In a test: `async with ChatServer(...) as server` and `server.spec` is a model string. For another
process: `in_a_process("--fail", "0.2")`, or `python tests/parts/chat_server.py --fail 0.2` by hand,
prints the model string on its first line and serves until it is ended; `GET /stats` tells what it
was asked. Whether a request
fails depends on its body and on how often that body came, not on the order of arrival.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from parts.chat_answers import answer, chance_of

WAYS = (
    "rate_limit",
    "server_error",
    "slow",
    "length",
    "drop",
    "not_json",
    "wrong_shape",
    "empty",
    "bad_answer",
)
"""The ways to fail that another attempt can mend."""

WRONG_SHAPES: tuple[Any, ...] = (
    {},
    [],
    "a text",
    {"choices": []},
    {"choices": None},
    {"choices": [{}]},
    {"choices": [{"message": None}]},
    {"choices": [{"message": {"content": 5}}]},
)


@dataclass(slots=True)
class Received:
    """One request as the server saw it, and how it was answered."""

    body: dict[str, Any]
    headers: dict[str, str]
    query: dict[str, str]
    way: str


@dataclass(slots=True)
class ChatServer:
    """The server. `script`: how the first requests are answered (`ok` or a way to fail), in order;
    after that a share `fail` of them fails in one of `ways`.

    `formats`: the kinds of `response_format` it knows; `refuses`: parameters that it answers 400;
    `key`: what it wants as bearer; `says`: answers instead of the text that fits the schema.
    `received` are the requests for completions, `strayed` those for paths that it does not know.
    """

    says: Callable[[dict[str, Any]], str] | None = None
    script: list[str] = field(default_factory=list)
    fail: float = 0.0
    ways: tuple[str, ...] = WAYS
    seed: int = 0
    formats: tuple[str, ...] = ("json_schema", "json_object")
    refuses: tuple[str, ...] = ()
    usage: bool = True
    key: str | None = None
    latency_s: float = 0.0
    slow_s: float = 5.0
    retry_after: str = "0"
    shape: int = 0
    received: list[Received] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)
    port: int = 0
    most_at_once: int = 0
    _at_once: int = 0
    _seen: Counter[str] = field(default_factory=Counter)
    _runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """Its address up to and with `/v1`."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def spec(self) -> str:
        """The model string that a recipe would name."""
        return f"{self.base_url}#mock"

    @property
    def answered(self) -> Counter[str]:
        """How many requests were answered in which way."""
        return Counter(r.way for r in self.received)

    async def __aenter__(self) -> ChatServer:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/stats", self._stats)
        app.router.add_route("*", "/{anything:.*}", self._stray)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _models(self, request: web.Request) -> web.Response:
        if refused := self._refused_key(request):
            return refused
        return web.json_response({"object": "list", "data": [{"id": "mock", "object": "model"}]})

    async def _stats(self, _: web.Request) -> web.Response:
        return web.json_response({"requests": len(self.received), "answered": self.answered})

    async def _stray(self, request: web.Request) -> web.Response:
        self.strayed.append(f"{request.method} {request.path}")
        return _error(404, "There is nothing here.")

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await self._answer(request)
        finally:
            self._at_once -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        way = self._way(body)
        self.received.append(Received(body, dict(request.headers), dict(request.query), way))
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        refused = self._refused_key(request) or self._refused_part(body)
        if refused is not None:
            self.received[-1].way = f"refused {refused.status}"
            return refused
        if way == "slow":
            await asyncio.sleep(self.slow_s)
        if way == "drop":
            return await self._drop(request)
        failed = self._failed(way, request)
        return failed or web.json_response(self._completion(way, body, request))

    def _way(self, body: dict[str, Any]) -> str:
        if len(self.received) < len(self.script):
            return self.script[len(self.received)]
        text = json.dumps(body, sort_keys=True)
        self._seen[text] += 1
        rng = chance_of(self.seed, text, self._seen[text])
        return rng.choice(self.ways) if rng.random() < self.fail else "ok"

    def _refused_key(self, request: web.Request) -> web.Response | None:
        if self.key is None or request.headers.get("Authorization") == f"Bearer {self.key}":
            return None
        return _error(401, f"Incorrect API key: {request.headers.get('Authorization')}")

    def _refused_part(self, body: dict[str, Any]) -> web.Response | None:
        for name in self.refuses:
            if name in body:
                return _error(400, f"Unsupported parameter: '{name}' is not supported.", name)
        wanted = body.get("response_format") or {}
        kind = wanted.get("type")
        if kind == "json_object" and "schema" in wanted:
            kind = "json_object with a schema"  # llama-cpp-python's way
        if kind is not None and kind not in self.formats:
            return _error(400, f"'response_format' of type '{kind}' is not supported.")
        return None

    def _failed(self, way: str, request: web.Request) -> web.Response | None:
        if way == "rate_limit":
            return _error(429, "Too many requests.", headers={"Retry-After": self.retry_after})
        if way == "quota":
            return _error(429, "You exceeded your quota.", code="insufficient_quota")
        if way == "server_error":
            return _error(500, "The server had an error.")
        if way == "html":
            return web.Response(
                status=502, text="<html>Bad gateway</html>", content_type="text/html"
            )
        if way == "moved":
            return web.Response(status=307, headers={"Location": "/v1/elsewhere"})
        if way == "not_json":
            return web.Response(text='{"choices": [{"mess', content_type="application/json")
        if way == "wrong_shape":
            return web.json_response(WRONG_SHAPES[self.shape % len(WRONG_SHAPES)])
        if way == "huge":
            return web.Response(body=b" " * 6_000_000, content_type="application/json")
        if way == "no_model":
            return _error(404, "The model `mock` does not exist.")
        if way == "moderated":
            return _error(403, "Your input was flagged by moderation.")
        if way == "too_long":
            return _error(400, "This model's maximum context length is 4096 tokens.")
        if way == "error_in_200":
            return web.json_response({"error": {"message": "Upstream is busy.", "code": 429}})
        if way == "echo":
            return _error(400, f"You sent {dict(request.headers)} and {request.url}")
        if way == "echo_bare":
            said = [*request.headers.get("Authorization", "").split(), *request.query.values()]
            return _error(400, f"Who are you? I know no {' or '.join(said[::-1])}")
        if way == "echo_raw":
            return web.Response(status=500, text=f"{request.headers} {request.url}")
        return None

    async def _drop(self, request: web.Request) -> web.StreamResponse:
        """Promise more bytes than come, then break the connection."""
        response = web.StreamResponse(headers={"Content-Length": "5000"})
        response.content_type = "application/json"
        await response.prepare(request)
        await response.write(b'{"id": "x", "choices": [')
        if request.transport is not None:
            request.transport.close()
        return response

    def _completion(self, way: str, body: dict[str, Any], request: web.Request) -> dict[str, Any]:
        text = (self.says or answer)(body)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        finish = "stop"
        if way == "length":
            message["content"], finish = text[: len(text) // 2], "length"
        elif way == "filtered":
            message["content"], finish = "", "content_filter"
        elif way == "refusal":
            message |= {"content": None, "refusal": "I can't help with that."}
        elif way == "empty":
            message["content"] = ""
        elif way == "bad_answer":
            message["content"] = '{"nonsense": true}' if body.get("response_format") else " "
        elif way == "echo_reply":
            message["content"] = f"Your header was {request.headers.get('Authorization')}."
        elif way == "thinks":
            message["content"] = f"<think>She is testing me.</think>\n{text}"
        elif way == "reasons":
            message["reasoning_content"] = "She is testing me."
        elif way == "prose":
            message["content"] = f"Here you are:\n```json\n{text}\n```\nAnything else?"
        elif way == "parts":
            message["content"] = [{"type": "text", "text": text}]
        if (tools := body.get("tools")) and way == "ok":
            called = {"name": tools[0]["function"]["name"], "arguments": text}
            message |= {
                "content": None,
                "tool_calls": [{"id": "call_1", "type": "function", "function": called}],
            }
        completion = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 0,
            "model": body.get("model"),
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        }
        if self.usage:
            prompt = sum(len(str(m.get("content"))) // 4 + 3 for m in body["messages"])
            made = len(text) // 4 + 1
            completion["usage"] = {
                "prompt_tokens": prompt,
                "completion_tokens": made,
                "total_tokens": prompt + made,
                "prompt_tokens_details": {"cached_tokens": prompt // 2},
            }
        return completion


def _error(
    status: int,
    message: str,
    param: str | None = None,
    *,
    code: str | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    error = {"message": message, "type": "error", "param": param, "code": code}
    return web.json_response({"error": error}, status=status, headers=headers)


@contextmanager
def in_a_process(*arguments: str) -> Iterator[str]:
    """The server in a process of its own, for tests whose program is one too: its model string.

    `arguments` are those of the command line, such as `"--fail", "0.2"`.
    """
    command = [sys.executable, str(Path(__file__).resolve()), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def _serve(server: ChatServer) -> None:
    async with server:
        print(server.spec, flush=True)
        await asyncio.Event().wait()


def main(arguments: Iterable[str] | None = None) -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description="A chat-completions server on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--fail", type=float, default=0.0, help="share of requests that fail")
    parser.add_argument("--ways", default=",".join(WAYS), help="ways to fail, comma-separated")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--slow", type=float, default=5.0, help="seconds of a slow answer")
    parser.add_argument("--retry-after", default="0", help="of a 429, in seconds")
    parser.add_argument("--key", default=None, help="the bearer key that it wants")
    parser.add_argument("--no-usage", action="store_true", help="give no token counts")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    server = ChatServer(
        port=chosen.port,
        fail=chosen.fail,
        ways=tuple(chosen.ways.split(",")),
        seed=chosen.seed,
        latency_s=chosen.latency,
        slow_s=chosen.slow,
        retry_after=chosen.retry_after,
        key=chosen.key,
        usage=not chosen.no_usage,
    )
    try:
        asyncio.run(_serve(server))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
