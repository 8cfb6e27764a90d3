"""Runs gone on with: budgets that hold over processes, failures tried again, bugs that stop one."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path
from random import Random

import orjson
import pytest

from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.records.answers import CounselorReply
from muspsy_sim.records.episode import CourseEnd, Episode, Usage
from muspsy_sim.records.errors import RecipeError, StorageError
from muspsy_sim.records.views import RespondView
from muspsy_sim.runs.orchestrator import RunOutcome, run
from muspsy_sim.runs.plan import RunPlan
from muspsy_sim.runs.store import Run, episodes, read_episode
from tests.fakes import FakeModel
from tests.unit.courses import PERSONA, held, planned

pytestmark = pytest.mark.slow  # whole courses, again and again

PRICES = {"fake": {"prompt": 10.0, "completion": 10.0}}


class Costly(FakeModel):
    """Every call takes 100 tokens."""

    async def reply(self, request: Request) -> Reply:
        reply = await super().reply(request)
        return Reply(reply.text, usage=Usage(calls=1, prompt_tokens=90, completion_tokens=10))


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((folder / "episodes").glob("*.json"))}


def keys(folder: Path) -> list[str]:
    return [
        f"{path.stem}/{entry.key}"
        for path in sorted((folder / "journal").glob("*.jsonl"))
        for entry in read_journal(path).entries
    ]


def went_on(folder: Path, model: FakeModel, plan: RunPlan, *, retry_failed: bool) -> RunOutcome:
    everybody = {"client": model, "appraiser": model, "counselor": model}
    return asyncio.run(run(plan, folder, overrides=everybody, retry_failed=retry_failed))  # type: ignore[arg-type]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_budget_counts_what_earlier_processes_spent(tmp_path: Path, concurrency: int) -> None:
    recipe = {"seeds": [0, 1, 2], "concurrency": concurrency}
    held(tmp_path / "free", (free := Costly()), planned(**recipe))
    model, spent = Costly(), []
    for tokens in (7_000, 7_000, 12_000, 12_100, 12_100):
        outcome = held(tmp_path / "tight", model, planned(**recipe, budget={"tokens": tokens}))
        assert outcome.incomplete
        assert set(outcome.ends.values()) >= {CourseEnd.BUDGET_SPENT}
        assert len(outcome.ends) == len(files(tmp_path / "tight")) == 3
        assert outcome.progress.budget.spent_tokens == model.asked * 100
        spent.append(model.asked * 100)
        # Calls under way when it is spent are finished: as many as run at once, two in a branch.
        assert tokens <= spent[-1] <= tokens + 100 * 2 * concurrency
    assert spent[0] == spent[1], "a spent budget asks nothing"
    outcome = held(tmp_path / "tight", model, planned(**recipe, budget={"tokens": 10**6}))
    assert not outcome.incomplete
    assert files(tmp_path / "tight") == files(tmp_path / "free")
    assert model.asked == free.asked


def test_a_budget_in_money_stops_a_run_at_its_price(tmp_path: Path) -> None:
    model = Costly()
    recipe = {"seeds": [0, 1], "concurrency": 1, "models": {"default": "replay:never-opened"}}
    plan = planned(**recipe, budget={"money": 0.02}, prices=PRICES)
    outcome = held(tmp_path, model, plan)
    assert outcome.incomplete
    assert model.asked == 20
    assert outcome.progress.budget.spent_money == pytest.approx(0.02)
    assert (
        "the budget of 0.02 money is spent"
        in read_episode(Run(tmp_path), outcome.incomplete[0]).end_detail
    )


def test_a_budget_in_money_is_refused_where_a_model_has_no_price() -> None:
    models = {"client": "http://127.0.0.1:9/v1#a", "counselor": "openai:b", "appraiser": "offline"}
    with pytest.raises(
        RecipeError, match=r"http://127.0.0.1:9/v1#a and openai:b have no price.*prices"
    ):
        planned(models=models, budget={"money": 1.0})
    with pytest.raises(RecipeError, match=r"^budget.money: .*openai:b has no price"):
        planned(models=models, budget={"money": 1.0}, prices={"a": {"prompt": 1, "completion": 1}})
    planned(
        models=models,
        budget={"money": 1.0},
        prices={n: {"prompt": 1, "completion": 1} for n in "ab"},
    )
    planned(models=models, budget={"tokens": 1})
    planned(models=models, budget={"money": 1.0}, arms=["waitlist"])


class Unrepeatable(FakeModel):
    """Never says the same again, fails where told, and can be stopped as if the power went."""

    def __init__(self) -> None:
        self._said = count(1)
        super().__init__(counselor__respond=self._respond)
        self.fails_at: str | None = None
        self.stops_at: str | None = None

    def _respond(self, view: RespondView, rng: Random) -> CounselorReply:
        return CounselorReply(
            text=f"Words number {next(self._said)}.", close=view.exchanges_left == 0
        )

    async def reply(self, request: Request) -> Reply:
        if str(request.key) == self.stops_at:
            raise StorageError("pulled the plug")
        if str(request.key) == self.fails_at:
            failure = ModelFailure("refused", "not today")
            failure.usage = Usage(calls=1, prompt_tokens=7)
            raise failure
        return await super().reply(request)


def test_a_failed_call_is_tried_again_once_and_its_answer_kept(tmp_path: Path) -> None:
    model = Unrepeatable()
    model.fails_at = "s2t3/counselor.respond"
    outcome = held(tmp_path, model, planned())
    assert outcome.ends == {f"{PERSONA}--full--s0": CourseEnd.MODEL_ERROR}
    assert went_on(tmp_path, model, planned(), retry_failed=False).incomplete, "only when asked"
    failed = read_episode(Run(tmp_path), outcome.incomplete[0])

    model.fails_at, model.stops_at = None, "s2t5/counselor.respond"
    with pytest.raises(StorageError, match="plug"):
        went_on(tmp_path, model, planned(), retry_failed=True)
    answered = keys(tmp_path)
    assert any("s2t3/counselor.respond" in key for key in answered)
    assert files(tmp_path) == {}, "what goes on is not whole"

    model.stops_at = None
    assert not went_on(tmp_path, model, planned(), retry_failed=True).incomplete
    now = keys(tmp_path)
    assert now[: len(answered)] == answered
    assert len(set(now)) == len(now), "an answer was asked for twice"
    (whole,) = episodes(Run(tmp_path))
    assert whole.end.complete
    assert said(whole)[: len(said(failed))] == said(failed)
    assert whole.usage["counselor"].prompt_tokens == 7, "a failure that was paid for is counted"


def said(episode: Episode) -> list[str]:
    return [turn.text for session in episode.sessions for turn in session.turns]


def test_a_bug_in_one_episode_lets_the_others_end_and_is_raised(tmp_path: Path) -> None:
    class Buggy(FakeModel):
        async def reply(self, request: Request) -> Reply:
            if request.key.episode.endswith("s1"):
                raise ZeroDivisionError("a bug")
            return await super().reply(request)

    with pytest.raises(ZeroDivisionError):
        held(tmp_path, Buggy(), planned(seeds=[0, 1, 2]))
    assert sorted(files(tmp_path)) == [f"{PERSONA}--full--s0.json", f"{PERSONA}--full--s2.json"]
    assert not held(tmp_path, FakeModel(), planned(seeds=[0, 1, 2])).incomplete


def test_a_recorded_answer_is_kept_when_fewer_attempts_are_made_by_now(tmp_path: Path) -> None:
    class Stumbling(FakeModel):
        async def reply(self, request: Request) -> Reply:
            if request.attempt == 1:
                raise ModelFailure("server", "once")
            return await super().reply(request)

    patient = {"limits": {"attempts": 3, "first_wait_s": 0.0}}
    held(tmp_path, Stumbling(), planned(**patient))
    before, asked = files(tmp_path), keys(tmp_path)
    next((tmp_path / "episodes").glob("*.json")).unlink()
    held(tmp_path, FakeModel(), planned(limits={"attempts": 1}))
    assert files(tmp_path) == before
    assert keys(tmp_path) == asked
    assert orjson.loads(next(iter(before.values())))["end"] == "sessions_used"
