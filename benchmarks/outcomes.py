"""Whole offline courses against the outcome bands: what `agents/client/outcome_bands.yaml` says.

    python benchmarks/outcomes.py [--courses 500] [--arms full waitlist ...] [--seed 0] [--out DIR]

Twelve personas and variants of them, each course with a seed of its own, are run as `muspsy run`
runs them, offline. Prints each figure with its interval, its band and the verdict, and leaves with
1 when one lies outside. 500 courses of an arm take some five minutes on one core.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.agents.client.crowd import Block, crowd
from muspsy_sim.agents.client.outcome_bands import load_outcome_bands
from muspsy_sim.agents.client.outcomes import Endpoint, as_text, compared, endpoint_of_episode
from muspsy_sim.personas.summaries import PROFILE_FILE
from muspsy_sim.personas.writing import profile_text
from muspsy_sim.records.episode import Episode
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import episodes


def lived(block: Block, arms: list[str], folder: Path) -> Iterator[Episode]:
    """The episodes of one block of clients, run offline into `folder`."""
    definitions = load_outcome_bands().definitions
    clients = folder / "clients"
    for profile in block.profiles:
        path = clients / profile.id / PROFILE_FILE
        path.parent.mkdir(parents=True)
        path.write_text(profile_text(profile, clients), encoding="utf-8")
    recipe = Recipe.model_validate(
        {
            "personas": [str(clients)],
            "arms": arms,
            "seeds": block.seeds,
            "sessions": definitions.sessions,
            "exchanges": definitions.exchanges,
            "follow_up_weeks": definitions.follow_up_weeks,
        }
    )
    outcome = asyncio.run(run(plan_run(recipe), folder / "run"))
    if outcome.incomplete:
        raise RuntimeError(f"{len(outcome.incomplete)} courses did not reach their horizon")
    yield from episodes(outcome.run)


def measured(courses: int, arms: list[str], seed: int, out: Path) -> dict[str, list[Endpoint]]:
    """The endpoints of `courses` courses (or a few more) of every arm."""
    found: dict[str, list[Endpoint]] = defaultdict(list)
    definitions = load_outcome_bands().definitions
    for number, block in enumerate(crowd(courses, seed)):
        for episode in lived(block, arms, out / f"block-{number}"):
            found[episode.arm].append(endpoint_of_episode(episode, definitions))
    return found


def main() -> int:
    """Run, print, and say by the exit code whether every figure lies in its band."""
    bands = load_outcome_bands()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--courses", type=int, default=bands.definitions.courses)
    parser.add_argument("--arms", nargs="+", default=bands.arms(), choices=bands.arms())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="keep the runs here; else they are thrown away")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as thrown_away:
        folder = given.out or Path(thrown_away)
        rows = compared(measured(given.courses, given.arms, given.seed, folder), bands)
    print("\n".join(as_text(rows)))
    outside = sum(row.verdict != "in" for row in rows)
    print(f"{len(rows) - outside} of {len(rows)} in their bands, {time.monotonic() - began:.0f} s")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
