"""`transformers serve` and a llama.cpp server: checked, run against, failed, repaired and budgeted.

The small model talks nonsense, and that is the point: what comes back is empty, cut off or out of
schema as often as not, from servers whose errors nobody here wrote.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.parsing import parse_answer
from muspsy_sim.llm.probing.checking import probe
from muspsy_sim.llm.probing.findings import Checked
from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import Model
from muspsy_sim.records.answers import AppraisalAnswer
from muspsy_sim.records.base import Record
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.runs.orchestrator import RunOutcome, run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import episodes
from tests.parts.chat_requests import request_for


async def checked(spec: str) -> Checked:
    async with Endpoints() as endpoints:
        model = open_model(spec, endpoints, timeout_s=60.0, environ={})
        endpoint = endpoints.only()
        assert endpoint is not None
        served = await endpoint.serves()
        return await probe(model, endpoint.dialect(parse_model(spec).model), served)


async def ran(folder: Path, **settings: Any) -> RunOutcome:
    recipe = {
        "personas": ["en-gordon-pell"],
        "arms": ["bare"],
        "seeds": [0],
        "sessions": 2,
        "exchanges": 3,
        "follow_up_weeks": 0,
        "limits": {"first_wait_s": 0.0, "attempts": 8},
        **settings,
    }
    return await run(plan_run(Recipe.model_validate(recipe)), folder)


def verdicts(found: Checked) -> dict[str, str]:
    return {each.what: each.verdict for each in found.findings}


async def test_transformers_serve_is_found_to_hold_to_no_schema(transformers_serve: str) -> None:
    found = verdicts(await checked(transformers_serve))
    assert found["answers"] == found["chat template"] == found["token counts"] == "yes"
    assert found["JSON schema"] == "no"
    assert found["seed"] == "yes"


async def test_llama_cpp_is_found_to_hold_to_the_shape_of_a_schema(llama_cpp: str) -> None:
    found = await checked(llama_cpp)
    assert found.usable
    assert verdicts(found)["JSON schema"] in ("yes", "partly")
    assert verdicts(found)["answers"] == verdicts(found)["chat template"] == "yes"
    schema = next(f for f in found.findings if f.what == "JSON schema")
    assert "`object_schema`" in schema.found, "its own way, learnt from what it refuses"


@pytest.mark.parametrize("server", ["transformers_serve", "llama_cpp"])
async def test_a_bare_counselor_holds_a_course(
    server: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    spec = request.getfixturevalue(server)
    outcome = await ran(tmp_path, models={"default": "offline", "counselor": spec})
    assert not outcome.incomplete
    (episode,) = episodes(outcome.run)
    assert episode.end is not CourseEnd.MODEL_ERROR, episode.failures
    said = [t for s in episode.sessions for t in s.turns if t.speaker == "counselor"]
    assert len(said) >= 3
    assert all(t.text.strip() for t in said)
    used = episode.usage["counselor"]
    assert used.calls >= len(said)
    assert used.estimated == 0, "both servers count tokens"


async def test_answers_out_of_schema_are_repaired_once_then_end_the_course(
    transformers_serve: str, tmp_path: Path
) -> None:
    outcome = await ran(
        tmp_path,
        arms=["full"],
        models={"default": "offline", "counselor": transformers_serve},
        limits={"first_wait_s": 0.0, "attempts": 3},
    )
    (episode,) = episodes(outcome.run)
    assert episode.end is CourseEnd.MODEL_ERROR
    (failure,) = episode.failures
    assert failure.kind in ("malformed", "cut_off")
    assert failure.prompt.startswith("counselor.")
    (journal,) = (outcome.run.folder / "journal").glob("*.jsonl")
    assert len(read_journal(journal).entries) > 1, "what was asked and failed is recorded"


class Kept(Record):
    """An answer that a grammar brings to an end."""

    sure: bool
    number: int


@pytest.mark.parametrize("seed", range(5))
async def test_llama_cpps_grammar_makes_nonsense_fit(llama_cpp: str, seed: int) -> None:
    async with Endpoints() as endpoints:
        model: Model = open_model(llama_cpp, endpoints, timeout_s=60.0, environ={})
        reply = await model.reply(request_for(Kept, seed=seed))
        assert isinstance(parse_answer(reply.text, Kept), Kept)


async def test_a_spent_budget_stops_cleanly_and_goes_on(llama_cpp: str, tmp_path: Path) -> None:
    models = {"default": "offline", "counselor": llama_cpp}
    first = await ran(tmp_path, models=models, budget={"tokens": 200})
    assert first.incomplete
    assert set(first.ends.values()) == {CourseEnd.BUDGET_SPENT}
    assert 200 <= first.progress.budget.spent_tokens < 5000
    second = await ran(tmp_path, models=models, budget={"tokens": 900_000})
    assert not second.incomplete
    (journal,) = (second.run.folder / "journal").glob("*.jsonl")
    keys = [(str(entry.key), entry.attempt) for entry in read_journal(journal).entries]
    assert len(keys) == len(set(keys)), "nothing that was recorded was asked for again"


async def test_a_prompt_beyond_the_context_is_a_typed_failure(llama_cpp: str) -> None:
    from muspsy_sim.llm.seam import Message, ModelFailure

    async with Endpoints() as endpoints:
        model = open_model(llama_cpp, endpoints, timeout_s=120.0, environ={})
        long = (Message("user", "a clock that nobody looks at " * 6000),)
        with pytest.raises(ModelFailure) as caught:
            await model.reply(request_for(AppraisalAnswer, messages=long))
        assert caught.value.kind == "bad_request"


async def test_langchain_reaches_the_same_server(
    llama_cpp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from muspsy_sim.records.answers import PlainReply

    monkeypatch.setenv("OPENAI_API_KEY", "none-is-needed-here")
    monkeypatch.setenv("OPENAI_BASE_URL", parse_model(llama_cpp).base_url)
    async with Endpoints() as endpoints:
        model = Retrying(
            open_model("langchain:openai:small", endpoints, timeout_s=60.0),
            RetryPolicy(attempts=8, first_wait_s=0.0, longest_wait_s=0.0),
        )
        reply = await model.reply(request_for(PlainReply))
        assert reply.text.strip()
        assert reply.usage.estimated == 0
