"""A turn planned at random: the same call, another strategy, the same for every arm."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from muspsy_sim.agents.counselor.acting import DRAWN, STRATEGIES, drawn_plan
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.views import RespondView
from tests.fakes import FakeModel
from tests.unit.courses import ran


def drawn(episode: Episode) -> dict[str, str]:
    """Turn id -> the strategy recorded for it."""
    turns = [t for s in episode.sessions for t in s.turns if t.plan]
    assert all(t.plan and t.plan.reason == DRAWN and not t.plan.aim for t in turns)
    return {t.id: t.plan.strategy for t in turns if t.plan}


def test_every_strategy_but_unknown_is_drawn_as_often_as_another() -> None:
    counts = Counter(
        drawn_plan(Chance("case", seed), session, turn).strategy
        for seed in range(30)
        for session in range(1, 7)
        for turn in range(1, 21, 2)
    )
    assert set(counts) == set(STRATEGIES) - {"unknown"}
    assert max(counts.values()) < 1.4 * min(counts.values())


def test_a_draw_is_keyed_by_case_seed_session_and_turn_and_by_nothing_else() -> None:
    def draws(case: str = "case", seed: int = 1, session: int = 2) -> list[str]:
        return [drawn_plan(Chance(case, seed), session, turn).strategy for turn in range(1, 30)]

    assert draws() == draws()
    others = [draws("other"), draws(seed=2), draws(session=3)]
    assert all(other != draws() for other in others)


@pytest.mark.slow
def test_arms_that_differ_otherwise_draw_the_same(tmp_path: Path) -> None:
    uses = [
        "random-plan",
        {"graph": "random-plan", "name": "forgetful", "levels": {"recall": "none"}},
        {"graph": "random-plan", "name": "nods", "levels": {"manner": "nodding"}},
    ]
    found = [drawn(episode) for episode in ran(tmp_path, OfflineModel(), arms=uses, exchanges=6)]
    assert len(found) == 3
    shared = set(found[0]) & set(found[1]) & set(found[2])
    assert len(shared) >= 10
    assert all(found[0][turn] == other[turn] for other in found for turn in shared)


@pytest.mark.slow
def test_the_counselor_is_told_the_strategy_and_not_that_it_was_drawn(tmp_path: Path) -> None:
    model = FakeModel(keep=True)
    (episode,) = ran(tmp_path, model, arms=["random-plan"])
    recorded = drawn(episode)
    assert len(set(recorded.values())) > 3
    for session in episode.sessions:
        for turn in session.turns:
            if turn.speaker == "counselor":
                (label,) = turn.labels
                assert (label.kind, label.origin) == ("strategy", "planned")
                assert label.value == recorded[turn.id]
    shown = [r for r in model.requests if r.key.prompt == "counselor.respond"]
    assert len(shown) == len(recorded)
    for request in shown:
        assert isinstance(request.view, RespondView)
        plan = request.view.turn_plan
        assert plan is not None
        assert plan.strategy == recorded[f"s{request.key.session}t{request.key.turn}"]
        assert plan.reason == plan.aim == ""
        prompt = "".join(m.content for m in request.messages)
        assert "random" not in prompt
        assert "why not" not in prompt


@pytest.mark.slow
@pytest.mark.parametrize("arm", ["full", "random-plan"])
def test_both_make_the_same_calls(tmp_path: Path, arm: str) -> None:
    model = FakeModel(keep=True)
    ran(tmp_path, model, arms=[arm])
    asked = Counter(request.key.prompt for request in model.requests)
    assert asked["counselor.plan_turn"] == asked["counselor.respond"] == 3 * 4
