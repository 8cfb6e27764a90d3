"""`muspsy evaluate`: every episode of a run judged, one at a time, journalled like the run itself.

Running again asks only what is still owed. A replay asks nobody: it reads the journals and compares
what comes out with the files, byte by byte. Memory holds as many episodes as are judged at once.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from muspsy_sim.evaluation.instruments.loading import instrument_hash
from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.evaluation.judging.asked import (
    Asked,
    EvaluationProgress,
    open_judges,
    recipe_of,
    sampling_of,
    wanted,
)
from muspsy_sim.evaluation.judging.blinding import names_to_mask, transcript_of
from muspsy_sim.evaluation.judging.headers import header_of
from muspsy_sim.evaluation.judging.judging import Judged, judge_transcript
from muspsy_sim.evaluation.judging.prompts import RATE
from muspsy_sim.evaluation.judging.scores_store import ScoreStore, scores_bytes
from muspsy_sim.evaluation.judging.verdicts import unscored
from muspsy_sim.evaluation.length import lengths_of
from muspsy_sim.evaluation.symptoms import symptom_scores
from muspsy_sim.llm.ask import Asker
from muspsy_sim.llm.counting import Counted
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal import Journal, Journalled
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.llm.prompting import digest
from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import Model
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import Episode, Usage
from muspsy_sim.records.errors import MuspsyError, RunError
from muspsy_sim.records.scores import SELF_REPORT, EpisodeScores, Evaluated, Score
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run, episode_bytes, read_episode, read_run_file, writing
from muspsy_sim.runs.together import first_cause, tuned_gc


async def evaluate(run: Run, asked: Asked, progress: EvaluationProgress) -> ScoreStore:
    """Judge what is owed of a run.

    Raises `RunError` for a run without episodes, `ModelSetupError` for a judge that cannot be
    opened, `JournalError` for a journal that is damaged or was made otherwise.
    """
    described = read_run_file(run)
    recipe = recipe_of(run, described)
    store = ScoreStore(run)
    if not run.episode_ids():
        raise RunError("the run has no finished episode", file=run.folder, hint="run it first")
    async with AsyncExitStack() as stack:
        limits = recipe.limits
        endpoints = await stack.enter_async_context(
            Endpoints(limits.calls_at_once, limits.calls_per_minute, limits.outage_s)
        )
        sync = await stack.enter_async_context(GroupSync())
        stack.enter_context(writing(run))
        models = (
            {}
            if asked.mode == "replay"
            else open_judges(asked, endpoints, limits.timeout_s, progress)
        )
        await endpoints.check()
        if asked.mode == "restart":
            store.clear()
        if asked.mode != "replay":
            for instrument in asked.instruments:
                _same_as_before(store, instrument)
                store.keep_instrument(instrument)
        masked = names_to_mask(described)
        instruments = {**store.instruments(), **{i.id: i for i in asked.instruments}}
        bench = _Bench(run, store, asked, recipe, masked, instruments, models, sync, progress)
        await _all(bench)
    return store


def _same_as_before(store: ScoreStore, instrument: Instrument) -> None:
    """Refuse an instrument that was changed without a new version: scores would be mixed."""
    before = store.instruments().get(instrument.id)
    if before is None or before.version != instrument.version:
        return
    if instrument_hash(before) != instrument_hash(instrument):
        raise RunError(
            f"the instrument {instrument.id} is no longer the version {instrument.version} that "
            "this run was scored with",
            file=store.folder,
            hint="raise its `version`, or begin anew with --restart",
        )


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all episodes of one evaluation share."""

    run: Run
    store: ScoreStore
    asked: Asked
    recipe: Recipe
    masked: re.Pattern[str] | None
    """Names that would tell a judge who spoke."""
    instruments: Mapping[str, Instrument]
    models: Mapping[str, Model]
    sync: GroupSync
    progress: EvaluationProgress


async def _all(bench: _Bench) -> None:
    waiting = iter(bench.run.episode_ids())
    bugs: list[Exception] = []

    async def worker() -> None:
        for episode in waiting:
            try:
                await _one(bench, episode)
            except MuspsyError:
                raise
            except Exception as bug:  # noqa: BLE001 - raised once the other episodes are through
                bugs.append(bug)
            bench.progress.done += 1

    with tuned_gc():
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(max(1, bench.asked.concurrency)):
                    group.create_task(worker())
        except BaseExceptionGroup as many:
            raise first_cause(many) from many
    if bugs:
        raise bugs[0]


async def _one(bench: _Bench, name: str) -> None:
    store, asked, progress = bench.store, bench.asked, bench.progress
    episode = await asyncio.to_thread(read_episode, bench.run, name)
    made_from = digest(episode_bytes(episode))
    before = store.read(name)
    if asked.mode == "replay":
        if before is not None:
            await _replayed(bench, episode, made_from, before)
        return
    if before is not None and before.made_from != made_from:
        store.forget(name)
        before = None
        progress.renewed += 1
    if before is not None and asked.mode != "retry failed" and not _owed(asked, before):
        progress.kept += 1
        _tally(progress, before.scores)
        return
    scores = await _scored(bench, episode, made_from, before, wanted(asked))
    await asyncio.to_thread(store.write, scores)
    _tally(progress, scores.scores)


