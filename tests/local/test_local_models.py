"""`hf:`: batches, seeds, kept prefixes, schemas, adapters, memory, and whole courses."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.local import engine as engines
from muspsy_sim.llm.local import engines as opened
from muspsy_sim.llm.local.calls import Call, Greeting, Written
from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.grammar import smallest
from muspsy_sim.llm.local.loading import Loaded, load
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.parsing import AnswerError, parse_answer
from muspsy_sim.llm.prompting import answer_schema
from muspsy_sim.llm.seam import Message, ModelFailure, Reply, Sampling
from muspsy_sim.records.answers import (
    AppraisalAnswer,
    NoteAnswer,
    PlainReply,
    PlanAnswer,
    Speech,
    TurnPlanAnswer,
)
from muspsy_sim.records.base import Record
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.errors import ModelSetupError
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import episodes
from tests.parts.chat_requests import request_for

WORDS = [
    "the",
    "room",
    "is",
    "quiet",
    "and",
    "she",
    "waits",
    "for",
    "him",
    "to",
    "say",
    "what",
    "he",
    "came",
    "to",
    "say",
]


def conversation(n: int) -> list[dict[str, str]]:
    """One of many conversations, of different lengths."""
    said = " ".join(WORDS[(n * 7 + k) % len(WORDS)] for k in range(3 + 11 * n % 90))
    return [{"role": "system", "content": "Be brief."}, {"role": "user", "content": said}]


def write(
    engine: Engine,
    prompts: Sequence[list[int]],
    *,
    owners: Sequence[str] = (),
    schema: str | None = None,
    max_tokens: int = 40,
    temperature: float = 1.0,
) -> list[Written]:
    """All of them at once, in order."""
    outcomes: list[Written | BaseException | None] = [None] * len(prompts)
    left = threading.Semaphore(0)

    def done_at(n: int) -> Any:
        def done(outcome: Written | BaseException) -> None:
            outcomes[n] = outcome
            left.release()

        return done

    for n, ids in enumerate(prompts):
        owner = owners[n] if owners else f"e{n}/speak"
        engine.submit(Call(ids, max_tokens, temperature, 0.95, 1000 + n, owner, schema, done_at(n)))
    for _ in prompts:
        assert left.acquire(timeout=60)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Written)]


@pytest.fixture
def prompts(loaded: Loaded) -> list[list[int]]:
    return [loaded.prompt(conversation(n)) for n in range(40)]


def test_a_text_does_not_depend_on_its_batch(loaded: Loaded, prompts: list[list[int]]) -> None:
    texts = {}
    for rows in (1, 7, 40):
        made = Engine(loaded, rows=rows, kept_bytes=0)
        try:
            texts[rows] = [each.text for each in write(made, prompts)]
        finally:
            made.close()
        if rows > 1:
            assert made.counts.rows / made.counts.steps > 2, "they were written together"
    assert texts[1] == texts[7] == texts[40]
    assert len(set(texts[1])) > 30, "and texts differ by prompt and seed"


def test_rows_join_a_batch_that_is_being_written(loaded: Loaded, prompts: list[list[int]]) -> None:
    made = Engine(loaded, rows=6, kept_bytes=0)
    try:
        write(made, prompts)
    finally:
        made.close()
    alone = sum(40 for _ in prompts)
    assert made.counts.steps < alone / 3
    assert made.counts.calls == len(prompts)


def test_what_was_kept_changes_no_text_and_is_counted(engine: Engine, loaded: Loaded) -> None:
    talk = conversation(5)
    first = loaded.prompt(talk)
    (one,) = write(engine, [first], owners=["e/speak"])
    longer = loaded.prompt(
        [*talk, {"role": "assistant", "content": "And then?"}, {"role": "user", "content": "Rain."}]
    )
    (kept,) = write(engine, [longer], owners=["e/speak"])
    (fresh,) = write(engine, [longer], owners=["other/speak"])
    assert one.cached_tokens == fresh.cached_tokens == 0
    assert len(first) - 8 <= kept.cached_tokens < len(longer)
    assert kept.text == fresh.text


def test_kept_rows_of_many_lengths_go_beside_each_other(
    engine: Engine, loaded: Loaded, prompts: list[list[int]]
) -> None:
    write(engine, prompts[:12])
    more = [
        loaded.prompt([*conversation(n), {"role": "assistant", "content": "Go on."},
                       {"role": "user", "content": WORDS[n]}])
        for n in range(16)
    ]  # fmt: skip
    kept = write(engine, more)
    fresh = write(engine, more, owners=[f"new{n}" for n in range(16)])
    assert [each.text for each in kept] == [each.text for each in fresh]
    assert sum(each.cached_tokens > 0 for each in kept) >= 10


def test_no_more_is_kept_than_fits(loaded: Loaded, prompts: list[list[int]]) -> None:
    made = Engine(loaded, rows=8, kept_bytes=200_000)
    try:
        write(made, prompts)
        assert 0 < made._prefixes.size <= 200_000
    finally:
        made.close()


ANSWERS = [Speech, AppraisalAnswer, PlanAnswer, NoteAnswer, TurnPlanAnswer]


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_of_a_random_model_fits_its_schema(
    engine: Engine, prompts: list[list[int]], answer: type[Record]
) -> None:
    schema = json.dumps(answer_schema(answer))
    written = write(engine, prompts[:12], schema=schema, max_tokens=400)
    assert all(each.finished for each in written)
    for each in written:
        try:
            parse_answer(each.text, answer)
        except AnswerError as error:
            # What no schema can say: a goal that requires one that is not there.
            if "Value error" not in str(error):
                raise


def test_a_limit_too_small_for_any_answer_is_said_to_be_reached(
    engine: Engine, prompts: list[list[int]]
) -> None:
    schema = json.dumps(answer_schema(NoteAnswer))
    (written,) = write(engine, prompts[:1], schema=schema, max_tokens=5)
    assert not written.finished


def test_the_smallest_answer_of_a_recursive_schema_ends() -> None:
    schema = {"$defs": {"a": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}}}}
    assert smallest({"$ref": "#/$defs/a"}, schema) is not None


def test_memory_that_runs_out_halves_the_batch_and_loses_nothing(
    loaded: Loaded, prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    whole = Engine(loaded, rows=40, kept_bytes=0)
    try:
        expected = [each.text for each in write(whole, prompts)]
    finally:
        whole.close()
    real = engines.step

    def tight(loaded: Loaded, batch: Any) -> Any:
        if len(batch.rows) > 9:
            raise torch.OutOfMemoryError("CUDA out of memory (pretended)")
        return real(loaded, batch)

    monkeypatch.setattr(engines, "step", tight)
    made = Engine(loaded, rows=40, kept_bytes=0)
    try:
        assert [each.text for each in write(made, prompts)] == expected
    finally:
        made.close()
    assert made.limit <= 9
    assert made.counts.halved >= 1


def test_an_error_ends_the_calls_and_not_the_engine(
    engine: Engine, prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(engines, "begin", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write(engine, prompts[:3])
    assert len(write(engine, prompts[:3])) == 3


# Behind the seam


async def test_replies_and_their_counts(small: Path) -> None:
    async with Endpoints() as endpoints:
        model = open_model(f"hf:{small}", endpoints, timeout_s=60.0)
        await endpoints.check()
        asked = (model.reply(request_for(PlainReply, seed=seed)) for seed in range(12))
        said = [await asyncio.gather(each, return_exceptions=True) for each in asked]
        replies = [one for (one,) in said if isinstance(one, Reply)]
        failures = [one for (one,) in said if isinstance(one, ModelFailure)]
        assert len(replies) + len(failures) == 12
        assert {f.kind for f in failures} <= {"malformed", "cut_off"}
        assert all(f.usage.calls == 1 for f in failures)
    assert len(replies) > 6
    assert all(r.usage.estimated == 0 and r.usage.prompt_tokens > 10 for r in replies)
    assert max(r.usage.cached_tokens for r in replies) > 10


async def test_a_call_that_nobody_waits_for_is_dropped(small: Path) -> None:
    async with Endpoints() as endpoints:
        model = open_model(f"hf:{small}", endpoints, timeout_s=0.02)
        await endpoints.check()
        slow = Sampling(temperature=1.0, top_p=1.0, max_tokens=4000)
        with pytest.raises(ModelFailure) as caught:
            await model.reply(request_for(NoteAnswer, sampling=slow, seed=3))
        assert caught.value.kind == "timeout"
        patient = open_model(f"hf:{small}", endpoints, timeout_s=60.0)
        assert (await patient.reply(request_for(Speech, seed=1))).text


async def test_a_prompt_beyond_the_context_is_refused(small: Path) -> None:
    async with Endpoints() as endpoints:
        model = open_model(f"hf:{small}", endpoints)
        long = (Message("user", "a clock that nobody looks at " * 9000),)
        with pytest.raises(ModelFailure, match=r"the prompt has [\d,]+ tokens") as caught:
            await model.reply(request_for(PlainReply, messages=long))
        assert caught.value.kind == "bad_request"


async def test_a_template_without_system_message_gets_it_folded(
    small: Path, tmp_path: Path
) -> None:
    import shutil

    folder = shutil.copytree(small, tmp_path / "strict")
    template = folder / "chat_template.jinja"
    template.write_text(
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        + template.read_text()
    )
    async with Endpoints() as endpoints:
        model = open_model(f"hf:{folder}", endpoints)
        reply = await model.reply(request_for(Speech))
        parse_answer(reply.text, Speech)


async def test_an_adapter_is_merged_and_changes_what_is_said(small: Path, tmp_path: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(3)
    base = AutoModelForCausalLM.from_pretrained(small)
    adapted = get_peft_model(
        base, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    )
    adapted.save_pretrained(tmp_path / "adapter")
    async with Endpoints() as endpoints:
        texts = []
        for name in (f"hf:{small}", f"hf:{small}+{tmp_path / 'adapter'}"):
            model = open_model(name, endpoints)
            texts.append((await model.reply(request_for(Speech, seed=11))).text)
    assert texts[0] != texts[1]


async def test_a_whole_course_with_every_role_local(small: Path, tmp_path: Path) -> None:
    recipe = Recipe.model_validate(
        {
            "personas": ["en-gordon-pell", "zh-ma-guoqing"],
            "arms": ["bare"],
            "seeds": [0],
            "sessions": 1,
            "exchanges": 3,
            "follow_up_weeks": 0,
            "models": {"default": f"hf:{small}"},
            "limits": {"first_wait_s": 0.0, "attempts": 6},
        }
    )
    first = await run(plan_run(recipe), tmp_path / "a")
    again = await run(plan_run(recipe), tmp_path / "b")
    for outcome in (first, again):
        for episode in episodes(outcome.run):
            for failure in episode.failures:
                assert failure.kind in ("malformed", "cut_off"), failure
            used = episode.usage.values()
            assert sum(each.calls for each in used) > 3
            assert sum(each.cached_tokens for each in used) > 0

    def texts(outcome: Any) -> list[str]:
        return [t.text for e in episodes(outcome.run) for s in e.sessions for t in s.turns]

    assert texts(first) == texts(again)
    assert len(texts(first)) > 3
    assert CourseEnd.BUDGET_SPENT not in first.ends.values()


# What can't be loaded


def test_a_folder_that_is_not_there_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelSetupError, match="there is no such folder"):
        open_model(f"hf:{tmp_path / 'nothing'}", Endpoints())
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelSetupError, match=r"no config\.json"):
        open_model(f"hf:{tmp_path / 'empty'}", Endpoints())


async def test_a_broken_checkpoint_is_told_in_one_line(small: Path, tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(small, tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(b"not weights")
    async with Endpoints() as endpoints:
        open_model(f"hf:{folder}", endpoints)
        with pytest.raises(ModelSetupError, match="can't be loaded") as caught:
            await endpoints.check()
    assert "\n" not in str(caught.value)


def test_a_model_without_template_is_told(small: Path, tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(small, tmp_path / "plain")
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(ModelSetupError, match="no chat template"):
        load("hf:plain", str(folder), {})


@pytest.mark.parametrize(
    "environ", [{"MUSPSY_LOCAL_DEVICE": "tpu:9"}, {"MUSPSY_LOCAL_DTYPE": "int3"}]
)
def test_a_wrong_setting_is_told(small: Path, environ: dict[str, str]) -> None:
    with pytest.raises(ModelSetupError, match=r"MUSPSY_LOCAL|no device"):
        load("hf:small", str(small), environ)


def test_a_wrong_number_of_rows_is_told(small: Path) -> None:
    with pytest.raises(ModelSetupError, match="MUSPSY_LOCAL_BATCH is 'many'"):
        opened.open_engine(Greeting("hf:rows", str(small), {"MUSPSY_LOCAL_BATCH": "many"}, 0))


def test_it_can_be_used_from_one_event_loop_after_another(small: Path) -> None:
    async def once() -> str:
        async with Endpoints() as endpoints:
            return (await open_model(f"hf:{small}", endpoints).reply(request_for(Speech))).text

    assert asyncio.run(once()) == asyncio.run(once())
