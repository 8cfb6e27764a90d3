"""Asking the annotator outside of a course: one prompt, one view, one typed answer.

A model is named by its string, or given. What fails becomes a `ModelSetupError` that names the
model and the prompt; nothing is journalled, since no episode is under way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.retrying import Retrying
from muspsy_sim.llm.seam import A, Model, Prompt, Sampling, V
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.errors import ModelSetupError

_SAMPLING = Sampling(temperature=0.2, max_tokens=8_192)
_TIMEOUT_S = 300.0
"""A whole profile is a long answer."""


class Annotator:
    """Asks one model on behalf of one case. `name` is the model's, without secrets."""

    def __init__(self, model: Model, case: str, seed: int = 0) -> None:
        self.name = model.name
        self._ask = Asker(case, {"annotator": model}, {"annotator": _SAMPLING}, Chance(case, seed))

    async def __call__(self, prompt: Prompt[V, A], view: V, *, part: int = 0) -> A:
        """The answer to one prompt; `part` tells several calls of one case apart.

        Raises:
            ModelSetupError: the call failed for good.
        """
        try:
            return (await self._ask(prompt, view, session=0, turn=part)).answer
        except CallFailed as error:
            failure = error.failure
            raise ModelSetupError(
                f"{self.name}: {failure.prompt} failed ({failure.kind}): {failure.message}",
                hint="try again, or name another model with --model",
            ) from error


@asynccontextmanager
async def annotator(model: str | Model, case: str) -> AsyncIterator[Annotator]:
    """An annotator behind its endpoint, which is closed afterwards.

    Raises:
        ModelSetupError: the string names no model, its key is missing, or no server answers.
    """
    async with Endpoints(concurrency=4) as endpoints:
        opened = (
            open_model(model, endpoints, timeout_s=_TIMEOUT_S) if isinstance(model, str) else model
        )
        await endpoints.check()
        yield Annotator(Retrying(opened), case)
