"""How far an evaluation is: one line, redrawn on a terminal, else printed now and then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from muspsy_sim.cli.screen import count, duration, interactive

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.evaluation.judging.asked import EvaluationProgress

_REDRAW_S = 0.25
_LINE_S = 3.0


def as_line(progress: EvaluationProgress, now: float) -> str:
    """Where it stands, on one line."""
    elapsed = now - progress.began
    new = progress.done - progress.kept
    left = ""
    if new > 0 and progress.done < progress.episodes:
        seconds = (progress.episodes - progress.done) * elapsed / new
        left = f"about {duration(seconds)} left"
    asked = progress.count.attempts - progress.count.recorded
    parts = [
        f"{duration(elapsed)}: {progress.done} of {progress.episodes} episodes judged",
        f"{count(progress.scores)} scores",
        f"{count(asked)} calls",
        f"{count(progress.failed)} failed" if progress.failed else "",
        left,
    ]
    return "; ".join(part for part in parts if part)


@asynccontextmanager
async def watching(progress: EvaluationProgress, screen: Console | None) -> AsyncIterator[None]:
    """Show progress on `screen` while the body runs; on `None`, nothing."""
    if screen is None:
        yield
        return
    shown = asyncio.create_task(_shown(progress, screen))
    try:
        yield
    finally:
        shown.cancel()
        await asyncio.gather(shown, return_exceptions=True)


async def _shown(progress: EvaluationProgress, screen: Console) -> None:
    if not interactive(screen):
        try:
            while True:
                await asyncio.sleep(_LINE_S)
                print(as_line(progress, time.monotonic()), file=screen.file, flush=True)
        finally:
            print(as_line(progress, time.monotonic()), file=screen.file, flush=True)
    from rich.live import Live
    from rich.text import Text

    with Live(Text(""), console=screen, auto_refresh=False) as live:
        try:
            while True:
                await asyncio.sleep(_REDRAW_S)
                live.update(Text(as_line(progress, time.monotonic())), refresh=True)
        finally:
            live.update(Text(as_line(progress, time.monotonic())), refresh=True)
