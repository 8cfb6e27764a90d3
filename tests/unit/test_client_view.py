"""What the client's voice may see: canaries in all that is held back, at every level of trust."""

from __future__ import annotations

import re
from typing import Any

import pytest
from client_course import GOOD, client, coded
from counted_steps import steps
from hypothesis import given, settings
from hypothesis import strategies as st

from muspsy_sim.agents.client.dynamics import (
    RISK,
    CounselorTurn,
    feel,
    initial_state,
    licensed,
    load_dynamics,
    observe,
    open_session,
    record_speech,
    risk_unlocked,
    touches,
    unlocked_beliefs,
    unlocked_facts,
)
from muspsy_sim.agents.client.stance import Context, Decision, decide
from muspsy_sim.agents.client.symptom_words import report_in_words
from muspsy_sim.agents.client.view import reflect_view, speak_view
from muspsy_sim.agents.prompts import SPEAK
from muspsy_sim.llm.prompting import render
from muspsy_sim.records.answers import Told
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import Fact, Profile
from muspsy_sim.records.state import (
    ClientMemory,
    ClientState,
    Disclosed,
    Homework,
    SymptomReport,
)
from muspsy_sim.records.views import Line, ReflectView, SpeakView

DYNAMICS = load_dynamics()
SAYS = Decision("answer", reason="so")
ASKED = Decision("deflect", reason="so", asked_about_risk=True)
CASE: dict[str, Any] = {
    "risk": {"level": 0.43, "ideation": "active", "words": "RISK-WORDS"},
    "history": "HISTORY",
    "arc": [
        {
            "session": n,
            "life_events": f"ARC-EVENTS-{n}",
            "emotional_state": f"ARC-EMOTION-{n}",
            "cognitive_state": f"ARC-COGNITION-{n}",
            "goal": f"ARC-GOAL-{n}",
            "method": f"ARC-METHOD-{n}",
        }
        for n in (1, 2)
    ],
}
LINES = [
    Line(id="s2t1", speaker="counselor", text="Hello. Tell me about cue3b."),
    Line(id="s2t2", speaker="client", text="Hello."),
    Line(id="s2t3", speaker="counselor", text="How is cue3a?"),
]


def state_of(profile: Profile, **values: float) -> ClientState:
    state = initial_state(profile, DYNAMICS, Chance("case", 0))
    return state.model_copy(update={"values": state.values.model_copy(update=values)})


def view_of(
    profile: Profile, state: ClientState, decision: Decision = SAYS, **more: Any
) -> SpeakView:
    return speak_view(state, profile, DYNAMICS, decision, session=2, turn=4, dialogue=LINES, **more)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    trust=st.floats(0, 1),
    strain=st.floats(0, 1),
    told=st.sets(st.sampled_from([f"f{s}{x}" for s in range(4) for x in "ab"])),
    asked=st.booleans(),
)
def test_nothing_that_is_locked_is_in_the_view(
    trust: float, strain: float, told: set[str], asked: bool
) -> None:
    profile = client(**CASE)
    state = state_of(profile, trust=trust, strain=strain).model_copy(
        update={"disclosed": [Disclosed(fact=f, turn="s1t2", quote="q") for f in sorted(told)]}
    )
    seen = view_of(profile, state, ASKED if asked else SAYS).model_dump_json()
    reflected = reflect_view(state, profile, DYNAMICS, session=2, dialogue=LINES)
    thresholds = DYNAMICS.disclosing.thresholds
    openness = trust - DYNAMICS.disclosing.strain.value * strain
    for fact in profile.facts:
        unlocked = fact.id in told or openness >= thresholds[fact.sensitivity].value
        assert (fact.text in seen) == unlocked
        assert (fact.details[0] in seen) == unlocked
        assert fact.text not in reflected.model_dump_json()
    speaks_of_beliefs = openness >= DYNAMICS.disclosing.belief_trust.value
    assert ("BELIEF-ONE" in seen) == ("BELIEF-TWO" in seen) == speaks_of_beliefs
    tells_risk = risk_unlocked(state, profile, DYNAMICS, asked)
    assert ("RISK-WORDS" in seen) == tells_risk
    for hidden in ("HISTORY", "ARC-", "0.43", "homework_propensity", "resistance_style"):
        assert hidden not in seen


