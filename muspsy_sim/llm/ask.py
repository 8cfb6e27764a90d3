"""Asking: one named prompt, one view, one typed answer, or one typed failure.

An answer that does not validate gets one repair try that quotes the error and spells out the
schema, since some servers take a schema and ignore it. What a model thinks aloud is kept apart as
private reasoning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, cast

from muspsy_sim.llm.answer_formats import in_words
from muspsy_sim.llm.kept_text import KeptText
from muspsy_sim.llm.parsing import AnswerError, parse_answer, split_reasoning
from muspsy_sim.llm.prompting import fingerprint, request_for
from muspsy_sim.llm.seam import (
    A,
    CallKey,
    Message,
    Model,
    ModelFailure,
    Prompt,
    Request,
    Role,
    Sampling,
    V,
)
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import Failure, Usage
from muspsy_sim.records.values import unchanging

_REPAIR = "Your last answer could not be used: {error}\n\n{ask}"
_REPAIR_PLAIN = "Your last answer was empty or too long. Answer again, with your reply alone."


class CallFailed(Exception):
    """A call that failed for good. It ends the episode with the reason `model_error`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.prompt} failed ({failure.kind}): {failure.message}")
        self.failure = failure


@unchanging
class Answered(Generic[A]):
    """A typed answer, the reasoning behind it (private), and what it cost."""

    answer: A
    reasoning: str | None
    usage: Usage


@dataclass(slots=True)
class Asker:
    """Asks on behalf of one episode. `models` are wrapped already: retried, counted, journalled."""

    episode: str
    models: Mapping[Role, Model]
    samplings: Mapping[Role, Sampling]
    chance: Chance
    kept: KeptText = field(default_factory=KeptText, repr=False)
    """What of its prompts was rendered before."""

    async def __call__(
        self, prompt: Prompt[V, A], view: V, *, session: int, turn: int = 0
    ) -> Answered[A]:
        """Ask one prompt. Raises `CallFailed`; lets budget and journal errors pass."""
        key = CallKey(self.episode, session, turn, prompt.name)
        request = request_for(
            prompt,
            view,
            key,
            self.samplings[prompt.role],
            # 31 bits: servers take seeds as 32-bit signed integers.
            self.chance.integer(session, turn, prompt.name) & 0x7FFFFFFF,
            self.kept,
        )
        model = self.models[prompt.role]
        spent: Usage | None = None
        for last_try in (False, True):
            try:
                reply = await model.reply(request)
            except ModelFailure as failure:
                raise self._failed(request, failure.kind, failure.message) from failure
            spent = reply.usage if spent is None else spent + reply.usage
            thought, visible = split_reasoning(reply.text)
            try:
                answer = cast(A, parse_answer(visible, prompt.answer, prompt.plain))
            except AnswerError as error:
                if last_try:
                    raise self._failed(request, "malformed", str(error)) from error
                request = _repair(prompt, request, visible, str(error))
                continue
            reasoning = None
            if reply.reasoning or thought:
                reasoning = "\n".join(r for r in (reply.reasoning, thought) if r)
            return Answered(answer, reasoning, spent)
        raise AssertionError("the loop returns or raises")

    def _failed(self, request: Request, kind: str, message: str) -> CallFailed:
        key = request.key
        return CallFailed(
            Failure(
                prompt=key.prompt,
                session=key.session,
                turn=key.turn,
                kind=kind,
                message=message,
            )
        )


def _repair(prompt: Prompt[V, A], request: Request, said: str, error: str) -> Request:
    """The request that quotes what was wrong. The fingerprint follows the messages."""
    ask = _REPAIR_PLAIN
    if request.schema is not None:
        ask = _REPAIR.format(error=error, ask=in_words(request.schema))
    extra = (Message("assistant", said[:2000] or "(empty)"), Message("user", ask))
    return request.again(
        *extra,
        fingerprint=fingerprint(
            (*request.messages, *extra), prompt, request.sampling, request.seed
        ),
    )
