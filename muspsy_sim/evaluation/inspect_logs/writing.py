"""`muspsy export RUN --to inspect`: one log for each arm, one sample for each episode.

An arm is to Inspect what is evaluated, so its viewer sets the arms of a run side by side. A log
holds the same bytes wherever and whenever it is written; memory holds the episodes of one arm.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from muspsy_sim.evaluation.comparing.scored import Used, used_instruments
from muspsy_sim.evaluation.inspect_logs.installed import need_inspect
from muspsy_sim.evaluation.inspect_logs.scored import (
    Scored,
    course_scores,
    judged_scores,
    together,
)
from muspsy_sim.evaluation.judging.scores_store import ScoreStore
from muspsy_sim.llm.prompting import digest
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.errors import ExportError
from muspsy_sim.records.files import write_atomic
from muspsy_sim.runs.store import Run, episode_bytes, episodes, read_episode

TASK = "muspsy_sim/counseling"
STALE = "the episode has changed since it was scored; run `muspsy evaluate` again"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(slots=True)
class Written:
    """What an export wrote, and what it could not score."""

    folder: Path
    logs: dict[str, Path] = field(default_factory=dict)
    """By arm."""
    samples: int = 0
    judged: int = 0
    """Samples with scores of judges."""
    stale: int = 0
    stopped: int = 0
    """Samples whose course a failure or the budget stopped: kept, with an error."""
    left_out: int = 0


def export_logs(
    run: Run,
    out: Path | None = None,
    *,
    arms: Sequence[str] = (),
    leave_out: Sequence[str] = (),
) -> Written:
    """Write the logs of a run into `out`, by default `RUN/exports/inspect`.

    Raises `ExportError` without Inspect AI, for an arm or episode that the run does not have, and
    where nothing is left; `RunError` for what cannot be read; `StorageError` from the disk.
    """
    need_inspect()
    by_arm = _chosen(run, arms, leave_out)
    done = Written(out if out is not None else run.folder / "exports" / "inspect")
    done.left_out = len(run.episode_ids()) - sum(map(len, by_arm.values()))
    store = ScoreStore(run)
    instruments = used_instruments(store.folder)
    for arm, names in sorted(by_arm.items()):
        samples, first = [], None
        for episode in (read_episode(run, name) for name in names):
            first = first or episode
            samples.append(_sample(episode, store, instruments, done))
        if first is None:
            continue
        path = done.folder / f"{arm}.eval"
        write_atomic(path, _log_bytes(_log(first, samples)))
        done.logs[arm] = path
    return done


def _chosen(run: Run, arms: Sequence[str], leave_out: Sequence[str]) -> dict[str, list[str]]:
    """The episodes to export, by arm."""
    found: dict[str, list[str]] = defaultdict(list)
    for episode in episodes(run):
        found[episode.arm].append(episode.id)
    if not found:
        raise ExportError("the run has no finished episode", file=run.folder, hint="run it first")
    for arm in arms:
        if arm not in found:
            raise ExportError(
                f"the run has no arm {arm!r}",
                field="--arms",
                hint=f"it has {', '.join(sorted(found))}",
            )
    for name in leave_out:
        if not any(name in names for names in found.values()):
            raise ExportError(
                f"the run has no finished episode {name!r}",
                field="--leave-out",
                hint="see `muspsy status RUN` for the ids",
            )
    kept = {
        arm: [name for name in names if name not in leave_out]
        for arm, names in found.items()
        if not arms or arm in arms
    }
    if not any(kept.values()):
        raise ExportError("no episode is left to export", field="--leave-out", hint="name fewer")
    return {arm: names for arm, names in kept.items() if names}


def _sample(
    episode: Episode, store: ScoreStore, instruments: dict[str, Used], done: Written
) -> Any:
    from muspsy_sim.evaluation.inspect_logs.samples import sample_of

    parts = [course_scores(episode)]
    scores = store.read(episode.id)
    if scores is not None and scores.made_from == digest(episode_bytes(episode)):
        parts.append(judged_scores(scores.scores, instruments))
        done.judged += 1
    elif scores is not None:
        names = {f"{score.instrument}.{score.item}" for score in scores.scores}
        parts.append(Scored(not_scored=dict.fromkeys(sorted(names), STALE)))
        done.stale += 1
    done.samples += 1
    done.stopped += not episode.end.complete
    return sample_of(episode, together(parts))


def _log(first: Episode, samples: Sequence[Any]) -> Any:
    """The log of one arm. `first` is any of its episodes: they share recipe and models."""
    from inspect_ai.log import (
        EvalConfig,
        EvalDataset,
        EvalLog,
        EvalPlan,
        EvalPlanStep,
        EvalSpec,
        EvalStats,
    )

    from muspsy_sim.evaluation.inspect_logs.clock import START
    from muspsy_sim.evaluation.inspect_logs.events import short_id
    from muspsy_sim.evaluation.inspect_logs.results import results_of

    made = first.provenance
    ids = [sample.id for sample in samples]
    return EvalLog(
        status="success",
        eval=EvalSpec(
            eval_id=short_id("eval", made.recipe, first.arm, *ids),
            run_id=short_id("run", made.recipe),
            task_id=short_id("task", made.recipe, first.arm),
            created=START.isoformat(),
            task=TASK,
            task_display_name=f"counseling, arm {first.arm}",
            task_description="A simulated client's whole course with one counselor.",
            dataset=EvalDataset(name="episodes", samples=len(samples), sample_ids=ids),
            solver=first.arm,
            model=made.models.get("counselor", "none"),
            config=EvalConfig(epochs=1),
            packages={"muspsy-sim": made.code_version},
            tags=[f"arm:{first.arm}", *(["control"] if first.control else [])],
            metadata={
                "arm": first.arm,
                "factors": first.factors,
                "models": made.models,
                "settings": made.settings,
                "recipe": made.recipe,
                "content": made.content,
                "prompts": made.prompts,
                "simulated": "clients, weeks and reports are simulated; nothing here is a person's",
            },
        ),
        plan=EvalPlan(name="course", steps=[EvalPlanStep(solver=first.arm)]),
        results=results_of(samples),
        stats=EvalStats(
            started_at=START.isoformat(),
            completed_at=max(sample.completed_at for sample in samples),
        ),
        samples=list(samples),
    )


def _log_bytes(log: Any) -> bytes:
    """A log as its `.eval` file, whose only own clock (the zip's) is stopped."""
    from inspect_ai.log import write_eval_log

    with tempfile.TemporaryDirectory(prefix="muspsy-") as folder:
        path = Path(folder, "log.eval")
        write_eval_log(log, str(path), format="eval")
        return _without_times(path)


def _without_times(path: Path) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(held, "w") as written:
        for name in _last_of_each(read.infolist()):
            entry = zipfile.ZipInfo(name.filename, date_time=_ZIP_TIME)
            entry.compress_type = name.compress_type
            entry.external_attr = 0o644 << 16
            written.writestr(entry, read.read(name))
    return held.getvalue()


def _last_of_each(entries: Iterable[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    return sorted({entry.filename: entry for entry in entries}.values(), key=lambda e: e.filename)