def test_of_a_locked_fact_only_its_hint_is_seen_and_the_touched_one_first() -> None:
    profile = client()
    view = view_of(profile, state_of(profile, trust=0.2))
    assert view.hints[0] == "hint 3a", "the counselor just touched it"
    assert len(view.hints) == 3
    assert not view_of(profile, state_of(profile, trust=1.0)).hints


def test_unlocked_facts_say_whether_they_are_told() -> None:
    profile = client()
    state = state_of(profile, trust=0.4).model_copy(
        update={"disclosed": [Disclosed(fact="f1a", turn="s1t2", quote="q")]}
    )
    view = view_of(profile, state, Decision("disclose", tell="f0a", reason="so"))
    assert {fact.id: fact.told for fact in view.unlocked} == {
        "f0a": False,
        "f0b": False,
        "f1a": True,
        "f1b": False,
    }
    assert view.tell == "f0a"


def test_what_could_be_told_when_the_session_began_stands_before_its_dialogue_once() -> None:
    profile = client()
    began = state_of(profile, trust=0.4)
    told = [Disclosed(fact="f0a", turn="s2t2", quote="q")]
    now = state_of(profile, trust=0.6).model_copy(update={"disclosed": told})
    view = view_of(profile, now, Decision("disclose", tell="f1a", reason="so"), began_as=began)
    early = {fact.id for fact in view.unlocked if fact.early}
    new = {fact.id for fact in view.unlocked} - early
    assert (early, new) == ({"f0a", "f0b", "f1a", "f1b"}, {"f2a", "f2b"})
    before, after = render(SPEAK, view)[1].content.split("<dialogue>")
    for fact in profile.facts:
        assert (fact.text in before) == (fact.details[0] in before) == (fact.id in early)
        assert (fact.text in after) == (fact.id in new or fact.id == "f1a"), fact.id
    assert "- told today: [f0a]\n" in after
    assert "- later: what else stands above\n" in after


def test_what_a_rupture_locks_again_is_in_no_part_of_the_prompt() -> None:
    profile = client()
    began, now = state_of(profile, trust=0.7), state_of(profile, trust=0.7, strain=1.0)
    view = view_of(profile, now, began_as=began)
    locked = set(unlocked_facts(began, profile, DYNAMICS)) - {fact.id for fact in view.unlocked}
    assert locked
    prompt = "".join(message.content for message in render(SPEAK, view))
    for fact in profile.facts:
        if fact.id in locked:
            assert fact.text not in prompt
            assert fact.details[0] not in prompt


def test_a_fact_that_is_locked_cannot_be_named_as_the_one_to_tell() -> None:
    profile = client()
    wrong = Decision("disclose", tell="f3a", reason="so")
    assert view_of(profile, state_of(profile, trust=0.3), wrong).tell is None


def test_the_client_sees_its_own_week_memories_homework_and_report() -> None:
    profile = client()
    state = state_of(profile).model_copy(
        update={
            "memories": [
                ClientMemory(session=1, text="MEMORY-1"),
                ClientMemory(session=2, text="MEMORY-2"),
            ],
            "events": ["EVENT"],
            "homework": [
                Homework(text="OLD", turn="s1t3", session=1, status="done"),
                Homework(text="NEW", turn="s2t3", session=2),
            ],
        }
    )
    view = view_of(profile, state, report=SymptomReport(week=1, phq9=[3] * 9, gad7=[0] * 7))
    assert view.memories == ["MEMORY-1"], "this session is not yet a memory"
    assert view.events == ["EVENT"]
    assert view.homework is not None
    assert (view.homework.text, view.homework.outcome) == ("NEW", "set")
    assert len(view.symptoms) == 6
    assert [line.id for line in view.dialogue] == ["s2t1", "s2t2", "s2t3"]
    reflected = reflect_view(state, profile, DYNAMICS, session=2, dialogue=LINES)
    assert isinstance(reflected, ReflectView)
    assert reflected.memories == ["MEMORY-1"]
    assert reflected.homework == view.homework


