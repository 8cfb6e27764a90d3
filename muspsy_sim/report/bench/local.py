"""`muspsy bench local`: many episodes over one checkpoint, beside one episode at a time.

The checkpoints are random models made for the purpose, the first as small as that of the tests,
which speak in whole words; MUSPSY_LOCAL_DEVICE says where they run. The counselor's turns come from
them, as a `bare` counselor's, the client's from `offline`. Episodes are lived one after the other
and many at once, by the same engine, by turns. Answers in schema are asked of a model that says
anything, and every one is held to its schema.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.parsing import AnswerError, parse_answer
from muspsy_sim.llm.prompting import answer_schema
from muspsy_sim.llm.seam import CallKey, Message, ModelFailure, Request, Sampling
from muspsy_sim.records.answers import AppraisalAnswer, NoteAnswer, Speech
from muspsy_sim.records.base import Record
from muspsy_sim.report.bench.catalogue import Measured
from muspsy_sim.report.bench.figures import Figure, Size
from muspsy_sim.report.bench.local_lives import Beside, lived_by_turns

FASTER: dict[Size, float] = {"full": 5.0, "quick": 2.5}
"""Many episodes at once over one at a time, in exchanges a second of the wall: 32, or 16 for a
moment, of which the first and last exchanges have little company."""

_SCHEMAS: tuple[type[Record], ...] = (Speech, AppraisalAnswer, NoteAnswer)


@dataclass(frozen=True, slots=True)
class _Model:
    """A random Llama. `length`: tokens of an answer, about; `rounds`: how often it is measured."""

    about: str
    width: int
    layers: int
    length: int
    rounds: int


_SENTENCES = _Model("answers of some sentences", 64, 2, 40, 3)
_WORDS = _Model("answers of some words", 64, 2, 10, 1)
_WIDER = _Model("40 times the weights", 512, 4, 40, 1)


class _Nothing(Record):
    """A view of nothing."""


def measure(size: Size) -> Measured:
    """The figures. Raises `ModelSetupError` where torch, transformers or xgrammar is missing."""
    from muspsy_sim.llm.local.loading import check_installed
    from muspsy_sim.llm.local.small import save
    from muspsy_sim.llm.local.writer import close_writers

    check_installed("bench local")
    full = size == "full"
    many, exchanges = (32, 16) if full else (16, 4)
    figures: list[Figure] = []
    lines: list[str] = []
    try:
        with tempfile.TemporaryDirectory(prefix="muspsy-bench-") as room:
            folder = Path(room)
            for n, model in enumerate((_SENTENCES, _WORDS, _WIDER) if full else (_SENTENCES,)):
                save(folder / f"m{n}", model.width, model.layers, model.length, words=True)
                name = f"hf:{folder / f'm{n}'}"
                beside = asyncio.run(
                    lived_by_turns(folder / f"r{n}", name, many, exchanges, model.rounds)
                )
                figures += _figures(model, many, beside, limit=None if n else FASTER[size])
                lines.append(f"{model.about}: {beside.told}")
                if not n:
                    lines.insert(0, beside.where)
            name = f"hf:{save(folder / 'any')}"
            figures.append(_in_schema(*asyncio.run(_answered(name, many))))
    finally:
        close_writers()
    return figures, lines


def _figures(model: _Model, many: int, beside: Beside, limit: float | None) -> list[Figure]:
    """The first model's, which has a limit, say more."""
    rates = [
        Figure(
            name=f"{many} episodes at once over one at a time, {model.about}",
            value=round(beside.faster, 2),
            unit="x the exchanges a second",
            at_least=limit,
            note=f"the middle of {model.rounds}" if model.rounds > 1 else "",
        )
    ]
    if limit is not None:
        rates += [
            Figure(
                name="the same, by the seconds of the processor that its process takes",
                value=round(beside.less_work, 2),
                unit="x",
            ),
            Figure(
                name=f"exchanges, {many} episodes at once",
                value=round(beside.together, 1),
                unit="a second of the wall",
            ),
            Figure(
                name="exchanges, one episode at a time",
                value=round(beside.alone, 1),
                unit="a second of the wall",
            ),
        ]
    return rates


def _in_schema(whole: int, asked: int) -> Figure:
    return Figure(
        name="answers that fit their schema",
        value=round(whole / asked, 4),
        unit="of those asked for",
        at_least=1.0,
        note=f"{asked}, of a random model",
    )


async def _answered(name: str, many: int) -> tuple[int, int]:
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
