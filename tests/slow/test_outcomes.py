"""Sane outcomes over the project's four first personas x 20 seeds, offline.

`full` improves reported symptoms more than `dismissive`, with an interval that excludes 0; `frozen`
moves no more than its measurement error.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
from numpy.random import default_rng

from muspsy_sim.records.episode import Episode
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import episodes

FOUR = ["en-gordon-pell", "en-imogen-baptiste", "zh-ma-guoqing", "zh-lu-xiaowen"]


def courses(folder: Path, arms: list[str], progress: str = "responsive") -> list[Episode]:
    recipe = Recipe.model_validate(
        {
            "personas": FOUR,
            "arms": arms,
            "seeds": list(range(20)),
            "sessions": 6,
            "exchanges": 10,
            "progress": progress,
        }
    )
    outcome = asyncio.run(run(plan_run(recipe), folder))
    assert outcome.incomplete == []
    return list(episodes(outcome.run))


def change(episode: Episode) -> float:
    """Reported PHQ-9 and GAD-7 together, baseline less horizon: more = better."""
    assert episode.baseline is not None
    last = episode.follow_up[-1]
    before = episode.baseline.phq9_total + episode.baseline.gad7_total
    return float(before - last.phq9_total - last.gad7_total)


def test_full_helps_more_than_dismissive(tmp_path: Path) -> None:
    found = courses(tmp_path, ["full", "dismissive"])
    by = {(e.persona, e.seed, e.arm): change(e) for e in found}
    pairs = np.array([[by[p, s, "full"] - by[p, s, "dismissive"] for s in range(20)] for p in FOUR])
    # Personas are resampled, and seeds within them: the clients are few, so both are chance.
    rng = default_rng(1)
    means = [
        np.mean([rng.choice(pairs[i], 20).mean() for i in rng.integers(0, 4, 4)])
        for _ in range(4000)
    ]
    low, high = np.quantile(means, [0.025, 0.975])
    print(f"full - dismissive: {pairs.mean():.2f} points, 95% interval {low:.2f} to {high:.2f}")
    print({p: round(float(pairs[i].mean()), 2) for i, p in enumerate(FOUR)})
    assert low > 0


def test_frozen_moves_no_more_than_measurement_error(tmp_path: Path) -> None:
    found = courses(tmp_path, ["full"], progress="frozen")
    for episode in found:
        latent = {tuple(w.phq9_latent + w.gad7_latent) for w in episode.weeks}
        assert len(latent) == 1, "a frozen client's symptoms moved"
        held = [s for s in episode.sessions if s.state_before and s.state_after]
        for session in held:
            assert session.state_after
            assert held[0].state_before
            assert session.state_after.values == held[0].state_before.values
    changes = np.array([change(e) for e in found])
    error = changes.std(ddof=1) / np.sqrt(len(changes))
    print(f"frozen: mean change {changes.mean():.2f}, standard error {error:.2f}")
    assert abs(changes.mean()) < 1.96 * error