def test_the_arc_is_seen_under_scripted_progress_and_for_this_session_only() -> None:
    profile = client(**CASE)
    state = state_of(profile)
    scripted = view_of(profile, state, progress="scripted").arc
    assert scripted.splitlines() == [
        "ARC-EVENTS-2",
        "ARC-EMOTION-2",
        "ARC-COGNITION-2",
        "ARC-GOAL-2",
    ]
    assert view_of(profile, state).arc == ""
    assert view_of(profile, state, progress="frozen").arc == ""
    elsewhere = speak_view(
        state, profile, DYNAMICS, SAYS, session=9, turn=2, dialogue=[], progress="scripted"
    )
    assert elsewhere.arc == ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_is_told_in_words_without_the_item_on_self_harm(language: str) -> None:
    report = SymptomReport(week=1, phq9=[0, 1, 0, 0, 0, 0, 0, 0, 3], gad7=[2, 0, 0, 0, 0, 0, 0])
    hidden = report_in_words(report, language, risk=False)
    shown = report_in_words(report, language, risk=True)
    assert len(hidden) == 2
    assert len(shown) == 3
    assert set(hidden) < set(shown)
    assert not re.search(r"[\d{}]", "".join(shown))
    nothing = SymptomReport(week=1, phq9=[0] * 9, gad7=[0] * 7)
    assert len(report_in_words(nothing, language, risk=False)) == 1


def test_the_item_on_self_harm_is_seen_only_where_the_risk_words_are() -> None:
    profile = client(**CASE)
    report = SymptomReport(week=1, phq9=[0, 0, 0, 0, 0, 0, 0, 0, 3], gad7=[0] * 7)
    item = report_in_words(report, "en", risk=True)
    locked = view_of(profile, state_of(profile, trust=0.3), report=report)
    unlocked = view_of(profile, state_of(profile, trust=0.9), report=report)
    assert not set(item) & set(locked.symptoms)
    assert item == unlocked.symptoms


def test_risk_is_told_when_asked_before_it_is_told_unasked_and_never_in_a_rupture() -> None:
    profile = client(**CASE)
    asked, unasked = DYNAMICS.disclosing.risk_asked.value, DYNAMICS.disclosing.risk_unasked.value
    between = state_of(profile, trust=(asked + unasked) / 2)
    assert risk_unlocked(between, profile, DYNAMICS, asked=True)
    assert not risk_unlocked(between, profile, DYNAMICS, asked=False)
    assert risk_unlocked(state_of(profile, trust=1.0), profile, DYNAMICS, asked=False)
    torn = state_of(profile, trust=1.0, strain=0.6)
    assert not risk_unlocked(torn, profile, DYNAMICS, asked=True)
    told = torn.model_copy(update={"disclosed": [Disclosed(fact=RISK, turn="s1t2", quote="q")]})
    assert risk_unlocked(told, profile, DYNAMICS, asked=False)
    assert not risk_unlocked(state_of(client(), trust=1.0), client(), DYNAMICS, asked=True)


def test_what_was_told_stays_unlocked_through_a_rupture() -> None:
    profile = client()
    state = state_of(profile, trust=0.1, strain=0.9)
    assert unlocked_facts(state, profile, DYNAMICS) == []
    told = state.model_copy(update={"disclosed": [Disclosed(fact="f3a", turn="s1t2", quote="q")]})
    assert unlocked_facts(told, profile, DYNAMICS) == ["f3a"]
    assert unlocked_beliefs(told, profile, DYNAMICS) == []


