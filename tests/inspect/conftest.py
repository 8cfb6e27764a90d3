"""A small run, evaluated, and its logs.

This suite needs Inspect AI and fails without it: `pip install -e '.[test,inspect]'`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.evaluation.evaluating import evaluate
from muspsy_sim.evaluation.judging.asked import EvaluationProgress, asked_for
from muspsy_sim.runs.orchestrator import run as run_plan
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run

SMALL = {
    "personas": ["en-gordon-pell", "zh-ma-guoqing"],
    "arms": ["full", "neither"],
    "seeds": [0, 1],
    "sessions": 2,
    "exchanges": 3,
    "follow_up_weeks": 1,
}


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Eight short episodes of two clients, all scored by the offline judge."""
    folder = tmp_path_factory.mktemp("small") / "run"

    async def made() -> None:
        await run_plan(plan_run(Recipe.model_validate(SMALL)), folder)
        await evaluate(Run(folder), asked_for(Run(folder)), EvaluationProgress(8))

    asyncio.run(made())
    return Run(folder)


@pytest.fixture(scope="session")
def logs(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its logs, as the command writes them."""
    out = tmp_path_factory.mktemp("logs") / "logs"
    assert run_command_line(["export", str(run.folder), "--to", "inspect", "--out", str(out)]) == 0
    return out
