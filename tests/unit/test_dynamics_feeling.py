"""What a turn does to the client: who is helped by what, what wears out, what hurts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from client_course import DISMISSIVE, GOOD, NEUTRAL, client, clients, coded, exchange
from hypothesis import given, settings
from hypothesis import strategies as st

from muspsy_sim.agents.client.dynamics import (
    CounselorTurn,
    feel,
    initial_state,
    load_dynamics,
    open_session,
    stage_now,
)
from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.records.appraisal import BEHAVIOURS, Appraisal, Coded
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.state import ClientState, Homework, StateValues

NO_MOOD = load_dynamics().changed({"reception.mood": 0.0})


def began(profile: Profile, dynamics: Dynamics = NO_MOOD) -> ClientState:
    chance = Chance(profile.source_case, 0)
    state = initial_state(profile, dynamics, chance)
    return open_session(state, profile, dynamics, chance, 1)[0]


def after(
    profile: Profile,
    stream: Sequence[Appraisal],
    exchanges: int,
    dynamics: Dynamics = NO_MOOD,
    *,
    start: ClientState | None = None,
    session: int = 1,
    text: str = "words",
) -> ClientState:
    chance = Chance(profile.source_case, 0)
    state = start or began(profile, dynamics)
    for number in range(1, exchanges + 1):
        appraisal = stream[(number - 1) % len(stream)]
        state = exchange(state, appraisal, profile, dynamics, chance, session, number, text=text)
    return state


def flat(values: StateValues) -> list[float]:
    alliance = values.alliance
    return [
        values.trust,
        alliance.goal,
        alliance.task,
        alliance.bond,
        values.strain,
        values.distress,
        values.readiness,
        values.self_efficacy,
        values.risk,
        *values.beliefs.values(),
    ]


@pytest.mark.parametrize("profile", clients(), ids=lambda p: p.id)
def test_a_good_counselor_earns_more_trust_than_a_neutral_and_a_dismissive_one(
    profile: Profile,
) -> None:
    start = profile.temperament.starting_trust
    good, neutral, dismissive = (
        after(profile, stream, 20).values for stream in (GOOD, NEUTRAL, DISMISSIVE)
    )
    assert good.trust > start + 0.08
    assert good.trust > neutral.trust + 0.05
    assert neutral.trust > dismissive.trust + 0.05
    assert dismissive.trust < start - 0.08
    assert good.alliance.bond > neutral.alliance.bond > dismissive.alliance.bond
    assert dismissive.strain > 0.3
    assert good.strain < 0.05


@pytest.mark.parametrize("behaviour", ["affirm", "empathy"])
def test_saying_the_same_kind_thing_again_and_again_wears_out(behaviour: str) -> None:
    profile = client()
    stream = [Appraisal(behaviours=[Coded(behaviour=behaviour, quote="well done")], quality=2)]
    gains = []
    for exchanges in (0, 10, 20, 40):
        values = after(profile, stream, exchanges).values
        gains.append(values.trust + values.alliance.bond + values.self_efficacy)
    first, second, third = (b - a for a, b in pairwise(gains))
    assert first > 0.0
    assert second <= first * 0.3
    assert third <= first * 0.05


def test_flattery_and_empty_reassurance_leave_nothing_behind() -> None:
    profile = client()
    stream = [coded("flatter", quality=2), coded("reassure", quality=2), coded("flatter")]
    before, then = began(profile).values, after(profile, stream, 30).values
    assert then.distress < after(profile, [coded("other")], 30).values.distress
    assert then.trust == pytest.approx(before.trust, abs=0.01)
    assert then.alliance.bond <= before.alliance.bond + 0.001
    assert then.self_efficacy == before.self_efficacy
    assert then.readiness == pytest.approx(before.readiness, abs=0.01)
    assert after(profile, stream, 30).tally.work == 0.0


def test_praise_counts_together_whatever_it_is_called() -> None:
    profile = client()
    same = after(profile, [coded("affirm")], 12).values.self_efficacy
    mixed = after(profile, [coded("reassure"), coded("flatter"), coded("affirm")], 12).values
    assert mixed.self_efficacy < same


@pytest.mark.parametrize(
    ("kinder", "harder"),
    [
        ({"stage_of_change": "action"}, {"stage_of_change": "precontemplation"}),
        ({"resistance_style": "deferring"}, {"resistance_style": "confronting"}),
    ],
)
def test_advice_strains_those_who_are_not_ready_for_it(
    kinder: dict[str, str], harder: dict[str, str]
) -> None:
    eased = after(client(**kinder), [coded("advise")], 8).values
    strained = after(client(**harder), [coded("advise")], 8).values
    assert strained.strain > eased.strain + 0.1
    assert strained.trust < eased.trust


def test_a_client_that_has_moved_on_is_met_by_its_stage_now() -> None:
    profile = client(stage_of_change="precontemplation")
    state = began(profile)
    moved = state.model_copy(update={"values": state.values.model_copy(update={"readiness": 0.75})})
    assert stage_now(0.1, NO_MOOD) == "precontemplation"
    assert stage_now(0.75, NO_MOOD) == "action"
    advice = [coded("advise")]
    assert (
        after(profile, advice, 5, start=moved).values.strain
        < after(profile, advice, 5).values.strain
    )


def test_a_reframe_that_comes_too_soon_hurts_and_later_helps() -> None:
    profile = client(starting_trust=0.1)
    wary = after(profile, [coded("reframe")], 3).values
    assert wary.strain > 0.0
    assert wary.trust < 0.1
    trusting = client(starting_trust=0.7)
    later = after(trusting, [coded("reframe")], 3).values
    assert later.strain == 0.0
    assert later.beliefs["b1"] < 0.8


def test_asking_into_what_cannot_be_told_hurts_unless_understanding_comes_with_it() -> None:
    profile = client()
    start = began(profile).values
    plain = after(profile, [coded("closed_question")], 1, text="Tell me, cue3a?").values
    elsewhere = after(profile, [coded("closed_question")], 1, text="Tell me more?").values
    gentle = after(profile, [coded("empathy", "open_question")], 1, text="cue3a must hurt").values
    assert plain.strain > 0.0
    assert plain.trust < start.trust
    assert elsewhere.strain == 0.0
    assert gentle.trust > start.trust


def test_being_asked_about_ones_own_words_is_not_being_pressed() -> None:
    profile = client()
    chance, state = Chance("case", 0), began(profile)
    strain = []
    for own in ("", "It is about cue3a, in a way."):
        heard = CounselorTurn(1, 3, 2, "s1t3", "What about cue3a?", own)
        felt = feel(state, coded("closed_question"), heard, profile, NO_MOOD, chance, "responsive")
        strain.append(felt.state.values.strain)
    assert strain[0] > strain[1] == 0.0


def test_a_slip_is_partly_forgiven_in_a_turn_that_also_lands() -> None:
    profile = client()
    alone = after(profile, [coded("advise", quality=-1)], 1).values
    among = after(profile, [coded("advise", "empathy", quality=-1)], 1).values
    assert 0.0 < among.strain < alone.strain
    hard = NO_MOOD.changed({"reception.forgiving": 0.0})
    unforgiven = after(profile, [coded("advise", "empathy", quality=-1)], 1, hard).values
    assert unforgiven.strain > among.strain


def test_a_remembered_word_forgives_no_slip() -> None:
    """It would be a way from memory to the client that no weight under `remembered` switches off."""
    profile = client()
    zero = {path: 0.0 for path in NO_MOOD.parameters() if path.startswith("remembered.")}
    off = NO_MOOD.changed(zero)
    alone = after(profile, [coded("advise", quality=-1)], 1, off).values
    among = after(profile, [coded("advise", "recall", quality=-1)], 1, off).values
    assert among == alone


def test_a_repair_mends_what_an_injury_tore_and_does_nothing_without_one() -> None:
    profile = client()
    torn = after(profile, [coded("dismiss", quality=-2)], 3)
    assert torn.values.strain > 0.3
    mended = after(profile, [coded("repair", quality=1)], 1, start=torn).values
    left = after(profile, [coded("other")], 1, start=torn).values
    assert mended.strain < 0.6 * torn.values.strain
    assert mended.strain < left.strain - 0.1
    assert mended.trust > torn.values.trust
    calm = began(profile)
    needless = after(profile, [coded("repair", quality=1)], 1, start=calm).values
    assert needless == after(profile, [coded("other")], 1, start=calm).values


def test_strain_cools_between_sessions_and_the_tally_begins_anew() -> None:
    profile = client()
    chance = Chance("case", 0)
    torn = after(profile, [coded("dismiss")], 3)
    opened, changes = open_session(torn, profile, NO_MOOD, chance, 2)
    assert 0.0 < opened.values.strain < torn.values.strain
    assert [change.rule for change in changes] == ["rupture.cooling"]
    assert torn.tally.heard == {"dismiss": 3}
    assert opened.tally.heard == {}
    assert opened.tally.work == 0.0


def test_homework_is_agreed_once_a_session_and_its_fuller_wording_stands() -> None:
    profile = client()
    chance = Chance("case", 0)
    state = began(profile)
    for number, quote in enumerate(("Try a walk.", "Try a walk each day before work.", "Walk."), 1):
        appraisal = Appraisal(behaviours=[Coded(behaviour="assign_homework", quote=quote)])
        state = exchange(state, appraisal, profile, NO_MOOD, chance, 1, number)
    assert state.homework == [
        Homework(text="Try a walk each day before work.", turn="s1t3", session=1)
    ]
    reviewed = exchange(state, coded("review_homework"), profile, NO_MOOD, chance, 2, 1)
    assert reviewed.homework[0].reviewed
    same_session = exchange(state, coded("review_homework"), profile, NO_MOOD, chance, 1, 4)
    assert not same_session.homework[0].reviewed


def with_homework(profile: Profile) -> ClientState:
    entry = Homework(text="Try a walk.", turn="s1t3", session=1, status="done")
    return began(profile).model_copy(update={"homework": [entry]})


def test_being_remembered_helps_from_the_second_session_and_not_at_weight_zero() -> None:
    profile = client()
    with_recall, without = [coded("open_question", "recall")], [coded("open_question")]
    assert after(profile, with_recall, 4).values == after(profile, without, 4).values
    later = {"start": began(profile), "session": 2}
    assert (
        after(profile, with_recall, 4, **later).values.trust
        > after(profile, without, 4, **later).values.trust
    )
    off = NO_MOOD.changed({"remembered.recall_trust": 0.0, "remembered.recall_bond": 0.0})
    assert (
        after(profile, with_recall, 4, off, **later).values
        == after(profile, without, 4, off, **later).values
    )


def test_asking_after_homework_helps_and_not_at_weight_zero() -> None:
    profile = client()
    asked, unasked = [coded("open_question", "review_homework")], [coded("open_question")]
    start = {"start": with_homework(profile), "session": 2}
    helped, plain = after(profile, asked, 1, **start), after(profile, unasked, 1, **start)
    assert helped.values.alliance.task > plain.values.alliance.task
    assert helped.values.self_efficacy > plain.values.self_efficacy
    off = NO_MOOD.changed(
        {
            "remembered.review_task": 0.0,
            "remembered.review_trust": 0.0,
            "remembered.review_self_efficacy": 0.0,
        }
    )
    assert (
        after(profile, asked, 3, off, **start).values
        == after(profile, unasked, 3, off, **start).values
    )


def test_asking_after_homework_that_was_never_set_jars_and_not_at_weight_zero() -> None:
    profile = client()
    asked, unasked = [coded("open_question", "review_homework")], [coded("open_question")]
    assert after(profile, asked, 1).values.trust < after(profile, unasked, 1).values.trust
    off = NO_MOOD.changed({"remembered.nothing_to_review": 0.0})
    assert after(profile, asked, 3, off).values == after(profile, unasked, 3, off).values


@pytest.mark.parametrize("progress", ["frozen", "scripted"])
def test_without_responsive_progress_a_turn_moves_nothing_but_is_remembered(progress: str) -> None:
    profile = client()
    chance = Chance("case", 0)
    state = before = began(profile)
    for number, appraisal in enumerate((*GOOD, *DISMISSIVE), 1):
        heard = CounselorTurn(1, 2 * number - 1, number, f"s1t{2 * number - 1}", "cue3a")
        felt = feel(state, appraisal, heard, profile, NO_MOOD, chance, progress)
        assert felt.changes == []
        state = felt.state
    assert state.values == before.values
    assert state.tally.work == 0.0
    assert [entry.text for entry in state.homework] == ["words of assign_homework"]


appraisals = st.builds(
    Appraisal,
    behaviours=st.lists(
        st.builds(Coded, behaviour=st.sampled_from(BEHAVIOURS), quote=st.just("some words")),
        max_size=5,
    ),
    quality=st.integers(-2, 2),
)


@settings(max_examples=60, deadline=None)
@given(
    stream=st.lists(appraisals, min_size=1, max_size=30),
    trust=st.floats(0, 1),
    reactivity=st.floats(0, 1),
    seed=st.integers(0, 99),
    session=st.integers(1, 3),
)
def test_whatever_is_said_values_stay_in_range_and_changes_add_up(
    stream: list[Appraisal], trust: float, reactivity: float, seed: int, session: int
) -> None:
    profile = client(starting_trust=trust, reactivity=reactivity)
    dynamics, chance = load_dynamics(), Chance("case", seed)
    state = initial_state(profile, dynamics, chance)
    for number, appraisal in enumerate(stream, 1):
        heard = CounselorTurn(session, 2 * number - 1, number, f"s1t{number}", "cue2a cue0a")
        felt = feel(state, appraisal, heard, profile, dynamics, chance, "responsive")
        assert all(0.0 <= value <= 1.0 for value in flat(felt.state.values))
        moved = felt.state.values.trust - state.values.trust
        told = sum(change.by for change in felt.changes if change.value == "trust")
        assert told == pytest.approx(moved, abs=1e-5)
        # Symptoms change between sessions only.
        assert (felt.state.phq9, felt.state.gad7) == (state.phq9, state.gad7)
        # Stable bytes: the state survives being written and read.
        assert ClientState.model_validate_json(felt.state.model_dump_json()) == felt.state
        assert all(value == round(value, 6) for value in flat(felt.state.values))
        state = felt.state


def test_feeling_does_not_touch_the_state_it_was_given() -> None:
    profile = client()
    state = with_homework(profile)
    before = state.model_dump_json()
    after(profile, [coded("assign_homework", "review_homework", "empathy")], 3, start=state)
    assert state.model_dump_json() == before
