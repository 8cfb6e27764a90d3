"""CPsyCoun's way, Memo2Demo: a report becomes a counselor's note, the note a dialogue in stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from muspsy_sim.datasets.making.bench import Bench
from muspsy_sim.datasets.making.prompts import NOTE, STAGED
from muspsy_sim.datasets.making.record import given
from muspsy_sim.datasets.making.rules import Shape
from muspsy_sim.datasets.making.scripts import written
from muspsy_sim.datasets.making.way import Way
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document, Utterance
from muspsy_sim.records.corpus_answers import CounselorNote, ScriptLine, StagedLine
from muspsy_sim.records.corpus_views import CaseNoteView, StagedView

_ORDER = ("reception", "diagnosis", "consultation", "consolidation")


@dataclass(slots=True)
class Work:
    """One dialogue in the making."""

    bench: Bench
    note: CounselorNote | None = None
    lines: list[StagedLine] = field(default_factory=list)


async def note(work: Work) -> None:
    """First phase: the report as the counselor's note."""
    view = CaseNoteView(language=work.bench.language, report=work.bench.entry.report)
    work.note = await work.bench.ask(NOTE, view)


async def write(work: Work) -> None:
    """Second phase: note and report as a dialogue in four stages, until it keeps the rules."""
    bench = work.bench
    how = bench.recipe.cpsycoun
    case_note = given(work.note)
    staged: list[StagedLine] = []

    async def one(why: list[str], number: int) -> Sequence[ScriptLine]:
        view = StagedView(
            language=bench.language,
            report=bench.entry.report,
            note=case_note,
            fewest=how.fewest,
            most=how.most,
            broken=why,
        )
        staged[:] = (await bench.ask(STAGED, view, session=1, turn=number)).lines
        return staged

    shape = Shape(bench.language, fewest=how.fewest, most=how.most)
    await written(bench, one, shape, more=lambda _: stages_broken(staged))
    work.lines = staged


def stages_broken(lines: Sequence[StagedLine]) -> list[str]:
    """What is wrong with the stages: all four, in order, none gone back to."""
    places = [_ORDER.index(line.stage) for line in lines]
    why = []
    if any(two < one for one, two in pairwise(places)):
        why.append("a stage is gone back to")
    missing = [name for n, name in enumerate(_ORDER) if n not in places]
    return why + [f"the stage {name} is missing" for name in missing]


def finish(work: Work) -> Dialogue:
    """The dialogue, each turn with its stage; report and note beside it."""
    entry, said = work.bench.entry, given(work.note)
    paper = "\n".join(
        f"{name}: {getattr(said, name)}" for name in ("situation", "problem", "plan", "reflection")
    )
    return Dialogue(
        id=entry.id,
        format="cpsycoun-made",
        language=entry.language,
        source_case=entry.source_case,
        sessions=[
            CorpusSession(
                number=1,
                utterances=[
                    Utterance(speaker=n.speaker, text=n.text, extra={"stage": n.stage})
                    for n in work.lines
                ],
            )
        ],
        documents=[
            Document(kind="case_report", text=entry.report),
            Document(kind="note", text=paper),
        ],
    )


WAY = Way(
    name="cpsycoun",
    prompts=(NOTE, STAGED),
    nodes={"note": note, "write": write},
    begin=Work,
    finish=finish,
    publishes_as="cpsycound",
)
