"""The results of a log: for each score its mean over episodes, and the error clustered by client.

Each is computed by the metric that the task uses too, over the samples that have a value; how many
have none is said beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muspsy_sim.evaluation.inspect_logs.by_client import mean_and_error

HEADLINE = "phq9_change"
"""The score that stands first: what the client reports."""


def results_of(samples: Sequence[Any]) -> Any:
    """The `EvalResults` of an arm's samples."""
    from inspect_ai.log import EvalMetric, EvalResults, EvalScore, HeadlineMetric
    from inspect_ai.scorer import SampleScore

    names = dict.fromkeys(name for sample in samples for name in sample.scores or {})
    found = []
    for name in names:
        those = [
            SampleScore(
                score=sample.scores[name], sample_id=sample.id, sample_metadata=sample.metadata
            )
            for sample in samples
            if name in (sample.scores or {})
        ]
        metrics = {
            which: EvalMetric(name=which, group="by_client", value=value)
            for which, value in mean_and_error(those).items()
            if value is not None
        }
        unscored = sum(name in sample.metadata["not_scored"] for sample in samples)
        found.append(
            EvalScore(
                name=name,
                scorer=name,
                scored_samples=len(those),
                unscored_samples=unscored,
                metrics=metrics,
            )
        )
    return EvalResults(
        total_samples=len(samples),
        completed_samples=sum(sample.error is None for sample in samples),
        scores=found,
        headline=HeadlineMetric(scorer=HEADLINE, score=HEADLINE, metric="mean")
        if HEADLINE in names
        else None,
    )
