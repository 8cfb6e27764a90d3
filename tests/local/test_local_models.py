"""`hf:` behind the seam: replies and failures, templates, adapters, and whole courses."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.parsing import parse_answer
from muspsy_sim.llm.seam import Message, ModelFailure, Reply, Sampling
from muspsy_sim.records.answers import NoteAnswer, PlainReply, Speech
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import episodes
from tests.parts.chat_requests import request_for
from tests.parts.command import muspsy, recipe


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


def test_it_can_be_used_from_one_event_loop_after_another(small: Path) -> None:
    async def once() -> str:
        async with Endpoints() as endpoints:
            return (await open_model(f"hf:{small}", endpoints).reply(request_for(Speech))).text

    assert asyncio.run(once()) == asyncio.run(once())


RECIPE = """\
personas: [en-gordon-pell, zh-ma-guoqing]
arms: [full]
seeds: [0, 1]
sessions: 1
exchanges: 2
models: {default: 'hf:%s'}
limits: {attempts: 2, first_wait_s: 0.0}
sampling: {default: {max_tokens: 160}}
"""


def test_courses_are_the_same_bytes_whatever_was_written_together(
    small: Path, tmp_path: Path
) -> None:
    made = []
    for rows in ("1", "32"):
        out = tmp_path / rows
        told = muspsy(
            "run",
            recipe(tmp_path, RECIPE % small),
            *("--out", out, "--quiet"),
            env={"MUSPSY_LOCAL_BATCH": rows},
        )
        assert told.code in (0, 1), told.err  # What a random model says has not always a meaning.
        made.append({p.name: p.read_bytes() for p in sorted((out / "episodes").glob("*.json"))})
    assert len(made[0]) == 4
    assert made[0] == made[1]
    used = [json.loads(episode)["usage"].values() for episode in made[0].values()]
    assert sum(each["completion_tokens"] for roles in used for each in roles) > 2000
