"""A run's episodes and scores, streamed into the few numbers that a comparison needs.

One episode is in memory at a time; what stays of it is a row of endpoints and its trajectory. An
episode that did not reach its horizon has no endpoints and says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import orjson

from muspsy_sim.evaluation.comparing.endpoints import (
    Better,
    Endpoint,
    Raw,
    endpoint_named,
    trajectory,
    values_of,
)
from muspsy_sim.evaluation.comparing.scored import Used, read_scores, used_instruments
from muspsy_sim.evaluation.statistics.cube import Cube
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import storage_error
from muspsy_sim.runs.store import Run


@dataclass(slots=True)
class Row:
    """What a comparison keeps of one episode."""

    id: str
    persona: str
    case: str
    arm: str
    seed: int
    end: CourseEnd
    end_week: int
    values: dict[str, float | None]
    weeks: dict[str, dict[int, float]] = field(default_factory=dict)


@dataclass(slots=True)
class Sample:
    """All rows of a run, with what was asked of judges and what models took part."""

    rows: list[Row] = field(default_factory=list)
    models: dict[str, set[str]] = field(default_factory=dict)
    """Role -> the models that answered in it."""
    judges: set[str] = field(default_factory=set)
    instruments: dict[str, Used] = field(default_factory=dict)
    evaluated: int = 0
    """Episodes with scores."""
    asked: dict[tuple[str, str], int] = field(default_factory=dict)
    """(arm, endpoint) -> scores asked for."""
    failed: dict[tuple[str, str], int] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def endpoints(self) -> list[str]:
        """Names of all endpoints that any episode has, judged ones last."""
        named = dict.fromkeys(name for row in self.rows for name in row.values)
        for _, name in self.asked:
            named.setdefault(name)
        return sorted(named, key=lambda name: "." in name)

    def endpoint(self, name: str) -> Endpoint:
        """What an endpoint of these rows is; a judged one as its instrument says."""
        known = endpoint_named(name)
        instrument, _, item = name.partition(".")
        used = self.instruments.get(instrument)
        if known.kind != "judged" or used is None:
            return known
        about = "as judged" + (", seeing plan or notes" if used.process else "")
        better: Better = "lower" if used.better.get(item) == "lower" else "higher"
        return Endpoint(name, about, "process" if used.process else "judged", better)

    def arms(self) -> list[str]:
        """The arms that have an episode, as they first appear."""
        return list(dict.fromkeys(row.arm for row in self.rows))


def read_run(run: Run, judged: bool = True) -> Sample:
    """Read every whole episode of a run, and its scores if there are any.

    Raises `RunError` for a file that is no episode or holds no scores.
    """
    sample = Sample()
    if judged:
        sample.instruments = used_instruments(run.folder / "scores")
    for file, raw in _raw_episodes(run):
        row = row_of(raw, file)
        sample.rows.append(row)
        for role, model in raw["provenance"]["models"].items():
            sample.models.setdefault(role, set()).add(model)
        if judged:
            _add_scores(sample, row, run)
    return sample


def cube_of(
    rows: Sequence[Row], endpoint: str, arms: Sequence[str], clients: Sequence[str]
) -> Cube:
    """One endpoint as a cube over the given arms and clients."""
    seeds = sorted({row.seed for row in rows})
    place = {client: k for k, client in enumerate(clients)}
    column = {arm: k for k, arm in enumerate(arms)}
    depth = {seed: k for k, seed in enumerate(seeds)}
    values = np.full((len(clients), len(arms), len(seeds)), np.nan)
    case: dict[str, str] = {}
    for row in rows:
        case[row.persona] = row.case
        value = row.values.get(endpoint)
        if row.arm in column and row.persona in place and value is not None:
            values[place[row.persona], column[row.arm], depth[row.seed]] = value
    return Cube(list(clients), [case.get(c, c) for c in clients], list(arms), seeds, values)


def _raw_episodes(run: Run) -> Iterator[tuple[Path, Raw]]:
    for name in run.episode_ids():
        file = run.episode_file(name)
        try:
            raw = orjson.loads(file.read_bytes())
        except OSError as error:
            raise storage_error(file, error, "read") from error
        except orjson.JSONDecodeError as error:
            raise RunError("is no episode", file=file, hint=_MEND) from error
        yield file, raw


_MEND = "delete it and run again: the journal has its answers"


def row_of(raw: Raw, file: Path) -> Row:
    """What is kept of an episode. Raises `RunError` for what does not read as one."""
    try:
        end = CourseEnd(raw["end"])
        row = Row(
            id=raw["id"],
            persona=raw["persona"],
            case=raw["source_case"],
            arm=raw["arm"],
            seed=raw["seed"],
            end=end,
            end_week=raw["end_week"],
            values={},
        )
        if end.complete:
            row.values, row.weeks = values_of(raw), trajectory(raw)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise RunError("does not read as an episode", file=file, hint=_MEND) from error
    return row


def _add_scores(sample: Sample, row: Row, run: Run) -> None:
    found = read_scores(run.folder / "scores" / f"{row.id}.json", sample.instruments)
    if found is None:
        return
    sample.evaluated += 1
    sample.judges |= found.judges
    for name, number in found.asked.items():
        key = (row.arm, name)
        sample.asked[key] = sample.asked.get(key, 0) + number
    for name, number in Counter(found.failed).items():
        key = (row.arm, name)
        sample.failed[key] = sample.failed.get(key, 0) + number
        sample.reasons.setdefault(name, found.reasons.get(name, ""))
    if row.end.complete:
        row.values |= found.values