@pytest.mark.parametrize(
    ("cue", "text", "hit"),
    [
        ("mother", "And your mother's house?", True),
        ("mother", "And MOTHER?", True),
        ("lock", "You locked it.", True),
        ("Mo", "In a moment, more of that.", False),
        ("Mo", "And Mo's things?", True),
        ("lock", "A locket.", False),
        ("other", "And your mother?", False),
        ("妈妈", "跟你妈妈有关吗？", True),
        ("wi-fi (home)", "the Wi-Fi (home) is down", True),
        ("", "anything", False),
    ],
)
def test_cues_are_found_as_words_inflected_or_not_and_anywhere_in_chinese(
    cue: str, text: str, hit: bool
) -> None:
    fact = Fact(id="f", topic="t", text="x", sensitivity=1, cues=[cue])
    assert touches(fact, text) is hit


def test_speech_is_licensed_by_state_and_by_its_own_words() -> None:
    profile = client(**CASE)
    state = state_of(profile, trust=0.5)
    text = "I lost the shop. I drink."
    told = [
        Told(fact="f1a", quote="I lost the shop."),
        Told(fact="f1a", quote="I drink."),
        Told(fact="f0a", quote="never said"),
        Told(fact="f0b", quote=""),
        Told(fact="f3a", quote="I drink."),
        Told(fact="f3a", quote="I drink."),
        Told(fact="invented", quote="I drink."),
        Told(fact=RISK, quote="I drink."),
    ]
    found = licensed(state, told, "s1t4", text, profile, DYNAMICS)
    assert found.disclosed == [Disclosed(fact="f1a", turn="s1t4", quote="I lost the shop.")]
    assert found.unlicensed == ["f3a", "invented", RISK]
    asked = licensed(state, told, "s1t4", text, profile, DYNAMICS, asked=True)
    assert [entry.fact for entry in asked.disclosed] == ["f1a", RISK]
    after = record_speech(state, told, "s1t4", text, profile, DYNAMICS)
    assert after.disclosed == found.disclosed
    assert state.disclosed == []
    again = record_speech(after, told, "s1t6", text, profile, DYNAMICS)
    assert again.disclosed == found.disclosed
    assert again.values == state.values


def test_feel_decide_and_view_hardly_look_back_over_the_session() -> None:
    """A turn of a long dialogue takes the work of a turn of a short one, or little more."""
    profile = client()
    chance = Chance("case", 1)
    state = open_session(initial_state(profile, DYNAMICS, chance), profile, DYNAMICS, chance, 1)[0]
    report = observe(state, profile, DYNAMICS, chance, 0)
    dialogue = [Line(id=f"s1t{n}", speaker="client", text="so it goes") for n in range(1, 41)]

    def once(turn: int, lines: int) -> None:
        appraisal = GOOD[turn % len(GOOD)]
        said = f"And cue2a, on day {turn}?"
        heard = CounselorTurn(1, turn, 5, f"s1t{turn}", said)
        felt = feel(state, appraisal, heard, profile, DYNAMICS, chance, "responsive")
        context = Context(1, turn + 1, 5, said)
        decision = decide(felt.state, appraisal, profile, DYNAMICS, chance, context)
        speak_view(
            felt.state,
            profile,
            DYNAMICS,
            decision,
            session=1,
            turn=turn + 1,
            dialogue=dialogue[:lines],
            report=report,
        )

    def session(lines: int) -> int:
        return steps(lambda: [once(turn, lines) for turn in range(50)])

    session(40)
    assert session(40) < 1.2 * session(4)


def test_the_view_is_built_from_this_client_alone() -> None:
    profile = client()
    view = view_of(
        profile,
        state_of(profile),
        decide(
            state_of(profile),
            coded("open_question"),
            profile,
            DYNAMICS,
            Chance("case", 0),
            Context(2, 4, 2, "words"),
        ),
    )
    assert view.demographics == profile.demographics
    assert view.goals == profile.goals
    assert (view.session, view.turn, view.language) == (2, 4, "en")
