"""What happens in courses: ruptures and repairs, sudden gains, relapse, homework, life events.

Each is seen in courses of the shipped personas, and gone, with what it does, when its rule is taken
out. The courses are those of `muspsy simulate-dynamics`: no model, the functions of a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from statistics import mean

import pytest

from muspsy_sim.agents.client.crowd import crowd, pairs
from muspsy_sim.agents.client.mixtures import Mixture, StageMix, load_mixtures, stage_of
from muspsy_sim.agents.client.outcome_bands import load_outcome_bands
from muspsy_sim.agents.client.parameters import Dynamics, load_dynamics
from muspsy_sim.agents.client.wordless import WordlessCourse, live_wordless
from muspsy_sim.personas.library import load_profile
from muspsy_sim.records.appraisal import Behaviour
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.errors import ContentError

SEEDS = (1, 2)
MORE_SEEDS = (1, 2, 3, 4)
"""For what is rare."""
PERSONAS = (
    "en-dermot-kehoe",
    "en-gordon-pell",
    "en-ifeyinwa-duru",
    "en-imogen-baptiste",
    "en-lorna-vick",
    "zh-lu-xiaowen",
    "zh-ma-guoqing",
    "zh-tong-guiru",
)


def without(*paths: str) -> Dynamics:
    """The shipped dynamics with these rules taken out, whatever range they have."""
    tree = load_dynamics().model_dump()
    for path in paths:
        at = tree
        for step in path.split("."):
            at = at[step]
        at.update(value=0.0, low=min(at["low"], 0.0), high=max(at["high"], 0.0))
    return Dynamics.model_validate(tree)


def lived(
    counselor: Mixture | None, dynamics: Dynamics | None = None, seeds: Sequence[int] = SEEDS
) -> list[WordlessCourse]:
    return [
        live_wordless(
            load_profile(name),
            counselor,
            dynamics or load_dynamics(),
            seed,
            sessions=6,
            exchanges=10,
            follow_up_weeks=4,
        )
        for name in PERSONAS
        for seed in seeds
    ]


@cache
def under(name: str, seeds: tuple[int, ...] = SEEDS) -> list[WordlessCourse]:
    return lived(load_mixtures().named(name), seeds=seeds)


def moved(courses: Sequence[WordlessCourse], rule: str, value: str = "phq9") -> list[float]:
    """All movements of a value by a rule, over the courses."""
    return [
        change.by
        for course in courses
        for _, change in course.changes
        if change.rule == rule and change.value == value
    ]


def burden(courses: Sequence[WordlessCourse]) -> float:
    """Mean latent PHQ-9 item at the horizon."""
    return mean(mean(course.state.phq9) for course in courses)


def most_strain(course: WordlessCourse) -> float:
    return max((each.values.strain for each in course.instants), default=0.0)


def steady(*shown: Behaviour, quality: int = 0, closing: Behaviour = "other") -> Mixture:
    """A counselor who always shows the same, and something else in its last turn."""

    def mix(names: Sequence[Behaviour], how: int) -> StageMix:
        return StageMix.model_validate({"turns": [{"shows": names, "quality": how, "weight": 1}]})

    stages = {name: mix(shown, quality) for name in ("first_opening", "opening", "early", "late")}
    stages["closing"] = mix([closing], 1 if closing == "repair" else 0)
    return Mixture.model_validate(
        {"id": "steady", "arm": "full", "about": "One thing, always.", "stages": stages}
    )


@pytest.mark.slow
def test_ruptures_come_of_dismissal_and_are_rare_where_there_is_skill() -> None:
    assert mean(most_strain(c) > 0.5 for c in under("dismissive")) > 0.6
    assert mean(most_strain(c) > 0.25 for c in under("skilled")) < 0.15


@pytest.mark.slow
def test_a_rupture_costs_trust_the_course_and_the_weeks_after_it() -> None:
    unhurt = lived(
        load_mixtures().named("dismissive"),
        without(*(f"harm.{value}" for value in ("trust", "goal", "task", "bond", "strain"))),
    )
    assert max(map(most_strain, unhurt)) == 0.0
    assert moved(unhurt, "week.strain") == []
    hurt = under("dismissive")
    assert min(moved(hurt, "week.strain"), default=0.0) >= 0.0
    assert sum(moved(hurt, "week.strain")) > 0.0
    assert mean(c.weeks[6].trust for c in hurt) < mean(c.weeks[6].trust for c in unhurt) - 0.1
    left = [mean(c.end is CourseEnd.CLIENT_DROPPED_OUT for c in each) for each in (hurt, unhurt)]
    assert left[0] > left[1]
    assert burden(hurt) > burden(unhurt)


@pytest.mark.slow
def test_a_repair_mends_and_without_its_rule_it_is_one_more_turn() -> None:
    torn = steady("advise", quality=-1)
    mending = steady("advise", quality=-1, closing="repair")

    def after_first(counselor: Mixture, dynamics: Dynamics | None = None) -> tuple[float, float]:
        courses = [course for course in lived(counselor, dynamics) if course.held]
        values = [
            each.values
            for course in courses
            for each in course.instants
            if each.exchange == 10 and each.session == course.held[0]
        ]
        return mean(v.strain for v in values), mean(v.trust for v in values)

    left, mended = after_first(torn), after_first(mending)
    off = after_first(mending, without("rupture.repair"))
    assert left[0] > 0.3
    assert mended[0] < 0.75 * left[0]
    assert mended[1] > left[1]
    assert off[0] > 0.95 * left[0]


@pytest.mark.slow
def test_sudden_gains_come_of_work_and_take_a_share_at_once() -> None:
    skilled, dismissive = under("skilled", MORE_SEEDS), under("dismissive")
    gains = moved(skilled, "week.sudden_gain_size")
    # In 33.5% of clients over 12 weeks (Kelly 2007); six sessions are half of that.
    with_gain = mean(bool(moved([course], "week.sudden_gain_size")) for course in skilled)
    assert 0.08 <= with_gain <= 0.33
    assert len(moved(dismissive, "week.sudden_gain_size")) < len(gains) / 4
    assert max(gains) < 0.0
    assert mean(gains) < -0.03  # most of a point of the total's 27
    off = lived(load_mixtures().named("skilled"), without("week.sudden_gain_chance"), MORE_SEEDS)
    assert moved(off, "week.sudden_gain_size") == []
    assert burden(off) > burden(skilled)


@pytest.mark.slow
def test_a_relapse_takes_back_part_of_what_was_gained() -> None:
    courses = under("skilled", MORE_SEEDS)
    slips = moved(courses, "week.relapse_size")
    assert 0.04 <= len(slips) / len(courses) <= 0.40
    assert all(slip > 0.0 for slip in slips)
    off = lived(load_mixtures().named("skilled"), without("week.relapse_chance"), MORE_SEEDS)
    assert moved(off, "week.relapse_size") == []
    assert burden(off) < burden(courses)


@pytest.mark.slow
def test_homework_is_agreed_done_and_helps() -> None:
    courses = under("skilled")
    statuses = [entry.status for course in courses for entry in course.state.homework]
    done = [status for status in statuses if status in ("done", "partly")]
    assert 0.3 <= len(done) / len(statuses) <= 0.9
    assert set(statuses) >= {"done", "partly", "not_done"}
    assert sum(moved(courses, "week.homework")) < 0.0
    off = lived(load_mixtures().named("skilled"), without("week.homework"))
    assert moved(off, "week.homework") == []
    assert burden(off) > burden(courses)
    assert moved(under("nodding"), "remembered.review_task", "alliance.task") == []
    assert moved(courses, "remembered.review_task", "alliance.task")


@pytest.mark.slow
def test_life_events_happen_to_everyone_alike_and_weigh() -> None:
    waiting = lived(None)
    assert [c.events for c in waiting] == [c.events for c in under("skilled")]
    told = [event for course in waiting for week in course.events for event in week]
    assert 1.0 <= len(told) / len(waiting) <= 5.0
    moves = moved(waiting, "week.event_symptoms")
    assert min(moves) < 0.0 < max(moves), "good ones and bad ones"
    quiet = lived(None, without("week.event_chance"))
    assert moved(quiet, "week.event_symptoms") == []
    assert burden(quiet) != burden(waiting)
    # Someone to whom nothing happens has the same course in two lives that differ in events alone.
    numb = lived(None, without("week.event_symptoms", "week.event_distress"))
    assert burden(numb) == pytest.approx(burden(quiet))


def test_weeks_are_lived_to_the_horizon_whatever_the_ending() -> None:
    for course in [*under("dismissive"), *under("skilled")]:
        assert len(course.weeks) == len(course.reports) == 11
        assert course.end is not None
        assert all(week < course.end_week for week in course.held) or course.end_week == 6


@pytest.mark.slow
def test_the_same_seed_gives_the_same_course_and_another_does_not() -> None:
    again = lived(load_mixtures().named("skilled"), seeds=[1])
    before = under("skilled")[::2]
    assert [c.state for c in again] == [c.state for c in before]
    assert [c.reports for c in again] == [c.reports for c in before]
    other = lived(load_mixtures().named("skilled"), seeds=[3])
    assert [c.reports for c in other] != [c.reports for c in before]


def test_sensitive_things_are_told_to_skill_and_kept_from_a_nodding_counselor() -> None:
    def sensitive(courses: Sequence[WordlessCourse]) -> int:
        by = {name: {f.id: f.sensitivity for f in load_profile(name).facts} for name in PERSONAS}
        return sum(
            by[course.persona].get(entry.fact, 0) >= 2
            for course in courses
            for entry in course.state.disclosed
        )

    assert sensitive(under("skilled")) > 20
    assert sensitive(under("nodding")) <= sensitive(under("skilled")) / 4


def test_a_turn_has_its_stage() -> None:
    assert stage_of(1, 1, 10) == "first_opening"
    assert stage_of(2, 1, 10) == "opening"
    assert [stage_of(1, n, 10) for n in (2, 4, 5, 9, 10)] == [
        "early",
        "early",
        "late",
        "late",
        "closing",
    ]


def test_each_arm_with_sessions_has_a_counselor_and_an_unknown_one_is_named() -> None:
    arms = set(load_outcome_bands().arms()) - {"waitlist"}
    assert all(load_mixtures().for_arm(arm) for arm in arms)
    assert load_mixtures().for_arm("waitlist") is None
    with pytest.raises(ContentError, match="names no counselor; there are skilled"):
        load_mixtures().named("skilful")


def test_every_course_of_a_crowd_has_a_life_of_its_own() -> None:
    blocks = crowd(72, 0)
    lives = [(profile.source_case, seed) for profile, seed in pairs(blocks)]
    assert len(lives) == len(set(lives)) == 72
    assert len({profile.id for block in blocks for profile in block.profiles}) == 72
    assert len({case for case, _ in lives}) == 12
