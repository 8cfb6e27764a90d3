"""A run lived again from its journals, with no model behind them, and compared byte by byte.

A journal that is open for replay only gives its readers no inner model, so nothing can be asked: a
call without a recorded answer fails. An episode is proven when it comes out as the same bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ValidationError

from muspsy_sim.llm.journal import Journal
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.records.episode import CourseEnd, Episode
from muspsy_sim.records.errors import MuspsyError
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.apart import done_apart
from muspsy_sim.runs.connections import Connections, connected
from muspsy_sim.runs.living import live_episode
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.rebuilding import Rebuilt, rebuild
from muspsy_sim.runs.store import Run, read_content, read_episode
from muspsy_sim.runs.together import tuned_gc

Verdict = Literal["identical", "different", "refused"]

_OF_A_BUDGET = frozenset({"end", "end_detail", "end_week", "failures", "weeks", "follow_up"})
"""Fields in which a course that a budget stopped may differ: a replay spends nothing, and finds no
answer where the budget ran out."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of replaying one episode.

    `where` is the JSON path of the first difference, `detail` says what stands there or why it was
    refused. `untaken` are recorded calls that the course did not come to.
    """

    episode: str
    verdict: Verdict
    where: str = ""
    detail: str = ""
    untaken: tuple[str, ...] = ()
    calls: int = 0
    up_to_budget: bool = False
    """It was stopped by a budget, and is identical up to there."""


async def replay_run(
    rebuilt: Rebuilt,
    episodes: Sequence[str],
    progress: RunProgress,
    told: Callable[[Replayed], None] = lambda _: None,
) -> list[Replayed]:
    """Replay episodes, as many at once as the run had. `told` hears of each as it is done."""
    places = asyncio.Semaphore(rebuilt.recipe.concurrency)
    profiles: dict[str, Profile] = {}
    schedule = rebuilt.schedule
    progress.expected_weeks = len(episodes) * (schedule.sessions + schedule.follow_up_weeks)

    async def one(name: str) -> Replayed:
        async with places:
            progress.running += 1
            try:
                replayed = await _one(rebuilt, name, connections, sync, progress, profiles)
            finally:
                progress.running -= 1
            told(replayed)
            return replayed

    # Connections that no model is opened through.
    async with connected(rebuilt.recipe) as connections, GroupSync() as sync:
        with tuned_gc():
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(name)) for name in episodes]
    return [task.result() for task in tasks]


async def replay_apart(
    rebuilt: Rebuilt,
    episodes: Sequence[str],
    workers: int,
    progress: RunProgress,
    told: Callable[[Replayed], None] = lambda _: None,
) -> list[Replayed]:
    """The same by several processes, which read the run for themselves. In the order of `episodes`.

    Raises `RunError` when one of them is killed.
    """
    size = max(1, min(_AT_A_TIME, len(episodes) // (4 * workers)))
    parts = [episodes[at : at + size] for at in range(0, len(episodes), size)]
    found: dict[str, Replayed] = {}
    folder = rebuilt.run.folder
    hint = "with fewer --workers it takes less memory"
    async for part in done_apart(
        _replayed, parts, workers, _begin, folder, folder=folder, hint=hint
    ):
        for one in part:
            progress.done += 1
            found[one.episode] = one
            told(one)
    return [found[name] for name in episodes]


_AT_A_TIME = 16
"""Episodes that a process takes at once."""
_rebuilt: Rebuilt | None = None
"""In a worker process: the run that it replays."""


def _begin(folder: Path) -> None:
    global _rebuilt  # noqa: PLW0603 - a pool hands its workers nothing else that stays
    _rebuilt = rebuild(Run(folder))


def _replayed(names: Sequence[str]) -> list[Replayed]:
    if _rebuilt is None:
        raise RuntimeError("a worker was asked before it was told what to replay")
    return asyncio.run(replay_run(_rebuilt, names, RunProgress(len(names))))


async def _one(
    rebuilt: Rebuilt,
    name: str,
    connections: Connections,
    sync: GroupSync,
    progress: RunProgress,
    profiles: dict[str, Profile],
) -> Replayed:
    try:
        recorded = read_content(rebuilt.run, name)
        told = _told_of(recorded) or read_episode(rebuilt.run, name)
        # A client that has lived before is that one: what is made ready of it is not made anew.
        before = profiles.setdefault(told.profile.id, told.profile)
        if before == told.profile:
            told.profile = before
        planned, fork, header = rebuilt.planned(told)
        journal = Journal.for_replay(rebuilt.run.journal_file(name), header, sync)
        again = await live_episode(rebuilt.plan, planned, connections, journal, progress, fork)
        calls = sum(1 for _ in journal.recorded())
        untaken = tuple(journal.untaken())
        if recorded == again.content and not untaken:
            replayed = Replayed(name, "identical", calls=calls)
        else:
            # What is no episode is refused, and not compared.
            episode = read_episode(rebuilt.run, name)
            replayed = _compared(episode, recorded, again.content, untaken, calls)
    except MuspsyError as error:
        progress.done += 1
        return Replayed(name, "refused", detail=str(error))
    progress.finished(again.end)
    return replayed


class _Told(BaseModel):
    """Of an episode, what it is planned again by."""

    id: str
    arm: str
    seed: int
    profile: Profile


def _told_of(recorded: bytes) -> _Told | None:
    """What an episode is planned by; `None` for a file that is none.

    All of it need not be checked: what comes out as the same bytes is an episode.
    """
    try:
        return _Told.model_validate_json(recorded)
    except ValidationError:
        return None


def _compared(
    episode: Episode, recorded: bytes, made: bytes, untaken: tuple[str, ...], calls: int
) -> Replayed:
    """The verdict over an episode's file that is not what the replay made of its journal."""
    name = episode.id
    before, after = orjson.loads(recorded), orjson.loads(made)
    of_a_budget = episode.end is CourseEnd.BUDGET_SPENT and not untaken
    if of_a_budget and first_difference(_without_end(before), _without_end(after)) is None:
        return Replayed(name, "identical", calls=calls, up_to_budget=True)
    found = first_difference(before, after)
    where, detail = found or (
        ("", "") if recorded == made else ("$", "the file is not laid out as it was written")
    )
    return Replayed(name, "different", where, detail, untaken, calls)


