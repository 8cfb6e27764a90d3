"""The benchmarks keep generous ratios, and the rivals do the same work. No absolute time is held."""

from __future__ import annotations

import pytest

from muspsy_sim.report.bench.catalogue import BENCHES

pytestmark = pytest.mark.slow

SLACK = 2.0
"""How much worse than its limit a ratio may be on a busy machine before this fails."""


@pytest.mark.parametrize("name", ["orchestration", "prompts"])
def test_limits_hold_with_slack(name: str) -> None:
    result = BENCHES[name].measured("full" if name == "prompts" else "quick")
    limited = [figure for figure in result.figures if figure.limited]
    assert limited
    for figure in limited:
        assert figure.value is not None, figure.name
        if figure.at_most is not None:
            assert figure.value <= figure.at_most * SLACK, figure.name
        if figure.at_least is not None:
            assert figure.value >= figure.at_least, figure.name
