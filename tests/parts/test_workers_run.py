"""`muspsy run --workers`: the same bytes, killed workers, one limit for all of them, Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from muspsy_sim.llm.journal import read_journal
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.workers.starting import Crew, run_with
from tests.parts.chat_answers import answer
from tests.parts.chat_server import ChatServer, in_a_process
from tests.parts.command import COMMAND, environment, muspsy, recipe
from tests.parts.worker_processes import gone, workers_of

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


def requests(spec: str) -> int:
    with urlopen(f"{spec.partition('/v1')[0]}/stats", timeout=10) as told:
        return int(json.load(told)["requests"])


def started(file: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [*COMMAND, "run", str(file), "--out", str(out), "--quiet", *options]
    return subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE)


def grown(out: Path, to: int, run: subprocess.Popen[bytes]) -> None:
    """Wait until the journals hold so many bytes."""
    while run.poll() is None:
        if sum(path.stat().st_size for path in (out / "journal").glob("*.jsonl")) >= to:
            return
        time.sleep(0.01)
    raise AssertionError("it ended too soon")


def test_the_same_bytes_on_any_number_of_workers(tmp_path: Path) -> None:
    file = recipe(tmp_path, RECIPE)
    for name, options in (("alone", []), ("two", ["--workers", "2"]), ("three", ["--workers", "3"])):
        done = muspsy("run", file, "--out", tmp_path / name, "--quiet", *options)
        assert (done.code, done.out, done.err) == (0, "", "")
    wanted = results(tmp_path / "alone")
    assert len(wanted) == 5
    assert results(tmp_path / "two") == wanted
    assert results(tmp_path / "three") == wanted


def test_a_killed_worker_loses_nothing_and_only_its_episodes_go_on(tmp_path: Path) -> None:
    with in_a_process("--latency", "0.02") as spec:
        file = recipe(tmp_path, f"{RECIPE}models: {{default: '{spec}'}}\n")
        with started(file, tmp_path / "once") as once:
            assert once.wait(60) == 0
        wanted, asked = results(tmp_path / "once"), calls(tmp_path / "once")
        size = sum(p.stat().st_size for p in (tmp_path / "once" / "journal").glob("*"))
        assert requests(spec) == asked
        out = tmp_path / "killed"
        with started(file, out, "--workers", "2") as run:
            for share in (0.3, 0.6):
                grown(out, int(size * share), run)
                os.kill(workers_of(run.pid)[0], signal.SIGKILL)
                while len(workers_of(run.pid)) < 2 and run.poll() is None:
                    time.sleep(0.01)
            assert run.wait(60) == 0
        assert results(out) == wanted
        assert calls(out) == asked
        lost = requests(spec) - 2 * asked
        # What was under way: two episodes in each worker, which ask two parties at once.
        assert 0 <= lost <= 2 * 4


def test_a_killed_parent_takes_its_workers_with_it_and_ctrl_c_ends_all(tmp_path: Path) -> None:
    with in_a_process("--latency", "0.02") as spec:
        file = recipe(tmp_path, f"{RECIPE}models: {{default: '{spec}'}}\n")
        out = tmp_path / "out"
        with started(file, out, "--workers", "2") as run:
            grown(out, 40_000, run)
            pids = workers_of(run.pid)
            assert len(pids) == 2
            run.kill()
        assert gone(pids)
        before = calls(out)
        with started(file, out, "--workers", "2") as run:
            grown(out, 80_000, run)
            pids = workers_of(run.pid)
            run.send_signal(signal.SIGINT)
            code = run.wait(60)
            said = run.stderr.read().decode() if run.stderr else ""
        assert code == 130
        assert "of 4 episodes whole" in said
        assert "--workers 2" in said
        assert gone(pids, 1.0)
        assert calls(out) > before
        with started(file, out, "--workers", "2") as run:
            assert run.wait(60) == 0
        asked = calls(out)
        assert 0 <= requests(spec) - asked <= 2 * 8, "only what was under way was asked again"


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


async def test_one_budget_holds_for_all_workers_and_over_runs(tmp_path: Path) -> None:
    async with ChatServer(latency_s=0.01) as server:
        free = await run_with(plan(server.spec), tmp_path / "free", Crew(workers=2))
        total, sent = free.progress.budget.spent_tokens, len(server.received)
        assert total == free.progress.count.total.prompt_tokens + (
            free.progress.count.total.completion_tokens
        )
        dearest = max(
            entry.usage.prompt_tokens + entry.usage.completion_tokens
            for path in (tmp_path / "free" / "journal").glob("*")
            for entry in read_journal(path).entries
        )
        tight = tmp_path / "tight"
        for share in (0.4, 0.7):
            budget = {"tokens": int(total * share)}
            part = await run_with(plan(server.spec, budget=budget), tight, Crew(workers=2))
            assert part.incomplete
            spent = part.progress.budget.spent_tokens
            assert total * share <= spent <= total * share + 6 * 2 * dearest
        whole = await run_with(plan(server.spec, budget={"tokens": 2 * total}), tight, Crew(workers=2))
        assert not whole.incomplete
        assert len(server.received) == 2 * sent, "nothing was paid for twice"
    assert {k: v for k, v in results(tight).items() if k != "run.yaml"} == {
        k: v for k, v in results(tmp_path / "free").items() if k != "run.yaml"
    }


async def test_what_a_worker_can_not_do_is_told_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    damaged = tmp_path / "journal" / "en-gordon-pell--bare--s0.jsonl"
    damaged.write_bytes(b"nonsense\n")
    with pytest.raises(Exception, match=r"s0.jsonl:1: the journal is damaged here"):
        await run_with(plan("offline"), tmp_path, Crew(workers=2))
    assert not workers_of(os.getpid())
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--engine", "dask"], "--engine 'dask' is unknown; use processes or ray"),
        (["--address", "auto"], "--address names a Ray cluster; add --engine ray"),
        (["--workers", "0"], "0 is not in the range x>=1"),
    ],
)
def test_mistaken_options_are_told(tmp_path: Path, options: list[str], told: str) -> None:
    done = muspsy("run", recipe(tmp_path), *options)
    assert done.code == 2
    assert told in done.err
