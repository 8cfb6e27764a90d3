"""Workers killed, parents killed, Ctrl-C, budgets: nothing is lost, and nothing is asked twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.runs.workers.starting import Crew, run_with
from tests.parts.chat_server import ChatServer, in_a_process
from tests.parts.command import COMMAND, environment, recipe
from tests.parts.test_workers_run import RECIPE, calls, plan, results
from tests.parts.worker_processes import gone, workers_of

pytestmark = pytest.mark.timeout(600)


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


def test_a_killed_worker_loses_nothing_and_only_its_episodes_go_on(tmp_path: Path) -> None:
    with in_a_process("--latency", "0.05") as spec:
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
                os.kill(workers_of(run.pid)[-1], signal.SIGKILL)
            assert run.wait(180) == 0
        assert results(out) == wanted
        assert calls(out) == asked
        lost = requests(spec) - 2 * asked
        # What was under way: two episodes in each worker, which ask two parties at once.
        assert 0 <= lost <= 2 * 4


def test_a_killed_parent_takes_its_workers_with_it_and_ctrl_c_ends_all(tmp_path: Path) -> None:
    with in_a_process("--latency", "0.05") as spec:
        file = recipe(tmp_path, f"{RECIPE}models: {{default: '{spec}'}}\n")
        out = tmp_path / "out"
        with started(file, out, "--workers", "2") as run:
            grown(out, 40_000, run)
            pids = workers_of(run.pid)
            assert len(pids) == 2
            run.kill()
        assert gone(pids)
        before = calls(out)
        held = sum(path.stat().st_size for path in (out / "journal").glob("*.jsonl"))
        with started(file, out, "--workers", "2") as run:
            grown(out, held + 8_000, run)  # Well before its end, however fast it goes on.
            pids = workers_of(run.pid)
            run.send_signal(signal.SIGINT)
            code = run.wait(180)
            said = run.stderr.read().decode() if run.stderr else ""
        assert code == 130
        assert "of 4 episodes whole" in said
        assert "--workers 2" in said
        assert gone(pids)
        assert calls(out) > before
        with started(file, out, "--workers", "2") as run:
            assert run.wait(180) == 0
        asked = calls(out)
        assert 0 <= requests(spec) - asked <= 2 * 8, "only what was under way was asked again"


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
        whole = await run_with(
            plan(server.spec, budget={"tokens": 2 * total}), tight, Crew(workers=2)
        )
        assert not whole.incomplete
        assert len(server.received) == 2 * sent, "nothing was paid for twice"
    assert {k: v for k, v in results(tight).items() if k != "run.yaml"} == {
        k: v for k, v in results(tmp_path / "free").items() if k != "run.yaml"
    }
