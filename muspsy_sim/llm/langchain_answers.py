"""LangChain's message as the completion that it was: text or tool call, counts, why it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from muspsy_sim.llm.wire import Completion

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

_CUT_OFF = {"length", "max_tokens", "MAX_TOKENS"}
_STOPPED = {"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "refusal", "guardrail_intervened"}
"""What providers call an answer that their filter or the model itself stopped."""


def completion_of(message: AIMessage, tools: bool) -> Completion:
    """LangChain's message as the completion that it was."""
    about = message.response_metadata
    finish = about.get("finish_reason") or about.get("stop_reason") or about.get("done_reason")
    content = str(message.text)
    if tools and message.tool_calls:
        content = orjson.dumps(message.tool_calls[0]["args"]).decode()
    usage = message.usage_metadata
    counted: dict[str, Any] | None = None
    if usage is not None:
        details = usage.get("input_token_details") or {}
        counted = {
            "prompt_tokens": usage["input_tokens"],
            "completion_tokens": usage["output_tokens"],
            "prompt_tokens_details": {"cached_tokens": details.get("cache_read")},
        }
    refusal = message.additional_kwargs.get("refusal")
    return Completion(
        content=content,
        reasoning=_reasoning(message),
        refusal=refusal if isinstance(refusal, str) else None,
        finish_reason=_finish(finish),
        usage=counted,
    )


def _finish(said: object) -> str | None:
    """Why an answer ended, in the words of chat completions."""
    name = getattr(said, "name", said)  # Some give an enumeration's member.
    if name in _CUT_OFF:
        return "length"
    if name in _STOPPED:
        return "content_filter"
    return name if isinstance(name, str) else None


def _reasoning(message: AIMessage) -> str | None:
    """What the model thought aloud, from the blocks of providers that keep it apart."""
    blocks = message.content if isinstance(message.content, list) else []
    thoughts = [
        str(block.get("reasoning") or block.get("thinking") or "")
        for block in blocks
        if isinstance(block, dict) and block.get("type") in ("reasoning", "thinking")
    ]
    said = "\n".join(t for t in thoughts if t) or message.additional_kwargs.get("reasoning_content")
    return said if isinstance(said, str) and said else None
