"""Models that answer every prompt of a course with a canned answer of the usual length.

What they say depends on the request's seed alone, so that rivals live the same courses. Answers are
made once; the model itself costs next to nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import cache
from random import Random

import orjson

from muspsy_sim.llm.seam import Reply, Request
from muspsy_sim.records.episode import Usage

_WORDS = (
    "kitchen", "evening", "letter", "bridge", "shift", "garden", "promise", "winter", "sleep",
    "argument", "phone", "brother", "table", "weight", "breath", "road", "silence",
)  # fmt: skip
_VARIANTS = 499
_USED = Usage(calls=1, prompt_tokens=900, completion_tokens=40)


@dataclass(slots=True)
class CannedModel:
    """Answers after `latency` seconds; 0 = at once, without giving up its turn.

    With `keep` it remembers every request, for a rival that makes the same ones.
    """

    latency: float = 0.0
    keep: bool = False
    name: str = "canned"
    calls: int = 0
    exchanges: int = 0
    asked: list[Request] = field(default_factory=list)

    async def reply(self, request: Request) -> Reply:
        """A valid answer of about 25 words."""
        self.calls += 1
        self.exchanges += request.key.prompt == "client.speak"
        if self.keep:
            self.asked.append(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        return Reply(canned(request.key.prompt, request.seed % _VARIANTS), usage=_USED)


@cache
def canned(prompt: str, variant: int) -> str:
    """The answer to a prompt, as the JSON that a model would write."""
    text = " ".join(Random(variant).choices(_WORDS, k=25)).capitalize() + "."
    return orjson.dumps(_answer(prompt, text)).decode()


def _answer(prompt: str, text: str) -> dict[str, object]:
    if prompt == "appraiser.appraise":
        return {"behaviours": [], "quality": 1}
    if prompt == "counselor.plan_turn":
        return {"strategy": "question", "aim": text, "reason": text}
    if prompt == "counselor.remember":
        return {"summary": [{"text": text, "basis": "inference"}], "session_goal": text}
    if prompt == "counselor.plan_next":
        goal = {"id": "g1", "text": text, "status": "active"}
        return {"treatment": {"goals": [goal]}, "session": {"goal": text}}
    return {"text": text}
