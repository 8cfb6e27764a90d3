"""A client met again from one moment on: the same course up to a turn, then another counselor.

A fork is a run in a folder of its own. Its journal begins with the parent's answers up to the end
of that exchange; the prefix is replayed from them under the old arm, and what follows is asked for
under the new one. A fork that changes nothing lives the same course.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from muspsy_sim.graphs.spec import arm_names
from muspsy_sim.llm.journal import Journal
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import Header, encode_line, read_journal
from muspsy_sim.llm.seam import Model, Role
from muspsy_sim.records.episode import Episode, Session, SessionEnd
from muspsy_sim.records.errors import RecipeError, RunError
from muspsy_sim.records.files import content_hash, write_atomic
from muspsy_sim.runs.connections import connected, open_models
from muspsy_sim.runs.living import ForkPlan, go_on_with, live_episode
from muspsy_sim.runs.plan import PlannedEpisode, RunPlan, plan_arm
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.provenance import shown_model
from muspsy_sim.runs.rebuilding import ForkSpec, Rebuilt, fork_header, midway
from muspsy_sim.runs.recipe import ArmUse
from muspsy_sim.runs.store import (
    Run,
    read_episode,
    read_run_file,
    write_content,
    write_run_file,
    writing,
)

_LONGEST_ID = 120


@dataclass(frozen=True, slots=True)
class PlannedFork:
    """A fork before it is lived."""

    parent: Episode
    parent_journal: Path
    parent_header: Header
    plan: RunPlan
    planned: PlannedEpisode
    fork: ForkPlan
    header: Header
    run: Run
    described: dict[str, Any]
    asked_turn: int
    """The turn that was named; `fork.turn` is the end of its exchange."""


def plan_fork(
    rebuilt: Rebuilt,
    episode: str,
    *,
    session: int,
    turn: int,
    arm: str | None = None,
    model: str | None = None,
    out: Path | None = None,
) -> PlannedFork:
    """Plan a fork of a whole episode.

    `arm` is an arm of the run or of `graphs/`, `model` the counselor's. Raises `RunError`,
    `GraphError`, `RecipeError` or `ModelSetupError` for what cannot be forked so.
    """
    run = rebuilt.run
    if rebuilt.fork is not None:
        raise RunError(
            "this is a fork itself", file=run.folder, hint="fork the run that it was forked from"
        )
    parent = read_episode(run, episode)
    at = exchange_end(_session(run, parent, session), turn, run, parent)
    left = rebuilt.arm(parent.arm)
    use = _onward(rebuilt, left.use, arm, model)
    onward = midway(rebuilt.recipe, use)
    fork = ForkPlan(parent.id, session, at, onward)
    name = _name(parent.id, session, at, None if use == left.use else use.label)
    folder = out if out is not None else run.folder / "forks" / name
    uses: list[str | ArmUse] = [left.use] if use == left.use else [left.use, use]
    recipe = rebuilt.recipe.model_copy(
        update={"arms": uses, "personas": [parent.persona], "seeds": [parent.seed]}
    )
    arms = [left] if use == left.use else [left, plan_arm(rebuilt.recipe, use)]
    planned = PlannedEpisode(name, parent.profile, left, parent.seed)
    plan = RunPlan(recipe, rebuilt.schedule, arms, [parent.profile], [planned])
    spec = ForkSpec(
        run=os.path.relpath(run.folder, folder),
        episode=parent.id,
        session=session,
        turn=at,
        arm=left.use.label,
        onward=use.label,
    )
    return PlannedFork(
        parent=parent,
        parent_journal=run.journal_file(parent.id),
        parent_header=left.hashes.header(parent.id, parent.profile),
        plan=plan,
        planned=planned,
        fork=fork,
        header=fork_header(name, parent.profile, left, fork),
        run=Run(folder),
        described={**plan.described(), "fork": spec.model_dump()},
        asked_turn=turn,
    )


async def fork_run(
    planned: PlannedFork, progress: RunProgress, overrides: Mapping[Role, Model] | None = None
) -> Episode:
    """Live a fork, or go on with one that was begun, and write it.

    `overrides`: models at hand, by role, instead of those that the recipe names. Raises `RunError`
    when the folder holds something else, `JournalError` for a journal of the parent that is
    damaged or was made under other content.
    """
    run, plan = planned.run, planned.plan
    progress.expected_weeks = plan.schedule.sessions + plan.schedule.follow_up_weeks
    async with connected(plan.recipe, overrides) as connections, GroupSync() as sync:
        open_models(connections, planned.planned.arm)
        open_models(connections, planned.fork.arm)
        await connections.endpoints.check()
        with writing(run):
            _check_folder(planned)
            if (whole := _whole(planned)) is not None:
                progress.kept = 1
                return whole
            _begin_journal(planned)
            write_run_file(run, planned.described)
            progress.budget = connections.budget
            journal = Journal.open(run.journal_file(planned.planned.id), planned.header, sync)
            for entry in (*journal.recorded(), *journal.voided):
                connections.budget.count(entry.model, entry.usage)
            if run.episode_file(planned.planned.id).exists():
                go_on_with(run, planned.planned.id, journal)
            progress.running = 1
            try:
                lived = await live_episode(
                    plan, planned.planned, connections, journal, progress, planned.fork
                )
            finally:
                progress.running = 0
                journal.close()
            write_content(run, planned.planned.id, lived.content)
    progress.finished(lived.end)
    return lived.episode()


def exchange_end(held: Session, turn: int, run: Run, parent: Episode) -> int:
    """The number of the last turn of the exchange that `turn` is in.

    An exchange is what the counselor says and what the client answers; a client's greeting belongs
    to the exchange that follows it. Raises `RunError` where the session does not go on after it.
    """

    def wrong(message: str, hint: str) -> RunError:
        file = run.episode_file(parent.id)
        return RunError(message, file=file, field=f"--session {held.number}", hint=hint)

    if not 1 <= turn <= len(held.turns):
        raise wrong(
            f"there is no turn {turn} in session {held.number}",
            f"it has turns 1 to {len(held.turns)}",
        )
    speakers = [each.speaker for each in held.turns]
    ends = [
        n
        for n in range(2, len(speakers) + 1)
        if speakers[n - 1] == "client" and speakers[n - 2] == "counselor"
    ]
    # Whatever ended the session in its last exchange has happened; nothing goes on after it.
    stopped = held.end in (SessionEnd.MODEL_ERROR, SessionEnd.BUDGET_SPENT)
    open_ends = [n for n in ends if stopped or n < len(speakers)]
    after = [n for n in open_ends if n >= turn]
    if after:
        return after[0]
    if not open_ends:
        raise wrong("the session has no second exchange", "choose another session")
    raise wrong(
        f"the session ended with the exchange of turn {turn}",
        f"choose a turn up to {open_ends[-1]}",
    )


def _session(run: Run, parent: Episode, number: int) -> Session:
    def wrong(message: str, hint: str) -> RunError:
        return RunError(message, file=run.episode_file(parent.id), field="--session", hint=hint)

    held = [s.number for s in parent.sessions if s.turns]
    some = f"sessions held: {', '.join(map(str, held))}" if held else "fork another episode"
    if number == 0:
        raise wrong("session 0 is the intake, a form that is not forked", some)
    found = next((s for s in parent.sessions if s.number == number), None)
    if found is None:
        raise wrong(f"{parent.id} has no session {number}", some)
    if not found.turns:
        raise wrong(f"session {number} was missed, so there is no turn in it", some)
    return found


def _onward(rebuilt: Rebuilt, use: ArmUse, arm: str | None, model: str | None) -> ArmUse:
    """The arm that takes the chair: one of the run, else a graph, with another model if asked."""
    if arm is not None and arm not in rebuilt.arms:
        known = [*rebuilt.arms, *arm_names()]
        if arm not in known:
            near = get_close_matches(arm, known, 1)
            raise RecipeError(
                f"there is no arm {arm!r}, in this run or in graphs/",
                field="--arm",
                hint=f"did you mean {near[0]!r}?" if near else "see `muspsy graphs list`",
            )
        use = ArmUse(graph=arm)
    elif arm is not None:
        use = rebuilt.arms[arm].use
    if model is None:
        return use
    label = f"{use.label}~{_slug(shown_model(model))}"[:_LONGEST_ID]
    return use.model_copy(update={"name": label, "models": {**use.models, "counselor": model}})


def _name(parent: str, session: int, turn: int, label: str | None) -> str:
    """The fork's id, safe as a file name and never longer than an id may be."""
    name = f"{parent}~s{session}t{turn}" + (f"~{label}" if label else "~same")
    if len(name) <= _LONGEST_ID:
        return name
    return f"{name[: _LONGEST_ID - 9]}-{content_hash(name.encode())[:8]}"


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.") or "model"


