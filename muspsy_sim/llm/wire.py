"""The chat-completions protocol without its transport: what is sent, and what an answer means.

A body that is no chat completion, a refusal or an answer cut off at its length becomes a
`ModelFailure` of its kind; so does every status but 200. What a server says about an error is
quoted redacted and short.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from muspsy_sim.llm.parsing import MAX_ANSWER, split_reasoning
from muspsy_sim.llm.redaction import Secret, redact_reply, shown
from muspsy_sim.llm.seam import FailureKind, ModelFailure, Reply, Request
from muspsy_sim.llm.tokens import estimate_prompt_tokens, estimate_tokens
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.values import made, unchanging

MAX_BODY = 4 * 1024 * 1024
"""Bytes of a server's answer that are read; a longer one is refused as malformed."""

_REJECTED = (400, 422)
_AUTH = (401, 402, 403)
_STANDING = (401, 402, 404)
"""The key, the money or the model is not there: no call is answered. 403 is at times of one call,
as where a gateway's moderation stops a text."""
_TIMEOUTS = (408, 504, 524)


class Rejection(ModelFailure):
    """A request that the server did not accept as it was; `param` is the part that it named."""

    def __init__(self, message: str, param: str = "") -> None:
        super().__init__("bad_request", message)
        self.param = param


@unchanging
class Completion:
    """A chat completion's only choice, as it came."""

    content: str
    reasoning: str | None
    refusal: str | None
    finish_reason: str | None
    usage: Mapping[str, Any] | None
    timings: Mapping[str, Any] | None = None
    """What llama.cpp says beside its usage."""


def read_body(raw: bytes, secrets: Iterable[Secret]) -> Completion:
    """The completion in a body with status 200. Raises `ModelFailure`."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise ModelFailure("malformed", _not_a_completion(raw, "no JSON", secrets)) from None
    if isinstance(body, dict) and body.get("error") and not body.get("choices"):
        # Gateways report a provider's error with status 200 and the real status inside.
        code = _error(body).get("code")
        raise failure_of(code if isinstance(code, int) else 500, {}, raw, secrets)
    try:
        choice = body["choices"][0]
        message = choice["message"]
        content = _text(message.get("content"))
        thought = message.get("reasoning_content") or message.get("reasoning")
        refusal = message.get("refusal")
        finish = choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise ModelFailure(
            "malformed", _not_a_completion(raw, "no chat completion", secrets)
        ) from None
    usage = body.get("usage")
    timings = body.get("timings")
    return Completion(
        content=content,
        reasoning=thought if isinstance(thought, str) else None,
        refusal=refusal if isinstance(refusal, str) else None,
        finish_reason=finish if isinstance(finish, str) else None,
        usage=usage if isinstance(usage, dict) else None,
        timings=timings if isinstance(timings, dict) else None,
    )


def reply_from(completion: Completion, request: Request, secrets: Iterable[Secret]) -> Reply:
    """The reply that a completion is. Raises `ModelFailure` (paid for: `usage` is set)."""
    usage = usage_of(completion, request)
    secrets = tuple(secrets)
    if completion.finish_reason == "length":
        raise _paid(
            "cut_off",
            f"the answer was cut off at {request.sampling.max_tokens} tokens; "
            "allow more with `max_tokens`",
            usage,
        )
    if completion.refusal:
        raise _paid("refused", f"the model refused: {shown(completion.refusal, secrets)}", usage)
    if completion.finish_reason == "content_filter":
        raise _paid("refused", "the provider's content filter stopped the answer", usage)
    thought, visible = split_reasoning(completion.content)
    if len(visible) > MAX_ANSWER:
        raise _paid("malformed", f"the answer is longer than {MAX_ANSWER:,} characters", usage)
    if not visible.strip():
        raise _paid("malformed", "the answer is empty", usage)
    reasoning = "\n".join(r.strip() for r in (completion.reasoning, thought) if r and r.strip())
    return Reply(
        text=redact_reply(visible, secrets),
        reasoning=redact_reply(reasoning, secrets)[:MAX_ANSWER] or None,
        usage=usage,
    )


def usage_of(completion: Completion, request: Request) -> Usage:
    """The server's count, or an estimate that is marked as one."""
    said = completion.usage or {}
    prompt, answered = _count(said.get("prompt_tokens")), _count(said.get("completion_tokens"))
    if prompt is not None and answered is not None:
        counted = {
            "calls": 1,
            "prompt_tokens": prompt,
            "completion_tokens": answered,
            "cached_tokens": min(_cached(said, completion.timings or {}), prompt),
            "estimated": 0,
        }
        return made(Usage, counted)
    text = completion.content + (completion.reasoning or "")
    return Usage(
        calls=1,
        prompt_tokens=estimate_prompt_tokens(request.messages) if prompt is None else prompt,
        completion_tokens=estimate_tokens(text) if answered is None else answered,
        estimated=1,
    )


