"""What an evaluation prints at its end: means by arm, what has no value and why, agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.evaluation.evaluating import Asked, EvaluationProgress
    from muspsy_sim.evaluation.judging.scores_store import ScoreStore


def print_evaluation(
    screen: Console, store: ScoreStore, asked: Asked, progress: EvaluationProgress
) -> None:
    """The summary as a person reads it."""
    from muspsy_sim.cli.screen import styled

    screen.print(styled(f"Written to {store.folder}"), soft_wrap=True)
