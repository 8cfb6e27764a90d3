"""One judge over one transcript: every unit of every instrument asked, every answer a score.

A call that fails for good becomes scores without values that say why; nothing else is lost by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.judging.prompts import rating_with
from muspsy_sim.evaluation.judging.units import Unit, units
from muspsy_sim.evaluation.judging.verdicts import Said, scores_of, unscored
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.scores import Score


@dataclass(slots=True)
class Judged:
    """What one judge said of one transcript."""

    scores: list[Score] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)


async def judge_transcript(
    asker: Asker,
    judge: str,
    wanted: Sequence[tuple[Instrument, float]],
    transcript: Transcript,
) -> Judged:
    """Ask a judge about every unit of each instrument; a share of them, in [0, 1], twice.

    Which are asked twice is drawn by client, seed and session, never by arm. Scores come in the
    order of instruments, units and items.
    """
    done = Judged()
    asked: list[tuple[Instrument, Unit, int]] = []
    for instrument, share in wanted:
        for unit in units(instrument, transcript):
            asked.append((instrument, unit, 0))
            if unit.view is not None and _repeated(asker, instrument, unit, share):
                asked.append((instrument, unit, 1))
    said = Said(transcript.sessions)

    async def one(instrument: Instrument, unit: Unit, repeat: int) -> list[Score]:
        if unit.view is None:
            return [
                unscored(instrument, unit.session, item, "not_applicable", unit.why_not, judge)
                for item in instrument.items
            ]
        try:
            answered = await asker(
                rating_with(instrument), unit.view, session=unit.session or 0, turn=repeat
            )
        except CallFailed as failed:
            why = f"{failed.failure.kind}: {failed.failure.message}"
            return [
                unscored(instrument, unit.session, item, "failed", why, judge, repeat)
                for item in instrument.items
            ]
        done.usage = done.usage + answered.usage
        return scores_of(instrument, unit.session, answered.answer, said, judge, repeat)

    for scores in await asyncio.gather(*(one(*each) for each in asked)):
        done.scores += scores
    return done


def _repeated(asker: Asker, instrument: Instrument, unit: Unit, share: float) -> bool:
    purpose = f"judge/repeat/{instrument.id}"
    return share > 0.0 and asker.chance.uniform(unit.session or 0, 0, purpose) < share
