"""What is asked as a prompt's tokens, by the model's own chat template and within its context."""

from __future__ import annotations

from muspsy_sim.llm.local.calls import Asked
from muspsy_sim.llm.local.loading import Loaded
from muspsy_sim.llm.redaction import shown


class PromptRefused(ValueError):
    """The template or the context does not take it."""


def prompt_of(loaded: Loaded, asked: Asked) -> list[int]:
    """The prompt's tokens. Raises `PromptRefused`."""
    try:
        ids = loaded.prompt(asked.messages)
    except Exception:  # noqa: BLE001 - a template raises what it likes
        # Templates that know no system message raise; it then goes before what the other says.
        try:
            ids = loaded.prompt(_folded(asked.messages))
        except Exception as error:  # noqa: BLE001
            raise PromptRefused(
                f"its chat template refuses the conversation: {shown(str(error))}"
            ) from None
    if not ids:
        raise PromptRefused("its chat template makes nothing of the conversation")
    if max(ids) >= loaded.known:
        # On a card it would be an error that no later call survives.
        raise PromptRefused(
            f"its tokenizer has tokens that the model does not know (of {loaded.known:,})"
        )
    room = loaded.context - asked.max_tokens
    if len(ids) > room:
        raise PromptRefused(
            f"the prompt has {len(ids):,} tokens, and with {asked.max_tokens:,} for the answer the "
            f"model takes {max(0, room):,}"
        )
    return ids


def _folded(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """The conversation with its system message put before the first of the user's."""
    system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
    said = [dict(m) for m in messages if m["role"] != "system"]
    if said and said[0]["role"] == "user":
        said[0]["content"] = f"{system}\n\n{said[0]['content']}"
        return said
    return [{"role": "user", "content": system}, *said]
