"""Budget and counts: what is spent, what it costs, when it stops a call."""

from __future__ import annotations

import pytest
from llm_fakes import REQUEST, Scripted, paid, used

from muspsy_sim.llm.budget import Budget, Budgeted, BudgetSpent, Price
from muspsy_sim.llm.counting import Counted, UsageCount
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.retrying import Retrying
from muspsy_sim.llm.seam import ModelFailure, Reply
from muspsy_sim.records.episode import Usage

SERVER = "http://h:8000/v1#org/m"


async def test_no_call_is_made_once_the_tokens_are_spent() -> None:
    inner = Scripted()
    model = Budgeted(inner, Budget(tokens=30))
    await model.reply(REQUEST)
    await model.reply(REQUEST)
    with pytest.raises(BudgetSpent, match="budget of 30 tokens is spent") as caught:
        await model.reply(REQUEST)
    assert len(inner.asked) == 2
    assert (caught.value.of, caught.value.spent, caught.value.limit) == ("tokens", 30, 30)


async def test_money_stops_a_run_too() -> None:
    inner = Scripted(name=SERVER)
    budget = Budget(money=0.04, prices={SERVER: Price(prompt=1000.0, completion=2000.0)})
    model = Budgeted(inner, budget)
    for _ in range(2):
        await model.reply(REQUEST)
    assert budget.spent_money == pytest.approx(0.04)
    with pytest.raises(BudgetSpent, match="money"):
        await model.reply(REQUEST)


async def test_spending_is_not_a_failure_of_the_model() -> None:
    budget = Budget(tokens=1)
    budget.count(SERVER, used(1, 0))
    inner = Scripted()
    with pytest.raises(BudgetSpent):
        await Retrying(Budgeted(inner, budget)).reply(REQUEST)
    assert inner.asked == []
    assert not issubclass(BudgetSpent, ModelFailure)


async def test_a_paid_failure_counts() -> None:
    budget = Budget()
    model = Budgeted(Scripted([paid(ModelFailure("cut_off", "at its length"), 7, 3)]), budget)
    with pytest.raises(ModelFailure):
        await model.reply(REQUEST)
    assert budget.spent_tokens == 10


async def test_what_was_spent_before_counts() -> None:
    budget = Budget(tokens=20)
    budget.count(SERVER, used(15, 5))
    with pytest.raises(BudgetSpent):
        await Budgeted(Scripted(), budget).reply(REQUEST)


async def test_a_replay_costs_nothing() -> None:
    budget = Budget(money=1.0)
    await Budgeted(Scripted(name="replay:earlier"), budget).reply(REQUEST)
    assert budget.spent_money == 0.0
    assert budget.unpriced(["replay:earlier"]) == []


def test_cached_tokens_are_part_of_the_prompt_and_have_a_price_of_their_own() -> None:
    usage = used(1_000_000, 500_000, cached=400_000)
    assert Price(2.0, 8.0, cached=0.5).of(usage) == pytest.approx(1.2 + 0.2 + 4.0)
    assert Price(2.0, 8.0).of(usage) == pytest.approx(6.0)


def test_money_is_unknown_without_a_price_and_never_zero() -> None:
    budget = Budget(prices={"openai:a": Price(1.0, 1.0)})
    assert budget.spent_money == 0.0
    budget.count("openai:a", used(1_000_000, 0))
    assert budget.spent_money == pytest.approx(1.0)
    budget.count(SERVER, used(1, 1))
    assert budget.spent_money is None
    assert budget.cost(SERVER, used(1, 1)) is None
    assert budget.unpriced(["openai:a", SERVER, "offline", SERVER]) == [SERVER]


def test_a_known_part_still_holds_the_limit() -> None:
    budget = Budget(money=1.0, prices={"openai:a": Price(1.0, 1.0)})
    budget.count(SERVER, used(1, 1))
    budget.count("openai:a", used(1_000_000, 0))
    with pytest.raises(BudgetSpent):
        budget.check()


@pytest.mark.parametrize("name", [SERVER, "org/m"])
def test_a_price_goes_by_the_whole_string_or_the_model_alone(name: str) -> None:
    assert Budget(prices={name: Price(1.0, 1.0)}).price(SERVER) == Price(1.0, 1.0)
    assert Budget(prices={"gpt": Price(1.0, 1.0)}).price("openai:gpt") is not None


def test_offline_is_free() -> None:
    budget = Budget(money=0.01)
    budget.count(OfflineModel.name, Usage())
    budget.count(OfflineModel.name, used(5, 5))
    assert budget.spent_money == 0.0


async def test_counts_go_by_role_and_know_what_was_recorded() -> None:
    count = UsageCount()
    failure = paid(ModelFailure("malformed", "empty"), 4, 2)
    failure.recorded = True
    model = Counted(Scripted([failure, Reply("ok", usage=used(1, 1), recorded=True)]), count)
    with pytest.raises(ModelFailure):
        await model.reply(REQUEST)
    await model.reply(REQUEST)
    await model.reply(REQUEST)
    assert count.by_role == {"client": used(15, 8).model_copy(update={"calls": 3})}
    assert (count.attempts, count.recorded, count.failed) == (3, 2, {"malformed": 1})
