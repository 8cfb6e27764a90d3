"""Ray actors and results elsewhere: the same bytes, one limit, killed workers, killed machines."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import s3fs

from muspsy_sim.records.errors import MuspsyError, RunError
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.workers.places import open_place
from muspsy_sim.runs.workers.starting import Crew, run_with
from tests.parts.chat_answers import answer
from tests.parts.chat_server import ChatServer, in_a_process
from tests.parts.command import muspsy, recipe
from tests.parts.test_workers_run import RECIPE, calls, plan, results
from tests.parts.worker_processes import gone, workers_of
from tests.ray.conftest import SECRET
from tests.slow.test_workers_killed import grown, requests, started

pytestmark = pytest.mark.timeout(600)

RAY = ["--engine", "ray", "--workers", "2"]


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one process makes of the recipe."""
    folder = tmp_path_factory.mktemp("alone")
    done = muspsy("run", recipe(folder, RECIPE), "--out", folder / "out", "--quiet")
    assert (done.code, done.err) == (0, "")
    return results(folder / "out")


def objects(url: str) -> dict[str, bytes]:
    """The episodes and `run.yaml` of a run elsewhere."""
    system = s3fs.S3FileSystem(skip_instance_cache=True)
    found = {p.rsplit("/", 1)[-1]: system.cat_file(p) for p in system.find(f"{url}/episodes")}
    return {**found, "run.yaml": system.cat_file(f"{url}/run.yaml")}


def test_ray_makes_the_same_bytes_in_a_folder(tmp_path: Path, alone: dict[str, bytes]) -> None:
    file = recipe(tmp_path, RECIPE)
    done = muspsy("run", file, "--out", tmp_path / "out", "--quiet", *RAY)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert results(tmp_path / "out") == alone
    again = muspsy("run", file, "--out", tmp_path / "out", *RAY)
    assert again.code == 0
    assert "4 of them whole already" in again.out


def test_ray_makes_the_same_bytes_in_an_object_store(
    tmp_path: Path, bucket: str, alone: dict[str, bytes]
) -> None:
    file = recipe(tmp_path, RECIPE)
    url = f"{bucket}/runs/first"
    done = muspsy("run", file, "--out", url, *RAY)
    assert done.code == 0, done.err
    assert objects(url) == alone
    assert f"Results: {url}, copied to " in done.out
    assert SECRET not in done.out + done.err
    (copy,) = tmp_path.glob("small-at-*")
    assert results(copy) == alone
    assert calls(copy) > 0
    assert muspsy("replay", copy).code == 0


def test_processes_make_the_same_bytes_in_an_object_store_and_go_on_there(
    tmp_path: Path, bucket: str, alone: dict[str, bytes]
) -> None:
    file = recipe(tmp_path, RECIPE)
    url = f"{bucket}/run"
    first = muspsy("run", file, "--out", url, "--quiet", "--workers", "2", "--limit", "2")
    assert (first.code, first.err) == (0, "")
    (copy,) = tmp_path.glob("small-at-*")
    # Another machine: it has no copy yet.
    copy.rename(tmp_path / "elsewhere")
    second = muspsy("run", file, "--out", url, "--workers", "3")
    assert second.code == 0, second.err
    assert "2 of them whole already" in second.out
    assert objects(url) == alone == results(copy)
    restarted = muspsy("run", file, "--out", url, "--quiet", "--restart", "--limit", "1")
    assert (restarted.code, restarted.err) == (0, "")
    assert len(objects(url)) == 2 == len(results(copy))


async def test_a_shared_folder_is_a_place_as_well(tmp_path: Path, alone: dict[str, bytes]) -> None:
    url = f"file://{tmp_path}/there"
    described = {"personas": ["en-gordon-pell", "zh-ma-guoqing"], "arms": ["full", "bare"]}
    asked = plan("offline", **described, seeds=[0], sessions=2, exchanges=4, follow_up_weeks=4)
    outcome = await run_with(asked, tmp_path / "copy", Crew(workers=2), elsewhere=url)
    assert not outcome.incomplete
    assert {k: v for k, v in results(tmp_path / "there").items() if k != "run.yaml"} == {
        k: v for k, v in alone.items() if k != "run.yaml"
    }


def test_a_killed_ray_worker_loses_nothing_and_only_its_episodes_go_on(tmp_path: Path) -> None:
    with in_a_process("--latency", "0.05") as spec:
        file = recipe(tmp_path, f"{RECIPE}models: {{default: '{spec}'}}\n")
        with started(file, tmp_path / "once") as once:
            assert once.wait(120) == 0
        wanted, asked = results(tmp_path / "once"), calls(tmp_path / "once")
        size = sum(p.stat().st_size for p in (tmp_path / "once" / "journal").glob("*"))
        out = tmp_path / "killed"
        with started(file, out, *RAY) as run_:
            grown(out, int(size * 0.4), run_)
            os.kill(workers_of(run_.pid)[0], signal.SIGKILL)
            assert run_.wait(180) == 0
        assert results(out) == wanted
        assert calls(out) == asked
        lost = requests(spec) - 2 * asked
        assert 0 <= lost <= 4, "two episodes were under way there, of which each asks two at most"


