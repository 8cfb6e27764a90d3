"""SMILE's way: a letter and its answer rewritten as a talk. A letter alone is answered first."""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.datasets.making.bench import Bench
from muspsy_sim.datasets.making.prompts import ANSWER, REWRITE
from muspsy_sim.datasets.making.rules import Shape
from muspsy_sim.datasets.making.scripts import session_of, written
from muspsy_sim.datasets.making.way import Way
from muspsy_sim.records.corpus import Dialogue, Document
from muspsy_sim.records.corpus_answers import ScriptLine
from muspsy_sim.records.corpus_views import AnswerView, RewriteView


@dataclass(slots=True)
class Work:
    """One talk in the making."""

    bench: Bench
    answer: str = ""
    lines: list[ScriptLine] = field(default_factory=list)


async def letter(work: Work) -> str:
    """Whether the letter came with an answer."""
    work.answer = work.bench.entry.answer.strip()
    return "answered" if work.answer else "unanswered"


async def answer(work: Work) -> None:
    """Answer the letter."""
    view = AnswerView(language=work.bench.language, question=work.bench.entry.question)
    work.answer = (await work.bench.ask(ANSWER, view)).text


async def write(work: Work) -> None:
    """Rewrite both as a talk, until it keeps the rules."""
    bench = work.bench

    async def one(why: list[str], number: int) -> list[ScriptLine]:
        view = RewriteView(
            language=bench.language,
            question=bench.entry.question,
            answer=work.answer,
            exchanges=bench.recipe.exchanges,
            broken=why,
        )
        return (await bench.ask(REWRITE, view, session=1, turn=number)).lines

    most = 2 * bench.recipe.exchanges
    work.lines = await written(
        bench, one, Shape(bench.language, opens="client", fewest=3, most=most)
    )


def finish(work: Work) -> Dialogue:
    """The talk, with letter and answer beside it. One seed is one source case: split by it."""
    entry = work.bench.entry
    return Dialogue(
        id=entry.id,
        format="smile-made",
        language=entry.language,
        source_case=entry.source_case,
        sessions=[session_of(work.lines)],
        documents=[
            Document(kind="input", text=entry.question),
            Document(kind="output", text=work.answer),
        ],
        extra={"answered_by": "source" if entry.answer.strip() else "model"},
    )


WAY = Way(
    name="smile",
    prompts=(ANSWER, REWRITE),
    nodes={"letter": letter, "answer": answer, "write": write},
    begin=Work,
    finish=finish,
    answers={"letter": frozenset({"answered", "unanswered"})},
    publishes_as="smile",
)
