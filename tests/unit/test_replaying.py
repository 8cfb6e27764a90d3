"""Replay: no model is asked, sameness is proven by bytes, and whatever was tampered with shows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from muspsy_sim.llm.journal_text import decode_line, encode_line
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Reply, Request
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.rebuilding import rebuild
from muspsy_sim.runs.replaying import Replayed, first_difference, replay_apart, replay_run
from muspsy_sim.runs.store import Run
from tests.fakes import FakeModel
from tests.unit.courses import PERSONA, altered, held, planned

pytestmark = pytest.mark.slow  # whole courses, again and again

NAME = f"{PERSONA}--full--s0"


def replayed(folder: Path) -> dict[str, Replayed]:
    run = Run(folder)
    names = run.episode_ids()
    done = asyncio.run(replay_run(rebuild(run), names, RunProgress(len(names))))
    return {one.episode: one for one in done}


def journal_lines(folder: Path, name: str = NAME) -> list[dict[str, Any]]:
    raw = Run(folder).journal_file(name).read_bytes()
    return [decode_line(line, n) for n, line in enumerate(raw.splitlines(), start=1)]


def write_journal(folder: Path, lines: list[dict[str, Any]], name: str = NAME) -> None:
    Run(folder).journal_file(name).write_bytes(
        b"".join(encode_line(line, n) for n, line in enumerate(lines, start=1))
    )


def test_every_arm_comes_out_as_the_same_bytes(tmp_path: Path) -> None:
    arms = ["full", "neither", "last-note", "bare", "dismissive", "waitlist"]
    plan = planned(arms=arms, personas=[PERSONA, "zh-lu-xiaowen"], seeds=[0, 3])
    held(tmp_path, FakeModel(), plan)
    done = replayed(tmp_path)
    assert len(done) == 24
    assert {one.verdict for one in done.values()} == {"identical"}
    assert sum(one.calls for one in done.values()) > 200
    assert done[f"{PERSONA}--waitlist--s0"].calls == 0


def test_no_model_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held(tmp_path, FakeModel(), planned())

    async def refuse(*_: object) -> None:
        raise AssertionError("a model was asked")

    monkeypatch.setattr(OfflineModel, "reply", refuse)
    assert replayed(tmp_path)[NAME].verdict == "identical"


def test_a_persona_that_is_in_no_library_is_replayed_from_its_episode(tmp_path: Path) -> None:
    other = altered(id="somebody", history="A story that is in no folder.")
    held(tmp_path, FakeModel(), planned(personas=["somebody"], profiles=[other]))
    assert replayed(tmp_path)["somebody--full--s0"].verdict == "identical"


def test_an_altered_episode_is_found_with_its_place(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned())
    file = Run(tmp_path).episode_file(NAME)
    episode = orjson.loads(file.read_bytes())
    episode["sessions"][1]["turns"][2]["text"] += "!"
    file.write_bytes(orjson.dumps(episode, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
    found = replayed(tmp_path)[NAME]
    assert (found.verdict, found.where) == ("different", "$.sessions[1].turns[2].text")
    assert '!" in the file' in found.detail


def test_several_processes_find_the_same(tmp_path: Path) -> None:
    held(tmp_path, OfflineModel(), planned(seeds=[0, 1, 2], personas=[PERSONA]))
    run = Run(tmp_path)
    names = run.episode_ids()
    file = run.episode_file(names[1])
    file.write_bytes(file.read_bytes().replace(b'"week":1', b'"week":2', 1))
    run.journal_file(names[2]).unlink()
    alone = asyncio.run(replay_run(rebuild(run), names, RunProgress(3)))
    told: list[str] = []
    progress = RunProgress(3)
    apart = asyncio.run(
        replay_apart(rebuild(run), names, 2, progress, lambda one: told.append(one.episode))
    )
    assert apart == alone
    assert [one.verdict for one in apart] == ["identical", "different", "refused"]
    assert sorted(told) == names
    assert progress.done == 3


def test_another_layout_of_the_same_episode_is_not_the_same_bytes(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned())
    file = Run(tmp_path).episode_file(NAME)
    file.write_bytes(orjson.dumps(orjson.loads(file.read_bytes()), option=orjson.OPT_INDENT_2))
    found = replayed(tmp_path)[NAME]
    assert (found.verdict, found.where) == ("different", "$")


def test_an_altered_answer_is_found(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned())
    lines = journal_lines(tmp_path)
    last = max(i for i, line in enumerate(lines) if line.get("key", "").endswith("client.reflect"))
    lines[last]["text"] = '{"text": "I remember something else."}'
    write_journal(tmp_path, lines)
    found = replayed(tmp_path)[NAME]
    assert found.verdict == "different"
    assert "client_memory" in found.where or "memories" in found.where


def test_an_answer_that_led_elsewhere_is_refused(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned())
    lines = journal_lines(tmp_path)
    first = next(i for i, line in enumerate(lines) if line.get("key", "").endswith(".respond"))
    lines[first]["text"] = '{"text": "Something else.", "close": false}'
    write_journal(tmp_path, lines)
    found = replayed(tmp_path)[NAME]
    assert found.verdict == "refused"
    assert "was asked otherwise" in found.detail


def test_recorded_calls_that_nobody_takes_are_told(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned())
    lines = journal_lines(tmp_path)
    lines.append({**lines[-1], "key": "s9t9/client.speak"})
    write_journal(tmp_path, lines)
    found = replayed(tmp_path)[NAME]
    assert (found.verdict, found.untaken) == ("different", ("s9t9/client.speak",))


def test_a_missing_answer_is_never_asked_for(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned())
    write_journal(tmp_path, journal_lines(tmp_path)[:-1])
    found = replayed(tmp_path)[NAME]
    assert found.verdict == "different"


def test_a_missing_or_damaged_journal_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned(seeds=[0, 1, 2]))
    run = Run(tmp_path)
    run.journal_file(NAME).unlink()
    second = run.journal_file(f"{PERSONA}--full--s1")
    second.write_bytes(second.read_bytes().replace(b'"ok"', b'"no"', 1))
    done = replayed(tmp_path)
    assert "missing" in done[NAME].detail
    assert "damaged" in done[f"{PERSONA}--full--s1"].detail
    assert done[f"{PERSONA}--full--s2"].verdict == "identical"


class Costly(FakeModel):
    async def reply(self, request: Request) -> Reply:
        used = Usage(calls=1, prompt_tokens=90, completion_tokens=10)
        return replace(await super().reply(request), usage=used)


@pytest.mark.parametrize("tokens", [100, 900, 2300])
def test_a_run_that_the_budget_stopped_is_identical_up_to_there(
    tmp_path: Path, tokens: int
) -> None:
    held(tmp_path, Costly(), planned(budget={"tokens": tokens}))
    found = replayed(tmp_path)[NAME]
    episode = orjson.loads(Run(tmp_path).episode_file(NAME).read_bytes())
    assert episode["end"] == "budget_spent"
    assert (found.verdict, found.up_to_budget) == ("identical", True)


def test_a_run_that_a_model_failed_comes_out_with_the_same_failure(tmp_path: Path) -> None:
    model = FakeModel()
    held(tmp_path, model, planned(limits={"attempts": 2, "first_wait_s": 0.0}))
    lines = journal_lines(tmp_path)
    # The journal as it would be had the last call failed for good.
    assert lines[-1]["outcome"] == "ok"
    error = {"kind": "auth", "message": "no", "retry_after": None}
    kept = {k: v for k, v in lines[-1].items() if k not in ("text", "reasoning")}
    write_journal(tmp_path, [*lines[:-1], {**kept, "outcome": "error", "error": error}])
    Run(tmp_path).episode_file(NAME).unlink()
    held(tmp_path, model, planned(limits={"attempts": 2, "first_wait_s": 0.0}))
    assert orjson.loads(Run(tmp_path).episode_file(NAME).read_bytes())["end"] == "model_error"
    assert replayed(tmp_path)[NAME].verdict == "identical"


def test_a_run_file_that_names_no_arm_is_refused(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned())
    file = Run(tmp_path).file
    file.write_text(file.read_text().replace("  full:\n", "  fuller:\n"))
    with pytest.raises(RunError, match="does not describe arm 'full'"):
        rebuild(Run(tmp_path))


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        ({"a": 1}, {"a": 1}, None),
        ({"a": 1}, {"a": 1.0}, "$.a"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "$.a[1]"),
        ({"a": [1]}, {"a": [1, 3]}, "$.a"),
        ({"a": 1}, {"b": 1}, "$.a"),
        ({"a": None}, {"a": False}, "$.a"),
        ({"a": {"b": {}}}, {"a": {"b": []}}, "$.a.b"),
    ],
)
def test_the_first_difference(one: Any, other: Any, place: str | None) -> None:
    found = first_difference(one, other)
    assert (found[0] if found else None) == place
