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

from muspsy_sim.llm.budget import Budget, Price
from muspsy_sim.llm.prefixes import Sent
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.known import Known, sent_by_role
from muspsy_sim.runs.outcome import EpisodeOutcome
from muspsy_sim.runs.store import Run, read_run_file


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
    sent: dict[str, Sent] = field(default_factory=dict)
    """By role, whole episodes' prompts, and what of them was sent before."""

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
    are_whole, known = set(whole), Known(run)
    for name in planned:
        if name in are_whole:
            try:
                status.done.append(known.outcome(name))
            except RunError as error:
                status.damaged.append(str(error))
        elif calls := _calls(run.journal_file(name)):
            status.begun.append(Begun(name, calls))
        else:
            status.untouched.append(name)
    status.sent = sent_by_role(run, [outcome.id for outcome in status.done])
    status.disk = disk_use(run.folder)
    status.forks = run.forks()
    return status


def outcomes(run: Run, names: list[str]) -> Iterator[EpisodeOutcome]:
    """The outcomes of these episodes, in order; those that are not whole are left out."""
    known = Known(run)
    whole = set(run.episode_ids())
    for name in names:
        if name in whole:
            yield known.outcome(name)


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