def _without_end(raw: dict[str, Any]) -> dict[str, Any]:
    """A course without what a budget's stop and a replay's end of answers say differently."""
    kept = {key: value for key, value in raw.items() if key not in _OF_A_BUDGET}
    # The call that found no answer counts as an attempt that took nothing.
    kept["usage"] = {role: used for role, used in raw["usage"].items() if any(used.values())}
    sessions = kept.get("sessions") or []
    if sessions:
        last = {k: v for k, v in sessions[-1].items() if k not in ("end", "end_detail", "failures")}
        kept["sessions"] = [*sessions[:-1], last]
    return kept


def first_difference(one: Any, other: Any, path: str = "$") -> tuple[str, str] | None:
    """The JSON path of the first difference and what stands on both sides; `None` for none."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in one or key not in other:
                return f"{path}.{key}", f"only in the {'replay' if key not in one else 'file'}"
            if found := first_difference(one[key], other[key], f"{path}.{key}"):
                return found
        return None
    if isinstance(one, list) and isinstance(other, list):
        for at, (mine, theirs) in enumerate(zip(one, other, strict=False)):
            if found := first_difference(mine, theirs, f"{path}[{at}]"):
                return found
        if len(one) != len(other):
            return path, f"{len(one)} in the file, {len(other)} in the replay"
        return None
    if type(one) is type(other) and one == other:
        return None
    return path, f"{_brief(one)} in the file, {_brief(other)} in the replay"


def _brief(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else text[:59] + "…"
