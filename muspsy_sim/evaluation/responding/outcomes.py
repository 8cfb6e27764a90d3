"""What came of one case: the reply or why there is none, and what judges made of it."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from muspsy_sim.evaluation.responding.cases import ReplyCase
from muspsy_sim.records.base import Record
from muspsy_sim.records.scores import Score


class ReplyOutcome(Record):
    """A case with a model's reply, or the reason that there is none."""

    case: ReplyCase
    reply: str | None = None
    failure: str | None = Field(default=None, description="kind and message of the failed call")
    scores: list[Score] = Field(default_factory=list)

    @model_validator(mode="after")
    def _a_reply_or_its_reason(self) -> Self:
        if (self.reply is None) == (self.failure is None):
            raise ValueError("an outcome is a reply, or the reason that there is none")
        return self
