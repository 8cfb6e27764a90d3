"""The session graphs that Studio opens run to their end, node by node, and can be gone back into."""

from __future__ import annotations

import pytest

from muspsy_sim.runs import studio


@pytest.mark.parametrize("arm", ["full", "no_memory", "no_planning", "neither", "bare"])
async def test_a_session_runs_one_node_at_a_time(arm: str) -> None:
    graph = getattr(studio, arm)
    seen: list[str] = []
    async for part in graph.astream({"exchanges": 2}, stream_mode="updates"):
        seen += part
    assert seen[0] == "begin"
    assert seen.count("speak") == 2 or arm == "bare"
    assert "appraise" in seen


async def test_an_earlier_step_can_be_lived_on_from_again() -> None:
    steps = [s async for s in studio.full.astream({"exchanges": 3}, stream_mode="values")]
    spoken = [s for s in steps if len(s.get("said", [])) == 2]
    before = studio._COURSES[spoken[0]["course"]]
    assert len(before.now.turns) == 2, "later steps changed an earlier one"
    assert len(steps[-1]["said"]) > 2
