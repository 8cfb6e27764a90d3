"""`muspsy evaluate --pairs A,B`: the same clients and seeds in two arms, judged side by side.

Kept in `RUN/scores/pairs/A~B/`, one file a pair, journalled beside it. Running again asks only what
is owed; a pair whose episodes changed is judged anew. A replay asks nobody: it makes the verdicts
again from the journals, and compares.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.evaluation.judging.asked import (
    Asked,
    EvaluationProgress,
    Mode,
    open_judges,
    recipe_of,
    sampling_of,
)
from muspsy_sim.evaluation.judging.blinding import names_to_mask, transcript_of
from muspsy_sim.evaluation.judging.headers import header_of
from muspsy_sim.evaluation.judging.pairwise import comparable, compare_transcripts
from muspsy_sim.evaluation.judging.prompts import COMPARE
from muspsy_sim.evaluation.judging.scores_store import ScoreStore, slug
from muspsy_sim.llm.ask import Asker
from muspsy_sim.llm.counting import Counted
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal import Journal, Journalled
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.prompting import digest
from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import Model, Sampling
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.errors import MuspsyError, RunError
from muspsy_sim.records.files import canonical_json, write_atomic
from muspsy_sim.records.pairs import PairScores, PairVerdict
from muspsy_sim.runs.store import Run, episode_bytes, read_episode, read_run_file, writing
from muspsy_sim.runs.together import first_cause


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all pairs of one judging share."""

    run: Run
    arms: tuple[str, str]
    judges: Mapping[str, Model | None]
    """By name; `None` in a replay, where nobody is asked."""
    mode: Mode
    instruments: Sequence[Instrument]
    names: re.Pattern[str] | None
    policy: RetryPolicy
    sampling: Sampling
    sync: GroupSync
    progress: EvaluationProgress

    @property
    def folder(self) -> Path:
        """Where the pairs of these two arms lie."""
        return ScoreStore(self.run).folder / "pairs" / "~".join(self.arms)


async def judge_pairs(
    run: Run, arms: tuple[str, str], asked: Asked, progress: EvaluationProgress
) -> list[PairScores]:
    """Judge what is owed of all pairs of two arms.

    Raises `RunError` for an arm that the run does not have, and where no instrument can be used.
    """
    described = read_run_file(run)
    _known(run, arms, described)
    instruments = [one for one in asked.instruments if comparable(one)]
    if not instruments:
        raise RunError(
            "none of these instruments can be used in pairs",
            hint="a checklist, a self-report and a process instrument cannot",
        )
    pairs = _pairs(run, arms)
    progress.episodes = len(pairs)
    recipe = recipe_of(run, described)
    limits = recipe.limits
    found: dict[int, PairScores] = {}
    async with AsyncExitStack() as stack:
        endpoints = await stack.enter_async_context(
            Endpoints(limits.calls_at_once, limits.calls_per_minute, limits.outage_s)
        )
        sync = await stack.enter_async_context(GroupSync())
        stack.enter_context(writing(run))
        bench = _Bench(
            run,
            arms,
            dict.fromkeys(asked.judges)
            if asked.mode == "replay"
            else open_judges(asked, endpoints, limits.timeout_s, progress),
            asked.mode,
            instruments,
            names_to_mask(described),
            RetryPolicy(attempts=limits.attempts, first_wait_s=limits.first_wait_s),
            sampling_of(recipe),
            sync,
            progress,
        )
        await endpoints.check()
        if asked.mode == "restart":
            shutil.rmtree(bench.folder, ignore_errors=True)
        waiting = iter(enumerate(pairs))

        async def worker() -> None:
            for place, (one, other) in waiting:
                found[place] = await _one(bench, read_episode(run, one), read_episode(run, other))
                progress.done += 1

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(max(1, asked.concurrency)):
                    group.create_task(worker())
        except BaseExceptionGroup as many:
            raise first_cause(many) from many
    return [found[place] for place in sorted(found)]


def _known(run: Run, arms: tuple[str, str], described: Mapping[str, Any]) -> None:
    known = list(described.get("arms") or {})
    for arm in arms:
        if arm not in known:
            near = get_close_matches(arm, known, 1)
            raise RunError(
                f"the run has no arm {arm!r}",
                file=run.folder,
                hint=f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known)}",
            )
    if arms[0] == arms[1]:
        raise RunError(f"{arms[0]!r} is named twice", hint="name two arms")


def _pairs(run: Run, arms: tuple[str, str]) -> list[tuple[str, str]]:
    """Ids of complete episodes of one persona and seed in both arms. Raises `RunError` for none."""
    by_key: dict[tuple[str, int], dict[str, str]] = {}
    for name in run.episode_ids():
        scored = read_episode(run, name)
        if scored.end.complete and scored.arm in arms and scored.forked_from is None:
            by_key.setdefault((scored.persona, scored.seed), {})[scored.arm] = name
    pairs = [(v[arms[0]], v[arms[1]]) for _, v in sorted(by_key.items()) if len(v) == 2]
    if not pairs:
        raise RunError(
            f"no client was seen in both {arms[0]} and {arms[1]} with the same seed",
            file=run.folder,
            hint="run more of the recipe first",
        )
    return pairs


