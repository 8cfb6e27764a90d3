"""`muspsy run --workers`: the same bytes, one limit for all of them, mistakes told."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.workers.starting import Crew, run_with
from tests.parts.chat_answers import answer
from tests.parts.chat_server import ChatServer
from tests.parts.command import muspsy, recipe
from tests.parts.worker_processes import workers_of

RECIPE = """\
personas: [en-gordon-pell, zh-ma-guoqing]
arms: [full, bare]
seeds: [0]
sessions: 2
exchanges: 4
"""


def results(out: Path) -> dict[str, bytes]:
    found = {p.name: p.read_bytes() for p in sorted((out / "episodes").glob("*"))}
    return {**found, "run.yaml": (out / "run.yaml").read_bytes()}


def calls(out: Path) -> int:
    """The calls recorded in all journals, none of them twice."""
    number = 0
    for path in (out / "journal").glob("*.jsonl"):
        keys = [entry.key for entry in read_journal(path).entries]
        assert len(keys) == len(set(keys)), "a recorded answer was asked for again"
        number += len(keys)
    return number


def test_the_same_bytes_on_any_number_of_workers(tmp_path: Path) -> None:
    file = recipe(tmp_path, RECIPE)
    for name, options in (("alone", []), ("three", ["--workers", "3"])):
        done = muspsy("run", file, "--out", tmp_path / name, "--quiet", *options)
        assert (done.code, done.out, done.err) == (0, "", "")
    assert len(results(tmp_path / "alone")) == 5
    assert results(tmp_path / "three") == results(tmp_path / "alone")


def plan(model: str, **settings: Any) -> Any:
    described = {
        "personas": ["en-gordon-pell", "zh-ma-guoqing"],
        "arms": ["bare"],
        "seeds": [0, 1, 2],
        "sessions": 1,
        "exchanges": 3,
        "follow_up_weeks": 0,
        "models": {"default": model},
        **settings,
    }
    return plan_run(Recipe.model_validate(described))


async def test_one_limit_of_calls_holds_for_all_workers(tmp_path: Path) -> None:
    times: list[float] = []

    def says(body: dict[str, Any]) -> str:
        times.append(time.monotonic())
        return answer(body)

    async with ChatServer(says=says, latency_s=0.01) as server:
        limits = {"calls_at_once": 3, "calls_per_minute": 1200}
        outcome = await run_with(plan(server.spec, limits=limits), tmp_path, Crew(workers=3))
        assert server.most_at_once <= 3
    assert not outcome.incomplete
    assert len(times) == calls(tmp_path) > 40
    # 20 calls a second, and one more for each worker, whose beats are not those of the others.
    for first in times:
        assert sum(first <= at < first + 1.0 for at in times) <= 20 + 3 + 2
    assert times[-1] - times[0] >= (len(times) - 1 - 3) / 20 * 0.95


async def test_what_a_worker_can_not_do_is_told_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    damaged = tmp_path / "journal" / "en-gordon-pell--bare--s0.jsonl"
    damaged.write_bytes(b"nonsense\n")
    with pytest.raises(Exception, match=r"s0.jsonl:1: the journal is damaged here"):
        await run_with(plan("offline"), tmp_path, Crew(workers=2))
    assert not workers_of(os.getpid())
    await asyncio.sleep(0)


async def test_what_a_model_failed_is_gone_on_with_when_asked(tmp_path: Path) -> None:
    async with ChatServer(script=["moderated"]) as server:
        asked = plan(server.spec, seeds=[0])
        failed = await run_with(asked, tmp_path, Crew(workers=2))
        assert len(failed.incomplete) == 1
        sent = len(server.received)
        left = await run_with(asked, tmp_path, Crew(workers=2))
        assert (len(left.incomplete), len(server.received)) == (1, sent)
        whole = await run_with(asked, tmp_path, Crew(workers=2), retry_failed=True)
        assert not whole.incomplete
        assert whole.progress.kept == 1
        alone = await run(asked, tmp_path / "alone")
    for name in alone.ends:
        (one, other) = (tmp_path / at / "episodes" / f"{name}.json" for at in (".", "alone"))
        assert _lived(one) == _lived(other)


def _lived(episode: Path) -> dict[str, Any]:
    """An episode without what its calls took: a failed attempt counts as well."""
    read: dict[str, Any] = orjson.loads(episode.read_bytes())
    return {key: value for key, value in read.items() if key != "usage"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--engine", "dask"], "--engine 'dask' is unknown; use processes or ray"),
        (["--address", "auto"], "--address names a Ray cluster; add --engine ray"),
        (["--workers", "0"], "invalid value for '--workers'"),
    ],
)
def test_mistaken_options_are_told(tmp_path: Path, options: list[str], told: str) -> None:
    done = muspsy("run", recipe(tmp_path), *options)
    assert done.code == 2
    assert told in done.err
