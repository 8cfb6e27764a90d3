"""Every published user card, case report and CACTUS record imports, or is refused for a reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from muspsy_sim.formats.cactus_intake import read_cactus
from muspsy_sim.formats.muspsy_usercard import read_usercards
from muspsy_sim.personas import load_profile
from muspsy_sim.personas.checks import check, check_together
from muspsy_sim.personas.importing import import_personas, write_personas
from muspsy_sim.personas.speech import sentences, spoken
from muspsy_sim.personas.wording import third_person

CARD_FILES = ("usercards_1000.txt", "usercards_1001.txt", "usercards_1085.txt")


def test_every_user_card_is_read_with_nothing_odd(samples: Path) -> None:
    for name in CARD_FILES:
        found = read_usercards(samples / "muspsy" / name)
        assert len(found.cards) == 6
        assert found.odd == []
        assert all(not card.extra for card in found.cards)


def test_every_user_card_file_becomes_a_profile_with_an_arc(samples: Path) -> None:
    result = import_personas(samples / "muspsy", "muspsy-usercard")
    assert [profile.id for profile in result.profiles] == [
        "muspsy-1000",
        "muspsy-1001",
        "muspsy-1085",
    ]
    assert [profile.demographics.age for profile in result.profiles] == [72, 24, 19]
    assert result.refused == []
    assert len(result.skipped) == len([*(samples / "muspsy").rglob("*.txt")]) - 3
    for profile in result.profiles:
        assert len(profile.arc) == 6
        assert all(session.life_events and session.goal for session in profile.arc)
        assert len(profile.facts) >= 4
        assert not [each for each in check(profile, None) if each.severity == "error"]


def test_no_imported_sentence_speaks_of_the_client_by_name(samples: Path) -> None:
    for profile in import_personas(samples / "muspsy", "muspsy-usercard").profiles:
        name = profile.demographics.name
        for place, text in spoken(profile):
            assert third_person(text, "zh", [name]) is None, place


def test_no_later_card_reaches_what_is_true_before_the_first_session(samples: Path) -> None:
    for profile in import_personas(samples / "muspsy", "muspsy-usercard").profiles:
        later = {session.life_events for session in profile.arc[1:]}
        first = {text for place, text in spoken(profile) if not place.startswith("arc")}
        assert later
        assert not later & first


def test_every_raw_case_report_is_kept_whole(samples: Path) -> None:
    result = import_personas(samples / "muspsy", "muspsy-report")
    assert len(result.cases) == 4
    assert {case.language for case in result.cases} == {"zh"}
    assert not any(case.fictional for case in result.cases)
    assert result.refused == []


def test_every_cactus_record_imports_but_the_minors(samples: Path) -> None:
    read = [read_cactus(path) for path in sorted((samples / "cactus").glob("*.json"))]
    assert [len(each.records) for each in read] == [45, 6]
    assert [each.odd for each in read] == [[], []]
    result = import_personas(samples / "cactus", "cactus-intake")
    assert len(result.profiles) == 48
    assert len(result.refused) == 3
    assert all("is 13, under 18" in problem.message for problem in result.refused)
    assert len({problem.line for problem in result.refused}) == 3
    assert result.skipped == []


def test_minors_are_imported_only_when_allowed(samples: Path) -> None:
    result = import_personas(samples / "cactus", "cactus-intake", allow_minors=True)
    assert len(result.profiles) == 51
    assert result.refused == []


def test_attitudes_share_a_source_case_and_differ_in_temperament(samples: Path) -> None:
    profiles = import_personas(samples / "cactus", "cactus-intake").profiles
    cases = Counter(profile.source_case for profile in profiles)
    # Fourteen adults with three attitudes; two of them come again in the Chinese file.
    assert sorted(cases.values()) == [3] * 12 + [6] * 2
    for case in cases:
        trust = {each.temperament.starting_trust for each in profiles if each.source_case == case}
        assert len(trust) == 3


def test_the_chinese_file_is_told_to_have_english_forms(samples: Path) -> None:
    result = import_personas(samples / "cactus", "cactus-intake")
    told = [problem for problem in result.odd if "the first exchange is in 'zh'" in problem.message]
    assert len(told) == len(result.odd) == 6
    assert sum(profile.id.endswith("-zh") for profile in result.profiles) == 6


def test_imported_clients_have_something_to_tell_and_are_sound(samples: Path) -> None:
    for profile in import_personas(samples / "cactus", "cactus-intake").profiles:
        assert len(profile.facts) >= 8
        assert len(sentences(profile)) >= 10
        assert all(fact.cues for fact in profile.facts)
        assert not [each for each in check(profile, None) if each.severity == "error"]


def test_everything_that_imports_is_written_and_read_back(samples: Path, tmp_path: Path) -> None:
    for folder, source in (("muspsy", "muspsy-usercard"), ("cactus", "cactus-intake")):
        shape = "muspsy-usercard" if source == "muspsy-usercard" else "cactus-intake"
        result = import_personas(samples / folder, shape)
        write_personas(result, tmp_path)
        for profile in result.profiles:
            assert load_profile(tmp_path / profile.id) == profile
        assert not [each for each in check_together(result.profiles) if each.severity == "error"]


def test_every_simpsydial_profile_becomes_a_client_or_is_refused_for_its_age(samples: Path) -> None:
    path = samples / "simpsydial" / "user_profiles_test.head.json"
    result = import_personas(path, "simpsydial-profile", assume_adult=True)
    assert len(result.profiles) + len(result.refused) == 20
    assert len(result.profiles) >= 15
    assert all("at school" in problem.message for problem in result.refused)
    for profile, case in zip(result.profiles, result.cases, strict=True):
        assert not [each for each in check(profile, case) if each.severity == "error"]
        for fact in profile.facts:
            assert fact.span is not None
            assert fact.text in case.text[fact.span.start : fact.span.end]
    stated = import_personas(path, "simpsydial-profile")
    assert [profile.demographics.age for profile in stated.profiles] == [30]
