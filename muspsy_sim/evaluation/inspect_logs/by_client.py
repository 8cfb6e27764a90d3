"""The metric of every score: its mean, and a standard error clustered by client.

Episodes of one client under several seeds resemble each other; counting them as independent would
make intervals too narrow. Importing this needs Inspect AI.
"""

from __future__ import annotations

from collections.abc import Callable

from inspect_ai.scorer import SampleScore, Value, mean, metric, stderr

CLIENT = "client"
"""The key of a sample's metadata that says which source case its client comes from."""

FEWEST_CLIENTS = 2
"""Below that there is no standard error over clients."""


@metric
def by_client() -> Callable[[list[SampleScore]], Value]:
    """`mean`, and `stderr` clustered by client where there are two clients or more.

    What cannot be computed is left out: no number stands where nothing was measured.
    """

    def of(scores: list[SampleScore]) -> Value:
        clients = {(score.sample_metadata or {}).get(CLIENT) for score in scores}
        enough = len(clients) >= FEWEST_CLIENTS
        return {
            "mean": float(mean()(scores)) if scores else None,
            "stderr": float(stderr(cluster=CLIENT)(scores)) if enough else None,
        }

    return of
