"""10,000 exchanges over all arms with canaries in everything hidden: none where it may not be."""

from __future__ import annotations

import asyncio
from pathlib import Path

from muspsy_sim.graphs.spec import arm_names
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.personas.library import load_profile
from muspsy_sim.personas.summaries import list_profiles
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import episodes
from tests.leaks import CANARY, Spy, leaks, marked

WANTED = 10_000


def test_no_party_sees_what_it_was_never_told(tmp_path: Path) -> None:
    profiles = [marked(load_profile(p.id)) for p in list_profiles()]
    exchanges = requests = seen = 0
    seed = 0
    while exchanges < WANTED:
        spy = Spy(OfflineModel())
        recipe = Recipe.model_validate(
            {
                "personas": [p.id for p in profiles],
                "arms": arm_names(),
                "seeds": [seed],
                "sessions": 6,
                "exchanges": 12,
                "intake": ("none", "brief", "full")[seed % 3],
                "monitoring": ("none", "scores")[seed % 2],
                "progress": ("responsive", "scripted", "responsive")[seed % 3],
            }
        )
        everybody = {"client": spy, "appraiser": spy, "counselor": spy}
        plan = plan_run(recipe, profiles=profiles)
        outcome = asyncio.run(run(plan, tmp_path / str(seed), overrides=everybody))  # type: ignore[arg-type]
        by_episode: dict[str, list] = {}  # type: ignore[type-arg]
        for request in spy.requests:
            by_episode.setdefault(request.key.episode, []).append(request)
            seen += bool(CANARY.search("".join(m.content for m in request.messages)))
        for episode in episodes(outcome.run):
            found = leaks(episode, by_episode.get(episode.id, []))
            assert found == []
            exchanges += sum(len(s.turns) // 2 for s in episode.sessions)
        requests += len(spy.requests)
        seed += 1
    # The spy would find nothing if it marked nothing: most prompts hold some canary rightly.
    assert seen > requests / 2
    print(f"{exchanges} exchanges, {requests} prompts, {seen} with canaries, no leak")
