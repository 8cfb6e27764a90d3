"""Models at our own seam, and a request to ask them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from muspsy_sim.llm.seam import CallKey, Message, ModelFailure, Reply, Request, Sampling
from muspsy_sim.records.base import Record
from muspsy_sim.records.episode import Usage


class Words(Record):
    """A view and an answer of a single text."""

    text: str = ""


REQUEST = Request(
    key=CallKey("one", 1, 2, "client.speak"),
    role="client",
    view=Words(),
    answer=Words,
    messages=(Message("user", "Hello"),),
    schema=None,
    sampling=Sampling(),
    seed=100,
    fingerprint="f",
)


@dataclass
class Scripted:
    """Answers with what the script holds next, failures raised; then with `ok` for good."""

    script: list[Reply | ModelFailure] = field(default_factory=list)
    name: str = "scripted"
    asked: list[Request] = field(default_factory=list)
    at_call: Callable[[], None] = lambda: None

    async def reply(self, request: Request) -> Reply:
        self.at_call()
        self.asked.append(request)
        outcome = self.script.pop(0) if self.script else Reply("ok", usage=used(10, 5))
        if isinstance(outcome, ModelFailure):
            raise outcome
        return outcome


def used(prompt: int, completion: int, cached: int = 0) -> Usage:
    """The usage of one call."""
    return Usage(calls=1, prompt_tokens=prompt, completion_tokens=completion, cached_tokens=cached)


def paid(failure: ModelFailure, prompt: int = 10, completion: int = 5) -> ModelFailure:
    """The same failure, of a text that was made and paid for."""
    failure.usage = used(prompt, completion)
    return failure
