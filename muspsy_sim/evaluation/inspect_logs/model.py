"""A model that Inspect can reach, behind our seam: its settings, limits, retries and log are kept.

Importing this needs Inspect AI.
"""

from __future__ import annotations

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
)

from muspsy_sim.llm.answer_formats import in_words
from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.llm.tokens import estimate_prompt_tokens, estimate_tokens
from muspsy_sim.records.episode import Usage

INSPECT = "inspect:"
"""How a model of Inspect's is named where a model string stands."""

_KINDS = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}


class InspectModel:
    """One of Inspect's models in a role. `raised` is what it raised, for Inspect to deal with."""

    def __init__(self, model: Model, config: GenerateConfig | None = None) -> None:
        self._model = model
        self._config = config or GenerateConfig()
        self.name = f"{INSPECT}{model}"
        self.raised: Exception | None = None

    async def reply(self, request: Request) -> Reply:
        """The model's reply. What it raises is a failure that is not tried again: Inspect has."""
        try:
            output = await self._model.generate(_messages(request), config=self._config)
        except Exception as error:
            self.raised = error
            raise ModelFailure(
                "bad_request", f"{self.name} raised {type(error).__name__}"
            ) from error
        if output.error:
            raise ModelFailure("server", output.error)
        if output.stop_reason == "content_filter":
            raise ModelFailure("refused", "the provider's content filter stopped the answer")
        if output.stop_reason in ("max_tokens", "model_length"):
            raise ModelFailure("cut_off", "the answer was cut off at its length")
        text = output.completion
        return Reply(text, reasoning=_reasoning(output), usage=_usage(request, output, text))


def _messages(request: Request) -> list[ChatMessage]:
    """The request as chat messages; where an answer has a schema, the last one spells it out."""
    said = [(message.role, message.content) for message in request.messages]
    if request.schema is not None:
        asked = in_words(request.schema)
        if said and asked in said[-1][1]:
            pass  # a repair holds it already
        elif said and said[-1][0] == "user":
            said[-1] = ("user", f"{said[-1][1]}\n\n{asked}")
        else:
            said.append(("user", asked))
    return [_KINDS[role](content=content) for role, content in said]


def _reasoning(output: ModelOutput) -> str | None:
    content = output.choices[0].message.content if output.choices else ""
    if isinstance(content, str):
        return None
    thought = [part.reasoning for part in content if part.type == "reasoning"]
    return "\n".join(thought) or None


def _usage(request: Request, output: ModelOutput, text: str) -> Usage:
    used = output.usage
    if used is None:
        return Usage(
            calls=1,
            prompt_tokens=estimate_prompt_tokens(request.messages),
            completion_tokens=estimate_tokens(text),
            estimated=1,
        )
    cached = used.input_tokens_cache_read or 0
    return Usage(
        calls=1,
        prompt_tokens=used.input_tokens + cached + (used.input_tokens_cache_write or 0),
        completion_tokens=used.output_tokens,
        cached_tokens=cached,
    )
