from __future__ import annotations

import pytest

from muspsy_sim.personas import load_case, load_profile
from muspsy_sim.personas.age import admitted
from muspsy_sim.personas.checks import Finding, check, check_together
from muspsy_sim.personas.wording import in_language, language_of, third_person
from muspsy_sim.records.errors import ProfileError
from muspsy_sim.records.profile import CaseReport, Profile

SOUND = "en-gordon-pell"


@pytest.fixture
def profile() -> Profile:
    """A sound profile, for each test to spoil."""
    return load_profile(SOUND)


@pytest.fixture
def case() -> CaseReport:
    return load_case(SOUND)


def fields(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(each.severity, each.field) for each in findings]


def test_a_sound_persona_has_no_findings(profile: Profile, case: CaseReport) -> None:
    assert check(profile, case) == []


def test_a_minor_and_an_unknown_age_are_errors(profile: Profile, case: CaseReport) -> None:
    for age in (13, None):
        profile.demographics.age = age
        assert fields(check(profile, case)) == [("error", "demographics.age")]
    profile.assumed = ["adult"]
    assert check(profile, case) == []


def test_text_in_the_wrong_language_is_an_error(profile: Profile, case: CaseReport) -> None:
    profile.facts[3].details[1] = "他们都不说话了。"
    assert fields(check(profile, case)) == [("error", "facts[3].details[1]")]


def test_latin_text_in_a_chinese_persona_is_an_error() -> None:
    profile = load_profile("zh-ma-guoqing")
    profile.goals[0] = "I want him back."
    assert ("error", "goals[0]") in fields(check(profile, load_case("zh-ma-guoqing")))


@pytest.mark.parametrize("text", ["Gordon sleeps in the chair.", "The client sleeps in the chair."])
def test_speaking_of_the_client_from_outside_is_found(
    profile: Profile, case: CaseReport, text: str
) -> None:
    profile.facts[2].text = text
    assert fields(check(profile, case)) == [("warning", "facts[2].text")]


def test_a_client_may_say_its_own_name(profile: Profile, case: CaseReport) -> None:
    profile.facts[2].text = "I'm Gordon, and I sleep in the chair."
    assert check(profile, case) == []


def test_a_presenting_problem_must_be_first_person(profile: Profile, case: CaseReport) -> None:
    profile.presenting_problem = "A wife died."
    assert fields(check(profile, case)) == [("warning", "presenting_problem")]


def test_an_outcome_is_an_error(profile: Profile, case: CaseReport) -> None:
    profile.history = "After the therapy I slept in the bed again."
    profile.extra["phq9_post_treatment"] = 4
    assert set(fields(check(profile, case))) == {
        ("error", "history"),
        ("error", "extra.phq9_post_treatment"),
    }


def test_a_fact_that_nothing_touches_is_found(profile: Profile, case: CaseReport) -> None:
    fact = profile.facts[6]
    fact.cues, fact.details, fact.hint = [], [], ""
    found = check(profile, case)
    assert fields(found) == [
        ("warning", "facts[].cues"),
        ("warning", "facts[].details"),
        ("warning", "facts[].hint"),
    ]
    assert all(fact.id in each.message for each in found)


def test_a_client_without_facts_is_an_error(profile: Profile, case: CaseReport) -> None:
    profile.facts = []
    assert fields(check(profile, case)) == [("error", "facts")]


def test_too_few_lines_for_a_moment_are_found(profile: Profile, case: CaseReport) -> None:
    lines = profile.temperament.voice.lines
    lines["doubt"] = lines["doubt"][:4]
    del lines["relief"]
    (found,) = check(profile, case)
    assert found.message == "fewer than 5 different lines: doubt 4, relief 0"


def test_a_line_that_stands_twice_is_found(profile: Profile, case: CaseReport) -> None:
    lines = profile.temperament.voice.lines
    lines["warm"].append(lines["guarded"][0].upper())
    (found,) = check(profile, case)
    assert "stands 2 times" in found.message


def test_lines_that_are_too_long_are_found(profile: Profile, case: CaseReport) -> None:
    lines = profile.temperament.voice.lines
    lines["minimal"].append("That is five whole words.")
    lines["warm"].append("so " * 21)
    assert [each.field.rpartition(".")[2] for each in check(profile, case)] == [
        f"minimal[{len(lines['minimal']) - 1}]",
        f"warm[{len(lines['warm']) - 1}]",
    ]


@pytest.mark.parametrize("text", ["Too short.", "word " * 801])
def test_a_case_report_of_the_wrong_length_is_found(
    profile: Profile, case: CaseReport, text: str
) -> None:
    assert fields(check(profile, case.model_copy(update={"text": text}))) == [
        ("warning", "case.md")
    ]


def test_a_case_report_of_someone_else_is_an_error(profile: Profile) -> None:
    other = load_case("zh-ma-guoqing")
    assert set(fields(check(profile, other))) >= {("error", "source_case"), ("error", "language")}


def test_a_missing_case_report_is_found(profile: Profile) -> None:
    assert fields(check(profile, None)) == [("warning", "source_case")]


def test_what_two_cases_share_is_found(profile: Profile) -> None:
    other = load_profile("en-imogen-baptiste")
    assert check_together([profile, other]) == []
    other.demographics.name = profile.demographics.name
    other.goals[0] = profile.goals[0]
    other.temperament.voice.lines["minimal"][0] = profile.temperament.voice.lines["minimal"][0]
    other.id = profile.id
    assert fields(check_together([profile, other])) == [
        ("error", "id"),
        ("warning", "demographics.name"),
        ("warning", "goals[0]"),
    ]


def test_variants_of_one_case_may_share_everything(profile: Profile) -> None:
    variant = profile.model_copy(update={"id": f"{profile.id}-harder"})
    assert check_together([profile, variant]) == []


def test_the_error_for_a_minor_names_file_line_and_way_out(profile: Profile) -> None:
    profile.demographics.age = 16
    with pytest.raises(ProfileError) as caught:
        admitted(profile, file="cards.txt", line=7)
    assert str(caught.value).startswith("cards.txt:7: demographics.age: Gordon Pell is 16")
    assert "--allow-minors" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "language", "fits"),
    [
        ("我去做了CT。", "zh", True),
        ("……", "zh", True),
        ("OK, fine, then", "zh", False),
        ("I went to Xi'an.", "en", True),
        ("I said 好.", "en", False),
    ],
)
def test_which_language_a_sentence_is_in(text: str, language: str, fits: bool) -> None:
    assert in_language(text, "zh" if language == "zh" else "en") is fits


def test_language_and_person_of_a_sentence() -> None:
    assert language_of("我在 B 站看 video 睡不着") == "zh"
    assert language_of("") == "en"
    assert third_person("案主睡不着。", "zh", []) == "案主"
    assert third_person("晓雯睡不着。", "zh", ["陆晓雯", "晓雯"]) == "晓雯"
    assert third_person("我叫晓雯。", "zh", ["陆晓雯", "晓雯"]) is None
    assert third_person("Gordonia is a shrub.", "en", ["Gordon"]) is None