def _check_folder(planned: PlannedFork) -> None:
    """Refuse a folder that holds anything but this fork."""
    run = planned.run
    if not run.file.is_file():
        if run.episode_ids():
            raise RunError(
                "this folder holds episodes and no run.yaml",
                file=run.folder,
                hint="use another --out",
            )
        return
    before = read_run_file(run)
    if before.get("fork") != planned.described["fork"] or before.get("episodes") != [
        planned.planned.id
    ]:
        raise RunError("this folder holds another run", file=run.folder, hint="use another --out")


def _whole(planned: PlannedFork) -> Episode | None:
    """The fork, if it was lived to its horizon before."""
    if not planned.run.episode_file(planned.planned.id).is_file():
        return None
    whole = read_episode(planned.run, planned.planned.id)
    return whole if whole.end.complete else None


def _begin_journal(planned: PlannedFork) -> None:
    """Begin the fork's journal with the parent's answers up to the fork, unless it is begun."""
    path = planned.run.journal_file(planned.planned.id)
    if path.is_file() and path.stat().st_size:
        return
    Journal.for_replay(planned.parent_journal, planned.parent_header, GroupSync())
    lines = [planned.header.as_line()]
    lines += [
        entry.as_line()
        for entry in read_journal(planned.parent_journal).entries
        if in_prefix(entry.key, planned.fork.session, planned.fork.turn)
    ]
    write_atomic(
        path, b"".join(encode_line(line, number) for number, line in enumerate(lines, start=1))
    )


def in_prefix(key: str, session: int, turn: int) -> bool:
    """Whether a call was made before a fork: all of earlier sessions, and the turns up to it.

    Turn 0 of a session is what comes after it: its note, its plan for the next, the reflection.
    """
    match = re.match(r"s(\d+)t(\d+)/", key)
    if match is None:
        return False
    of_session, of_turn = int(match[1]), int(match[2])
    return of_session < session or (of_session == session and 1 <= of_turn <= turn)
