"""A call's time runs while it is written, and not while it waits for its turn in a batch."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any, cast

import pytest

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.local.calls import Asked, Stage, Written
from muspsy_sim.llm.local.model import LocalModel
from muspsy_sim.llm.local.writer import Writer, writer_for
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.seam import ModelFailure, Reply, Sampling
from muspsy_sim.records.answers import NoteAnswer, Speech
from tests.parts.chat_requests import request_for

ONE_ROW = {"MUSPSY_LOCAL_DEVICE": "cpu", "MUSPSY_LOCAL_BATCH": "1"}


async def test_more_calls_than_rows_wait_longer_than_one_may_take(small: Path) -> None:
    name = f"hf:{small}/./"
    async with Endpoints() as endpoints:
        model = open_model(name, endpoints, timeout_s=60.0, environ=ONE_ROW)
        await endpoints.check()
        taken = []
        for seed in range(4):
            began = time.monotonic()
            await model.reply(request_for(Speech, seed=seed))
            taken.append(time.monotonic() - began)
        hurried = open_model(name, endpoints, timeout_s=6 * max(taken), environ=ONE_ROW)
        began = time.monotonic()
        said = await asyncio.gather(
            *(hurried.reply(request_for(Speech, seed=seed)) for seed in range(48)),
            return_exceptions=True,
        )
        assert time.monotonic() - began > 6 * max(taken), "or nothing was tried"
    assert not [each for each in said if isinstance(each, ModelFailure) and each.kind == "timeout"]
    assert sum(isinstance(each, Reply) for each in said) > 40


async def test_what_is_never_begun_fails_where_its_process_hangs(small: Path) -> None:
    name = f"hf:{small}/./"
    long = Sampling(temperature=1.0, top_p=1.0, max_tokens=4000)
    async with Endpoints() as endpoints:
        model = open_model(name, endpoints, timeout_s=0.2, environ=ONE_ROW)
        await endpoints.check()
        process = writer_for(name, str(small), {})._process.pid
        os.kill(process, signal.SIGSTOP)
        try:
            calls = [model.reply(request_for(NoteAnswer, sampling=long, seed=n)) for n in range(3)]
            said = await asyncio.gather(*calls, return_exceptions=True)
        finally:
            os.kill(process, signal.SIGCONT)
        for failed in said:
            assert isinstance(failed, ModelFailure)
            assert failed.kind == "timeout"
            assert "not begun" in failed.message
        patient = open_model(name, endpoints, timeout_s=60.0, environ=ONE_ROW)
        assert isinstance(await patient.reply(request_for(Speech, seed=1)), Reply)


class Told:
    """A writer that says where a call is, then waits ten times as long as the call may take."""

    alive = True

    def __init__(self, stages: list[Stage], seconds: float, *, busy: bool) -> None:
        self.stages = stages
        self.seconds = seconds
        self.since = time.monotonic()
        self.busy = busy

    @property
    def heard(self) -> float:
        return time.monotonic() if self.busy else self.since

    def ask(self, asked: Asked, done: Any, moved: Any) -> int:
        for stage in self.stages:
            moved(stage)
        threading.Timer(self.seconds, done, [Written("Mm.", 1, 1, 0, True)]).start()
        return 0

    def forget(self, number: int) -> None:
        """Nothing to forget."""


@pytest.mark.parametrize(
    ("stages", "busy", "answered"),
    [
        ([], True, True),
        ([], False, False),
        ([Stage.BEGUN], True, False),
        ([Stage.BEGUN, Stage.WAITING], True, True),
        ([Stage.BEGUN, Stage.WAITING, Stage.BEGUN], True, False),
    ],
)
async def test_only_what_is_begun_or_hears_nothing_is_given_up(
    small: Path, stages: list[Stage], busy: bool, answered: bool
) -> None:
    model = LocalModel(f"hf:{small}", str(small), 0.05, {})
    model._writer = cast(Writer, Told(stages, 0.5, busy=busy))
    asked = model._written(model._writer, request_for(Speech))
    (said,) = await asyncio.gather(asked, return_exceptions=True)
    assert isinstance(said, Written if answered else ModelFailure)
    assert answered or cast(ModelFailure, said).kind == "timeout"
