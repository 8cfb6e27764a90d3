"""The offline judge over all personas: it ranks what it must, and is moved by nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from muspsy_sim.evaluation.checking.checking import Check, CheckProgress, check_judge
from muspsy_sim.evaluation.checking.courses import good_courses, make_courses
from muspsy_sim.evaluation.checking.outcome import JudgeCheck
from muspsy_sim.evaluation.instruments.loading import all_instruments
from muspsy_sim.evaluation.spoiling.catalogue import all_kinds
from muspsy_sim.evaluation.spoiling.kinds import Course
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Model
from tests.judges import FakeJudge, at_random


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> list[Course]:
    made = asyncio.run(make_courses(tmp_path_factory.mktemp("good"), seeds=(0, 1)))
    return good_courses(made)[0]


def checked(courses: list[Course], judge: Model, folder: Path) -> JudgeCheck:
    instruments = [one for one in all_instruments() if one.reported is None]
    check = Check(judge.name, instruments, all_kinds(), courses, ["offline"], folder, model=judge)
    return asyncio.run(check_judge(check, CheckProgress(len(courses))))


def test_offline_ranks_every_instrument(courses: list[Course], tmp_path: Path) -> None:
    check = checked(courses, OfflineModel(), tmp_path)
    assert check.failed == 0
    assert check.source_cases == 12
    every = [k for one in check.instruments for k in (*one.kinds_lower, *one.kinds_untouched)]
    assert len({kind.kind for kind in every if kind.held_out}) == 5
    assert len({kind.kind for kind in every}) == 20
    for one in check.instruments:
        assert one.verdict == "usable", (one.instrument, one.why)
        assert one.must_lower.fell >= 0.9 * one.must_lower.pairs > 0, one.instrument
        for share in (
            one.must_not_touch,
            *(k.pairs for k in one.kinds_untouched if not k.held_out),
        ):
            assert share.low is not None
            assert share.high is not None
            assert share.low <= 0.5 <= share.high, one.instrument


def test_chance_ranks_none(courses: list[Course], tmp_path: Path) -> None:
    check = checked(courses, FakeJudge(at_random), tmp_path)
    assert {one.verdict for one in check.instruments} == {"cannot rank"}