def _cached(said: Mapping[str, Any], timings: Mapping[str, Any]) -> int:
    """Prompt tokens that the server had in its cache, by whichever name it has for them; else 0.

    OpenAI's, which vLLM, SGLang, llama.cpp and Ollama took over; DeepSeek's; Moonshot's; and that
    of llama.cpp's servers before February 2026, beside the usage.
    """
    details = said.get("prompt_tokens_details")
    names = (
        details.get("cached_tokens") if isinstance(details, dict) else None,
        said.get("prompt_cache_hit_tokens"),
        said.get("cached_tokens"),
        timings.get("cache_n"),
    )
    return next((n for n in map(_count, names) if n is not None), 0)


def failure_of(
    status: int, headers: Mapping[str, str], raw: bytes, secrets: Iterable[Secret]
) -> ModelFailure:
    """The failure that a status other than 200 is."""
    body = _loaded(raw)
    error = _error(body)
    said = _said(error, body, raw, tuple(secrets))
    message = f"the server answered {status}{': ' if said else ''}{said}"
    # llama-cpp-python answers 500 to a response format that it does not know.
    if status in _REJECTED or (status >= 500 and "response_format" in said):
        param = error.get("param")
        return Rejection(message, param if isinstance(param, str) else "")
    if status == 429 and "insufficient_quota" in (error.get("code"), error.get("type")):
        failure = ModelFailure("auth", f"{message} (waiting does not help)")
        failure.standing = True
        return failure
    failure = ModelFailure(_kind(status), message, retry_after=retry_after(headers))
    failure.standing = status in _STANDING
    return failure


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds that `Retry-After` asks to wait, given in seconds or as a date; `None` without."""
    value = next((v for k, v in headers.items() if k.lower() == "retry-after"), "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - (
                time.time() if now is None else now
            )
        except (ValueError, OverflowError, OSError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _kind(status: int) -> FailureKind:
    if status in _AUTH:
        return "auth"
    if status in _TIMEOUTS:
        return "timeout"
    if status == 429:
        return "rate_limit"
    return "server" if status >= 500 else "bad_request"


def _paid(kind: FailureKind, message: str, usage: Usage) -> ModelFailure:
    failure = ModelFailure(kind, message)
    failure.usage = usage
    return failure


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 2**53 else None


def _text(content: Any) -> str:
    """Content as text; some servers give it in parts. Raises `TypeError` for anything else."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(p["text"] for p in content if p.get("type") in ("text", "output_text"))
    raise TypeError("content")


def _loaded(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


def _error(body: Any) -> dict[str, Any]:
    """The error object, where servers of several makes put it."""
    if not isinstance(body, dict):
        return {}
    error = body.get("error")
    if isinstance(error, dict):
        return error
    return {**body, "message": error} if isinstance(error, str) else body


def _said(error: dict[str, Any], body: Any, raw: bytes, secrets: tuple[Secret, ...]) -> str:
    message = error.get("message") or error.get("detail")
    if isinstance(message, str):
        return shown(message, secrets)
    if body is not None or message is not None:
        return shown(orjson.dumps(message or body).decode(), secrets)
    return shown(raw[:20_000].decode("utf-8", "replace"), secrets)


def _not_a_completion(raw: bytes, what: str, secrets: Iterable[Secret]) -> str:
    begins = shown(raw[:20_000].decode("utf-8", "replace"), secrets, limit=80)
    return f"the server's answer is {what}" + (f"; it begins: {begins}" if begins else " but empty")
