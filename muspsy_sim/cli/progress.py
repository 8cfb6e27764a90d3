"""How far a run is, while it runs: redrawn in place on a terminal, else a plain line now and then.

Displays only read the orchestrator's `RunProgress`; whether anybody watches changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muspsy_sim.cli.screen import count, duration, interactive, money

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from muspsy_sim.runs.progress import RunProgress

_REDRAW_S = 0.25
_LINE_S = 3.0
_WINDOW_S = 10.0
"""Turns per second are those of the last so many seconds."""


@dataclass(slots=True)
class Pace:
    """How fast turns come, over the last seconds."""

    seen: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, now: float, turns: int) -> None:
        """Take a reading."""
        self.seen.append((now, turns))
        while len(self.seen) > 2 and now - self.seen[0][0] > _WINDOW_S:
            self.seen.popleft()

    @property
    def per_second(self) -> float:
        """Turns per second; 0 before there are two readings."""
        if len(self.seen) < 2:
            return 0.0
        (first, before), (last, after) = self.seen[0], self.seen[-1]
        return (after - before) / (last - first) if last > first else 0.0


def time_left(progress: RunProgress, now: float) -> float | None:
    """Seconds left at the pace of the weeks lived so far; `None` before there is any pace.

    Weeks, since every course has the same number of them; those of episodes that were whole
    already took no time.
    """
    per_episode = progress.expected_weeks / max(1, progress.episodes)
    kept = progress.kept * per_episode
    lived = progress.weeks - kept
    elapsed = now - progress.began
    if lived <= 0 or elapsed <= 0:
        return None
    # Episodes that ended early are done, however many weeks they lived.
    ahead = (progress.episodes - progress.done) * per_episode
    owed = min(ahead, progress.expected_weeks - progress.weeks)
    return max(0.0, owed * elapsed / lived)


def as_line(progress: RunProgress, pace: Pace, now: float) -> str:
    """Where the run stands, on one line without control characters."""
    left = time_left(progress, now)
    total = progress.count.total
    parts = [
        f"{duration(now - progress.began)}: {progress.done} of {progress.episodes} episodes done",
        f"{progress.running} running",
        f"{count(progress.sessions)} sessions",
        f"{count(progress.turns)} turns ({pace.per_second:.0f}/s)",
        f"{tokens(total.prompt_tokens + total.completion_tokens, total.estimated)} tokens",
        f"money {money(progress.budget.spent_money)}",
        "" if left is None else f"about {duration(left)} left",
        ", ".join(f"{end} {n}" for end, n in sorted(progress.ends.items())),
    ]
    return "; ".join(part for part in parts if part)


def tokens(number: int, estimated: int) -> str:
    """A token count that says when it is (in part) an estimate."""
    return f"~{count(number)}" if estimated else count(number)


def as_panel(progress: RunProgress, pace: Pace, now: float, title: str) -> RenderableType:
    """Where the run stands, for a terminal that is redrawn."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    left = time_left(progress, now)
    total = progress.count.total
    bar = Table.grid(padding=(0, 1))
    weeks = max(1, progress.expected_weeks)
    share = max(progress.weeks / weeks, progress.done / max(1, progress.episodes))
    bar.add_row(
        ProgressBar(total=1.0, completed=min(1.0, share), width=40),
        Text(f"{share:.0%}", style="bold"),
        Text("" if left is None else f"about {duration(left)} left", style="dim"),
    )
    grid = Table.grid(padding=(0, 2))
    grid.add_row(
        _named("episodes", f"{progress.done}/{progress.episodes}"),
        _named("running", count(progress.running)),
        _named("sessions", count(progress.sessions)),
        _named("turns/s", f"{pace.per_second:.0f}"),
    )
    grid.add_row(
        _named("time", duration(now - progress.began)),
        _named("turns", count(progress.turns)),
        _named("tokens", tokens(total.prompt_tokens + total.completion_tokens, total.estimated)),
        _named("money", money(progress.budget.spent_money)),
    )
    ends = Text("  ".join(f"{end} {n}" for end, n in sorted(progress.ends.items())), style="dim")
    return Group(Text(title, style="bold"), bar, grid, ends)


def _named(name: str, value: str) -> RenderableType:
    from rich.text import Text

    return Text.assemble((f"{name} ", "dim"), (value, "bold"))


@asynccontextmanager
async def watching(
    progress: RunProgress, title: str, screen: Console | None
) -> AsyncIterator[None]:
    """Show a run's progress on `screen` while the body runs; on `None`, nothing."""
    if screen is None:
        yield
        return
    shown = asyncio.create_task(
        _redraw(progress, title, screen) if interactive(screen) else _lines(progress, title, screen)
    )
    try:
        yield
    finally:
        shown.cancel()
        await asyncio.gather(shown, return_exceptions=True)


async def _redraw(progress: RunProgress, title: str, screen: Console) -> None:
    from rich.live import Live

    pace = Pace()

    def drawn() -> RenderableType:
        now = time.monotonic()
        pace.note(now, progress.turns)
        return as_panel(progress, pace, now, title)

    with Live(drawn(), console=screen, auto_refresh=False, transient=False) as live:
        try:
            while True:
                await asyncio.sleep(_REDRAW_S)
                live.update(drawn(), refresh=True)
        finally:
            live.update(drawn(), refresh=True)


async def _lines(progress: RunProgress, title: str, screen: Console) -> None:
    pace = Pace()
    pace.note(time.monotonic(), progress.turns)
    print(title, file=screen.file, flush=True)
    try:
        while True:
            await asyncio.sleep(_LINE_S)
            _print_line(progress, pace, screen)
    finally:
        _print_line(progress, pace, screen)


def _print_line(progress: RunProgress, pace: Pace, screen: Console) -> None:
    now = time.monotonic()
    pace.note(now, progress.turns)
    print(as_line(progress, pace, now), file=screen.file, flush=True)
