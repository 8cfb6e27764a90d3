"""A model of Inspect's that answers without any network."""

from __future__ import annotations

from collections.abc import Callable

from inspect_ai.model import GenerateConfig, Model, ModelOutput, ModelUsage, get_model


def answering(say: Callable[[int], str]) -> Model:
    """A model of Inspect's that says what `say` makes of the number of the call."""
    calls = 0

    def output(*_: object) -> ModelOutput:
        nonlocal calls
        calls += 1
        made = ModelOutput.from_content("mockllm/model", say(calls))
        # Without a usage, the mock counts tokens with a vocabulary that it would download.
        made.usage = ModelUsage(input_tokens=20, output_tokens=10, total_tokens=30)
        return made

    return get_model("mockllm/model", memoize=False, config=GenerateConfig(), custom_outputs=output)
