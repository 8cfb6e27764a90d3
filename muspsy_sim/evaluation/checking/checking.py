"""`muspsy judge-check`: good courses, spoiled ones made of them, and one judge over both.

A judge is asked about a spoiled session only where what it would see differs from the good one;
where it is the same, so is the judgment. Journalled by course, so a stopped check goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from random import Random

from muspsy_sim.evaluation.checking.outcome import (
    InstrumentCheck,
    JudgeCheck,
    KindShare,
    share_of,
    unseen,
    verdict_on,
)
from muspsy_sim.evaluation.checking.ranking import Scores, goodness, sign_of
from muspsy_sim.evaluation.instruments.loading import instrument_hash
from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.evaluation.judging.asked import JUDGE_TOKENS
from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.judging.headers import header_of
from muspsy_sim.evaluation.judging.prompts import RATE, rating_with
from muspsy_sim.evaluation.judging.scores_store import slug
from muspsy_sim.evaluation.judging.units import Unit, units
from muspsy_sim.evaluation.judging.verdicts import Said, scores_of
from muspsy_sim.evaluation.spoiling.kinds import Course, Spoiler
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.llm.counting import Counted, UsageCount
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal import Journal, Journalled
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.prompting import digest
from muspsy_sim.llm.retrying import Retrying
from muspsy_sim.llm.seam import Model, Sampling
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.judging import JudgeView
from muspsy_sim.records.scores import Score
from muspsy_sim.runs.together import first_cause


@dataclass(slots=True)
class CheckProgress:
    """Where a check stands."""

    courses: int
    done: int = 0
    failed: int = 0
    count: UsageCount = field(default_factory=UsageCount)


@dataclass(frozen=True, slots=True)
class Check:
    """What is to be checked, with what."""

    judge: str
    instruments: Sequence[Instrument]
    kinds: Sequence[Spoiler]
    courses: Sequence[Course]
    made_by: Sequence[str]
    journals: Path
    concurrency: int = 4
    model: Model | None = None
    """The judge itself, where it is not opened by its name."""


def lowers(instrument: Instrument, kinds: Sequence[Spoiler]) -> list[Spoiler]:
    """The kinds that must make an instrument worse."""
    return [k for k in kinds if k.name in instrument.must_lower or instrument.id in k.lowers]


def leaves(instrument: Instrument, kinds: Sequence[Spoiler]) -> list[Spoiler]:
    """The kinds that must leave an instrument alone."""
    return [k for k in kinds if k.name in instrument.must_not_touch or instrument.id in k.leaves]


async def check_judge(check: Check, progress: CheckProgress) -> JudgeCheck:
    """Check one judge.

    Raises `ModelSetupError` for a judge that cannot be opened, `JournalError` for a journal of
    another check.
    """
    waiting = iter(check.courses)
    signs: dict[tuple[str, str], list[tuple[str, int | None]]] = {}
    async with AsyncExitStack() as stack:
        endpoints = await stack.enter_async_context(Endpoints())
        sync = await stack.enter_async_context(GroupSync())
        model = check.model or open_model(parse_model(check.judge), endpoints)
        await endpoints.check()

        async def worker() -> None:
            for course in waiting:
                found = await _one(check, course, model, sync, progress)
                for key, sign in found.items():
                    signs.setdefault(key, []).append((course.source_case, sign))
                progress.done += 1

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(check.concurrency):
                    group.create_task(worker())
        except BaseExceptionGroup as many:
            raise first_cause(many) from many
    return JudgeCheck(
        judge=parse_model(check.judge).name if check.model is None else check.judge,
        courses=len(check.courses),
        source_cases=len({course.source_case for course in check.courses}),
        made_by=sorted(check.made_by),
        calls=progress.count.attempts,
        failed=progress.failed,
        instruments=[_summed(i, check.kinds, signs) for i in check.instruments],
    )


def _summed(
    instrument: Instrument,
    kinds: Sequence[Spoiler],
    signs: Mapping[tuple[str, str], list[tuple[str, int | None]]],
) -> InstrumentCheck:
    def pairs(chosen: Sequence[Spoiler]) -> list[tuple[str, int]]:
        return [
            (case, sign)
            for kind in chosen
            for case, sign in signs.get((instrument.id, kind.name), [])
            if sign is not None
        ]

    def by_kind(chosen: Sequence[Spoiler]) -> list[KindShare]:
        return [
            KindShare(
                kind=kind.name,
                held_out=kind.held_out,
                pairs=share_of(pairs([kind])),
                skipped=sum(
                    1 for _, sign in signs.get((instrument.id, kind.name), []) if sign is None
                ),
            )
            for kind in chosen
        ]

    down, alone = lowers(instrument, kinds), leaves(instrument, kinds)
    must_lower = share_of(pairs([k for k in down if not k.held_out]))
    must_not_touch = share_of(pairs([k for k in alone if not k.held_out]))
    kinds_down, kinds_alone = by_kind(down), by_kind(alone)
    verdict, why = verdict_on(must_lower, kinds_alone)
    return InstrumentCheck(
        instrument=instrument.id,
        version=instrument.version,
        words=instrument_hash(instrument),
        must_lower=must_lower,
        must_not_touch=must_not_touch,
        held_out_lower=share_of(pairs([k for k in down if k.held_out])),
        held_out_untouched=share_of(pairs([k for k in alone if k.held_out])),
        kinds_lower=kinds_down,
        kinds_untouched=kinds_alone,
        verdict=verdict,
        why=why,
        unseen=unseen(kinds_down),
    )


async def _one(
    check: Check, course: Course, model: Model, sync: GroupSync, progress: CheckProgress
) -> dict[tuple[str, str], int | None]:
    """The signs of one course, by instrument and kind."""
    spoiled = {kind.name: kind.spoil(course, draw(course, kind)) for kind in check.kinds}
    path = check.journals / f"{course.id}~{slug(check.judge)}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    said = canonical_json([s.model_dump(mode="json") for s in course.good.sessions])
    about = {f"course {course.id}": digest(said)}
    header = header_of(course.id, check.judge, _SAMPLING, about, RATE)
    journal = Journal.open(path, header, sync)
    counted = Counted(Journalled(model, journal), progress.count)
    asker = Asker(
        course.id,
        {"judge": Retrying(counted)},
        {"judge": _SAMPLING},
        Chance(course.source_case, 0),
    )
    signs: dict[tuple[str, str], int | None] = {}
    try:
        for instrument in check.instruments:
            bench = _Bench(asker, check.judge, instrument, progress)
            good = await bench.scores(course.good, "good")
            for kind in (*lowers(instrument, check.kinds), *leaves(instrument, check.kinds)):
                transcript = spoiled[kind.name]
                signs[instrument.id, kind.name] = (
                    None
                    if transcript is None
                    else sign_of(good, await bench.scores(transcript, kind.name))
                )
    finally:
        await asyncio.to_thread(journal.close)
    return signs


_SAMPLING = Sampling(temperature=0.0, max_tokens=JUDGE_TOKENS)


def draw(course: Course, kind: Spoiler) -> Random:
    """The generator of one kind in one course."""
    key = blake2b(f"{course.id}\x1f{kind.name}".encode(), digest_size=8).digest()
    return Random(int.from_bytes(key, "big"))


@dataclass(slots=True)
class _Bench:
    """One instrument over the transcripts of one course; what was seen already is not asked."""

    asker: Asker
    judge: str
    instrument: Instrument
    progress: CheckProgress
    seen: dict[bytes, list[Score]] = field(default_factory=dict)

    async def scores(self, transcript: Transcript, kind: str) -> Scores:
        """How good each item is, in each unit."""
        said = Said(transcript.sessions)
        asked = [unit for unit in units(self.instrument, transcript) if unit.view is not None]
        found = await asyncio.gather(*(self._unit(unit, said, kind) for unit in asked))
        return goodness(self.instrument, [score for scores in found for score in scores])

    async def _unit(self, unit: Unit, said: Said, kind: str) -> list[Score]:
        view = unit.view
        if view is None:
            return []
        key = canonical_json([unit.session, view.model_dump(mode="json")])
        if key not in self.seen:
            self.seen[key] = await self._asked(unit.session, view, said, kind)
        return self.seen[key]

    async def _asked(
        self, session: int | None, view: JudgeView, said: Said, kind: str
    ) -> list[Score]:
        prompt = rating_with(self.instrument, kind)
        try:
            answered = await self.asker(prompt, view, session=session or 0)
        except CallFailed:
            self.progress.failed += len(self.instrument.items)
            return []
        scores = scores_of(self.instrument, session, answered.answer, said, self.judge)
        self.progress.failed += sum(1 for s in scores if s.state in ("failed", "void"))
        return scores