def _tally(progress: EvaluationProgress, scores: Sequence[Score]) -> None:
    progress.scores += len(scores)
    progress.failed += sum(1 for score in scores if score.state in ("failed", "void"))


def _owed(asked: Asked, before: EpisodeScores) -> bool:
    """Whether anything asked for is not among an episode's scores."""
    return any(one not in before.evaluated for one in wanted(asked))


def _order(one: Evaluated) -> tuple[str, str]:
    return (one.judge, one.instrument)


async def _scored(
    bench: _Bench,
    episode: Episode,
    made_from: str,
    before: EpisodeScores | None,
    now: Sequence[Evaluated],
) -> EpisodeScores:
    """The scores of an episode: what is asked for now, and what others said before."""
    pairs = {(one.judge, one.instrument) for one in now}
    kept = [s for s in before.scores if (s.judge, s.instrument) not in pairs] if before else []
    old = [one for one in before.evaluated if _order(one) not in pairs] if before else []
    usage = dict(before.usage) if before is not None else {}
    scores: list[Score] = []
    for judge in sorted({one.judge for one in now}):
        mine = [
            (bench.instruments[one.instrument], one.repeat_share)
            for one in now
            if one.judge == judge
        ]
        if judge == SELF_REPORT:
            for instrument, _ in mine:
                scores += symptom_scores(instrument, episode)
            continue
        judged = await _asked_of(bench, judge, mine, episode, made_from)
        scores += judged.scores
        usage[judge] = judged.usage
    return EpisodeScores(
        episode=episode.id,
        made_from=made_from,
        evaluated=sorted([*old, *now], key=_order),
        persona=episode.persona,
        source_case=episode.source_case,
        arm=episode.arm,
        factors=episode.factors,
        control=episode.control,
        seed=episode.seed,
        language=episode.language,
        end=episode.end,
        lengths=lengths_of(episode),
        scores=sorted(kept + scores, key=_place),
        usage=usage,
    )


def _place(score: Score) -> tuple[str, str, int, int]:
    return (score.judge, score.instrument, score.repeat, score.session or 0)


async def _asked_of(
    bench: _Bench,
    judge: str,
    mine: Sequence[tuple[Instrument, float]],
    episode: Episode,
    made_from: str,
) -> Judged:
    """What one judge says of an episode, over its journal."""
    if not episode.end.complete:
        why = f"the course was stopped: {episode.end.value}"
        return Judged(
            [unscored(i, None, item, "failed", why, judge) for i, _ in mine for item in i.items]
        )
    sampling = sampling_of(bench.recipe)
    about = {f"episode {episode.id}": made_from}
    header = header_of(episode.id, judge, sampling, about, RATE)
    path = bench.store.journal(episode.id, judge)
    if bench.asked.mode == "replay":
        journal = Journal.for_replay(path, header, bench.sync)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        journal = Journal.open(path, header, bench.sync)
    try:
        if bench.asked.mode == "retry failed":
            journal.owe_failed()
        asker = Asker(
            episode.id,
            {"judge": _wrapped(bench, judge, journal)},
            {"judge": sampling},
            Chance(episode.source_case, episode.seed),
        )
        judged = await judge_transcript(asker, judge, mine, transcript_of(episode, bench.masked))
        # What the judge cost about this episode, whichever instruments were asked for when.
        # Read from the file: an open journal does not keep what it wrote itself.
        written = read_journal(path)
        paid = [entry.usage for entry in (*written.entries, *written.voided)]
        return Judged(judged.scores, sum(paid, Usage()))
    finally:
        await asyncio.to_thread(journal.close)


def _wrapped(bench: _Bench, judge: str, journal: Journal) -> Model:
    limits = bench.recipe.limits
    policy = RetryPolicy(attempts=limits.attempts, first_wait_s=limits.first_wait_s)
    journalled = Journalled(bench.models.get(judge), journal)
    return Retrying(Counted(journalled, bench.progress.count), policy)


async def _replayed(bench: _Bench, episode: Episode, made_from: str, before: EpisodeScores) -> None:
    """Make an episode's scores again from its journals, and compare."""
    try:
        again = await _scored(bench, episode, made_from, None, before.evaluated)
    except MuspsyError as error:
        bench.progress.different.append(f"{episode.id}: {error}")
        return
    _tally(bench.progress, again.scores)
    if scores_bytes(again) != scores_bytes(before):
        bench.progress.different.append(f"{episode.id}: {_first_difference(before, again)}")


def _first_difference(before: EpisodeScores, again: EpisodeScores) -> str:
    if len(before.scores) != len(again.scores):
        return f"{len(before.scores)} scores on the disk, {len(again.scores)} in the replay"
    for one, other in zip(before.scores, again.scores, strict=True):
        if one != other:
            where = f"{one.judge}: {one.instrument}.{one.item}, session {one.session}"
            return f"{where}: {one.value} on the disk, {other.value} in the replay"
    return "the file is not laid out as it was written"
