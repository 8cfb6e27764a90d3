"""Each kind spoils what it says and nothing else; a judge that doesn't read is caught by them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from muspsy_sim.evaluation.checking.checking import (
    Check,
    CheckProgress,
    check_judge,
    draw,
    leaves,
    lowers,
)
from muspsy_sim.evaluation.checking.courses import good_courses
from muspsy_sim.evaluation.checking.kept import (
    keep_check,
    marks,
    read_check,
    told,
)
from muspsy_sim.evaluation.checking.outcome import (
    JudgeCheck,
    KindShare,
    Share,
    share_of,
    unseen,
    verdict_on,
)
from muspsy_sim.evaluation.checking.ranking import goodness, sign_of
from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.spoiling import held_out
from muspsy_sim.evaluation.spoiling.catalogue import OPEN, all_kinds, held_out_kinds
from muspsy_sim.evaluation.spoiling.editing import said_in
from muspsy_sim.evaluation.spoiling.kinds import Course, Spoiler
from muspsy_sim.evaluation.spoiling.material import material
from muspsy_sim.evaluation.statistics.shares import wilson
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Model
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.judging import ItemVerdict, JudgeView, ShownItem
from muspsy_sim.records.scores import Score
from muspsy_sim.runs.store import Run
from tests.judges import FakeJudge, at_random, flattering, rated
from tests.unit.courses import held, planned
from tests.unit.episodes import make_episode
from tests.unit.judged import a_run, instruments_named, judged

KINDS = {kind.name: kind for kind in all_kinds()}


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> list[Course]:
    """Five offline courses, in both languages."""
    people = ["en-gordon-pell", "en-lorna-vick", "en-kit-haldane", "zh-lu-xiaowen", "zh-ma-guoqing"]
    folder = tmp_path_factory.mktemp("good")
    plan = planned(personas=people, sessions=4, exchanges=6, follow_up_weeks=0)
    held(folder, OfflineModel(), plan)
    return good_courses(Run(folder))[0]


def spoiled(course: Course, name: str) -> Transcript:
    made = KINDS[name].spoil(course, draw(course, KINDS[name]))
    assert made is not None
    return made


def words(transcript: Transcript) -> list[list[tuple[str, str]]]:
    return [list(said_in(session)) for session in transcript.sessions]


@pytest.mark.slow
@pytest.mark.parametrize("kind", OPEN, ids=lambda kind: kind.name)
def test_a_kind_changes_the_transcript_the_same_way_each_time(
    kind: Spoiler, courses: list[Course]
) -> None:
    changed = 0
    for course in courses:
        made = kind.spoil(course, draw(course, kind))
        assert made == kind.spoil(course, draw(course, kind))
        if made is None:
            continue
        changed += made != course.good
        for session in made.sessions:
            ids = [line.id for line in session.lines]
            assert ids == [f"s{session.number}t{n}" for n in range(1, len(ids) + 1)]
            assert all(line.text.strip() for line in session.lines), "nobody says nothing"
    assert changed >= len(courses) - 1


def test_every_good_course_has_its_risk_met_and_the_spoiled_one_has_it_missed(
    courses: list[Course],
) -> None:
    for course in courses:
        language = course.good.language
        answer = ("counselor", material("risk_met_counselor", language)[0])
        assert answer in words(course.good)[1]
        missed = words(spoiled(course, "risk_missed"))[1]
        assert answer not in missed
        assert ("counselor", material("risk_missed_counselor", language)[0]) in missed


def test_what_the_kinds_do(courses: list[Course]) -> None:
    course = courses[0]
    good = words(course.good)
    swapped = words(spoiled(course, "sessions_swapped"))
    assert sorted(map(repr, swapped)) == sorted(map(repr, good))
    assert swapped != good
    roles = words(spoiled(course, "roles_swapped"))
    assert [t for s in roles for _, t in s] == [t for s in good for _, t in s]
    shuffled = words(spoiled(course, "turns_shuffled"))
    assert [w for w, _ in shuffled[0]] == [w for w, _ in good[0]]
    assert sorted(shuffled[0]) == sorted(good[0])
    longer = words(spoiled(course, "padding"))
    for before, after in zip(good, longer, strict=True):
        for (who, old), (_, new) in zip(before, after, strict=True):
            assert new.startswith(old)
            assert (len(new) > len(old)) == (who == "counselor")
    other = words(spoiled(course, "another_client"))
    assert sum(a != b for a, b in zip(other, good, strict=True)) == 1
    assert spoiled(course, "plan_swapped").sessions == course.good.sessions


def test_a_false_memory_is_one_that_nobody_spoke_of(courses: list[Course]) -> None:
    for course in courses:
        invented = material("false_memory", course.good.language)
        before = " ".join(text for session in words(course.good) for _, text in session)
        after = " ".join(
            text for session in words(spoiled(course, "false_recall")) for _, text in session
        )
        assert not any(one in before for one in invented)
        assert any(one in after for one in invented)


def test_both_languages_have_the_same_material() -> None:
    from muspsy_sim.evaluation.spoiling.material import _all

    assert _all("en").keys() == _all("zh").keys()


def test_held_out_kinds_are_found_by_lying_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shouted.py").write_text(
        "from dataclasses import replace\n"
        "from muspsy_sim.evaluation.spoiling.editing import each_session\n"
        "from muspsy_sim.evaluation.spoiling.kinds import Spoiler\n"
        "def spoil(course, rng):\n"
        "    return each_session(course.good, lambda _, said: [(w, t.upper()) for w, t in said])\n"
        "SPOILER = Spoiler('shouted', 'all capitals', spoil, leaves=('crisis',), held_out=True)\n"
    )
    monkeypatch.setattr(held_out, "__path__", [*held_out.__path__, str(tmp_path)])
    found = {kind.name: kind for kind in held_out_kinds()}
    assert found["shouted"].held_out
    crisis = instruments_named(("crisis",))[0]
    assert "shouted" in [kind.name for kind in leaves(crisis, all_kinds())]
    assert "shouted" not in [kind.name for kind in lowers(crisis, all_kinds())]


def test_all_held_out_kinds_can_be_run(courses: list[Course]) -> None:
    """Whatever the folder holds: it spoils a course, the same way each time, and says of what."""
    for kind in held_out_kinds():
        assert kind.lowers or kind.leaves
        made = [kind.spoil(course, draw(course, kind)) for course in courses]
        assert any(one is not None for one in made)
        assert made == [kind.spoil(course, draw(course, kind)) for course in courses]


def checked(
    courses: Sequence[Course],
    judge: Model,
    folder: Path,
    names: Sequence[str] = ("alliance", "memory-use", "crisis"),
    progress: CheckProgress | None = None,
) -> JudgeCheck:
    check = Check(
        judge.name, instruments_named(tuple(names)), all_kinds(), courses, ["offline"], folder,
        model=judge,
    )  # fmt: skip
    return asyncio.run(check_judge(check, progress or CheckProgress(len(courses))))


@pytest.mark.slow
def test_a_judge_that_answers_at_random_is_caught(courses: list[Course], tmp_path: Path) -> None:
    check = checked(courses, FakeJudge(at_random), tmp_path)
    assert {one.verdict for one in check.instruments} <= {"cannot rank"}
    for one in check.instruments:
        assert one.must_lower.low is not None
        assert one.must_lower.low <= 0.5
        assert one.why.endswith("which chance explains")


@pytest.mark.slow
def test_a_judge_that_flatters_is_caught(courses: list[Course], tmp_path: Path) -> None:
    check = checked(courses, FakeJudge(flattering), tmp_path)
    assert {one.verdict for one in check.instruments} == {"cannot rank"}
    assert {one.must_lower.share for one in check.instruments} == {0.5}


@pytest.mark.slow
def test_a_judge_that_rewards_length_is_caught(courses: list[Course], tmp_path: Path) -> None:
    """It sees all that it should see, and is moved by padding all the same."""

    def longer_is_better(view: JudgeView, item: ShownItem, rng: Random) -> ItemVerdict:
        from muspsy_sim.llm.offline.judge import rate

        score = next(one.score for one in rate(view, rng).items if one.item == item.id)
        said = [line for s in view.sessions if s.number in view.judged for line in s.lines]
        filler = material("filler", view.language)
        padded = any(one in line.text for line in said for one in filler)
        if score is not None and padded:
            score = min(item.high, score + item.step)
        return rated(view, item, score)

    check = checked(courses, FakeJudge(longer_is_better), tmp_path, ["alliance"])
    one = check.instruments[0]
    assert one.verdict == "moved by what must not touch it"
    assert "padding makes it better" in one.why


@pytest.mark.slow
def test_offline_ranks_and_a_stopped_check_goes_on(courses: list[Course], tmp_path: Path) -> None:
    check = checked(courses, OfflineModel(), tmp_path)
    assert {one.verdict for one in check.instruments} == {"usable"}
    assert all((one.must_lower.share or 0) >= 0.9 for one in check.instruments)
    assert check.failed == 0
    silent = FakeJudge()
    silent.name = "offline"
    again = checked(courses, silent, tmp_path)
    assert silent.asked == []
    assert again == check


@pytest.mark.slow
def test_a_judge_is_not_asked_where_it_would_see_the_same(
    courses: list[Course], tmp_path: Path
) -> None:
    judge = FakeJudge(at_random)
    checked(courses[:2], judge, tmp_path, ["continuity"])
    plans = [r for r in judge.asked if r.key.prompt.endswith("plan_swapped")]
    assert plans == [], "a judge that sees no plan is not asked about another plan"


@pytest.mark.slow
def test_what_a_check_found_is_kept_and_read(tmp_path: Path) -> None:
    run = a_run(tmp_path, [make_episode("en")])
    judge = FakeJudge(name="fake")
    judged(run, judge, instruments=("alliance", "crisis"))
    assert told(marks(run, ["fake"])) == {
        "all instruments, for fake": "not checked; `muspsy judge-check --judge fake` does it"
    }
    good, bad = Share(fell=9, tied=0, rose=0, cases=9, share=1.0, low=0.7, high=1.0), share_of([])
    check = JudgeCheck.model_validate(
        {
            "judge": "fake",
            "courses": 9,
            "source_cases": 9,
            "made_by": ["offline"],
            "calls": 1,
            "failed": 0,
            "instruments": [
                {
                    "instrument": name,
                    "version": 1,
                    "must_lower": good.model_dump(),
                    "must_not_touch": bad.model_dump(),
                    "held_out_lower": bad.model_dump(),
                    "held_out_untouched": bad.model_dump(),
                    "verdict": verdict,
                    "why": "why",
                }
                for name, verdict in (("alliance", "cannot rank"), ("crisis", "usable"))
            ],
        }
    )
    file = keep_check(run.folder / "scores" / "checks", check)
    assert read_check(file) == check
    assert told(marks(run, ["fake"])) == {"alliance": "fake: why"}
    assert [one.usability for one in marks(run, ["fake"])] == ["unusable", "usable"]
    for change in ({"version": 2}, {"words": "of another instrument"}):
        check.instruments[0] = check.instruments[0].model_copy(update=change)
        keep_check(run.folder / "scores" / "checks", check)
        assert [one.usability for one in marks(run, ["fake"])] == ["not checked", "usable"]
        assert [*told(marks(run, ["fake"]))] == ["alliance, for fake"]
    file.write_text("{}")
    with pytest.raises(RunError, match="holds no check"):
        marks(run, ["fake"])


def test_shares_count_ties_as_half_and_rest_on_cases() -> None:
    share = share_of([("a", -1), ("a", 0), ("b", -1), ("b", 1)])
    assert (share.share, share.pairs, share.cases) == (0.625, 4, 2)
    # Wilson (1927) by hand: 7 of 10.
    low, high = wilson(0.7, 10)
    assert (low, high) == (pytest.approx(0.3968, abs=5e-5), pytest.approx(0.8922, abs=5e-5))
    assert share_of([]).share is None


def test_one_kind_that_moves_is_enough() -> None:
    falls = share_of([(f"c{n}", -1) for n in range(12)])
    rises = KindShare(
        kind="padding", held_out=False, pairs=share_of([(f"c{n}", 1) for n in range(12)])
    )
    same = KindShare(
        kind="other", held_out=False, pairs=share_of([(f"c{n}", 0) for n in range(12)])
    )
    assert verdict_on(falls, [same])[0] == "usable"
    assert verdict_on(falls, [same, same, same, rises])[0] == "moved by what must not touch it"
    held = rises.model_copy(update={"held_out": True})
    assert verdict_on(falls, [same, held])[0] == "usable"
    assert verdict_on(share_of([("a", -1)]), [])[0] == "not enough pairs"


def test_a_judge_is_not_blamed_for_too_few_clients() -> None:
    """Three source cases have an interval that reaches 50% though all pairs fall; four have not."""

    def fallen(cases: int) -> KindShare:
        pairs = share_of([(f"c{n % cases}", -1) for n in range(16)])
        return KindShare(kind="dismissed", held_out=False, pairs=pairs)

    verdict, why = verdict_on(fallen(3).pairs, [])
    assert verdict == "not enough pairs"
    assert "from 3 source cases: too few to tell, even if all fall" in why
    assert unseen([fallen(3)]) == []
    assert verdict_on(fallen(4).pairs, []) == ("usable", "")
    blind = share_of([(f"c{n}", 0) for n in range(4)])
    assert unseen([KindShare(kind="dismissed", held_out=False, pairs=blind)]) == ["dismissed"]


def test_items_are_compared_in_their_own_direction() -> None:
    memory = instruments_named(("memory-use",))[0]

    def scores(recalled: float | None, false: float) -> list[Score]:
        return [
            Score(
                instrument="memory-use",
                version=1,
                item=item,
                session=2,
                value=value,
                state="scored" if value is not None else "failed",
                reason="" if value is not None else "x",
                judge="j",
            )
            for item, value in (("recalled", recalled), ("false", false))
        ]

    good = goodness(memory, scores(2, 0))
    assert sign_of(good, goodness(memory, scores(2, 1))) == -1
    assert sign_of(good, goodness(memory, scores(3, 0))) == 1
    assert sign_of(good, goodness(memory, scores(None, 0))) == 0, "what failed is no fall"
    assert sign_of(good, {}) is None


def test_courses_that_cannot_be_spoiled_are_told(tmp_path: Path) -> None:
    run = a_run(tmp_path, [make_episode("en")])
    with pytest.raises(RunError, match="two clients of one language"):
        good_courses(run)
