"""The metric of every score: its mean, and a standard error clustered by client.

Episodes of one client under several seeds resemble each other; counting them as independent would
make intervals too narrow. Importing this needs Inspect AI.
"""

from __future__ import annotations

from typing import Any

from inspect_ai.scorer import SampleScore, Value, mean, metric, stderr

CLIENT = "client"
"""The key of a sample's metadata that says which source case its client comes from."""

FEWEST_CLIENTS = 2
"""Below that there is no standard error over clients."""


def mean_and_error(scores: list[SampleScore]) -> dict[str, float | None]:
    """`mean`, and `stderr` clustered by client; `None` for what there is too little for."""
    average: Any = mean()
    error: Any = stderr(cluster=CLIENT)
    clients = {(score.sample_metadata or {}).get(CLIENT) for score in scores}
    return {
        "mean": float(average(scores)) if scores else None,
        "stderr": float(error(scores)) if len(clients) >= FEWEST_CLIENTS else None,
    }


@metric
def by_client() -> Any:
    """The same as Inspect's metric: a value that is `None` gets no number in its results."""

    def of(scores: list[SampleScore]) -> Value:
        return mean_and_error(scores)

    return of
