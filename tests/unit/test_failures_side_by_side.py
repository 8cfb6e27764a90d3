"""Two calls made side by side can both fail, and the record then tells of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from muspsy_sim.records.episode import CourseEnd
from tests.fakes import failing
from tests.unit.courses import ran


@pytest.mark.slow
def test_both_calls_that_failed_side_by_side_are_recorded(tmp_path: Path) -> None:
    after = ("counselor.remember", "client.reflect")
    model = failing("refused", at=lambda r: r.key.prompt in after and r.key.session == 2)
    (episode,) = ran(tmp_path, model)
    assert episode.end is CourseEnd.MODEL_ERROR
    assert "counselor.remember" in episode.end_detail
    assert sorted(failure.prompt for failure in episode.failures) == sorted(after)
    assert {failure.session for failure in episode.failures} == {2}
