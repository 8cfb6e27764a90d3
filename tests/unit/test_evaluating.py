"""An evaluation is journalled, resumed, replayed; failures stay failures; nothing is asked twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from muspsy_sim.evaluation.evaluating import evaluate
from muspsy_sim.evaluation.instruments.loading import all_instruments
from muspsy_sim.evaluation.judging.asked import Asked, EvaluationProgress
from muspsy_sim.evaluation.judging.families import family, kinship_warnings
from muspsy_sim.evaluation.judging.scores_store import ScoreStore, slug
from muspsy_sim.evaluation.reliability import agreement_of
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Request
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.store import Run
from tests.judges import FakeJudge, at_random
from tests.unit.episodes import make_episode, save_episode
from tests.unit.judged import JUDGED, a_run, files, instruments_named, judged

FULL = "en-test-client--full--s0"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return a_run(tmp_path / "run")


@pytest.mark.slow
def test_every_item_of_every_unit_gets_a_score(run: Run) -> None:
    store = judged(run, FakeJudge(), instruments=())
    for scores in store.all():
        by = {(s.instrument, s.item, s.session) for s in scores.scores}
        assert len(by) == len(scores.scores)
        for instrument in all_instruments():
            sessions = [None] if instrument.unit == "course" else [1, 2]
            for item in instrument.items:
                for session in sessions:
                    assert (instrument.id, item.id, session) in by
    assert store.instruments().keys() == {i.id for i in all_instruments()}


@pytest.mark.slow
def test_a_plan_that_an_arm_lacks_is_not_applicable_and_not_zero(run: Run) -> None:
    store = judged(run, FakeJudge())
    states = {
        (scores.arm, s.state, s.value is None)
        for scores in store.all()
        for s in scores.scores
        if s.instrument == "plan-adherence"
    }
    assert states == {("full", "scored", False), ("bare", "not_applicable", True)}


@pytest.mark.slow
def test_a_stopped_evaluation_goes_on_and_asks_nothing_twice(run: Run, tmp_path: Path) -> None:
    whole = FakeJudge(at_random)
    expected = files(judged(run, whole, repeat_share=0.5))
    again = a_run(tmp_path / "again")
    first = FakeJudge(at_random, stop_after=7)

    async def stopped() -> None:
        async with asyncio.timeout(1.0):
            await evaluate(
                again,
                Asked(
                    instruments_named(JUDGED),
                    ["fake"],
                    repeat_share=0.5,
                    concurrency=1,
                    overrides={"fake": first},
                ),
                EvaluationProgress(3),
            )

    with pytest.raises(TimeoutError):
        asyncio.run(stopped())
    second = FakeJudge(at_random)
    assert files(judged(again, second, repeat_share=0.5)) == expected
    assert len(first.asked) == 7
    assert len(first.asked) + len(second.asked) == len(whole.asked)
    third = FakeJudge(at_random)
    progress = EvaluationProgress(3)
    judged(again, third, repeat_share=0.5, progress=progress)
    assert (third.asked, progress.kept) == ([], 3)


@pytest.mark.slow
def test_scores_do_not_depend_on_how_many_are_judged_at_once(run: Run, tmp_path: Path) -> None:
    one = files(judged(run, FakeJudge(at_random), concurrency=1))
    many = files(judged(a_run(tmp_path / "b"), FakeJudge(at_random), concurrency=32))
    assert one == many


@pytest.mark.slow
def test_a_replay_asks_nobody_and_sees_what_was_tampered_with(run: Run) -> None:
    store = judged(run, FakeJudge(at_random))
    progress = EvaluationProgress(3)
    judged(run, mode="replay", progress=progress)
    assert progress.different == []
    assert progress.count.attempts == progress.count.recorded > 0
    file = store.file(store.episode_ids()[0])
    file.write_bytes(file.read_bytes().replace(b'"value":3.0', b'"value":5.0', 1))
    progress = EvaluationProgress(3)
    judged(run, mode="replay", progress=progress)
    assert len(progress.different) == 1
    assert "5.0 on the disk, 3.0 in the replay" in progress.different[0]


@pytest.mark.slow
def test_failures_are_kept_as_failures_and_can_be_asked_again(run: Run) -> None:
    judge = FakeJudge(fails=lambda r: "alliance" in r.key.prompt and r.key.session == 2)
    progress = EvaluationProgress(3)
    store = judged(run, judge, progress=progress)
    lost = [s for e in store.all() for s in e.scores if s.state == "failed"]
    assert len(lost) == 3 * 6 == progress.failed
    assert {(s.instrument, s.session, s.value) for s in lost} == {("alliance", 2, None)}
    assert {s.reason for s in lost} == {"refused: it would not"}
    quiet = FakeJudge()
    judged(run, quiet)
    assert quiet.asked == [], "what failed is kept, not asked again unless told"
    judged(run, quiet, mode="retry failed")
    assert len(quiet.asked) == 3
    assert all(s.state != "failed" for e in store.all() for s in e.scores)


@pytest.mark.slow
def test_a_course_that_was_stopped_has_failures_and_no_zeros(tmp_path: Path) -> None:
    run = a_run(tmp_path, [make_episode("en", end=CourseEnd.MODEL_ERROR)])
    judge = FakeJudge()
    store = judged(run, judge, instruments=("alliance", "phq9"))
    assert judge.asked == []
    scores = next(store.all()).scores
    assert {s.state for s in scores} == {"failed"}
    assert {s.reason for s in scores} == {"the course was stopped: model_error"}


@pytest.mark.slow
def test_another_instrument_and_another_judge_are_added_to_what_is_there(run: Run) -> None:
    first = FakeJudge(name="a")
    judged(run, first, instruments=("alliance",))
    second = FakeJudge(name="b")
    store = judged(run, first, second, instruments=("homework",))
    scores = next(store.all())
    assert {(s.judge, s.instrument) for s in scores.scores} == {
        ("a", "alliance"),
        ("a", "homework"),
        ("b", "homework"),
    }
    assert len(scores.evaluated) == 3
    progress = EvaluationProgress(3)
    judged(run, mode="replay", progress=progress)
    assert progress.different == []


@pytest.mark.slow
def test_a_changed_episode_is_scored_anew(run: Run) -> None:
    judged(run, FakeJudge())
    episode = make_episode("en")
    episode.sessions[0].turns[0].text += " Welcome."
    save_episode(run.folder, episode)
    judge, progress = FakeJudge(), EvaluationProgress(3)
    judged(run, judge, progress=progress)
    assert progress.renewed == 1
    assert {r.key.episode for r in judge.asked} == {episode.id}


@pytest.mark.slow
def test_an_instrument_may_not_change_under_its_version(run: Run) -> None:
    store = judged(run, FakeJudge(), instruments=("crisis",))
    kept = store.folder / "instruments" / "crisis.json"
    kept.write_bytes(kept.read_bytes().replace(b"Does the counselor notice", b"Does it see"))
    with pytest.raises(RunError, match="raise its `version`, or begin anew with --restart"):
        judged(run, FakeJudge(), instruments=("crisis",))
    judged(run, FakeJudge(), instruments=("crisis",), mode="restart")


def test_a_run_without_episodes_is_told(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    for file in (tmp_path / "episodes").glob("*.json"):
        file.unlink()
    with pytest.raises(RunError, match="no finished episode"):
        judged(run, FakeJudge())


@pytest.mark.slow
def test_agreement_and_test_retest_are_reported(tmp_path: Path) -> None:
    episodes = [make_episode("en", seed=n, case=f"case-{n % 4}") for n in range(12)]
    run = a_run(tmp_path, episodes)

    def varied(view, item, rng):  # type: ignore[no-untyped-def]
        return at_random(view, item, rng)

    judges = [FakeJudge(varied, name="a"), FakeJudge(varied, name="b"), OfflineJudge()]
    store = judged(run, *judges, instruments=("alliance",), repeat_share=0.5)  # type: ignore[arg-type]
    found = {one.item: one for one in agreement_of(store)}
    goal = found["goal-shared"]
    assert goal.judges == ["a", "b", "offline"]
    assert goal.units == 24
    # a and b draw from the request's seed, which is theirs in common.
    assert goal.kappa["a ~ b"].value == pytest.approx(1.0)
    assert goal.alpha.value is not None
    assert goal.icc.value is not None
    assert goal.same["offline"] == 1.0
    assert goal.same["a"] < 1.0, "asked again it draws anew"


class OfflineJudge(OfflineModel):
    """The offline default by its name."""


def test_kin_of_counselor_and_client_are_warned_of() -> None:
    assert family("openai:gpt-4.1-mini") == family("openai:o3-mini") == "gpt"
    assert family("http://h:1/v1#Qwen/Qwen3-8B") == family("hf:me/my-qwen2.5-psy") == "qwen"
    assert family("http://h:1/v1#psy-coach") == "psy-coach"
    described = {
        "recipe": {
            "models": {"default": "openai:gpt-4.1"},
            "arms": ["full", {"graph": "bare", "models": {"counselor": "http://h/v1#Qwen3"}}],
        }
    }
    told = kinship_warnings(["openai:gpt-5", "http://h/v1#qwen-max", "openai:claude"], described)
    assert len(told) == 2
    assert "the counselor and the client are gpt too" in told[0]
    assert "the counselor is qwen too" in told[1]


def test_judges_have_journals_of_their_own() -> None:
    assert slug("http://h/v1#a/b") != slug("http://h/v1#a-b")
    assert "/" not in slug("http://h/v1#a/b")


@pytest.mark.slow
def test_only_what_it_judges_changes_a_request(run: Run) -> None:
    """Same words, another arm and seed: the very same question."""
    judge = FakeJudge()
    judged(run, judge, instruments=("homework",))
    by_arm: dict[str, list[Request]] = {}
    for request in judge.asked:
        if request.key.episode.startswith("en"):
            by_arm.setdefault(request.key.episode.split("--")[1], []).append(request)
    full, bare = by_arm["full"], by_arm["bare"]
    assert [r.seed for r in full] == [r.seed for r in bare]


@pytest.mark.slow
def test_the_store_names_what_is_no_score(run: Run) -> None:
    store = judged(run, FakeJudge(), instruments=("crisis",))
    name = store.episode_ids()[0]
    store.file(name).write_text("{}")
    with pytest.raises(RunError, match="holds no scores"):
        ScoreStore(run).read(name)
