"""A course that another arm took over: what it may still know, and what is exported of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from courses import planned

from muspsy_sim.datasets.exporting import export_run
from muspsy_sim.datasets.reading import arm_nodes, read_source
from muspsy_sim.datasets.seeing import session_plan_seen
from muspsy_sim.datasets.selecting import Wanted
from muspsy_sim.records.episode import Episode
from muspsy_sim.runs.forking import fork_run, plan_fork
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.rebuilding import rebuild
from muspsy_sim.runs.store import Run, find_run

pytestmark = pytest.mark.slow  # whole courses, again and again


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Run:
    plan = planned(personas=["zh-lu-xiaowen"], sessions=3, exchanges=4)
    return asyncio.run(run(plan, tmp_path_factory.mktemp("parent"))).run


def taken_over(parent: Run, arm: str) -> tuple[Run, Episode]:
    """The parent's course from the third turn of its second session on, under another arm."""
    made = plan_fork(rebuild(parent), parent.episode_ids()[0], session=2, turn=4, arm=arm)
    episode = asyncio.run(fork_run(made, RunProgress(1)))
    return find_run(made.run.folder), episode


def test_an_arm_without_memory_that_takes_over_keeps_nothing_in_mind(parent: Run) -> None:
    fork, episode = taken_over(parent, "neither")
    second = next(s for s in episode.sessions if s.number == 2)
    counselor = [turn for turn in second.turns if turn.speaker == "counselor"]
    assert [bool(turn.recalled) for turn in counselor[:2]] == [True, True]
    assert [turn.recalled for turn in counselor[2:]] == [[]] * len(counselor[2:])
    assert [turn.plan for turn in counselor[2:]] == [None] * len(counselor[2:])
    source = read_source(fork, episode.id, arm_nodes(fork))
    assert second.plan is not None
    assert session_plan_seen(source, second) is None


@pytest.mark.parametrize("arm", ["neither", "no-memory", "last-note", "bare"])
def test_what_comes_after_the_fork_is_exported(parent: Run, tmp_path: Path, arm: str) -> None:
    fork, episode = taken_over(parent, arm)
    done = export_run(fork.folder, "trl", out=tmp_path / arm, wanted=Wanted(allow_offline=True))
    after = sum(
        1
        for session in episode.sessions
        for at, turn in enumerate(session.turns)
        if turn.speaker == "counselor"
        and (session.number, at + 1) > (2, 4)
        and any(t.speaker == "client" for t in session.turns[:at])
    )
    assert done.tally.rows["counseling"]["train"] == after > 0
