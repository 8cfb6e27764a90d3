"""An engine that can't go on says so to all who wait, and its process makes way for another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.local import engine as engines
from muspsy_sim.llm.local.calls import Call, Failed, Written
from muspsy_sim.llm.local.devices import broken, out_of_memory
from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.loading import Loaded
from muspsy_sim.llm.local.slots import Slots
from muspsy_sim.llm.local.writer import writer_for
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.seam import ModelFailure, Reply
from muspsy_sim.records.answers import Speech
from tests.parts.chat_requests import request_for


def told(engine: Engine, calls: int) -> list[Any]:
    """What came of some calls of different lengths, more of them than there are rows."""
    outcomes: list[Any] = []
    one_more = threading.Semaphore(0)

    def done(outcome: Any) -> None:
        outcomes.append(outcome)
        one_more.release()

    for n in range(calls):
        engine.submit(Call(list(range(5, 45)), 3 + n, 1.0, 1.0, n, f"e{n}", None, done))
    for _ in range(calls):
        assert one_more.acquire(timeout=20), "somebody waits for nothing"
    assert not one_more.acquire(timeout=0.05), "somebody was told twice"
    return outcomes


def out_of_slots(*_: object) -> None:
    raise torch.OutOfMemoryError("CUDA out of memory (pretended)")


def asserted(*_: object) -> None:
    raise torch.AcceleratorError("CUDA error: device-side assert triggered")


@pytest.mark.parametrize(
    ("where", "what", "fault"),
    [(Slots, "move", out_of_slots), (engines, "step", asserted), (engines, "begin", asserted)],
    ids=["outside of a step", "a card that fails in a step", "a card that fails at a prompt"],
)
def test_all_who_wait_are_told(
    loaded: Loaded,
    monkeypatch: pytest.MonkeyPatch,
    where: Any,
    what: str,
    fault: Callable[..., None],
) -> None:
    ended = threading.Event()
    engine = Engine(loaded, rows=4, kept_bytes=10**7, ended=ended.set)
    monkeypatch.setattr(where, what, fault)
    outcomes = told(engine, 9)
    failed = [each for each in outcomes if isinstance(each, Failed)]
    assert len(failed) >= 7
    assert {each.kind for each in failed} == {"server"}
    assert "could not go on" in failed[0].message
    assert all(isinstance(each, Failed | Written) for each in outcomes)
    assert ended.wait(5)
    assert [each.kind for each in told(engine, 1)] == ["server"], "nor does a later one wait"
    engine.close()


@pytest.mark.parametrize(
    ("error", "is_broken", "is_memory"),
    [
        (torch.AcceleratorError("CUDA error: an illegal memory access"), True, False),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), True, False),
        (torch.AcceleratorError("CUDA error: out of memory"), False, True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), False, True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried"), False, True),
        (RuntimeError("the grammar refused a token"), False, False),
    ],
)  # fmt: skip
def test_what_ends_an_engine(error: Exception, is_broken: bool, is_memory: bool) -> None:
    assert (broken(error), out_of_memory(error)) == (is_broken, is_memory)


async def test_a_process_whose_engine_can_not_go_on_is_followed_by_another(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Imported by each process that Python starts: rows that leave their slots break the engine.
    (tmp_path / "sitecustomize.py").write_text(
        "import pathlib\n"
        "from muspsy_sim.llm.local.slots import Slots\n"
        "def move(*_):\n"
        "    raise RuntimeError('no slot to move to')\n"
        f"if pathlib.Path({str(tmp_path / 'broken')!r}).exists():\n"
        "    Slots.move = move\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "broken").touch()
    name = f"hf:{small}/."
    async with Endpoints() as endpoints:
        model = open_model(name, endpoints, timeout_s=60.0)
        await endpoints.check()
        first = writer_for(name, str(small), {})
        said = await asyncio.gather(
            *(model.reply(request_for(Speech, seed=n)) for n in range(12)), return_exceptions=True
        )
        failures = [each for each in said if isinstance(each, ModelFailure)]
        assert failures
        assert all(each.kind == "server" and each.retryable for each in failures)
        assert any("no slot to move to" in each.message for each in failures)
        await asyncio.to_thread(first._thread.join, 10)
        assert not first.alive
        (tmp_path / "broken").unlink()
        assert isinstance(await model.reply(request_for(Speech, seed=1)), Reply)
    assert writer_for(name, str(small), {}).facts.rows == first.facts.rows
