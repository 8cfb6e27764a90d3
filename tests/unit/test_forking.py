"""Forks: the same client from one turn on. One that changes nothing lives the very same course."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from muspsy_sim.llm.journal_text import read_journal
from muspsy_sim.llm.seam import Model, ModelFailure, Reply, Request
from muspsy_sim.records.answers import CounselorReply
from muspsy_sim.records.episode import CourseEnd, Episode, SessionEnd
from muspsy_sim.records.errors import GraphError, JournalError, MuspsyError, RunError
from muspsy_sim.records.views import RespondView
from muspsy_sim.runs.forking import PlannedFork, fork_run, in_prefix, plan_fork
from muspsy_sim.runs.progress import RunProgress
from muspsy_sim.runs.rebuilding import rebuild
from muspsy_sim.runs.replaying import replay_run
from muspsy_sim.runs.store import Run, episode_bytes, read_episode, read_run_file
from tests.fakes import FakeModel, failing
from tests.unit.courses import PERSONA, held, planned

pytestmark = pytest.mark.slow  # whole courses, again and again

FULL = f"{PERSONA}--full--s0"
BARE = f"{PERSONA}--bare--s0"


def parent(folder: Path, **settings: Any) -> Run:
    held(folder, FakeModel(), planned(**{"sessions": 3, "exchanges": 4, **settings}))
    return Run(folder)


def forked(planned_fork: PlannedFork, model: Model | None = None) -> Episode:
    model = model or FakeModel()
    everybody = {"client": model, "appraiser": model, "counselor": model}
    asyncio.run(fork_run(planned_fork, RunProgress(1), everybody))  # type: ignore[arg-type]
    return read_episode(planned_fork.run, planned_fork.planned.id)


def fork_of(run: Run, name: str, session: int, turn: int, **changes: Any) -> PlannedFork:
    return plan_fork(rebuild(run), name, session=session, turn=turn, **changes)


def without_fork(episode: Episode) -> bytes:
    return episode_bytes(episode.model_copy(update={"id": "x", "forked_from": None}))


@pytest.mark.parametrize(
    "arm",
    [
        "full",
        "neither",
        "bare",
        "last-note",
        "no-memory",
        "no-planning",
        "sham-recall",
        "scrambled-recall",
    ],
)
def test_a_fork_that_changes_nothing_lives_the_same_course(tmp_path: Path, arm: str) -> None:
    run = parent(tmp_path, arms=[arm])
    name = f"{PERSONA}--{arm}--s0"
    for session, turn in ((1, 1), (2, 4), (3, 5)):
        made = forked(fork_of(run, name, session, turn))
        assert made.forked_from is not None
        assert (made.forked_from.episode, made.forked_from.session) == (name, session)
        assert without_fork(made) == without_fork(read_episode(run, name))


def test_what_was_said_before_is_read_and_not_asked_again(tmp_path: Path) -> None:
    run = parent(tmp_path)
    model = FakeModel(keep=True)
    made = forked(fork_of(run, FULL, 2, 4, arm="dismissive"), model)
    asked = {str(request.key) for request in model.requests}
    before = {e.key for e in read_journal(run.journal_file(FULL)).entries if in_prefix(e.key, 2, 4)}
    assert before
    assert not asked & before
    old = read_episode(run, FULL)
    assert made.sessions[0] == old.sessions[0]
    assert [t.text for t in made.sessions[1].turns[:4]] == [
        t.text for t in old.sessions[1].turns[:4]
    ]
    assert made.arm == "dismissive"
    assert made.sessions[1].arm == "dismissive"
    assert made.sessions[0].arm == "full"
    assert made.control


def test_the_fork_lies_in_a_folder_of_its_own_that_says_where_it_comes_from(tmp_path: Path) -> None:
    run = parent(tmp_path)
    planned_fork = fork_of(run, FULL, 2, 4, arm="neither")
    made = forked(planned_fork)
    folder = tmp_path / "forks" / f"{FULL}~s2t4~neither"
    assert planned_fork.run.folder == folder
    described = read_run_file(Run(folder))
    assert described["fork"] == {
        "run": "../..",
        "episode": FULL,
        "session": 2,
        "turn": 4,
        "arm": "full",
        "onward": "neither",
    }
    assert described["episodes"] == [made.id]
    assert [fork.folder for fork in run.forks()] == [folder]
    header = read_journal(Run(folder).journal_file(made.id)).header
    assert header is not None
    assert header.episode == made.id
    assert header.recipe not in {a["hashes"]["recipe"] for a in described["arms"].values()}


@pytest.mark.parametrize("arm", [None, "neither", "bare", "no-memory", "dismissive"])
def test_a_fork_is_replayed_like_any_run(tmp_path: Path, arm: str | None) -> None:
    run = parent(tmp_path)
    made = forked(fork_of(run, FULL, 2, 2, arm=arm))
    fork = made.forked_from
    assert fork is not None
    (folder,) = (each.folder for each in run.forks())
    (done,) = asyncio.run(replay_run(rebuild(Run(folder)), [made.id], RunProgress(1)))
    assert (done.verdict, done.untaken) == ("identical", ())


def test_a_product_takes_over_and_is_shown_the_sessions_before(tmp_path: Path) -> None:
    run = parent(tmp_path)
    model = FakeModel(keep=True)
    made = forked(fork_of(run, FULL, 2, 4, arm="bare"), model)
    first = next(r for r in model.requests if r.key.prompt == "counselor.bare")
    shown = [line.id for line in first.view.dialogue]  # type: ignore[attr-defined]
    assert shown == [t.id for t in made.sessions[0].turns] + [
        t.id for t in made.sessions[1].turns[:4]
    ]
    # From the next session on it is the client who opens, as under that arm from the beginning.
    assert made.sessions[1].turns[0].speaker == "counselor"
    assert made.sessions[2].turns[0].speaker == "client"


def test_without_memory_nothing_of_before_is_taken_along(tmp_path: Path) -> None:
    run = parent(tmp_path)
    model = FakeModel(keep=True)
    made = forked(fork_of(run, FULL, 2, 4, arm="neither"), model)
    words = {t.text for t in made.sessions[0].turns if t.speaker == "counselor"}
    for request in model.requests:
        if request.role == "counselor":
            text = "\n".join(m.content for m in request.messages)
            assert not any(said in text for said in words)
            assert "note:1" not in text


def test_who_plans_nothing_takes_no_plan_over(tmp_path: Path) -> None:
    run = parent(tmp_path)
    model = FakeModel(keep=True)
    forked(fork_of(run, FULL, 2, 4, arm="no-planning"), model)
    views = [r.view for r in model.requests if isinstance(r.view, RespondView)]
    assert any(view.recalled for view in views)
    assert [view.session_plan for view in views] == [None] * len(views)


def test_a_plan_made_without_memory_is_kept_by_the_arm_that_made_it(tmp_path: Path) -> None:
    run = parent(tmp_path, arms=["no-memory"])
    model = FakeModel(keep=True)
    forked(fork_of(run, f"{PERSONA}--no-memory--s0", 2, 4), model)
    views = [r.view for r in model.requests if isinstance(r.view, RespondView)]
    assert views
    assert all(view.session_plan for view in views)


def test_the_levels_of_the_new_arm_hold_from_the_fork_on(tmp_path: Path) -> None:
    other = {
        "graph": "full",
        "name": "other",
        "levels": {"intake": "none", "monitoring": "scores", "progress": "frozen"},
    }
    run = parent(tmp_path, arms=["full", other])
    model = FakeModel(keep=True)
    made = forked(fork_of(run, FULL, 2, 4, arm="other"), model)
    views = [r.view for r in model.requests if isinstance(r.view, RespondView)]
    assert not any(view.intake for view in views)
    assert [report.week for report in views[0].reports] == [0, 1]
    assert made.progress == "frozen"
    assert not any(week.changes for week in made.weeks[1:])
    back = forked(fork_of(run, f"{PERSONA}--other--s0", 2, 4, arm="full"), model)
    assert back.intake is not None
    assert any(week.changes for week in back.weeks[1:])


@pytest.mark.parametrize(("turn", "end"), [(1, 2), (2, 2), (3, 4), (4, 4)])
def test_a_turn_is_rounded_to_the_end_of_its_exchange(tmp_path: Path, turn: int, end: int) -> None:
    planned_fork = fork_of(parent(tmp_path), FULL, 1, turn)
    assert (planned_fork.fork.turn, planned_fork.asked_turn) == (end, turn)


def test_a_greeting_belongs_to_the_exchange_after_it(tmp_path: Path) -> None:
    run = parent(tmp_path, arms=["bare"])
    assert read_episode(run, BARE).sessions[0].turns[0].speaker == "client"
    assert [fork_of(run, BARE, 1, turn).fork.turn for turn in (1, 2, 3, 4)] == [3, 3, 3, 5]


@pytest.mark.parametrize(
    ("session", "turn", "message"),
    [
        (0, 1, "session 0 is the intake"),
        (4, 1, "has no session 4"),
        (1, 0, "no turn 0 in session 1"),
        (1, 99, "no turn 99 in session 1; it has turns 1 to 8"),
        (1, 8, "ended with the exchange of turn 8; choose a turn up to 6"),
        (1, 7, "ended with the exchange of turn 7"),
    ],
)
def test_turns_that_cannot_be_forked(tmp_path: Path, session: int, turn: int, message: str) -> None:
    run = parent(tmp_path)
    assert len(read_episode(run, FULL).sessions[0].turns) == 8
    with pytest.raises(RunError, match=message):
        fork_of(run, FULL, session, turn)


def test_arms_and_models_that_cannot_take_over(tmp_path: Path) -> None:
    run = parent(tmp_path, arms=["full", "waitlist"])
    with pytest.raises(GraphError, match="holds no sessions"):
        fork_of(run, FULL, 1, 2, arm="waitlist")
    with pytest.raises(MuspsyError, match=r"no arm 'nether'.*did you mean 'neither'"):
        fork_of(run, FULL, 1, 2, arm="nether")
    with pytest.raises(MuspsyError, match="no model that is known"):
        fork_of(run, FULL, 1, 2, model="ofline")
    with pytest.raises(RunError, match="has no session 1"):
        fork_of(run, f"{PERSONA}--waitlist--s0", 1, 2)


def test_a_fork_is_not_forked_again(tmp_path: Path) -> None:
    planned_fork = fork_of(parent(tmp_path), FULL, 1, 2)
    made = forked(planned_fork)
    with pytest.raises(RunError, match="fork itself"):
        fork_of(planned_fork.run, made.id, 1, 4)


def test_a_session_that_was_missed_cannot_be_forked(tmp_path: Path) -> None:
    run = parent(tmp_path, arms=["neither"], seeds=list(range(12)), exchanges=2)
    missed = [
        (name, session.number)
        for name in run.episode_ids()
        for session in read_episode(run, name).sessions
        if session.end is SessionEnd.CLIENT_MISSED
    ]
    assert missed
    name, number = missed[0]
    with pytest.raises(RunError, match=f"session {number} was missed"):
        fork_of(run, name, number, 2)


def test_a_course_that_was_stopped_goes_on_from_its_last_whole_exchange(tmp_path: Path) -> None:
    def fails_in_the_third(view: RespondView, rng: Random) -> CounselorReply:
        if view.exchange == 3:
            raise ModelFailure("auth", "no")
        return CounselorReply(text=f"Words {rng.randrange(1000)}.")

    held(tmp_path, FakeModel(counselor__respond=fails_in_the_third), planned())
    run = Run(tmp_path)
    assert read_episode(run, FULL).end is CourseEnd.MODEL_ERROR
    made = forked(fork_of(run, FULL, 1, 4))
    assert made.end.complete
    assert len(made.sessions) == 3


class Counting:
    """A model that stops everything after so many calls."""

    name = "counting"

    def __init__(self, calls: int) -> None:
        self.left = calls
        self.model = FakeModel()

    async def reply(self, request: Request) -> Reply:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return await self.model.reply(request)


def test_a_fork_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    run = parent(tmp_path)
    whole = forked(fork_of(run, FULL, 1, 4, arm="neither", out=tmp_path / "whole"))
    begun = fork_of(run, FULL, 1, 4, arm="neither", out=tmp_path / "begun")
    with pytest.raises(KeyboardInterrupt):
        forked(begun, Counting(5))
    assert begun.run.episode_ids() == []
    model = FakeModel(keep=True)
    assert without_fork(forked(begun, model)) == without_fork(whole)
    assert model.requests
    again = FakeModel(keep=True)
    assert without_fork(forked(begun, again)) == without_fork(whole)
    assert again.requests == []


def test_a_fork_that_a_failure_stopped_goes_on(tmp_path: Path) -> None:
    run = parent(tmp_path)
    fork = fork_of(run, FULL, 1, 4, arm="neither")
    whole = forked(fork_of(run, FULL, 1, 4, arm="neither", out=tmp_path / "whole"))
    stopped = forked(fork, failing("refused", at=lambda r: str(r.key) == "s2t3/counselor.respond"))
    assert stopped.end is CourseEnd.MODEL_ERROR
    assert without_fork(forked(fork)) == without_fork(whole)


def test_a_folder_that_holds_another_run_is_refused(tmp_path: Path) -> None:
    run = parent(tmp_path / "run")
    forked(fork_of(run, FULL, 1, 4, out=tmp_path / "fork"))
    with pytest.raises(RunError, match="another run"):
        forked(fork_of(run, FULL, 1, 2, out=tmp_path / "fork"))
    with pytest.raises(RunError, match="holds a fork"):
        held(tmp_path / "fork", FakeModel(), planned())


def test_a_parent_whose_journal_is_damaged_is_not_forked(tmp_path: Path) -> None:
    run = parent(tmp_path)
    file = run.journal_file(FULL)
    file.write_bytes(file.read_bytes().replace(b'"ok"', b'"no"', 1))
    with pytest.raises(JournalError, match="damaged"):
        forked(fork_of(run, FULL, 1, 4))


def test_another_model_is_another_arm_and_its_secrets_stay_out(tmp_path: Path) -> None:
    run = parent(tmp_path)
    model = "http://me:hunter22@127.0.0.1:9/v1#some/model?x"
    planned_fork = fork_of(run, FULL, 1, 4, model=model.removesuffix("?x"))
    label = planned_fork.fork.arm.use.label
    assert label == "full~http-127.0.0.1-9-v1-some-model"
    assert "hunter22" not in orjson.dumps(planned_fork.described).decode()
    assert planned_fork.fork.arm.models["counselor"] == "http://127.0.0.1:9/v1#some/model"
    assert planned_fork.fork.arm.models["client"] == "offline"


def test_long_names_stay_names(tmp_path: Path) -> None:
    run = parent(tmp_path, arms=[{"graph": "full", "name": "x" * 85}])
    (name,) = run.episode_ids()
    made = fork_of(run, name, 1, 2, arm="dismissive").planned.id
    other = fork_of(run, name, 1, 4, arm="dismissive").planned.id
    assert len(made) == len(other) == 120
    assert made != other