async def _one(bench: _Bench, first: Episode, second: Episode) -> PairScores:
    """All verdicts on one pair: those that are owed, and those from before."""
    made_from = (digest(episode_bytes(first)), digest(episode_bytes(second)))
    file = bench.folder / f"{first.persona}--s{first.seed}.json"
    before = _read(file)
    kept = before.verdicts if before is not None and before.made_from == made_from else []
    if bench.mode == "replay":
        return await _replayed(bench, first, second, made_from, before)
    lost = {(v.judge, v.instrument) for v in kept if v.outcome == "failed"}
    there = {
        (v.judge, v.instrument, v.version)
        for v in kept
        if bench.mode != "retry failed" or (v.judge, v.instrument) not in lost
    }
    verdicts: list[PairVerdict] = []
    for judge in bench.judges:
        owed = [i for i in bench.instruments if (judge, i.id, i.version) not in there]
        if owed:
            verdicts += await _asked_of(bench, judge, owed, first, second, made_from)
    if not verdicts and before is not None:
        bench.progress.kept += 1
        return before
    new = {(v.judge, v.instrument) for v in verdicts}
    kept = [v for v in kept if (v.judge, v.instrument) not in new]
    scores = _scores(first, second, made_from, [*kept, *verdicts])
    write_atomic(file, canonical_json(scores.model_dump(mode="json")))
    bench.progress.scores += len(verdicts)
    bench.progress.failed += sum(1 for v in verdicts if v.outcome in ("failed", "void"))
    return scores


def _scores(
    first: Episode, second: Episode, made_from: tuple[str, str], verdicts: Sequence[PairVerdict]
) -> PairScores:
    return PairScores(
        first=first.id,
        second=second.id,
        first_arm=first.arm,
        second_arm=second.arm,
        made_from=made_from,
        persona=first.persona,
        source_case=first.source_case,
        seed=first.seed,
        verdicts=sorted(verdicts, key=lambda v: (v.judge, v.instrument, v.session or 0)),
    )


async def _replayed(
    bench: _Bench,
    first: Episode,
    second: Episode,
    made_from: tuple[str, str],
    before: PairScores | None,
) -> PairScores:
    """Make a pair's verdicts again from its journals, and compare; nothing is written."""
    name = f"{first.persona}--s{first.seed}"
    if before is None or before.made_from != made_from:
        why = "was not judged" if before is None else "is of other episodes than were judged"
        bench.progress.different.append(f"{name}: {why}")
        return before or _scores(first, second, made_from, [])
    verdicts: list[PairVerdict] = []
    try:
        for judge in sorted({v.judge for v in before.verdicts}):
            theirs = {(v.instrument, v.version) for v in before.verdicts if v.judge == judge}
            mine = [i for i in bench.instruments if (i.id, i.version) in theirs]
            verdicts += await _asked_of(bench, judge, mine, first, second, made_from)
    except MuspsyError as error:
        bench.progress.different.append(f"{name}: {error}")
        return before
    again = _scores(first, second, made_from, verdicts)
    known = {i.id for i in bench.instruments}
    same = [v for v in before.verdicts if v.instrument in known]
    if again.verdicts != same:
        bench.progress.different.append(f"{name}: its verdicts are others in the replay")
    bench.progress.scores += len(verdicts)
    return before


async def _asked_of(
    bench: _Bench,
    judge: str,
    instruments: Sequence[Instrument],
    first: Episode,
    second: Episode,
    made_from: tuple[str, str],
) -> list[PairVerdict]:
    pair = digest(*(part.encode() for part in made_from))
    name = f"{first.persona}--s{first.seed}"
    header = header_of(name, judge, bench.sampling, {"pair": pair}, COMPARE)
    # Named by what it is about: once an episode is another, so is its journal.
    path = bench.folder / "journal" / f"{name}~{slug(judge)}~{pair[:8]}.jsonl"
    if bench.mode == "replay":
        journal = Journal.for_replay(path, header, bench.sync)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        journal = Journal.open(path, header, bench.sync)
    try:
        if bench.mode == "retry failed":
            journal.owe_failed()
        counted = Counted(Journalled(bench.judges.get(judge), journal), bench.progress.count)
        asker = Asker(
            name,
            {"judge": Retrying(counted, bench.policy)},
            {"judge": bench.sampling},
            Chance(first.source_case, first.seed),
        )
        return await compare_transcripts(
            asker,
            judge,
            instruments,
            transcript_of(first, bench.names),
            transcript_of(second, bench.names),
        )
    finally:
        await asyncio.to_thread(journal.close)


def _read(file: Path) -> PairScores | None:
    if not file.is_file():
        return None
    try:
        return PairScores.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise RunError(
            "holds no verdicts on a pair", file=file, hint="delete it and judge again"
        ) from error
