"""Runs to judge, in a folder of the test's own, and evaluating them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from muspsy_sim.evaluation.evaluating import evaluate
from muspsy_sim.evaluation.instruments.loading import chosen_instruments
from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.evaluation.judging.asked import Asked, EvaluationProgress
from muspsy_sim.evaluation.judging.scores_store import ScoreStore
from muspsy_sim.records.episode import Episode
from muspsy_sim.runs.store import Run
from tests.judges import FakeJudge
from tests.unit.episodes import make_episode, write_run

JUDGED = ("alliance", "homework", "plan-adherence", "crisis")


def a_run(folder: Path, episodes: Sequence[Episode] = (), **recipe: Any) -> Run:
    """A run of recorded episodes with a recipe that can be read."""
    made = list(episodes) or [make_episode("en"), make_episode("zh"), make_episode("en", "bare")]
    write_run(folder, made)
    described = yaml.safe_load((folder / "run.yaml").read_text())
    described["recipe"] = {
        "personas": ["all"],
        "arms": sorted({e.arm for e in made}),
        "seeds": [0],
        "limits": {"first_wait_s": 0.0, "attempts": 2},
        **recipe,
    }
    (folder / "run.yaml").write_text(yaml.safe_dump(described))
    return Run(folder)


@cache
def instruments_named(names: Sequence[str]) -> list[Instrument]:
    """Instruments, read once for all tests."""
    return chosen_instruments(names)


def judged(
    run: Run,
    *judges: FakeJudge,
    instruments: Sequence[str] = JUDGED,
    progress: EvaluationProgress | None = None,
    **asked: Any,
) -> ScoreStore:
    """Evaluate a run with fake judges."""
    return asyncio.run(
        evaluate(
            run,
            Asked(
                instruments_named(tuple(instruments)),
                [judge.name for judge in judges],
                overrides={judge.name: judge for judge in judges},
                **asked,
            ),
            progress or EvaluationProgress(len(run.episode_ids())),
        )
    )


def files(store: ScoreStore) -> dict[str, bytes]:
    """The scores of all episodes, as bytes."""
    return {name: store.file(name).read_bytes() for name in store.episode_ids()}
