"""Where a run stands, read off its folder: also while another process is writing to it.

Nothing is validated beyond what is told here, so that a run of thousands of episodes answers at
once; `read_episode` reads one whole.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from muspsy_sim.llm.budget import Budget, Price
from muspsy_sim.records.episode import CourseEnd, Usage
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import storage_error
from muspsy_sim.runs.store import Run, read_run_file


@dataclass(frozen=True, slots=True)
class EpisodeOutcome:
    """What came of one whole episode.

    `phq9` and `gad7`: totals at baseline and at the horizon, as the simulated client reported
    them; `None` where the course did not reach its horizon.
    """

    id: str
    persona: str
    arm: str
    seed: int
    end: CourseEnd
    end_detail: str
    end_week: int
    sessions: int
    """Sessions held; a missed one is none."""
    turns: int
    phq9: tuple[int, int] | None
    gad7: tuple[int, int] | None
    usage: dict[str, Usage]
    models: dict[str, str]

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens, all roles."""
        return sum(u.prompt_tokens + u.completion_tokens for u in self.usage.values())

    @property
    def estimated(self) -> int:
        """Calls whose tokens are an estimate."""
        return sum(u.estimated for u in self.usage.values())

    def money(self, budget: Budget) -> float | None:
        """What it cost at the prices of `budget`, `None` where a model has none."""
        costs = [budget.cost(self.models.get(role, ""), u) for role, u in self.usage.items()]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None


@dataclass(frozen=True, slots=True)
class Begun:
    """An episode that is not whole yet: how many calls its journal holds."""

    id: str
    calls: int


@dataclass(slots=True)
class RunStatus:
    """A run at this moment."""

    run: Run
    described: dict[str, Any]
    running: bool
    planned: list[str]
    done: list[EpisodeOutcome] = field(default_factory=list)
    begun: list[Begun] = field(default_factory=list)
    untouched: list[str] = field(default_factory=list)
    """Planned, and nothing is recorded of them."""
    damaged: list[str] = field(default_factory=list)
    """One line for each episode file that cannot be read."""
    disk: dict[str, int] = field(default_factory=dict)
    """Bytes by part of the folder."""
    forks: list[Run] = field(default_factory=list)

    @property
    def incomplete(self) -> list[EpisodeOutcome]:
        """Episodes that a failure or the budget stopped before their horizon."""
        return [outcome for outcome in self.done if not outcome.end.complete]


def status_of(run: Run) -> RunStatus:
    """Read where a run stands. Raises `RunError` when `run.yaml` cannot be read."""
    described = read_run_file(run)
    named = described.get("episodes")
    whole = run.episode_ids()
    planned = [str(name) for name in named] if isinstance(named, list) else []
    planned = list(dict.fromkeys([*planned, *whole]))
    status = RunStatus(run, described, is_running(run), planned)
    known = set(whole)
    for name in planned:
        if name in known:
            try:
                status.done.append(outcome_of(run, name))
            except RunError as error:
                status.damaged.append(str(error))
        elif calls := _calls(run.journal_file(name)):
            status.begun.append(Begun(name, calls))
        else:
            status.untouched.append(name)
    status.disk = disk_use(run.folder)
    status.forks = run.forks()
    return status


def outcomes(run: Run, names: list[str]) -> Iterator[EpisodeOutcome]:
    """The outcomes of these episodes, in order; those that are not whole are left out."""
    for name in names:
        if run.episode_file(name).is_file():
            yield outcome_of(run, name)


def outcome_of(run: Run, name: str) -> EpisodeOutcome:
    """What came of one episode. Raises `RunError` when its file is no episode."""
    path = run.episode_file(name)
    try:
        return _outcome(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise storage_error(path, error, "read") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise RunError(
            "is no whole episode",
            file=path,
            hint="delete it and run again: the journal has its answers",
        ) from error


def _outcome(raw: dict[str, Any]) -> EpisodeOutcome:
    end = CourseEnd(raw["end"])
    held = [session for session in raw["sessions"] if session["turns"]]
    reports = [week["report"] for week in raw["weeks"]]
    first, last = raw["baseline"], reports[-1] if reports else None
    return EpisodeOutcome(
        id=raw["id"],
        persona=raw["persona"],
        arm=raw["arm"],
        seed=raw["seed"],
        end=end,
        end_detail=raw["end_detail"],
        end_week=raw["end_week"],
        sessions=len(held),
        turns=sum(len(session["turns"]) for session in held),
        phq9=(sum(first["phq9"]), sum(last["phq9"])) if first and last and end.complete else None,
        gad7=(sum(first["gad7"]), sum(last["gad7"])) if first and last and end.complete else None,
        usage={role: Usage.model_validate(used) for role, used in raw["usage"].items()},
        models=raw["provenance"]["models"],
    )


def prices_of(described: dict[str, Any]) -> Budget:
    """The prices of a run, as a budget that nothing was spent of."""
    named = described["recipe"].get("prices") or {}
    return Budget(
        prices={
            model: Price(price["prompt"], price["completion"], price.get("cached"))
            for model, price in named.items()
        }
    )


def is_running(run: Run) -> bool:
    """Whether a process holds this run for writing."""
    try:
        lock = os.open(run.folder / ".lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def disk_use(folder: Path) -> dict[str, int]:
    """Bytes in each part of a run's folder, largest first. What vanishes meanwhile counts 0."""
    parts: dict[str, int] = {}
    for base, _, files in os.walk(folder):
        inside = Path(base).relative_to(folder).parts
        part = inside[0] if inside else "run.yaml"
        for name in files:
            try:
                parts[part] = parts.get(part, 0) + (Path(base) / name).stat().st_size
            except OSError:
                continue
    return dict(sorted(parts.items(), key=lambda each: -each[1]))


def _calls(journal: Path) -> int:
    """Calls in a journal, its header and a torn last line not counted."""
    try:
        return max(0, journal.read_bytes().count(b"\n") - 1)
    except OSError:
        return 0
