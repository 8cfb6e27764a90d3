"""`muspsy bench local`: many episodes over one checkpoint, beside one episode at a time.

The checkpoint is a small random model made for the purpose; MUSPSY_LOCAL_DEVICE says where it runs.
The counselor's turns come from it, as a `bare` counselor's, the client's from `offline`. The same
episodes are lived one after the other and all at once, by the same engine. Answers in schema are
asked for apart, and every one is held to its schema.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.parsing import AnswerError, parse_answer
from muspsy_sim.llm.prompting import answer_schema
from muspsy_sim.llm.seam import CallKey, Message, ModelFailure, Request, Sampling
from muspsy_sim.records.answers import AppraisalAnswer, NoteAnswer, Speech
from muspsy_sim.records.base import Record
from muspsy_sim.records.errors import RunError
from muspsy_sim.report.bench.catalogue import Measured
from muspsy_sim.report.bench.figures import Figure, Size
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import episodes

FASTER = 5.0
"""32 episodes at once over one at a time, in exchanges a second of the wall."""

_SCHEMAS: tuple[type[Record], ...] = (Speech, AppraisalAnswer, NoteAnswer)


@dataclass(frozen=True, slots=True)
class _Lived:
    exchanges: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.exchanges / self.seconds


class _Nothing(Record):
    """A view of nothing."""


def measure(size: Size) -> Measured:
    """The figures. Raises `ModelSetupError` where torch, transformers or xgrammar is missing."""
    from muspsy_sim.llm.local.devices import place
    from muspsy_sim.llm.local.loading import check_installed
    from muspsy_sim.llm.local.small import save
    from muspsy_sim.llm.local.writer import close_writers

    check_installed("bench local")
    import os

    import torch

    device, dtype = place(os.environ)
    width, layers = (64, 2) if size == "quick" else (128, 2)
    many, exchanges = (8, 2) if size == "quick" else (32, 4)
    try:
        with tempfile.TemporaryDirectory(prefix="muspsy-bench-") as room:
            folder = Path(room)
            save(folder / "model", width, layers)
            return asyncio.run(
                _measured(folder, many, exchanges, f"{device}, {dtype}", torch.get_num_threads())
            )
    finally:
        close_writers()


async def _measured(room: Path, many: int, exchanges: int, where: str, threads: int) -> Measured:
    name = f"hf:{room / 'model'}"
    await _lived(room / "warm", name, 1, 1, 1)
    alone = await _lived(room / "alone", name, max(2, many // 8), 1, exchanges)
    together = await _lived(room / "together", name, many, many, exchanges)
    whole, asked = await _in_schema(name, many)
    figures = [
        Figure(
            name=f"{many} episodes at once over one at a time",
            value=round(together.rate / alone.rate, 2),
            unit="x the exchanges a second",
            at_least=FASTER,
        ),
        Figure(
            name=f"exchanges, {many} episodes at once",
            value=round(together.rate, 1),
            unit="a second of the wall",
        ),
        Figure(
            name="exchanges, one episode at a time",
            value=round(alone.rate, 1),
            unit="a second of the wall",
        ),
        Figure(
            name="answers that fit their schema",
            value=round(whole / asked, 4),
            unit="of those asked for",
            at_least=1.0,
            note=f"{asked}, of a random model",
        ),
    ]
    return figures, [f"{where}, {threads} threads; a random Llama made here"]


async def _lived(folder: Path, name: str, courses: int, at_once: int, exchanges: int) -> _Lived:
    recipe = Recipe.model_validate(
        {
            "personas": ["en-gordon-pell"],
            "arms": ["bare"],
            "seeds": list(range(courses)),
            "sessions": 1,
            "exchanges": exchanges,
            "follow_up_weeks": 0,
            "models": {"default": "offline", "counselor": name},
            "sampling": {"counselor": {"max_tokens": 64}},
            "concurrency": at_once,
            "limits": {"first_wait_s": 0.0, "attempts": 10},
        }
    )
    began = time.perf_counter()
    outcome = await run(plan_run(recipe), folder)
    seconds = time.perf_counter() - began
    turns = sum(
        turn.speaker == "counselor"
        for episode in episodes(outcome.run)
        for session in episode.sessions
        for turn in session.turns
    )
    if not turns:
        raise RunError("the benchmark's model gave no answer", hint="report it with the command")
    return _Lived(turns, seconds)


async def _in_schema(name: str, many: int) -> tuple[int, int]:
    """Answers that fit, and answers asked for."""
    async with Endpoints(concurrency=many) as endpoints:
        model = open_model(name, endpoints, timeout_s=600.0)

        async def one(n: int) -> bool:
            answer = _SCHEMAS[n % len(_SCHEMAS)]
            request = Request(
                key=CallKey(f"bench-{n}", 1, 1, "bench"),
                role="client",
                view=_Nothing(),
                answer=answer,
                messages=(Message("system", "Answer."), Message("user", f"Question {n}.")),
                schema=answer_schema(answer),
                sampling=Sampling(temperature=1.0, max_tokens=400),
                seed=n,
                fingerprint=str(n),
            )
            try:
                parse_answer((await model.reply(request)).text, answer)
            except (ModelFailure, AnswerError):
                return False
            return True

        fits = await asyncio.gather(*(one(n) for n in range(3 * many)))
    return sum(fits), len(fits)
