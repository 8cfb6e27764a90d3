"""`muspsy bench ray` keeps its limits."""

from __future__ import annotations

import pytest

from tests.held_benches import hold

pytestmark = pytest.mark.timeout(300)


def test_two_actors_do_more_than_one_and_cost_little() -> None:
    hold("ray")
