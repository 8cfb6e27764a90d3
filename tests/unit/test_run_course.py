"""A course from Python: what a caller gets back, and what is told of a call that does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from muspsy_sim import arun_course, run_course
from muspsy_sim.records.errors import RecipeError, RunError


def replies(conversation: list[dict[str, str]]) -> str:
    return f"You said {len(conversation[-1]['content'])} letters. What was that like?"


async def replies_later(conversation: list[dict[str, str]]) -> str:
    return replies(conversation)


@pytest.mark.slow
def test_a_callable_counsels_sync_or_async() -> None:
    one = run_course("en-gordon-pell", counselor=replies, sessions=1, exchanges=2)
    other = run_course("en-gordon-pell", counselor=replies_later, sessions=1, exchanges=2)
    said = [[t.text for t in e.sessions[0].turns if t.speaker == "counselor"] for e in (one, other)]
    assert said[0] == said[1]
    assert said[0][0].startswith("You said")


@pytest.mark.slow
def test_a_callable_that_fails_ends_the_course_with_a_reason() -> None:
    def fails(_: list[dict[str, str]]) -> str:
        raise ZeroDivisionError

    episode = run_course(
        "en-gordon-pell", counselor=fails, sessions=1, limits={"first_wait_s": 0.0}
    )
    assert episode.end == "model_error"
    assert "ZeroDivisionError" in (episode.end_detail or "")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"sessions": 0}, "sessions: should be greater than or equal to 1, not 0"),
        ({"seed": -1}, "seeds[0]: should be greater than or equal to 0, not -1"),
        ({"sesions": 2}, "sesions: unknown key; did you mean 'sessions'?"),
        ({"counselor": 5}, "arms[0]: should be text or a mapping, not 5"),
    ],
)
def test_a_call_that_does_not_fit_is_told_in_one_line(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        run_course("en-gordon-pell", **settings)
    assert str(caught.value) == told


@pytest.mark.slow
async def test_in_a_notebook_the_other_call_is_named() -> None:
    with pytest.raises(RunError, match="await arun_course"):
        run_course("en-gordon-pell", counselor=replies)
    episode = await arun_course("en-gordon-pell", counselor=replies, sessions=1, exchanges=2)
    assert episode.sessions
