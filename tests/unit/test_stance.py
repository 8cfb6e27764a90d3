"""What the client does next: each move is reachable, for the reasons that the field names."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, get_args

import pytest
from client_course import DISMISSIVE, GOOD, NEUTRAL, client, clients, coded, live

from muspsy_sim.agents.client.dynamics import RISK, initial_state, load_dynamics
from muspsy_sim.agents.client.stance import Context, Decision, decide, stance_of
from muspsy_sim.records.appraisal import Appraisal
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.state import ClientState, Disclosed, Homework, SessionTally
from muspsy_sim.records.views import Move

DYNAMICS = load_dynamics()
AT_RISK = {"level": 0.5, "ideation": "passive", "words": "It would be quieter."}


def state_of(profile: Profile, **values: Any) -> ClientState:
    state = initial_state(profile, DYNAMICS, Chance("case", 0))
    return state.model_copy(update={"values": state.values.model_copy(update=values)})


def decisions(
    profile: Profile,
    state: ClientState,
    appraisal: Appraisal,
    *,
    seeds: int = 300,
    session: int = 1,
    exchange: int = 4,
    text: str = "words",
    closes: bool = False,
    own_words: str = "",
) -> list[Decision]:
    context = Context(session, 2 * exchange, exchange, text, closes, own_words)
    return [
        decide(state, appraisal, profile, DYNAMICS, Chance("case", seed), context)
        for seed in range(seeds)
    ]


def moves(*args: Any, **kwargs: Any) -> Counter[str]:
    return Counter(decision.move for decision in decisions(*args, **kwargs))


@pytest.mark.slow
def test_every_move_is_reachable() -> None:
    found: Counter[str] = Counter()
    for profile in clients():
        for seed in range(40):
            for stream in (GOOD, NEUTRAL, DISMISSIVE):
                found += live(profile, seed, stream).moves
    torn = state_of(client(), strain=0.3)
    found += moves(client(), torn, coded("repair", quality=1))
    assert set(found) == set(get_args(Move))


def test_the_first_exchange_is_a_greeting() -> None:
    profile = client()
    assert set(moves(profile, state_of(profile), coded("open_question"), exchange=1)) == {"greet"}
    assert set(moves(profile, state_of(profile), Appraisal(), exchange=1, text="")) == {"greet"}


def test_who_has_greeted_first_does_not_greet_again() -> None:
    profile = client()
    found = moves(profile, state_of(profile), coded("open_question"), exchange=1, own_words="Hi.")
    assert "greet" not in found


def test_homework_is_reported_once_when_it_is_asked_after() -> None:
    profile = client()
    entry = Homework(text="Walk.", turn="s1t3", session=1, status="partly")
    asked = coded("review_homework")
    state = state_of(profile).model_copy(
        update={"homework": [entry], "tally": SessionTally(heard={"review_homework": 1})}
    )
    assert set(moves(profile, state, asked, session=2)) == {"report_homework"}
    assert set(moves(profile, state, asked, session=2, exchange=1)) == {"report_homework"}
    again = state.model_copy(update={"tally": SessionTally(heard={"review_homework": 2})})
    assert "report_homework" not in moves(profile, again, asked, session=2)
    none = state_of(profile)
    assert "report_homework" not in moves(profile, none, asked, session=2)
    unlived = state.model_copy(update={"homework": [entry.model_copy(update={"status": "set"})]})
    assert "report_homework" not in moves(profile, unlived, asked, session=2)


@pytest.mark.parametrize("trust", [0.1, 0.4, 0.6, 0.95])
def test_only_what_is_unlocked_is_ever_told(trust: float) -> None:
    profile = client()
    state = state_of(profile, trust=trust)
    thresholds = [parameter.value for parameter in DYNAMICS.disclosing.thresholds]
    open_now = {fact.id for fact in profile.facts if trust >= thresholds[fact.sensitivity]}
    text = " ".join(cue for fact in profile.facts for cue in fact.cues)
    for said in ("words", text, "cue3a", "cue2b"):
        for appraisal in (coded("open_question"), coded("empathy"), coded("closed_question")):
            told = {d.tell for d in decisions(profile, state, appraisal, text=said) if d.tell}
            assert told <= open_now


def test_a_touched_fact_is_told_when_it_can_be_and_avoided_when_it_cannot() -> None:
    profile = client()
    asked = coded("closed_question")
    open_client = decisions(profile, state_of(profile, trust=0.9), asked, text="And cue3b?")
    told = [d for d in open_client if d.tell == "f3b"]
    assert len(told) > 150
    assert {d.move for d in told} == {"disclose"}
    closed = moves(profile, state_of(profile, trust=0.4), asked, text="And cue3b?")
    assert closed["deflect"] > 120
    assert "disclose" not in closed
    torn = moves(profile, state_of(profile, trust=0.9, strain=0.6), asked, text="And cue3b?")
    assert "disclose" not in torn


def test_only_a_question_into_what_is_locked_is_turned_aside_and_not_ones_own_words() -> None:
    profile = client()
    state = state_of(profile, trust=0.4)
    heard = moves(profile, state, coded("simple_reflection"), text="You said cue3b.")
    assert "deflect" not in heard
    pressed = moves(profile, state, coded("open_question"), text="What of cue3b?")
    own = moves(
        profile, state, coded("open_question"), text="What of cue3b?", own_words="There is cue3b."
    )
    assert pressed["deflect"] > 120
    assert "deflect" not in own


def test_nodding_along_is_room_for_what_is_easy_to_tell_and_no_more() -> None:
    profile = client()
    state = state_of(profile, trust=0.9)
    nodded = {d.tell for d in decisions(profile, state, coded("simple_reflection")) if d.tell}
    assert nodded == {"f0a"}
    easy = [Disclosed(fact=f"f{s}{x}", turn="s1t2", quote="q") for s in (0, 1) for x in "ab"]
    later = state.model_copy(update={"disclosed": easy})
    assert not [d for d in decisions(profile, later, coded("simple_reflection")) if d.tell]
    assert [d for d in decisions(profile, later, coded("empathy")) if d.tell == "f2a"]


def test_what_was_told_is_not_told_again() -> None:
    profile = client()
    told = [Disclosed(fact=fact.id, turn="s1t2", quote="q") for fact in profile.facts]
    state = state_of(profile, trust=0.9).model_copy(update={"disclosed": told})
    for said in ("words", "cue1a cue3b"):
        assert "disclose" not in moves(profile, state, coded("open_question"), text=said)


def test_an_invitation_does_not_bring_out_what_is_locked() -> None:
    profile = client()
    easy = [Disclosed(fact=f"f{s}{x}", turn="s1t2", quote="q") for s in (0, 1) for x in "ab"]
    state = state_of(profile, trust=0.4).model_copy(update={"disclosed": easy})
    for appraisal in (coded("empathy"), coded("open_question"), coded("autonomy")):
        assert "disclose" not in moves(profile, state, appraisal)


def test_a_plain_question_about_self_harm_is_answered_by_trust() -> None:
    asked = coded("probe_risk")
    at_risk = client(risk=AT_RISK)
    assert set(moves(at_risk, state_of(at_risk, trust=0.2), asked)) == {"deflect"}
    assert set(moves(at_risk, state_of(at_risk, trust=0.5), asked)) == {"disclose"}
    assert set(moves(at_risk, state_of(at_risk, trust=0.9, strain=0.6), asked)) == {"deflect"}
    known = state_of(at_risk, trust=0.5).model_copy(
        update={"disclosed": [Disclosed(fact=RISK, turn="s1t2", quote="q")]}
    )
    assert set(moves(at_risk, known, asked)) == {"answer"}
    safe = client()
    assert set(moves(safe, state_of(safe), asked)) == {"answer"}
    assert all(d.asked_about_risk for d in decisions(safe, state_of(safe), asked))


def test_injuries_bring_distance_then_hurt_then_the_door() -> None:
    profile = client()
    injury = coded("dismiss", quality=-2)
    assert set(moves(profile, state_of(profile, strain=0.1), injury)) == {"deflect"}
    assert set(moves(profile, state_of(profile, strain=0.4), injury)) == {"hurt"}
    torn = decisions(profile, state_of(profile, strain=0.85), injury)
    assert {(d.move, d.leaves) for d in torn} == {("hurt", None), ("walk_out", "walks_out")}
    kind = moves(profile, state_of(profile, strain=0.85), coded("empathy"))
    assert "walk_out" not in kind


def test_the_door_is_reached_within_a_dismissive_course() -> None:
    assert any(live(p, seed, DISMISSIVE).moves["walk_out"] for p in clients() for seed in range(40))


def test_when_the_counselor_closes_the_client_says_goodbye_and_the_ending_is_not_its_own() -> None:
    profile = client()
    state = state_of(profile)
    for found in (
        decisions(profile, state, coded("close_session")),
        decisions(profile, state, coded("summarise"), closes=True),
    ):
        assert {(d.move, d.leaves) for d in found} == {("close", None)}


def test_a_turn_that_still_asks_something_does_not_end_the_hour() -> None:
    profile = client()
    state = state_of(profile)
    asking = coded("close_session", "open_question")
    assert "close" not in moves(profile, state, asking)
    assert set(moves(profile, state, coded("close_session"), exchange=1)) == {"greet"}
    assert set(moves(profile, state, asking, closes=True)) == {"close"}


def test_a_client_may_end_the_hour_itself_late_and_sooner_when_strained() -> None:
    profile = client()
    asked = coded("closed_question")

    def ends(strain: float, exchange: int) -> int:
        state = state_of(profile, strain=strain)
        found = decisions(profile, state, asked, exchange=exchange, seeds=2000)
        return sum(decision.leaves == "closes" for decision in found)

    assert ends(0.6, 7) == 0
    assert 0 < ends(0.0, 9) < ends(0.6, 9)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("withdrawing", "deflect"),
        ("minimising", "deflect"),
        ("intellectualising", "resist"),
        ("deferring", "agree"),
        ("confronting", "resist"),
        ("externalising", "resist"),
    ],
)
def test_each_style_resists_in_its_own_way(style: str, expected: str) -> None:
    profile = client(resistance_style=style, stage_of_change="precontemplation")
    closed = moves(profile, state_of(profile, trust=0.1), coded("advise"))
    ready = moves(profile, state_of(profile, trust=0.9, readiness=0.9), coded("advise"))
    assert closed[expected] > ready[expected] + 60


@pytest.mark.slow
def test_the_quiet_say_little_and_even_the_talkative_now_and_then() -> None:
    rates = []
    for talkativeness in (0.0, 0.5, 1.0):
        profiles = [
            client(f"quiet{n}", talkativeness=talkativeness, resistance_style=style)
            for n, style in enumerate(("minimising", "withdrawing", "deferring"))
        ]
        counted: Counter[str] = Counter()
        for profile in profiles:
            for seed in range(15):
                for stream in (GOOD, NEUTRAL):
                    counted += live(profile, seed, stream).moves
        rates.append(counted["minimal"] / counted.total())
    assert 0.20 >= rates[0] > rates[1] > rates[2] >= 0.04


@pytest.mark.slow
def test_agreement_stays_a_habit_of_some_and_not_of_all() -> None:
    for profile in clients():
        counted: Counter[str] = Counter()
        for seed in range(30):
            counted += live(profile, seed, GOOD).moves
        assert 0.03 <= counted["agree"] / counted.total() <= 0.25


def test_no_number_crosses_in_a_stance() -> None:
    for profile in clients():
        for trust in (0.0, 0.3, 0.5, 0.7, 1.0):
            for strain in (0.0, 0.9):
                state = state_of(profile, trust=trust, strain=strain, distress=trust)
                for appraisal in (*GOOD, *DISMISSIVE):
                    for decision in decisions(profile, state, appraisal, seeds=3):
                        stance = stance_of(state, decision, profile, DYNAMICS)
                        assert decision.reason
                        assert not re.search(r"\d", stance.model_dump_json())


def test_words_follow_the_values() -> None:
    profile = client()
    said = Decision("answer", reason="so")

    def words(**values: float) -> tuple[str, str, str]:
        stance = stance_of(state_of(profile, **values), said, profile, DYNAMICS)
        return stance.trust, stance.distress, stance.readiness

    assert words(trust=0.0, distress=0.0, readiness=0.0) == (
        "closed",
        "settled",
        "not considering change",
    )
    assert words(trust=0.5, distress=0.5, readiness=0.5) == (
        "cautious",
        "troubled",
        "getting ready",
    )
    assert words(trust=1.0, distress=1.0, readiness=1.0) == ("trusting", "overwhelmed", "acting")


def test_length_follows_talkativeness_and_the_move() -> None:
    def length(talkativeness: float, move: Move) -> str:
        profile = client(talkativeness=talkativeness)
        decision = Decision(move, reason="so")
        return stance_of(state_of(profile), decision, profile, DYNAMICS).length

    assert length(0.9, "minimal") == "a word or two"
    assert length(0.1, "answer") == "one short sentence"
    assert length(0.1, "disclose") == "a sentence or two"
    assert length(0.5, "answer") == "a sentence or two"
    assert length(0.9, "answer") == "a few sentences"
    assert length(0.9, "greet") == "one short sentence"


def test_distance_is_named_only_while_it_is_kept() -> None:
    profile = client(resistance_style="confronting")
    said = Decision("answer", reason="so")
    wary = stance_of(state_of(profile, trust=0.3), said, profile, DYNAMICS)
    at_ease = stance_of(state_of(profile, trust=0.8), said, profile, DYNAMICS)
    torn = stance_of(state_of(profile, trust=0.8, strain=0.7), said, profile, DYNAMICS)
    assert "pushes back" in wary.manner
    assert at_ease.manner == "needs no distance now"
    assert torn.manner == wary.manner


def test_a_decision_is_a_pure_function_of_its_keys() -> None:
    profile = client()
    state = state_of(profile)
    first = decisions(profile, state, coded("open_question"))
    assert first == decisions(profile, state, coded("open_question"))
    assert len({decision.move for decision in first}) > 2
