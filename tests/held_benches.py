"""`muspsy bench` as a gate: every ratio against its limit of the same run, no absolute time."""

from __future__ import annotations

from muspsy_sim.report.bench.catalogue import BENCHES
from muspsy_sim.report.bench.figures import BenchResult, Figure, Size

SLACK = 1.5
"""How much worse than its limit a ratio of two times may be on a machine that is busy, and in a run
of seconds. Without what it measures every ratio is worse by more than that."""

_NO_TIME = ("of the characters", "of those asked for", "KB", "MB")
"""The units of what no neighbour on the machine disturbs: it is held to its limit itself."""


def hold(name: str, size: Size = "quick") -> None:
    """Run one benchmark and hold all that is limited in it."""
    result = BENCHES[name].measured(size)
    assert not (broken := beyond(result)), broken


def beyond(result: BenchResult) -> list[str]:
    """What is beyond its limit by more than the slack, each in a line."""
    limited = [figure for figure in result.figures if figure.limited]
    assert limited, f"{result.bench} is held to nothing"
    return [
        f"{result.bench}: {each.name}: {each.value} {each.unit}, "
        f"at most {each.at_most}, at least {each.at_least}, slack {_slack(each)}"
        for each in limited
        if not _held(each)
    ]


def _slack(figure: Figure) -> float:
    return 1.0 if figure.unit in _NO_TIME else SLACK


def _held(figure: Figure) -> bool:
    if figure.value is None:
        return False
    low = figure.at_least is None or figure.value >= figure.at_least / _slack(figure)
    return low and (figure.at_most is None or figure.value <= figure.at_most * _slack(figure))
