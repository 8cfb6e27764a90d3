"""Outcomes are counted as the bands define them, from courses with words and without."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from episodes import make_episode

from muspsy_sim.agents.client.outcome_bands import Definitions, load_outcome_bands
from muspsy_sim.agents.client.outcomes import (
    Endpoint,
    as_text,
    compared,
    endpoint_of_episode,
    endpoint_of_wordless,
    figure,
    share,
    verdict,
)
from muspsy_sim.agents.client.parameters import load_dynamics
from muspsy_sim.agents.client.wordless import live_wordless
from muspsy_sim.personas.library import load_profile
from muspsy_sim.records.episode import CourseEnd

DEFINITIONS = load_outcome_bands().definitions


def ended(
    baseline: int,
    horizon: int,
    *,
    held: int = 6,
    dropped_out: bool = False,
    alliance: float | None = 0.5,
) -> Endpoint:
    return Endpoint(baseline, horizon, held, dropped_out, alliance)


def value(courses: Sequence[Endpoint], outcome: str) -> float | None:
    return figure(courses, outcome, DEFINITIONS).value  # type: ignore[arg-type]


def test_response_is_half_of_the_baseline_or_less_among_those_at_the_cut() -> None:
    courses = [ended(14, 7), ended(14, 8), ended(15, 7), ended(10, 5), ended(9, 0)]
    assert value(courses, "response") == 3 / 4
    assert figure(courses, "response", DEFINITIONS).courses == 4


def test_deterioration_is_a_reliable_rise_among_those_at_the_cut() -> None:
    courses = [ended(14, 21), ended(14, 20), ended(10, 17), ended(9, 27)]
    assert value(courses, "deterioration") == 2 / 3


def test_dropout_counts_all_who_began_and_nobody_else() -> None:
    courses = [
        ended(14, 7, dropped_out=True),
        ended(5, 5),
        ended(14, 14, held=0, dropped_out=True, alliance=None),
        ended(14, 3),
    ]
    assert value(courses, "dropout") == 1 / 3


def test_a_better_alliance_with_a_better_outcome_is_positive() -> None:
    better = [ended(14, 14 - n, alliance=0.3 + 0.04 * n) for n in range(10)]
    worse = [ended(14, 4 + n, alliance=0.3 + 0.04 * n) for n in range(10)]
    assert value(better, "alliance_outcome") == pytest.approx(1.0)
    assert value(worse, "alliance_outcome") == pytest.approx(-1.0)
    # Baseline alone makes no correlation: it is held constant.
    given = [
        ended(10 + n, 10 + n + n % 2, alliance=0.9 - 0.04 * n + 0.01 * (n % 3)) for n in range(12)
    ]
    plain = -figure_of_change(given)
    held = value(given, "alliance_outcome")
    assert held is not None
    assert abs(held) < abs(plain)


def figure_of_change(courses: Sequence[Endpoint]) -> float:
    """The correlation of alliance with the horizon, baseline not held constant."""
    alliance = [e.alliance or 0.0 for e in courses]
    horizon = [float(e.horizon) for e in courses]
    middle_a, middle_h = sum(alliance) / len(alliance), sum(horizon) / len(horizon)
    up = sum((a - middle_a) * (h - middle_h) for a, h in zip(alliance, horizon, strict=True))
    down = math.sqrt(
        sum((a - middle_a) ** 2 for a in alliance) * sum((h - middle_h) ** 2 for h in horizon)
    )
    return up / down


def test_what_cannot_be_measured_says_why_and_is_in_no_band() -> None:
    few = figure([ended(14, 7)] * 3, "alliance_outcome", DEFINITIONS)
    assert few.value is None
    assert "fewer than" in few.reason
    same = figure([ended(14, 7)] * 20, "alliance_outcome", DEFINITIONS)
    assert (same.value, same.reason) == (None, "no spread")
    band = next(b for b in load_outcome_bands().bands if b.outcome == "alliance_outcome")
    assert verdict(same, band) == "not measured"
    assert figure([], "response", DEFINITIONS).reason == "no course to count"


def test_a_share_has_wilsons_interval() -> None:
    found = share([True] * 20 + [False] * 80)
    assert found.value == 0.2
    assert (found.low, found.high) == (
        pytest.approx(0.1334, abs=1e-4),
        pytest.approx(0.2888, abs=1e-4),
    )


def test_figures_stand_beside_their_bands_and_arms_without_courses_are_left_out() -> None:
    nobody_better = {"full": [ended(14, 14, alliance=0.4 + n / 100) for n in range(20)]}
    rows = compared(nobody_better, load_outcome_bands())
    assert {row.band.arm for row in rows} == {"full"}
    found = {row.band.outcome: row.verdict for row in rows}
    assert found == {
        "response": "below",
        "deterioration": "below",
        "dropout": "below",
        "alliance_outcome": "not measured",
    }
    lines = as_text(rows)
    assert len(lines) == 5
    assert all(len(line) <= 88 for line in lines)
    assert "nan" not in "\n".join(lines)


def test_a_recorded_course_and_one_without_words_give_the_same_kind_of_endpoint() -> None:
    episode = make_episode("en", "full", end=CourseEnd.CLIENT_DROPPED_OUT)
    near = DEFINITIONS.model_copy(
        update={"sessions": episode.weeks[-1].number, "follow_up_weeks": 0}
    )
    found = endpoint_of_episode(episode, near)
    assert episode.baseline is not None
    assert found.baseline == episode.baseline.phq9_total
    assert found.horizon == episode.weeks[-1].report.phq9_total
    assert found.dropped_out
    with pytest.raises(ValueError, match="has no week 10"):
        endpoint_of_episode(episode, DEFINITIONS)
    course = waited(DEFINITIONS)
    assert course.alliance is None
    assert (course.held, course.dropped_out) == (0, False)


def waited(definitions: Definitions) -> Endpoint:
    course = live_wordless(
        load_profile("en-gordon-pell"),
        None,
        load_dynamics(),
        0,
        sessions=definitions.sessions,
        exchanges=definitions.exchanges,
        follow_up_weeks=definitions.follow_up_weeks,
    )
    return endpoint_of_wordless(course, definitions)
