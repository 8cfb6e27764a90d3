"""Whole courses against a real server: servers of little skill, and budgets in tokens and money."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.records.episode import CourseEnd, Usage
from muspsy_sim.records.errors import ModelSetupError
from muspsy_sim.runs.orchestrator import RunOutcome, run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.status import status_of
from muspsy_sim.runs.store import Run, episodes
from muspsy_sim.runs.workers.starting import Crew, run_with
from tests.parts.chat_answers import answer, schema_in
from tests.parts.chat_server import ChatServer


async def ran(folder: Path, model: str, crew: Crew | None = None, **settings: Any) -> RunOutcome:
    recipe = {
        "personas": ["en-gordon-pell"],
        "arms": ["full"],
        "seeds": [0],
        "sessions": 2,
        "exchanges": 3,
        "follow_up_weeks": 0,
        "models": {"default": model},
        "limits": {"first_wait_s": 0.0},
        **settings,
    }
    plan = plan_run(Recipe.model_validate(recipe))
    return await (run(plan, folder) if crew is None else run_with(plan, folder, crew))


def files(outcome: RunOutcome) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (outcome.run.folder / "episodes").glob("*.json")}


def recorded(outcome: RunOutcome) -> Usage:
    """What the journals of a run say that it took."""
    journals = (outcome.run.folder / "journal").glob("*.jsonl")
    return sum((e.usage for path in journals for e in read_journal(path).entries), Usage())


def deaf(body: dict[str, Any]) -> str:
    """The answer of a server that takes a schema in `response_format` and ignores it."""
    return answer({key: value for key, value in body.items() if key != "response_format"})


async def test_a_server_that_ignores_the_schema_is_told_it_in_words_from_the_third_on(
    tmp_path: Path,
) -> None:
    async with ChatServer(says=deaf) as server:
        outcome = await ran(tmp_path, server.spec)
    assert not outcome.incomplete
    bodies = [received.body for received in server.received]
    assert all(body["response_format"]["type"] == "json_schema" for body in bodies)
    in_words = [schema_in({"messages": body["messages"]}) is not None for body in bodies]
    # Two calls go out without and are repaired; then it is known, and nothing needs a repair.
    assert in_words[:4] == [False, True, False, True]
    assert all(in_words[4:])
    (episode,) = episodes(outcome.run)
    assert sum(used.calls for used in episode.usage.values()) == len(bodies)


async def test_a_server_that_refuses_every_format_is_asked_in_words_at_once(tmp_path: Path) -> None:
    async with ChatServer(formats=()) as server:
        outcome = await ran(tmp_path, server.spec)
    assert not outcome.incomplete
    answered = [r.body for r in server.received if r.way == "ok"]
    assert all(schema_in(body) is not None for body in answered)
    assert recorded(outcome).calls == len(answered), "what it refuses is learnt, not recorded"


@pytest.mark.parametrize("limit", ["tokens", "money"])
async def test_a_spent_budget_goes_on_to_the_same_bytes(tmp_path: Path, limit: str) -> None:
    price = {"mock": {"prompt": 3.0, "completion": 15.0, "cached": 0.5}}
    recipe: dict[str, Any] = {"seeds": [0, 1], "arms": ["full", "bare"], "prices": price}
    async with ChatServer() as server:
        free = await ran(tmp_path / "free", server.spec, **recipe)
        total = free.progress.budget
        assert total.spent == recorded(free)
        assert total.spent_money is not None
        whole = total.spent_tokens if limit == "tokens" else total.spent_money
        sent = len(server.received)
        tight = tmp_path / "tight"
        for share in (0.3, 0.6, 0.6):
            part = share * whole
            budget = {limit: int(part) if limit == "tokens" else part}
            outcome = await ran(tight, server.spec, **recipe, budget=budget)
            assert len(outcome.ends) == len(files(outcome)) == 4
            assert {outcome.ends[name] for name in outcome.incomplete} == {CourseEnd.BUDGET_SPENT}
            spent = outcome.progress.budget
            assert spent.spent == recorded(outcome)
            now = spent.spent_tokens if limit == "tokens" else spent.spent_money
            assert now is not None
            assert part * 0.99 <= now < whole
        outcome = await ran(tight, server.spec, **recipe, budget={limit: 2 * int(whole + 1)})
        assert files(outcome) == files(free)
        assert len(server.received) == 2 * sent, "nothing was paid for twice"


@pytest.mark.parametrize("crew", [None, Crew("processes", 2)], ids=["here", "two workers"])
@pytest.mark.parametrize(("way", "told"), [("no_model", "does not exist"), ("quota", "your quota")])
async def test_what_every_call_would_meet_stops_the_run_and_fails_no_episode(
    tmp_path: Path, way: str, told: str, crew: Crew | None
) -> None:
    wanted = {"seeds": list(range(4)), "concurrency": 2}
    async with ChatServer() as server:
        free = await ran(tmp_path / "free", server.spec, **wanted)
        sent = len(server.received)
        # In its last quarter the server knows the model no more, or the money is gone.
        server.script = ["ok"] * (sent + 3 * sent // 4)
        server.ways, server.fail = (way,), 1.0
        with pytest.raises(ModelSetupError, match=told) as stopped:
            await ran(tmp_path / "run", server.spec, crew, **wanted)
        assert "give the same command again" in str(stopped.value)
        run_ = Run(tmp_path / "run")
        refused = server.answered[way]
        assert 1 <= refused <= 4, "nobody goes on asking"
        before = {name: run_.episode_file(name).read_bytes() for name in run_.episode_ids()}
        assert before, "some were whole"
        server.fail = 0.0
        outcome = await ran(tmp_path / "run", server.spec, crew, **wanted)
    assert not outcome.incomplete
    assert files(outcome) == files(free)
    assert all(files(outcome)[f"{name}.json"] == content for name, content in before.items())
    # What was under way when the run stopped is asked for again, and nothing else.
    assert len(server.received) <= 2 * sent + refused + 2


@pytest.mark.parametrize("crew", [None, Crew("processes", 2)], ids=["here", "two workers"])
async def test_what_was_sent_before_is_told_in_the_tokens_that_the_server_counts(
    tmp_path: Path, crew: Crew | None
) -> None:
    wanted = {"seeds": [0, 1], "limits": {"first_wait_s": 0.0, "attempts": 8}}
    async with ChatServer(fail=0.2, ways=("rate_limit", "drop", "server_error")) as server:
        outcome = await ran(tmp_path / "counted", server.spec, crew, **wanted)
        assert server.answered["rate_limit"]
    sent = status_of(outcome.run).sent
    for role, used in outcome.progress.count.by_role.items():
        assert sent[role].by_tokens
        assert sent[role].tokens == used.prompt_tokens
    async with ChatServer(usage=False) as server:
        outcome = await ran(tmp_path / "not", server.spec, crew, **wanted)
    for role, by_characters in status_of(outcome.run).sent.items():
        assert not by_characters.by_tokens
        assert by_characters.share == pytest.approx(sent[role].share, abs=0.05)


async def test_an_address_without_its_end_is_told_where_it_ends(tmp_path: Path) -> None:
    async with ChatServer(script=["no_model"]) as server:
        with pytest.raises(ModelSetupError, match=r"does not exist\.?; mend that"):
            await ran(tmp_path / "name", server.spec)
        without = server.spec.replace("/v1", "")
        with pytest.raises(ModelSetupError, match=r"404: .* most end in /v1; mend that"):
            await ran(tmp_path / "address", without)
        assert server.strayed


async def test_a_text_that_a_gateway_stops_fails_one_episode_only(tmp_path: Path) -> None:
    async with ChatServer(script=["ok"] * 4 + ["moderated"]) as server:
        outcome = await ran(tmp_path, server.spec, seeds=[0, 1], concurrency=1)
    assert len(outcome.incomplete) == 1
    assert len(outcome.ends) == 2
