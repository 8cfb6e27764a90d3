"""`muspsy bench local` keeps its limits."""

from __future__ import annotations

from tests.held_benches import hold


def test_many_episodes_at_once_are_faster_and_every_answer_is_in_schema() -> None:
    hold("local")
