"""What an evaluation costs beside its judge: many episodes under a judge that answers at once.

    python benchmarks/judging.py [--clients 60] [--arms 4] [--seeds 3] [--sessions 6]
                                 [--exchanges 12] [--limit-s 300]

A few offline courses are run and copied under other names until there are as many as asked for;
then all instruments are applied by a judge without latency. Prints wall and processor time, calls a
second and the most memory held; leaves with 1 when it takes longer than the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

from muspsy_sim.evaluation.evaluating import evaluate
from muspsy_sim.evaluation.instruments.loading import all_instruments
from muspsy_sim.evaluation.judging.asked import Asked, EvaluationProgress
from muspsy_sim.llm.seam import Reply, Request
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.judging import JudgeView
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run

ARMS = ("full", "no-memory", "no-planning", "neither")


@dataclass(slots=True)
class AtOnce:
    """A judge that quotes the first words of the session and gives the middle of each scale."""

    name: str = "at-once"
    asked: int = 0

    async def reply(self, request: Request) -> Reply:
        """A valid answer."""
        self.asked += 1
        view = request.view
        if not isinstance(view, JudgeView):
            raise TypeError(f"a rating is asked, not {request.key.prompt}")
        line = next(s for s in view.sessions if s.number in view.judged).lines[0]
        quote = {"turn": line.id, "text": line.text[:40]}
        items = [
            {
                "item": item.id,
                "evidence": [quote],
                "counter_evidence": [],
                "reasoning": "What is quoted bears on the anchors, and the middle fits best here.",
                "score": item.low + round((item.high - item.low) / 2 / item.step) * item.step,
            }
            for item in view.instrument.items
        ]
        used = Usage(calls=1, prompt_tokens=3000, completion_tokens=300)
        return Reply(orjson.dumps({"items": items}).decode(), usage=used)


async def many_episodes(folder: Path, episodes: int, sessions: int, exchanges: int) -> Run:
    """A run with as many episodes: a few that were lived, and copies of them."""
    recipe = Recipe(
        personas=["all"], arms=list(ARMS), seeds=[0], sessions=sessions, exchanges=exchanges
    )
    lived = min(8, episodes)
    await run(plan_run(recipe, limit=lived), folder)
    made = Run(folder)
    sources = [made.episode_file(name).read_bytes() for name in made.episode_ids()]
    for number in range(lived, episodes):
        copy = orjson.loads(sources[number % len(sources)])
        copy["id"] = f"copy-{number:05d}"
        copy["seed"] = number
        made.episode_file(copy["id"]).write_bytes(canonical_json(copy))
    return made


async def measured(
    episodes: int, sessions: int, exchanges: int, concurrency: int = 8
) -> tuple[float, int]:
    """Seconds and calls that an evaluation takes; prints its figures."""
    with tempfile.TemporaryDirectory(prefix="muspsy-judging-") as temporary:
        made = await many_episodes(Path(temporary, "run"), episodes, sessions, exchanges)
        judge = AtOnce()
        asked = Asked(
            all_instruments(), [judge.name], concurrency=concurrency, overrides={judge.name: judge}
        )
        progress = EvaluationProgress(episodes)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wall, processor = time.perf_counter(), time.process_time()
        await evaluate(made, asked, progress)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = sum(p.stat().st_size for p in (made.folder / "scores").rglob("*") if p.is_file())
    print(
        f"{episodes} episodes, {judge.asked:,} calls, {progress.scores:,} scores: "
        f"{wall:.1f} s on the wall, {processor:.1f} s of processor, "
        f"{judge.asked / wall:.0f} calls/s, {processor / judge.asked * 1000:.2f} ms a call; "
        f"memory {most / 1024:.0f} MiB at most, {(most - before) / 1024:.0f} MiB of it new; "
        f"{size / 2**20:.0f} MiB written"
    )
    return wall, judge.asked


def main() -> int:
    """Run it from the command line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--clients", type=int, default=60)
    options.add_argument("--arms", type=int, default=4)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--sessions", type=int, default=6)
    options.add_argument("--exchanges", type=int, default=12)
    options.add_argument("--limit-s", type=float, default=300.0)
    chosen = options.parse_args()
    episodes = chosen.clients * chosen.arms * chosen.seeds
    wall, _ = asyncio.run(measured(episodes, chosen.sessions, chosen.exchanges))
    return 0 if wall <= chosen.limit_s else 1


if __name__ == "__main__":
    sys.exit(main())
