"""The benchmarks that need no extra keep their limits. `ray` and `local` are held in their suites."""

from __future__ import annotations

import pytest

from muspsy_sim.report.bench.catalogue import BENCHES
from muspsy_sim.report.bench.figures import BenchResult, Figure
from tests.held_benches import beyond, hold

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", [name for name, bench in BENCHES.items() if not bench.extra])
def test_limits_hold_with_slack(name: str) -> None:
    hold(name, "full" if name == "prompts" else "quick")


@pytest.mark.parametrize(
    ("value", "unit", "limits", "held"),
    [
        (2.9, "x the wall", {"at_most": 2.0}, True),
        (3.1, "x the wall", {"at_most": 2.0}, False),
        (1.3, "x", {"at_least": 1.8}, True),
        (1.1, "x", {"at_least": 1.8}, False),
        (0.84, "of the characters", {"at_least": 0.85}, False),
        (201.0, "KB", {"at_most": 200.0}, False),
        (None, "x", {"at_least": 1.8}, False),
        (9.0, "x", {}, True),
    ],
)
def test_the_gate_lets_through_what_slack_explains_and_nothing_else(
    value: float | None, unit: str, limits: dict[str, float], held: bool
) -> None:
    one = Figure(name="one", value=value, unit=unit, **limits)
    whole = Figure(name="whole", value=1.0, unit="of those asked for", at_least=1.0)
    assert (not beyond(BenchResult(bench="b", about="", figures=[one, whole]))) is held


def test_a_benchmark_that_is_held_to_nothing_is_no_gate() -> None:
    with pytest.raises(AssertionError, match="held to nothing"):
        beyond(BenchResult(bench="b", about="", figures=[Figure(name="one", value=1.0)]))
