"""Distress: where it rests, how weeks differ, what stirs it within the hour, how it settles."""

from __future__ import annotations

import statistics

import pytest
from client_course import client, clients, coded

from muspsy_sim.agents.client.dynamics import (
    CounselorTurn,
    feel,
    initial_state,
    live_week,
    load_dynamics,
)
from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.agents.client.symptoms import resting_distress
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.state import ClientState, Disclosed

DYNAMICS = load_dynamics()
CALM = DYNAMICS.changed({"reception.mood": 0.0})
UNSTIRRED = CALM.changed({"arousal.told": 0.0, "arousal.touched": 0.0})


def rest_of(profile: Profile, seed: int = 0, share: float = 0.5) -> float:
    chance = Chance(profile.source_case, seed)
    return resting_distress([share] * 9, [share] * 7, profile, DYNAMICS, chance)


def begun(profile: Profile, distress: float, told: str | None = None) -> ClientState:
    state = initial_state(profile, CALM, Chance(profile.source_case, 0))
    values = state.values.model_copy(update={"distress": distress})
    disclosed = [Disclosed(fact=told, turn="s1t2", quote="so")] if told else []
    return state.model_copy(update={"values": values, "disclosed": disclosed})


def heard(
    state: ClientState, profile: Profile, text: str = "words", dynamics: Dynamics = CALM
) -> float:
    """Distress after the third turn of session 1, a counselor turn that does nothing of itself."""
    moment = CounselorTurn(1, 3, 2, "s1t3", text)
    chance = Chance(profile.source_case, 0)
    felt = feel(state, coded("other"), moment, profile, dynamics, chance, "responsive")
    return felt.state.values.distress


def test_it_rests_higher_with_heavier_symptoms_and_in_the_reactive() -> None:
    profile = client()
    assert rest_of(profile, share=0.2) < rest_of(profile, share=0.5) < rest_of(profile, share=0.8)
    assert rest_of(client(reactivity=0.1)) < rest_of(profile) < rest_of(client(reactivity=0.9))


def test_people_of_equal_symptoms_differ_and_each_stays_the_same() -> None:
    rests = [rest_of(client(), seed) for seed in range(200)]
    assert statistics.pstdev(rests) == pytest.approx(DYNAMICS.start.distress_person.value, rel=0.2)
    assert rests == [rest_of(client(), seed) for seed in range(200)]


def weeks_of(profile: Profile, seed: int, weeks: int = 12) -> list[float]:
    chance = Chance(profile.source_case, seed)
    state = initial_state(profile, DYNAMICS, chance)
    found = [state.values.distress]
    for week in range(1, weeks + 1):
        lived = live_week(state, profile, DYNAMICS, chance, week, False, "responsive")
        state = lived.state
        found.append(state.values.distress)
    return found


def test_weeks_differ_within_people_about_as_much_as_people_do() -> None:
    lives = [weeks_of(profile, seed) for profile in clients() for seed in range(25)]
    within = statistics.fmean(statistics.pvariance(life) for life in lives) ** 0.5
    between = statistics.pstdev(statistics.fmean(life) for life in lives)
    assert 0.08 < within < 0.2
    assert 0.6 < within / between < 1.6


@pytest.mark.slow
def test_a_bad_week_is_felt_the_week_after_and_no_longer_for_good() -> None:
    lives = [weeks_of(client(), seed) for seed in range(300)]

    def kept(lag: int) -> float:
        return statistics.correlation([x[6] for x in lives], [x[6 + lag] for x in lives])

    assert kept(1) > kept(4) > 0.0
    assert kept(1) < 0.95


def test_telling_what_hurts_stirs_up_and_what_does_not_does_not() -> None:
    profile = client()
    rest = rest_of(profile)
    still = heard(begun(profile, rest), profile)
    assert heard(begun(profile, rest, told="f0a"), profile) == still
    stirred = heard(begun(profile, rest, told="f3a"), profile)
    assert stirred > still + 0.03
    assert heard(begun(profile, rest, told="f3a"), profile, dynamics=UNSTIRRED) == still
    reactive = client(reactivity=0.9)
    more = heard(begun(reactive, 0.5, told="f3a"), reactive)
    assert more - heard(begun(reactive, 0.5), reactive) > stirred - still


def test_to_be_touched_where_it_hurts_stirs_up_until_it_has_been_told() -> None:
    profile = client()
    still = heard(begun(profile, 0.5), profile)
    assert heard(begun(profile, 0.5), profile, "About cue0a.") == still
    assert heard(begun(profile, 0.5), profile, "About cue2a.") > still + 0.02
    told = begun(profile, 0.5, told="f2a")
    told = told.model_copy(
        update={"disclosed": [told.disclosed[0].model_copy(update={"turn": "s0t2"})]}
    )
    assert heard(told, profile, "About cue2a.") == still


@pytest.mark.parametrize("distress", [0.1, 0.9])
def test_left_alone_it_settles_toward_its_rest_and_not_at_once(distress: float) -> None:
    profile = client()
    state = begun(profile, distress)
    rest = resting_distress(state.phq9, state.gad7, profile, CALM, Chance(profile.source_case, 0))
    for _ in range(18):
        state = begun(profile, heard(state, profile))
    left = (state.values.distress - rest) / (distress - rest)
    assert left == pytest.approx(0.4, abs=0.03)


def test_frozen_nothing_stirs_it() -> None:
    profile = client()
    state = begun(profile, 0.9, told="f3a")
    chance = Chance(profile.source_case, 0)
    moment = CounselorTurn(1, 3, 2, "s1t3", "About cue2a.")
    felt = feel(state, coded("dismiss"), moment, profile, DYNAMICS, chance, "frozen")
    assert felt.state.values == state.values
    lived = live_week(state, profile, DYNAMICS, chance, 1, True, "frozen")
    assert lived.state.values == state.values
