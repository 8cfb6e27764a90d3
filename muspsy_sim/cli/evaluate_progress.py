"""How far an evaluation is: one line, redrawn on a terminal, else printed now and then."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from muspsy_sim.cli.screen import count, duration
from muspsy_sim.cli.watching import watching_line

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.evaluation.judging.asked import EvaluationProgress


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


def watching(
    progress: EvaluationProgress, screen: Console | None
) -> AbstractAsyncContextManager[None]:
    """Show progress on `screen` while the body runs; on `None`, nothing."""
    return watching_line(lambda now: as_line(progress, now), screen)
