"""Requests to try models with, of answers that bring every part of a schema that the project uses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import Field

from muspsy_sim.llm.prompting import answer_schema
from muspsy_sim.llm.seam import CallKey, Message, Request, Sampling
from muspsy_sim.records.answers import PlainReply, Speech
from muspsy_sim.records.base import Record


class NoView(Record):
    """A view of nothing."""


class Small(Record):
    """A small answer."""

    text: str = Field(min_length=1)


def request_for(answer: type[Record] = Speech, **changes: Any) -> Request:
    """A request for an answer, the text before it being the same for all."""
    messages = (
        Message("system", "You are a client in counseling."),
        Message("user", "<dialogue>\n[s1t1] Counselor: What brings you here today?\n</dialogue>"),
    )
    request = Request(
        key=CallKey("one", 1, 2, "client.speak"),
        role="client",
        view=NoView(),
        answer=answer,
        messages=messages,
        schema=None if answer is PlainReply else answer_schema(answer),
        sampling=Sampling(temperature=0.6, top_p=0.9, max_tokens=300),
        seed=12345,
        fingerprint="f",
    )
    return replace(request, **changes)
