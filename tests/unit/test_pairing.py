"""Pairs are judged in both orders, and only what is said both times counts."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from muspsy_sim.evaluation.judging.asked import Asked, EvaluationProgress, Mode
from muspsy_sim.evaluation.judging.tallies import tallies
from muspsy_sim.evaluation.pairing import judge_pairs
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Model, Reply, Request
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.judging import PairAnswer, PairItem, PairView
from muspsy_sim.records.pairs import PairScores
from muspsy_sim.runs.store import Run
from tests.judges import FakeJudge
from tests.unit.episodes import make_episode, save_episode
from tests.unit.judged import a_run, instruments_named


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return a_run(
        tmp_path, [make_episode("en", arm, seed=s) for arm in ("full", "bare") for s in (0, 1)]
    )


def pairs(
    run: Run,
    judge: Model,
    *names: str,
    arms: tuple[str, str] = ("full", "bare"),
    progress: EvaluationProgress | None = None,
    mode: Mode = "go on",
) -> list[PairScores]:
    asked = Asked(
        instruments_named(names or ("alliance", "memory-use", "crisis")),
        [judge.name],
        overrides={judge.name: judge},
        mode=mode,
    )
    return asyncio.run(judge_pairs(run, arms, asked, progress or EvaluationProgress(0)))


class Says:
    """A judge of pairs that says what a function of the view tells it to."""

    name = "says"

    def __init__(self, better, quote: str = "") -> None:  # type: ignore[no-untyped-def]
        self.better, self.quote = better, quote

    async def reply(self, request: Request) -> Reply:
        view = request.view
        assert isinstance(view, PairView)
        quotes = [self.quote] if self.quote else []
        items = [
            PairItem(
                item=item.id,
                first_evidence=quotes,
                reasoning="so",
                better=self.better(view),
            )
            for item in view.instrument.items
        ]
        return Reply(PairAnswer(items=items).model_dump_json())


def longer(view: PairView) -> str:
    def size(sessions) -> int:  # type: ignore[no-untyped-def]
        return sum(len(line.text) for session in sessions for line in session.lines)

    one, other = size(view.first), size(view.second)
    return "first" if one > other else "second" if other > one else "equal"


def test_a_judge_that_goes_by_the_order_decides_nothing(run: Run) -> None:
    judge = FakeJudge()
    found = pairs(run, judge)
    assert len(found) == 2
    assert {v.outcome for one in found for v in one.verdicts} == {"inconsistent"}
    assert {v.said for one in found for v in one.verdicts} == {("first", "first")}
    for one in tallies(found):
        assert (one.counted, one.first, one.second) == (0, 0, 0)
    # alliance in two sessions, memory use in the second alone, a checklist not at all.
    assert {(v.instrument, v.session) for v in found[0].verdicts} == {
        ("alliance", 1),
        ("alliance", 2),
        ("memory-use", 2),
    }
    assert len(judge.asked) == 2 * 3 * 2


def test_what_is_said_in_both_orders_counts_for_the_arm(run: Run) -> None:
    longest = sum(len(t.text) for s in make_episode("en", "full").sessions for t in s.turns)
    shorter = sum(len(t.text) for s in make_episode("en", "bare").sessions for t in s.turns)
    episode = make_episode("en", "full")
    episode.sessions[0].turns[0].text += " Take all the time you want with this."
    save_episode(run.folder, episode)
    assert longest >= shorter
    found = pairs(run, Says(longer), "alliance")
    first = {v.outcome for v in found[0].verdicts if v.session == 1}
    assert first == {"first"}
    assert {v.said for v in found[0].verdicts if v.session == 1} == {("first", "second")}
    turned = pairs(run, Says(longer), "alliance", arms=("bare", "full"))
    assert {v.outcome for v in turned[0].verdicts if v.session == 1} == {"second"}


def test_a_quote_that_nobody_said_voids(run: Run) -> None:
    found = pairs(run, Says(longer, "These words were never said"), "alliance")
    assert {v.outcome for one in found for v in one.verdicts} == {"void"}
    assert all(one.lost and not one.counted for one in tallies(found))


def test_a_failure_is_kept_as_one(run: Run) -> None:
    found = pairs(run, FakeJudge(fails=lambda r: r.key.turn == 1), "alliance")
    assert {(v.outcome, v.reason) for one in found for v in one.verdicts} == {
        ("failed", "refused: it would not")
    }


def test_running_again_asks_nothing_and_a_changed_episode_is_judged_anew(run: Run) -> None:
    pairs(run, FakeJudge())
    again = FakeJudge()
    progress = EvaluationProgress(0)
    pairs(run, again, progress=progress)
    assert (again.asked, progress.kept) == ([], 2)
    episode = make_episode("en", "full")
    episode.sessions[0].turns[0].text += " Welcome."
    save_episode(run.folder, episode)
    pairs(run, again)
    assert {r.key.episode for r in again.asked} == {"en-rook--s0"}


def test_offline_judges_pairs_alike_in_both_orders(run: Run) -> None:
    found = pairs(run, OfflineModel(), "alliance", "mi-skill", "coherence", "memory-use")
    assert not [v for one in found for v in one.verdicts if v.outcome in ("inconsistent", "void")]


def test_no_arm_is_named_to_the_judge(run: Run) -> None:
    judge = FakeJudge()
    pairs(run, judge, "alliance")
    for request in judge.asked:
        text = "".join(m.content for m in request.messages)
        assert "bare" not in text.split("<dialogue>")[0]
        assert text.count("THE FIRST") == text.count("THE SECOND") == 1


@pytest.mark.parametrize(
    ("arms", "words"),
    [
        (("full", "baer"), "did you mean 'bare'?"),
        (("full", "full"), "is named twice"),
        (("full", "waitlist"), "no client was seen in both"),
    ],
)
def test_arms_that_cannot_be_paired_are_told(run: Run, arms: tuple[str, str], words: str) -> None:
    with pytest.raises(RunError) as told:
        pairs(run, FakeJudge(), arms=arms)
    assert words in str(told.value)


def test_instruments_that_cannot_be_paired_are_told(run: Run) -> None:
    with pytest.raises(RunError, match="none of these instruments"):
        pairs(run, FakeJudge(), "crisis", "plan-adherence")


def test_a_replay_asks_nobody_and_finds_the_same(run: Run) -> None:
    judge = FakeJudge()
    found = pairs(run, judge, "alliance")
    asked = len(judge.asked)
    progress = EvaluationProgress(0)
    assert pairs(run, judge, "alliance", progress=progress, mode="replay") == found
    assert len(judge.asked) == asked
    assert progress.different == []
    assert progress.count.recorded > 0


def test_a_replay_tells_of_verdicts_that_were_changed(run: Run) -> None:
    pairs(run, FakeJudge(), "alliance")
    file = next((run.folder / "scores" / "pairs").rglob("*--s0.json"))
    held = json.loads(file.read_bytes())
    verdict = held["verdicts"][0]
    verdict["outcome"] = "first" if verdict["outcome"] == "tie" else "tie"
    file.write_text(json.dumps(held), encoding="utf-8")
    progress = EvaluationProgress(0)
    pairs(run, FakeJudge(), "alliance", progress=progress, mode="replay")
    assert len(progress.different) == 1
    assert "--s0" in progress.different[0]


def test_a_pair_that_was_not_judged_is_told_in_a_replay(run: Run) -> None:
    progress = EvaluationProgress(0)
    pairs(run, FakeJudge(), "alliance", progress=progress, mode="replay")
    assert len(progress.different) == progress.done == 2


def test_failed_verdicts_are_asked_again_when_told(run: Run) -> None:
    broken = FakeJudge(fails=lambda r: True)
    found = pairs(run, broken, "alliance")
    assert {v.outcome for p in found for v in p.verdicts} == {"failed"}
    assert pairs(run, FakeJudge(), "alliance") == found, "not unless it is told"
    mended = pairs(run, FakeJudge(), "alliance", mode="retry failed")
    assert "failed" not in {v.outcome for p in mended for v in p.verdicts}


def test_restarting_asks_everything_anew(run: Run) -> None:
    pairs(run, FakeJudge(), "alliance")
    judge = FakeJudge()
    pairs(run, judge, "alliance", mode="restart")
    assert judge.asked
