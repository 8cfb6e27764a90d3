"""A run killed at 60 random moments loses nothing and asks for nothing twice."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from urllib.request import urlopen

import pytest

from muspsy_sim.llm.journal_text import read_journal
from tests.parts.chat_server import in_a_process
from tests.parts.command import COMMAND, environment, recipe

pytestmark = pytest.mark.timeout(900)

RECIPE = """\
personas: [en-gordon-pell, zh-ma-guoqing]
arms: [full, bare]
seeds: [0]
sessions: 3
exchanges: 8
"""
EPISODES = 4
AT_ONCE = 2 * EPISODES
"""Calls that can be under way: after a session both parties of a course are asked."""


def command(file: Path, out: Path) -> list[str]:
    return [*COMMAND, "run", str(file), "--out", str(out), "--quiet"]


def finish(file: Path, out: Path) -> None:
    subprocess.run(command(file, out), check=True, env=environment(), timeout=120)


def journals(out: Path) -> list[Path]:
    return sorted((out / "journal").glob("*.jsonl"))


def journal_bytes(out: Path) -> int:
    return sum(path.stat().st_size for path in journals(out))


def whole_lines(out: Path) -> dict[str, bytes]:
    """The complete lines of every journal."""
    read = {path.name: path.read_bytes() for path in journals(out)}
    return {name: raw[: raw.rfind(b"\n") + 1] for name, raw in read.items()}


def calls(out: Path) -> int:
    """The calls recorded in all journals."""
    return sum(len(read_journal(path).entries) for path in journals(out))


def results(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "episodes").glob("*"))}


def killed(file: Path, out: Path, rng: Random, until: int | None) -> bool:
    """Run and kill; whether it was still alive then.

    It is killed a moment after the journals have grown, to `until` bytes at least; for `None`, at
    any moment of its first 1.5 seconds: while it starts, reads what there is, or is at work.
    """
    before = journal_bytes(out)
    run = subprocess.Popen(command(file, out), env=environment())
    try:
        if until is None:
            time.sleep(rng.random() * 1.5)
        else:
            while run.poll() is None and journal_bytes(out) < max(until, before + 1):
                time.sleep(0.002)
            time.sleep(rng.random() * 0.02)
    finally:
        run.kill()
        ended = run.wait()
    return ended == -signal.SIGKILL


def one_round(file: Path, out: Path, rng: Random, size: int, kills: int) -> int:
    """Kill a run again and again on its way, then let it end; how often it was alive."""
    moments: list[int | None] = sorted(rng.randrange(1, size) for _ in range(kills - 1))
    moments.insert(rng.randrange(kills), None)
    alive = 0
    for until in moments:
        before = whole_lines(out)
        alive += killed(file, out, rng, until)
        after = whole_lines(out)
        assert all(after[name].startswith(lines) for name, lines in before.items())
    before = whole_lines(out)
    finish(file, out)
    after = whole_lines(out)
    assert all(after[name].startswith(lines) for name, lines in before.items())
    return alive


def test_sixty_kills_lose_nothing_and_ask_nothing_twice(tmp_path: Path) -> None:
    file = recipe(tmp_path, RECIPE)
    once = tmp_path / "once"
    finish(file, once)
    wanted, size, asked = results(once), journal_bytes(once), calls(once)
    assert len(wanted) == EPISODES

    outs = [tmp_path / f"round{number}" for number in range(11)]
    with ThreadPoolExecutor(2) as pool:
        kills = sum(pool.map(lambda n: one_round(file, outs[n], Random(n), size, 6), range(11)))
    for out in outs:
        assert results(out) == wanted
        assert calls(out) == asked
        for path in journals(out):
            keys = [entry.key for entry in read_journal(path).entries]
            assert len(keys) == len(set(keys)), "a recorded answer was asked for again"
    print(f"{kills} kills in {len(outs)} rounds: byte-identical, nothing asked twice")
    assert kills >= 60, "the runs are over too soon"


def requests(spec: str) -> int:
    """How many completions a server was asked for."""
    with urlopen(f"{spec.partition('/v1')[0]}/stats", timeout=10) as answer:
        return int(json.load(answer)["requests"])


def test_a_server_is_asked_again_only_for_what_was_under_way(tmp_path: Path) -> None:
    rng = Random(7)
    with in_a_process("--latency", "0.02") as spec:
        file = recipe(tmp_path, f"{RECIPE}models: {{default: '{spec}'}}\n")
        once = tmp_path / "once"
        finish(file, once)
        wanted, size, asked = results(once), journal_bytes(once), calls(once)
        assert len(wanted) == EPISODES
        assert requests(spec) == asked
        kills = lost = 0
        for number in range(2):
            out = tmp_path / f"round{number}"
            for until in sorted(rng.randrange(1, size) for _ in range(5)):
                sent, recorded = requests(spec), calls(out)
                kills += killed(file, out, rng, until)
                under_way = requests(spec) - sent - (calls(out) - recorded)
                assert 0 <= under_way <= AT_ONCE
                lost += under_way
            sent, recorded = requests(spec), calls(out)
            finish(file, out)
            assert calls(out) == asked
            assert requests(spec) - sent == asked - recorded, "only what was owed was asked for"
            assert results(out) == wanted
        assert kills >= 8
        assert requests(spec) == 3 * asked + lost
        assert lost > 0, "no kill met a call under way"
    print(f"{kills} kills, {lost} calls under way lost, {asked} recorded per run")
