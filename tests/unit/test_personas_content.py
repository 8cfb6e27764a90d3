from __future__ import annotations

import re
import statistics
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path
from typing import get_args

import pytest

from muspsy_sim.personas import list_profiles, load_case, load_profile
from muspsy_sim.personas.checks import check, check_together
from muspsy_sim.personas.speech import sentences, spoken
from muspsy_sim.personas.wording import plainly, words
from muspsy_sim.records.profile import Profile, ResistanceStyle, StageOfChange
from muspsy_sim.records.schemas import schema_named

IDS = [each.id for each in list_profiles()]
PSY_INSIGHT_TOPICS = {
    *("partner_relationship", "ongoing_depression", "child_parent_relationship"),
    *("appearance_anxiety", "job_crisis", "academic_pressure", "procrastination"),
    *("friend_problems", "bullying", "substance_use", "sleep_problems"),
}


@pytest.fixture(scope="module")
def profiles() -> list[Profile]:
    return [load_profile(persona) for persona in IDS]


def test_there_are_personas_in_both_languages(profiles: list[Profile]) -> None:
    languages = [profile.language for profile in profiles]
    assert languages.count("en") >= 6
    assert languages.count("zh") >= 6


@pytest.mark.parametrize("persona", IDS)
def test_a_persona_passes_every_check(persona: str) -> None:
    assert [str(each) for each in check(load_profile(persona), load_case(persona))] == []


def test_personas_share_nothing(profiles: list[Profile]) -> None:
    assert [str(each) for each in check_together(profiles)] == []


@pytest.mark.parametrize("persona", IDS)
def test_a_persona_has_enough_to_say_for_a_course(persona: str) -> None:
    profile = load_profile(persona)
    assert len(sentences(profile)) >= 120
    assert 12 <= len(profile.facts) <= 16
    assert {fact.sensitivity for fact in profile.facts} == {0, 1, 2, 3}
    assert all(2 <= len(fact.details) <= 4 for fact in profile.facts)
    assert all(fact.hint for fact in profile.facts)
    assert all(4 <= len(fact.cues) <= 10 for fact in profile.facts)
    assert 5 <= len(profile.formulation.situations) <= 6
    assert 2 <= len(profile.formulation.core_beliefs) <= 3
    assert len(profile.formulation.patterns) == 2
    weights = [event.weight for event in profile.life_events]
    assert min(weights) < 0 < max(weights)
    assert 6 <= len(weights) <= 10
    assert profile.strengths
    assert profile.supports


@pytest.mark.parametrize("persona", IDS)
def test_no_sentence_stands_twice(persona: str) -> None:
    said = [plainly(text) for place, text in spoken(load_profile(persona)) if text.strip()]
    assert sorted({text for text in said if said.count(text) > 1}) == []


@pytest.mark.parametrize("persona", IDS)
def test_what_is_hidden_is_not_said_outside_its_fact(persona: str) -> None:
    """The names of things that only a hidden fact tells stand in no line for a moment."""
    profile = load_profile(persona)
    lines = " ".join(
        plainly(line) for each in profile.temperament.voice.lines.values() for line in each
    )
    for fact in profile.facts:
        if fact.sensitivity >= 2:
            for text in (fact.text, *fact.details):
                for gram in _grams(text, 4 if profile.language == "en" else 6):
                    assert gram not in lines, (fact.id, gram)


def test_no_two_personas_share_a_tenth_of_their_five_grams(profiles: list[Profile]) -> None:
    grams = [{g for text in sentences(each) for g in _grams(text, 5)} for each in profiles]
    for one, other in combinations(grams, 2):
        assert len(one & other) < 0.1 * min(len(one), len(other))


def test_length_of_speech_follows_talkativeness(profiles: list[Profile]) -> None:
    for language in ("en", "zh"):
        spoken_here = sorted(
            (profile for profile in profiles if profile.language == language),
            key=lambda profile: profile.temperament.talkativeness,
        )
        lengths = [_median_line(profile) for profile in spoken_here]
        assert lengths[0] <= lengths[-1]
    terse = min(profiles, key=lambda profile: profile.temperament.talkativeness)
    talkative = max(profiles, key=lambda profile: profile.temperament.talkativeness)
    assert _median_line(terse) * 1.5 < _median_line(talkative)


def test_personas_are_unlike(profiles: list[Profile]) -> None:
    styles = Counter(each.temperament.resistance_style for each in profiles)
    assert set(styles) == set(get_args(ResistanceStyle))
    assert min(styles.values()) >= 2
    assert {each.temperament.stage_of_change for each in profiles} == set(get_args(StageOfChange))
    assert {each.topic for each in profiles} >= PSY_INSIGHT_TOPICS
    assert len({each.topic for each in profiles}) == len(profiles)
    assert len({each.demographics.occupation for each in profiles}) == len(profiles)
    ages = [each.demographics.age or 0 for each in profiles]
    assert (min(ages), max(ages)) == (20, 75)
    talk = sorted(each.temperament.talkativeness for each in profiles)
    assert talk[0] <= 0.1
    assert talk[-1] >= 0.9
    assert max(after - before for before, after in pairwise(talk)) <= 0.15


def test_a_persona_per_language_is_at_risk_and_has_reasons_to_live(profiles: list[Profile]) -> None:
    at_risk = [each for each in profiles if each.risk.ideation != "none"]
    assert sorted(each.language for each in at_risk) == ["en", "zh"]
    for profile in at_risk:
        assert profile.risk.ideation == "passive"
        assert profile.risk.words
        assert len(profile.risk.protective) >= 2
        assert profile.symptoms.phq9[8] > 0


def test_about_half_of_the_reports_tell_an_arc(profiles: list[Profile]) -> None:
    arcs = [each.arc for each in profiles if each.arc]
    assert len(profiles) // 3 <= len(arcs) <= 2 * len(profiles) // 3
    assert all([session.session for session in arc] == [1, 2, 3, 4, 5, 6] for arc in arcs)


@pytest.mark.parametrize("persona", IDS)
def test_a_profile_begins_with_the_line_that_names_its_schema(persona: str) -> None:
    path = next(each.path for each in list_profiles() if each.id == persona)
    assert schema_named(path.read_text(encoding="utf-8")) == "../../docs/schema/profile.json"
    assert path.parent == Path(path.parent.parent, persona)


def _grams(text: str, length: int) -> list[str]:
    tokens = re.findall(r"[a-z0-9']+|[\u4e00-\u9fff]", text.lower())
    joint = "" if re.search(r"[\u4e00-\u9fff]", text) else " "
    return [joint.join(tokens[i : i + length]) for i in range(len(tokens) - length + 1)]


def _median_line(profile: Profile) -> float:
    lines = profile.temperament.voice.lines
    said = [line for moment, each in lines.items() if moment != "minimal" for line in each]
    return statistics.median(words(line, profile.language) for line in said)
