"""CACTUS's way: intake form -> technique and plan -> a whole session at once, by attitude."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from muspsy_sim.datasets.making.bench import Bench
from muspsy_sim.datasets.making.prompts import TECHNIQUE, WHOLE
from muspsy_sim.datasets.making.record import given
from muspsy_sim.datasets.making.rules import Shape
from muspsy_sim.datasets.making.scripts import session_of, written
from muspsy_sim.datasets.making.sheets import sheet_of
from muspsy_sim.datasets.making.way import Way
from muspsy_sim.records.corpus import Dialogue, Document
from muspsy_sim.records.corpus_answers import ScriptLine, TechniqueAnswer
from muspsy_sim.records.corpus_views import Attitude, Sheet, TechniqueView, WholeView
from muspsy_sim.records.sheet_text import form_text


@dataclass(slots=True)
class Work:
    """One session in the making."""

    bench: Bench
    form: Sheet
    attitude: Attitude
    planned: TechniqueAnswer | None = None
    lines: list[ScriptLine] | None = None


def begin(bench: Bench) -> Work:
    """The client's form. The entry holds a persona."""
    profile = given(bench.entry.profile)
    return Work(bench, sheet_of(profile), cast(Attitude, bench.entry.attitude))


async def plan(work: Work) -> None:
    """Choose a technique, and plan the session round it."""
    view = TechniqueView(language=work.bench.language, form=work.form)
    work.planned = await work.bench.ask(TECHNIQUE, view)


async def write(work: Work) -> None:
    """Write the session at once, until it keeps the rules."""
    bench, planned = work.bench, given(work.planned)

    async def one(why: list[str], number: int) -> list[ScriptLine]:
        view = WholeView(
            language=bench.language,
            form=work.form,
            attitude=work.attitude,
            patterns=planned.patterns,
            technique=planned.technique,
            plan=planned.plan,
            exchanges=bench.recipe.exchanges,
            broken=why,
        )
        return (await bench.ask(WHOLE, view, session=1, turn=number)).lines

    most = 2 * bench.recipe.exchanges
    work.lines = await written(bench, one, Shape(bench.language, fewest=4, most=most))


def finish(work: Work) -> Dialogue:
    """The session with form, technique and plan beside it."""
    entry, planned, lines = work.bench.entry, given(work.planned), given(work.lines)
    return Dialogue(
        id=entry.id,
        format="cactus-made",
        language=entry.language,
        source_case=entry.source_case,
        sessions=[session_of(lines)],
        documents=[
            Document(kind="intake_form", text=form_text(work.form)),
            Document(kind="technique", text=planned.technique),
            Document(kind="plan", text="\n".join(planned.plan)),
        ],
        extra={"attitude": work.attitude, "patterns": [*planned.patterns]},
    )


WAY = Way(
    name="cactus",
    prompts=(TECHNIQUE, WHOLE),
    nodes={"plan": plan, "write": write},
    begin=begin,
    finish=finish,
    publishes_as="cactus-corpus",
)
