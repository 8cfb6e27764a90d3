"""An episode's file is written from the bytes that its turns are kept as: what comes out is the same
as by way of the records."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from muspsy_sim.agents.held import HeldSession, HeldTurns, spoken
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.records.episode import SessionEnd, Usage
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.state import StateChange
from muspsy_sim.runs.api import run_course
from muspsy_sim.runs.known import Known, known_file, outcome_of
from muspsy_sim.runs.store import Run, episode_bytes, read_content, read_episode


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("written")
    run_course("zh-lu-xiaowen", sessions=2, exchanges=3, follow_up_weeks=1, out=folder)
    return Run(folder)


def test_a_file_holds_what_its_records_give(run: Run) -> None:
    (name,) = run.episode_ids()
    assert read_content(run, name) == episode_bytes(read_episode(run, name))


def test_what_is_told_of_an_episode_is_what_its_file_says(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (name,) = run.episode_ids()
    assert known_file(run).exists()
    monkeypatch.setattr("muspsy_sim.runs.known.outcome_of", None)  # It is not read for it.
    told = Known(run).outcome(name)
    monkeypatch.undo()
    assert told == outcome_of(run, name)
    assert told.turns > 0


@pytest.mark.parametrize("squeezed", [False, True])
def test_a_session_is_dumped_as_its_record_is(squeezed: bool) -> None:
    held = HeldSession(1, 1, SessionEnd.STUCK, HeldTurns())
    for n in range(1, 6):
        speaker = "counselor" if n % 2 else "client"
        turn = spoken(f"s1t{n}", speaker, f"“{n}” 好\x00", reasoning=None, usage=Usage(calls=1))  # type: ignore[arg-type]
        turn.changes = [StateChange(value="trust", by=n / 7, rule="feel")]
        held.turns.append(turn)
    if squeezed:
        held.turns.squeeze()
    assert canonical_json(held.dumped()) == canonical_json(held.record().model_dump(mode="json"))


def test_a_change_that_is_no_number_is_not_written_as_one() -> None:
    turn = spoken("s1t1", "counselor", "Yes.", reasoning=None, usage=Usage())
    turn.changes = [StateChange(value="trust", by=math.nan, rule="feel")]
    held = HeldTurns([turn])
    with pytest.raises(ValueError, match="no number"):
        held.squeeze()


async def test_what_waits_for_the_disk_is_waited_for_and_its_error_heard(tmp_path: Path) -> None:
    def write(content: str) -> None:
        (tmp_path / "one").write_text(content)

    async with GroupSync() as sync:
        await sync.apart(write, "here")
        assert (tmp_path / "one").read_text() == "here"
        with pytest.raises(TypeError):
            await sync.apart(write)
