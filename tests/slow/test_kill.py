"""A run killed at 60 random moments loses nothing and asks for nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from muspsy_sim.llm.journal import read_journal

KILLS = 60
KILLS_A_ROUND = 6

RECIPE = """\
personas: [en-gordon-pell, zh-ma-guoqing]
arms: [full, bare]
seeds: [0]
sessions: 3
exchanges: 8
"""


def command(recipe: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "muspsy_sim.cli", "run", str(recipe), "--out", str(out), "--quiet"]


def journal_bytes(out: Path) -> int:
    return sum(path.stat().st_size for path in (out / "journal").glob("*.jsonl"))


def whole_lines(out: Path) -> dict[str, bytes]:
    """The complete lines of every journal."""
    found = {}
    for path in (out / "journal").glob("*.jsonl"):
        raw = path.read_bytes()
        found[path.name] = raw[: raw.rfind(b"\n") + 1]
    return found


def results(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "episodes").glob("*"))}


def killed(recipe: Path, out: Path, threshold: int, delay: float) -> bool:
    """Run until the journals hold `threshold` bytes, kill; whether it was still alive then."""
    run = subprocess.Popen(command(recipe, out), stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        while run.poll() is None and journal_bytes(out) < threshold:
            time.sleep(0.002)
        time.sleep(delay)
        alive = run.poll() is None
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    return alive


def test_sixty_kills_lose_nothing_and_ask_nothing_twice(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE)
    once = tmp_path / "once"
    subprocess.run(command(recipe, once), check=True, stdout=subprocess.DEVNULL)
    wanted, size = results(once), journal_bytes(once)
    assert len(wanted) == 4

    rng = Random(20)
    kills = rounds = 0
    while kills < KILLS:
        out = tmp_path / f"round{rounds}"
        rounds += 1
        for threshold in sorted(rng.randrange(1, size) for _ in range(KILLS_A_ROUND)):
            kills += killed(recipe, out, threshold, rng.random() * 0.02)
            before = whole_lines(out)
            for name, lines in before.items():
                assert (out / "journal" / name).read_bytes().startswith(lines)
        before = whole_lines(out)
        subprocess.run(command(recipe, out), check=True, stdout=subprocess.DEVNULL)
        after = whole_lines(out)
        for name, lines in before.items():
            assert after[name].startswith(lines), "a recorded line was changed"
        assert results(out) == wanted
        for path in (out / "journal").glob("*.jsonl"):
            keys = [entry.key for entry in read_journal(path).entries]
            assert len(keys) == len(set(keys)), "a recorded answer was asked for again"
    print(f"{kills} kills in {rounds} rounds: byte-identical, nothing asked twice")
    assert kills >= KILLS