def test_one_limit_of_calls_holds_for_all_ray_workers(tmp_path: Path) -> None:
    async def watched() -> tuple[list[float], int, Any]:
        times: list[float] = []

        def says(body: dict[str, Any]) -> str:
            times.append(time.monotonic())
            return answer(body)

        async with ChatServer(says=says, latency_s=0.01) as server:
            text = (
                "personas: [en-gordon-pell, zh-ma-guoqing]\narms: [bare]\nseeds: [0, 1]\n"
                "sessions: 1\nexchanges: 3\nfollow_up_weeks: 0\n"
                f"models: {{default: '{server.spec}'}}\n"
                "limits: {calls_at_once: 2, calls_per_minute: 1200}\n"
            )
            options = ("--out", tmp_path / "out", "--quiet", *RAY)
            done = await asyncio.to_thread(muspsy, "run", recipe(tmp_path, text), *options)
            return times, server.most_at_once, done

    times, most, done = asyncio.run(watched())
    assert (done.code, done.err) == (0, "")
    assert most <= 2
    for first in times:
        assert sum(first <= at < first + 1.0 for at in times) <= 20 + 2 + 2


async def test_a_killed_machine_loses_little_of_a_run_elsewhere(
    tmp_path: Path, bucket: str
) -> None:
    async with ChatServer(latency_s=0.05) as server:
        asked = plan(server.spec, seeds=[0], arms=["full"], sessions=2, exchanges=6)
        once = await run(asked, tmp_path / "once")
        whole = len(server.received)
        crew = Crew(workers=2, upload_every_s=0.3)
        going = asyncio.create_task(
            run_with(asked, tmp_path / "copy", crew, elsewhere=f"{bucket}/run")
        )
        while len(server.received) < 1.6 * whole:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.02)
        # Its disk goes with it: the journal of its episode is what was uploaded by then.
        os.kill(workers_of(os.getpid())[0], signal.SIGKILL)
        outcome = await going
        assert not outcome.incomplete
        again = len(server.received) - 2 * whole
        assert calls(tmp_path / "copy") == whole
    first, second = results(once.run.folder), results(tmp_path / "copy")
    assert first == second == objects(f"{bucket}/run")
    assert 0 <= again < 0.3 * whole / 2, "no more than its last moments were asked for again"


def test_a_killed_run_elsewhere_goes_on_from_what_is_there(tmp_path: Path, bucket: str) -> None:
    with in_a_process("--latency", "0.05") as spec:
        file = recipe(tmp_path, f"{RECIPE}models: {{default: '{spec}'}}\n")
        url = f"{bucket}/run"
        command = started(file, url, "--workers", "2")  # type: ignore[arg-type]
        with command as run_:
            while requests(spec) < 60:
                assert run_.poll() is None
                time.sleep(0.05)
            pids = workers_of(run_.pid)
            run_.kill()
        assert gone(pids)
        sent = requests(spec)
        # Whoever was killed holds its claim for a while.
        refused = muspsy("run", file, "--out", url, "--quiet", "--workers", "2")
        assert refused.code == 2
        assert "another process is running this on" in refused.err
        open_place(url).remove("writer.json")
        done = muspsy("run", file, "--out", url, "--quiet", "--workers", "2")
        assert (done.code, done.err) == (0, "")
        (copy,) = tmp_path.glob("small-at-*")
        total = calls(copy)
        # A parent that is gone lets its workers put their journals away.
        assert requests(spec) - total <= 8
        assert requests(spec) - sent < total


def test_what_can_not_be_reached_is_told_without_credentials(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = recipe(tmp_path)
    none = muspsy("run", file, "--engine", "ray", "--address", "127.0.0.1:1", "--quiet")
    assert none.code == 2
    assert none.err.startswith("--address: no Ray cluster answers at 127.0.0.1:1: ")
    with in_a_process() as spec:
        # Such as Ray's own dashboard, whose port is easily taken for the cluster's.
        another = spec.partition("//")[2].partition("/")[0]
        began = time.monotonic()
        other = muspsy("run", file, "--engine", "ray", "--address", another, "--quiet")
        assert time.monotonic() - began < 60
    assert other.code == 2
    assert "something else listens there" in other.err
    missing = muspsy("run", file, "--out", "s3://no-such-bucket/run", "--quiet")
    assert missing.code == 2
    assert missing.err.startswith("s3://no-such-bucket/run/")
    unknown = muspsy("run", file, "--out", "s4://bucket/run", "--quiet")
    assert unknown.code == 2
    assert "is no place that is known" in unknown.err
    user = muspsy("run", file, "--out", "ftp://me:hunter22secret@127.0.0.1:1/run", "--quiet")
    assert user.code == 2
    for done in (none, other, missing, unknown, user):
        assert SECRET not in done.out + done.err
        assert "hunter22secret" not in done.out + done.err
        assert "Traceback" not in done.err
        assert done.err.count("\n") == 1, done.err
    with pytest.raises((MuspsyError, RunError)):
        open_place("s3://")
