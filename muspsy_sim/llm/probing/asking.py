"""How a model is asked while it is probed: patiently, counted, and with answers of a few forms."""

from __future__ import annotations

import time
from typing import Annotated, Final, Literal

from pydantic import Field

from muspsy_sim.llm.prompting import answer_schema
from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import (
    CallKey,
    Message,
    Model,
    ModelFailure,
    Reply,
    Request,
    Sampling,
)
from muspsy_sim.records.answers import PlainReply
from muspsy_sim.records.base import Record

PATIENT: Final = RetryPolicy(attempts=4, first_wait_s=1.0, longest_wait_s=5.0, patience_s=30.0)
"""Enough for a moment's rate limit or a worker that is started again; somebody waits for it."""

CHATTER: Final = Sampling(temperature=1.0, top_p=1.0, max_tokens=400)


class ProbeView(Record):
    """A view of nothing: a probe is about nobody."""


class ProbeHeld(Record):
    """A small answer with an enumeration, a range and a list: what schemas of the project hold."""

    colour: Literal["vermilion", "ochre"]
    count: int = Field(ge=0, le=3)
    words: list[str] = Field(max_length=2)


class ProbeAnswer(ProbeHeld):
    """The same as it is asked for: with short words, so that a grammar comes to an end.

    The lengths of texts are not sent in strict mode, and no answer is judged by them.
    """

    words: list[Annotated[str, Field(max_length=12)]] = Field(max_length=2)


class ProbeShape(Record):
    """The same without what only some grammars can hold to: values and lengths."""

    colour: str
    count: int
    words: list[str]


class _Once:
    """A model whose every attempt is counted and timed, and asked again for nothing it made.

    A text that is at fault would be made anew under another seed, and a probe compares seeds.
    """

    def __init__(self, inner: Model) -> None:
        self._inner = inner
        self.name = inner.name
        self.calls = 0
        self.seconds = 0.0

    async def reply(self, request: Request) -> Reply:
        """One attempt. Raises `ModelFailure`."""
        self.calls += 1
        began = time.perf_counter()
        try:
            return await self._inner.reply(request)
        except ModelFailure as failure:
            if failure.usage.calls:
                failure.again = False
            raise
        finally:
            self.seconds = time.perf_counter() - began


class Asker:
    """Asks and counts. A failure is a finding here, not an end.

    Where no further call can be answered, or not soon, nothing more is asked: each later call has
    the same failure at once.
    """

    def __init__(self, model: Model, policy: RetryPolicy) -> None:
        self._once = _Once(model)
        self._patient = Retrying(self._once, policy)
        self._policy = policy
        self._over: ModelFailure | None = None
        self.replies: list[Reply] = []

    @property
    def name(self) -> str:
        """The model's name."""
        return self._once.name

    @property
    def calls(self) -> int:
        """Attempts so far."""
        return self._once.calls

    @property
    def seconds(self) -> float:
        """What the last attempt took, waits before it not counted."""
        return self._once.seconds

    async def __call__(
        self,
        *messages: Message,
        answer: type[Record] = PlainReply,
        sampling: Sampling = CHATTER,
        seed: int = 7,
    ) -> Reply | ModelFailure:
        """Ask until it is answered, or for as long as it may help."""
        if self._over is not None:
            return self._over
        number = self.calls + 1
        request = Request(
            key=CallKey("probe", 0, number, "probe"),
            role="counselor",
            view=ProbeView(),
            answer=answer,
            messages=messages,
            schema=None if answer is PlainReply else answer_schema(answer),
            sampling=sampling,
            seed=seed,
            fingerprint=f"probe-{number}",
        )
        try:
            reply = await self._patient.reply(request)
        except ModelFailure as failure:
            if failure.standing or (failure.retry_after or 0.0) > self._policy.patience_s:
                self._over = failure
            return failure
        self.replies.append(reply)
        return reply


def no_answer(said: Reply | ModelFailure) -> ModelFailure | None:
    """The failure of a call that says nothing about the model, since it was not answered at all."""
    if isinstance(said, Reply) or said.usage.calls:
        return None
    return said if said.retryable or said.standing else None
