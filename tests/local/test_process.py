"""The process that a checkpoint is written in: started, killed, started again, and ended."""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.local.calls import Asked, Counts, Failed, Written
from muspsy_sim.llm.local.writer import Writer, writer_for
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.seam import ModelFailure, Reply, Sampling
from muspsy_sim.records.answers import NoteAnswer, PlainReply, Speech
from tests.local.writing import conversation
from tests.parts.chat_requests import request_for

CPU = {"MUSPSY_LOCAL_DEVICE": "cpu"}
LONG = Sampling(temperature=1.0, top_p=1.0, max_tokens=4000)


def asked(n: int, max_tokens: int = 20) -> Asked:
    return Asked(conversation(n), max_tokens, 1.0, 0.95, n, f"e{n}/speak", None)


async def until_steps(writer: Writer, steps: int) -> None:
    """Wait until it has written so much: another process, which sets no event here."""
    while writer.counts().steps < steps:  # noqa: ASYNC110
        await asyncio.sleep(0.005)


def test_what_it_did_and_is_written_by_is_told(small: Path) -> None:
    writer = Writer("hf:told", str(small), {**CPU, "MUSPSY_LOCAL_BATCH": "5"})
    try:
        assert (writer.facts.device, writer.facts.dtype) == ("cpu", "float32")
        assert (writer.facts.rows, writer.facts.threads) == (5, 1)
        outcomes: list[Written | Failed] = []
        left = threading.Semaphore(0)
        for n in range(12):
            writer.ask(asked(n), lambda outcome: (outcomes.append(outcome), left.release()))
        for _ in range(12):
            assert left.acquire(timeout=60)
        counts = writer.counts()
        assert all(isinstance(each, Written) for each in outcomes)
        assert counts.calls == 12
        assert 1 < counts.rows / counts.steps <= 5
        assert counts.seconds > 0
    finally:
        writer.close()
    assert writer.counts() == Counts()


async def test_one_that_the_system_killed_is_started_again_with_half_the_rows(small: Path) -> None:
    name = f"hf:{small}"
    async with Endpoints() as endpoints:
        model = open_model(name, endpoints, timeout_s=60.0)
        await endpoints.check()
        before = writer_for(name, str(small), {})
        waiting = [
            asyncio.create_task(model.reply(request_for(NoteAnswer, sampling=LONG, seed=n)))
            for n in range(4)
        ]
        await until_steps(before, 1)
        os.kill(before._process.pid, signal.SIGKILL)
        for failed in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(failed, ModelFailure)
            assert failed.kind == "server"
            assert failed.retryable
            assert "killed, as systems do where memory runs out" in failed.message
        assert isinstance(await model.reply(request_for(Speech, seed=1)), Reply)
    after = writer_for(name, str(small), {})
    assert after is not before
    assert after.facts.rows == before.facts.rows // 2


async def test_a_run_goes_on_over_the_death_of_its_process(small: Path, tmp_path: Path) -> None:
    from muspsy_sim.runs.orchestrator import run
    from muspsy_sim.runs.plan import plan_run
    from muspsy_sim.runs.recipe import Recipe
    from muspsy_sim.runs.store import episodes

    def recipe(model: str) -> Recipe:
        return Recipe.model_validate(
            {
                "personas": ["en-gordon-pell"],
                "arms": ["bare"],
                "seeds": [0, 1, 2],
                "sessions": 1,
                "exchanges": 6,
                "follow_up_weeks": 0,
                "models": {"default": "offline", "counselor": model},
                "limits": {"first_wait_s": 0.0, "attempts": 6},
            }
        )

    name = f"hf:{small}"
    whole = await run(plan_run(recipe(name)), tmp_path / "whole")
    writer = writer_for(name, str(small), {})
    went = writer.counts().steps
    under_way = asyncio.create_task(run(plan_run(recipe(name)), tmp_path / "killed"))
    await until_steps(writer, went + 10)
    os.kill(writer._process.pid, signal.SIGKILL)
    killed = await under_way

    def texts(folder: Path) -> list[str]:
        return [t.text for e in episodes(folder) for s in e.sessions for t in s.turns]

    assert not writer.alive
    assert len(texts(killed.run)) == len(texts(whole.run)) > 10


async def test_who_no_longer_waits_leaves_the_batch(small: Path) -> None:
    name = f"hf:{small}"
    async with Endpoints() as endpoints:
        model = open_model(name, endpoints, timeout_s=60.0)
        await endpoints.check()
        writer = writer_for(name, str(small), {})
        waiting = asyncio.create_task(model.reply(request_for(NoteAnswer, sampling=LONG, seed=3)))
        began = writer.counts().steps
        await until_steps(writer, began + 3)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(0.1)
        idle = writer.counts().steps
        await asyncio.sleep(0.2)
        assert writer.counts().steps == idle < began + 4000


def test_it_ends_with_who_started_it(small: Path) -> None:
    writer = Writer("hf:ends", str(small), CPU)
    process = writer._process
    told: list[Written | Failed] = []
    writer.ask(asked(1, 4000), told.append)
    assert process.stdin is not None
    process.stdin.close()  # As the system does for a process that died.
    assert process.wait(timeout=10) == 0
    deadline = time.monotonic() + 10
    while writer.alive and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [type(each) for each in told] in ([Failed], [Written])
    assert not writer.killed
    writer.ask(asked(2), told.append)
    assert isinstance(told[-1], Failed)
    writer.close()


async def test_an_interrupt_from_the_keyboard_leaves_it_to_who_started_it(small: Path) -> None:
    name = f"hf:{small}"
    async with Endpoints() as endpoints:
        model = open_model(name, endpoints, timeout_s=60.0)
        await endpoints.check()
        writer = writer_for(name, str(small), {})
        os.kill(writer._process.pid, signal.SIGINT)
        said = await asyncio.gather(
            *(model.reply(request_for(PlainReply, seed=n)) for n in range(9)),
            return_exceptions=True,
        )
    assert writer.alive
    assert any(isinstance(each, Reply) for each in said)


async def test_a_model_that_nobody_wants_any_more_is_not_loaded_to_its_end(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process that is stopped reads its weights for ever.
    name = f"hf:{small}/./."
    begun: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
    start = subprocess.Popen

    def stopped(*arguments: Any, **settings: Any) -> subprocess.Popen[bytes]:
        process = start(*arguments, **settings)
        process.send_signal(signal.SIGSTOP)
        begun.put(process)
        return process

    monkeypatch.setattr("muspsy_sim.llm.local.writer.subprocess.Popen", stopped)
    async with Endpoints() as endpoints:
        model = open_model(name, endpoints)
        first = asyncio.create_task(model.reply(request_for(Speech)))
        second = asyncio.create_task(endpoints.check())
        process = await asyncio.to_thread(begun.get, timeout=20)
        first.cancel()
        await asyncio.sleep(0.1)
        assert process.poll() is None  # One of the two still waits for it.
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        assert await asyncio.to_thread(process.wait, 10) == -signal.SIGKILL
        monkeypatch.undo()
        assert (await model.reply(request_for(Speech))).text
