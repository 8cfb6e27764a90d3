"""A server that fails one call in five, in each way and in all: no episode is missing or mute.

Each run must write every planned episode, finished or with a typed reason, and say so by its exit
code, its last lines and `muspsy status`. `--retry-failed` against the mended server completes it,
keeps all that was recorded, and asks for nothing but what is owed.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.records.episode import CourseEnd, Episode
from muspsy_sim.runs.store import Run, episodes
from tests.parts.chat_answers import answer as chat_answer
from tests.parts.chat_server import WAYS, ChatServer
from tests.parts.command import Answered, muspsy, recipe

pytestmark = pytest.mark.timeout(600)

KINDS = {
    "rate_limit": "rate_limit",
    "server_error": "server",
    "slow": "timeout",
    "length": "cut_off",
    "drop": "cut_off",
    "not_json": "malformed",
    "wrong_shape": "malformed",
    "empty": "malformed",
    "bad_answer": "malformed",
}
"""The type of failure that each way to fail is."""

NO_TEXT = ("rate_limit", "server_error", "slow", "drop", "not_json", "wrong_shape")
"""Ways in which no text was made, so that the very same request is made again."""

RECIPE = """\
personas: [en-gordon-pell, zh-ma-guoqing]
arms: [full, bare]
seeds: [0]
sessions: 3
exchanges: 4
follow_up_weeks: 1
models: {default: '%s'}
limits: {attempts: 2, first_wait_s: 0.01, timeout_s: %s}
"""
PLANNED = [
    f"{persona}--{arm}--s0"
    for persona in ("en-gordon-pell", "zh-ma-guoqing")
    for arm in ("bare", "full")
]
PATIENT = ("--set", "limits.timeout_s=60", "--set", "limits.attempts=20")


def server_failing(*ways: str, seed: int = 0) -> ChatServer:
    """One call in five fails. A slow one takes longer than anybody waits for it."""
    return ChatServer(fail=0.2, ways=ways, seed=seed, slow_s=20.0, retry_after="0.02")


async def command(*words: str | Path, env: dict[str, str] | None = None) -> Answered:
    """The command, while the server goes on in this process."""
    answer = await asyncio.to_thread(muspsy, *words, env=env)
    assert "Traceback" not in answer.out + answer.err
    return answer


def whole(out: Path) -> dict[str, Episode]:
    return {episode.id: episode for episode in episodes(Run(out))}


def files(out: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((out / "episodes").glob("*"))}


def lines(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "journal").glob("*"))}


def attempts(out: Path) -> Counter[str]:
    """What came of every attempt that the journals hold: `ok`, or the type of its failure."""
    found: Counter[str] = Counter()
    for path in (out / "journal").glob("*"):
        text = read_journal(path)
        for entry in (*text.entries, *text.voided):
            found["ok" if entry.outcome == "ok" else entry.kind] += 1
    return found


def check_nothing_silent(answer: Answered, out: Path, kinds: set[str]) -> list[str]:
    """Every episode is there, ended or typed, and told of. Returns those that a failure stopped."""
    found = whole(out)
    assert sorted(found) == PLANNED
    stopped = [name for name, episode in found.items() if not episode.end.complete]
    assert answer.code == int(bool(stopped))
    for name, episode in found.items():
        if episode.end.complete:
            assert not episode.failures
            continue
        assert episode.end is CourseEnd.MODEL_ERROR
        failure = episode.failures[0]
        assert failure.kind in kinds
        assert failure.message
        (told,) = [line for line in answer.err.splitlines() if line.startswith(f"{name}: ")]
        assert f": model_error: {failure.prompt} failed ({failure.kind}): " in told
    assert answer.out.count("(provider)") >= bool(stopped), "the summary counts them"
    return stopped


async def check_status(out: Path, stopped: list[str]) -> None:
    told = await command("status", out)
    assert told.code == 0
    for name in PLANNED:
        assert (f"{name}: model_error" in told.out) == (name in stopped)
    read = json.loads((await command("status", out, "--json")).out)
    assert [each["id"] for each in read["incomplete"]] == [
        n for n in read["planned"] if n in stopped
    ]
    assert sorted([*read["complete"], *stopped]) == PLANNED


@pytest.mark.parametrize("way", WAYS)
async def test_one_call_in_five_fails_in_one_way(tmp_path: Path, way: str) -> None:
    out, healthy = tmp_path / "failing", tmp_path / "healthy"
    async with server_failing(way) as server:
        file = recipe(tmp_path, RECIPE % (server.spec, 2.0 if way == "slow" else 60.0))
        answer = await command("run", file, "--out", out)
        stopped = check_nothing_silent(answer, out, {KINDS[way]})
        assert stopped, "nothing failed for good, so nothing was tried"
        await check_status(out, stopped)
        assert attempts(out).total() == len(server.received), "an attempt was not recorded"
        if way != "bad_answer":  # It is an answer; that it doesn't fit shows when it is read.
            assert attempts(out)[KINDS[way]] == server.answered[way] > 0

        before, recorded, sent = files(out), lines(out), len(server.received)
        again = await command("run", file, "--out", out, *PATIENT)
        assert again.code == 1, "failures are tried again when asked"
        assert files(out) == before
        assert len(server.received) == sent

        server.fail = 0.0
        again = await command("run", file, "--out", out, "--retry-failed", *PATIENT)
        assert again.code == 0
        assert not check_nothing_silent(again, out, set())
        after = files(out)
        assert {n for n in PLANNED if after[n] != before[n]} == set(stopped)
        assert all(lines(out)[name].startswith(raw) for name, raw in recorded.items())
        assert attempts(out).total() == len(server.received)
        assert (await command("replay", out)).code == 0
        if way in NO_TEXT:
            # The very same questions were asked in the end, so the same courses were lived.
            assert (await command("run", file, "--out", healthy, *PATIENT)).code == 0
            assert files(healthy) == after


@pytest.mark.parametrize("seed", [1, 2])
async def test_one_call_in_five_fails_in_any_way(tmp_path: Path, seed: int) -> None:
    out = tmp_path / "out"
    async with server_failing(*WAYS, seed=seed) as server:
        file = recipe(tmp_path, RECIPE % (server.spec, 2.0))
        answer = await command("run", file, "--out", out)
        stopped = check_nothing_silent(answer, out, set(KINDS.values()))
        assert stopped
        await check_status(out, stopped)
        # It goes on failing: each try gets further, none loses what another got.
        for _ in range(3):
            recorded, sent = lines(out), len(server.received)
            answer = await command("run", file, "--out", out, "--retry-failed")
            assert len(server.received) > sent or not stopped
            stopped = check_nothing_silent(answer, out, set(KINDS.values()))
            assert all(lines(out)[name].startswith(raw) for name, raw in recorded.items())
        assert set(server.answered) == {"ok", *WAYS}
        server.fail = 0.0
        answer = await command("run", file, "--out", out, "--retry-failed", *PATIENT)
        assert answer.code == 0
        assert not check_nothing_silent(answer, out, set())
        assert attempts(out).total() == len(server.received)
    replayed = await command("replay", out)
    assert replayed.code == 0, replayed.out
    assert "4 of 4 episodes identical" in replayed.out


@pytest.mark.parametrize("ways", [("drop",), ("length",), ("wrong_shape",), WAYS], ids="+".join)
async def test_openai_fails_as_plainly(tmp_path: Path, ways: tuple[str, ...]) -> None:
    out = tmp_path / "out"
    async with server_failing(*ways) as server:
        env = {"OPENAI_API_KEY": "a-key-of-no-worth", "OPENAI_BASE_URL": server.base_url}
        file = recipe(tmp_path, RECIPE % ("openai:mock", 3.0))
        answer = await command("run", file, "--out", out, env=env)
        stopped = check_nothing_silent(answer, out, {KINDS[way] for way in ways})
        assert stopped
        assert attempts(out).total() == len(server.received)
        server.fail = 0.0
        answer = await command("run", file, "--out", out, "--retry-failed", *PATIENT, env=env)
        assert answer.code == 0
        assert not check_nothing_silent(answer, out, set())
        assert attempts(out).total() == len(server.received)
    assert (await command("replay", out)).code == 0
    assert not [p for p in out.rglob("*") if p.is_file() and b"no-worth" in p.read_bytes()]


def server_for_a_while() -> tuple[ChatServer, asyncio.Event]:
    """A server, and what is set once it has been asked forty times."""
    asked, enough = 0, asyncio.Event()

    def says(body: dict[str, Any]) -> str:
        nonlocal asked
        asked += 1
        if asked == 40:
            enough.set()
        return chat_answer(body)

    return ChatServer(latency_s=0.02, says=says), enough


async def test_a_server_that_goes_away_and_comes_back_fails_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    server, enough = server_for_a_while()
    async with server:
        file = recipe(tmp_path, RECIPE % (server.spec, 60.0))
        running = asyncio.create_task(command("run", file, "--out", out, *PATIENT))
        await enough.wait()
    await asyncio.sleep(2.5)  # Longer than the attempts of a call would last.
    async with server:
        answer = await running
    assert answer.code == 0
    assert not check_nothing_silent(answer, out, set())
    assert "it is waited for" in answer.err
    assert (await command("replay", out)).code == 0


async def test_a_server_that_stays_away_stops_the_run_and_fails_no_episode(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    server, enough = server_for_a_while()
    async with server:
        file = recipe(tmp_path, RECIPE % (server.spec, 60.0))
        patient = (*PATIENT, "--set", "limits.outage_s=1.5")
        running = asyncio.create_task(command("run", file, "--out", out, *patient))
        await enough.wait()
    answer = await running
    assert answer.code == 2
    assert "no connection to" in answer.err
    assert "give the same command again" in answer.err
    assert all(episode.end is not CourseEnd.MODEL_ERROR for episode in whole(out).values())
    async with server:  # The same address again.
        answer = await command("run", file, "--out", out, *PATIENT)
        assert answer.code == 0
        assert not check_nothing_silent(answer, out, set())
    assert (await command("replay", out)).code == 0


async def test_a_server_that_is_not_waited_for_ends_every_episode(tmp_path: Path) -> None:
    out = tmp_path / "out"
    server, enough = server_for_a_while()
    async with server:
        file = recipe(tmp_path, RECIPE % (server.spec, 60.0))
        running = asyncio.create_task(
            command("run", file, "--out", out, "--set", "limits.outage_s=0")
        )
        await enough.wait()
    answer = await running
    assert answer.code == 1
    assert (
        sorted(check_nothing_silent(answer, out, {"unreachable", "cut_off", "timeout"})) == PLANNED
    )
    async with server:  # The same address again.
        answer = await command("run", file, "--out", out, "--retry-failed", *PATIENT)
        assert answer.code == 0
        assert not check_nothing_silent(answer, out, set())
    assert (await command("replay", out)).code == 0


async def test_a_server_that_asks_to_wait_for_an_hour_is_not_waited_for(tmp_path: Path) -> None:
    async with ChatServer(fail=1.0, ways=("rate_limit",), retry_after="3600") as server:
        file = recipe(tmp_path, RECIPE % (server.spec, 60.0) + "concurrency: 1\n")
        answer = await command("run", file, "--out", tmp_path / "out", "--limit", "1")
        assert answer.code == 1
        assert "(rate_limit)" in answer.err
        assert len(server.received) == 1
