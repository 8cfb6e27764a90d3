"""Where a run stands, for whoever shows it while it changes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from muspsy_sim.llm.budget import Budget
from muspsy_sim.llm.counting import UsageCount
from muspsy_sim.llm.prefixes import Sent
from muspsy_sim.llm.seam import Role
from muspsy_sim.records.episode import CourseEnd


@dataclass(slots=True)
class RunProgress:
    """Where a run stands; read by displays while it changes."""

    episodes: int
    done: int = 0
    kept: int = 0
    """Episodes that were whole before this process began."""
    running: int = 0
    sessions: int = 0
    turns: int = 0
    weeks: int = 0
    expected_weeks: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    last_end: float = 0.0
    """When the last episode so far ended, as `time.perf_counter` has it."""
    count: UsageCount = field(default_factory=UsageCount)
    sent: dict[str, Mapping[Role, Sent]] = field(default_factory=dict)
    """By episode that was lived in this process, what its prompts sent before, by role."""
    budget: Budget = field(default_factory=Budget)
    by_worker: dict[str, float] = field(default_factory=dict)
    """Worker, as HOST:PID -> processor seconds it took; empty where this process works alone."""
    began: float = field(default_factory=time.monotonic)

    def finished(self, end: CourseEnd) -> None:
        """Note one episode's ending."""
        self.done += 1
        self.last_end = time.perf_counter()
        self.ends[end.value] = self.ends.get(end.value, 0) + 1
