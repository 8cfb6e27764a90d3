"""Conversations, and an engine that writes answers to them, for this suite's tests."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from muspsy_sim.llm.local.calls import Call, Written
from muspsy_sim.llm.local.engine import Engine

WORDS = [
    "the",
    "room",
    "is",
    "quiet",
    "and",
    "she",
    "waits",
    "for",
    "him",
    "to",
    "say",
    "what",
    "he",
    "came",
    "to",
    "say",
]


def conversation(n: int) -> list[dict[str, str]]:
    """One of many conversations, of different lengths."""
    said = " ".join(WORDS[(n * 7 + k) % len(WORDS)] for k in range(3 + 11 * n % 90))
    return [{"role": "system", "content": "Be brief."}, {"role": "user", "content": said}]


def write(
    engine: Engine,
    prompts: Sequence[list[int]],
    *,
    owners: Sequence[str] = (),
    schema: str | None = None,
    max_tokens: int = 40,
    temperature: float = 1.0,
) -> list[Written]:
    """All of them at once, in order."""
    outcomes: list[Written | BaseException | None] = [None] * len(prompts)
    left = threading.Semaphore(0)

    def done_at(n: int) -> Any:
        def done(outcome: Written | BaseException) -> None:
            outcomes[n] = outcome
            left.release()

        return done

    for n, ids in enumerate(prompts):
        owner = owners[n] if owners else f"e{n}/speak"
        engine.submit(Call(ids, max_tokens, temperature, 0.95, 1000 + n, owner, schema, done_at(n)))
    for _ in prompts:
        assert left.acquire(timeout=60)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Written)]
