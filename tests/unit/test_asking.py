"""Asking: one answer, or one repair that quotes what was wrong, or one typed failure."""

from __future__ import annotations

import pytest
from llm_fakes import Scripted, used

from muspsy_sim.agents.prompts import BARE, PLAN_TURN
from muspsy_sim.llm.answer_formats import FORMATS, SAID_IN_WORDS, in_words
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.llm.dialects import Dialect, body_of
from muspsy_sim.llm.prompting import answer_schema
from muspsy_sim.llm.seam import ModelFailure, Reply, Sampling
from muspsy_sim.records.answers import TurnPlanAnswer
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.views import BareView, Line, PlanTurnView

GOOD = '{"strategy": "question", "aim": "ask about sleep", "reason": "it was mentioned"}'
SCHEMA = in_words(answer_schema(TurnPlanAnswer))
VIEW = PlanTurnView(
    language="en", session=1, manner="attuned", manner_text="", exchange=1, exchanges_left=3
)


def asker(model: Scripted) -> Asker:
    return Asker("one", {"counselor": model}, {"counselor": Sampling()}, Chance("case", 0))


async def planned(model: Scripted) -> TurnPlanAnswer:
    return (await asker(model)(PLAN_TURN, VIEW, session=1, turn=1)).answer


async def test_a_repair_quotes_the_answer_and_the_error_and_spells_out_the_schema() -> None:
    model = Scripted([Reply("Sure! I would ask about sleep.", usage=used(7, 3)), Reply(GOOD)])
    assert (await planned(model)).aim == "ask about sleep"
    first, repair = model.asked
    assert repair.messages[: len(first.messages)] == first.messages
    quoted, asked = repair.messages[len(first.messages) :]
    assert (quoted.role, quoted.content) == ("assistant", "Sure! I would ask about sleep.")
    assert asked.role == "user"
    assert "it holds no complete JSON object" in asked.content
    assert asked.content.endswith(SCHEMA)
    assert repair.fingerprint != first.fingerprint


async def test_what_a_failed_answer_cost_is_part_of_what_the_call_cost() -> None:
    model = Scripted([Reply("no", usage=used(7, 3)), Reply(GOOD, usage=used(20, 5))])
    answered = await asker(model)(PLAN_TURN, VIEW, session=1, turn=1)
    assert answered.usage.model_dump() == used(27, 8).model_copy(update={"calls": 2}).model_dump()


@pytest.mark.parametrize("step", range(len(FORMATS)))
async def test_the_schema_stands_once_in_what_is_sent_whatever_the_server_takes(step: int) -> None:
    model = Scripted([Reply("no"), Reply(GOOD)])
    await planned(model)
    dialect = Dialect(formats={"TurnPlanAnswer": step})
    first, repair = (body_of("m", request, dialect) for request in model.asked)
    assert first["messages"][-1]["content"].count(SCHEMA) == (FORMATS[step] in SAID_IN_WORDS)
    assert repair["messages"][-1]["content"].count(SCHEMA) == 1


async def test_a_plain_reply_is_asked_for_again_without_a_schema() -> None:
    model = Scripted([Reply("  "), Reply("I am listening.")])
    line = Line(id="s1t1", speaker="client", text="Hello")
    view = BareView(language="en", system="You listen.", dialogue=[line])
    answered = await asker(model)(BARE, view, session=1, turn=1)
    assert answered.answer.text == "I am listening."
    last = model.asked[-1].messages[-1].content
    assert "empty" in last
    assert "schema" not in last


async def test_a_second_answer_that_cannot_be_used_fails_the_call() -> None:
    model = Scripted([Reply("no"), Reply('{"strategy": 5}')])
    with pytest.raises(
        CallFailed, match=r"counselor.plan_turn failed \(malformed\): .*strategy"
    ) as caught:
        await planned(model)
    assert len(model.asked) == 2
    assert caught.value.failure.kind == "malformed"
    assert (caught.value.failure.session, caught.value.failure.turn) == (1, 1)


async def test_a_failing_model_is_not_repaired() -> None:
    model = Scripted([ModelFailure("auth", "no key")])
    with pytest.raises(CallFailed, match=r"\(auth\): no key"):
        await planned(model)
    assert len(model.asked) == 1
