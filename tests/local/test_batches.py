"""Rows that are written together: seeds, who joins, kept prefixes, and memory that runs out."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.llm.local import engine as engines
from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.loading import Loaded
from muspsy_sim.llm.local.small import save
from tests.local.writing import WORDS, conversation, write


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


def test_a_row_whose_logits_are_no_numbers_fails_alone(
    loaded: Loaded, prompts: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Engine(loaded, rows=4, kept_bytes=0)
    try:
        expected = [each.text for each in write(whole, prompts)]
    finally:
        whole.close()
    made = Engine(loaded, rows=4, kept_bytes=0)
    real = Loaded.forward

    def spoiled(self: Loaded, ids: Any, positions: Any, length: int, slots: Any) -> Any:
        logits = real(self, ids, positions, length, slots)
        if len(ids) == 4:
            # As a number too large for float16 leaves a row: in its keys, values, and what follows.
            for layer in slots._layers:
                layer.keys[2], layer.values[2] = float("nan"), float("inf")
            logits[2] = float("nan")
        return logits

    try:
        with monkeypatch.context() as broken:
            broken.setattr(Loaded, "forward", spoiled)
            with pytest.raises(RuntimeError, match="not numbers; float16 may be too narrow"):
                write(made, prompts[:4])
        # The same slots, and nothing of what spoiled one is left in it.
        assert [each.text for each in write(made, prompts)] == expected
    finally:
        made.close()


def test_one_at_a_time_waits_for_no_company(loaded: Loaded, prompts: list[list[int]]) -> None:
    made = Engine(loaded, rows=8, kept_bytes=0, window_s=0.5)
    try:
        for n in range(2):
            write(made, prompts[n : n + 1], max_tokens=2)
        began = time.monotonic()
        for n in range(4):
            write(made, prompts[n : n + 1], max_tokens=2)
        assert time.monotonic() - began < 1.0, "half a second each, had it waited"
        write(made, prompts[:8])
        began = time.monotonic()
        write(made, prompts[:1], max_tokens=2)
        assert time.monotonic() - began >= 0.5, "after company, company is waited for"
    finally:
        made.close()


@pytest.mark.skipif(sys.platform != "linux", reason="no other system limits a process's memory so")
def test_memory_that_really_runs_out_halves_the_batch_and_loses_nothing(tmp_path: Path) -> None:
    folder = save(tmp_path / "model", width=256, layers=4)
    done = subprocess.run(
        [sys.executable, "-m", "tests.local.short_of_memory", str(folder), "8"],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    halved, limit, same = map(int, done.stdout.split())
    assert halved >= 1
    assert limit <= 8
    assert same == 16
