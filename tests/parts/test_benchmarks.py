"""The benchmark's rivals make the same calls, so that their figures can be compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.judging import measured
from muspsy_sim.llm.seam import Model, Role
from muspsy_sim.report.bench.fake import CannedModel
from muspsy_sim.report.bench.rivals import graphs_alone, nodes_alone, plan_of, timed
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.provenance import ROLES


async def test_the_rivals_make_the_same_calls(tmp_path: Path) -> None:
    model, plan = CannedModel(), plan_of(3, 2, 3)
    everybody: dict[Role, Model] = dict.fromkeys(ROLES, model)
    nodes = await timed(model, lambda: nodes_alone(model, plan))
    graphs = await timed(model, lambda: graphs_alone(model, plan))
    whole = await timed(model, lambda: run(plan, tmp_path, overrides=everybody))
    assert nodes.calls == graphs.calls == whole.calls > 50
    assert nodes.exchanges == whole.exchanges
    assert whole.processor > nodes.processor, "a run does more than its nodes"


async def test_an_evaluation_is_measured_over_all_its_episodes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, calls = await measured(10, sessions=2, exchanges=3)
    told = capsys.readouterr().out
    assert calls > 100
    assert re.search(r"^10 episodes, \d+ calls, [\d,]+ scores: ", told)
