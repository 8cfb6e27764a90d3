from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.formats.simpsydial_profile import parse_complaints
from muspsy_sim.personas import load_case, load_profile
from muspsy_sim.personas.checks import check, check_together
from muspsy_sim.personas.from_simpsydial import at_school, own_age
from muspsy_sim.personas.importing import Imported, import_personas, write_personas
from muspsy_sim.records.errors import ContentError, ProfileError

FILE = Path("complaints.json")
HEAD = "总在半夜给猫写信，是不是病了？"
BODY = (
    "我今年29岁，在灯泡厂验灯。猫走了四个月，我每晚写一封信放在它碗里。"
    "同事说我眼睛发直。我妈叫我再养一只，我说不出话。写完信我才睡得着，早上再把信烧掉。"
    "上周信没有烧，我带去了车间。"
)
TEXT = f"{HEAD} {BODY}"


def imported(tmp_path: Path, texts: list[object], **ages: bool) -> Imported:
    path = tmp_path / "heads.json"
    path.write_text(json.dumps(texts, ensure_ascii=False, indent=1), encoding="utf-8")
    return import_personas(path, "simpsydial-profile", **ages)


# --- reading


def test_a_complaint_is_a_headline_and_a_body_with_its_line() -> None:
    text = json.dumps([TEXT, TEXT + "完。"], ensure_ascii=False, indent=1)
    found = parse_complaints(text, FILE)
    assert [each.line for each in found.complaints] == [2, 3]
    assert (found.complaints[0].headline, found.complaints[0].body) == (HEAD, BODY)
    assert found.odd == []


@pytest.mark.parametrize(
    ("texts", "message", "left_out"),
    [
        ([TEXT, 3], "is no text", True),
        ([TEXT, "  "], "is no text", True),
        ([TEXT, TEXT], "is the same as entry 1", True),
        ([TEXT, BODY], "has no headline", False),
    ],
)
def test_what_is_odd_is_told(texts: list[object], message: str, left_out: bool) -> None:
    found = parse_complaints(json.dumps(texts, ensure_ascii=False), FILE)
    (odd,) = found.odd
    assert message in odd.message
    assert len(found.complaints) == (1 if left_out else 2)


@given(st.lists(st.one_of(st.text(max_size=60), st.integers(), st.none()), max_size=6))
def test_every_entry_is_a_complaint_or_told(texts: list[object]) -> None:
    found = parse_complaints(json.dumps(texts), FILE)
    left_out = [each for each in found.odd if not each.field]
    assert len(found.complaints) + len(left_out) == len(texts)
    for each in found.complaints:
        assert each.body in each.text
        assert each.headline in each.text


def test_a_file_that_is_no_list_is_refused() -> None:
    with pytest.raises(ContentError, match="is not a JSON list"):
        parse_complaints('{"a": 1}', FILE)


# --- mapping


def test_a_complaint_becomes_a_client_in_its_own_words(tmp_path: Path) -> None:
    result = imported(tmp_path, [TEXT])
    (profile,) = result.profiles
    assert profile.id == "simpsydial-heads-1"
    assert profile.demographics.age == 29
    assert profile.goals == [HEAD]
    assert profile.presenting_problem == "我今年29岁，在灯泡厂验灯。"
    assert "goals (the headline's question)" in profile.defaulted
    assert not [found for found in check(profile, None) if found.severity == "error"]


def test_each_fact_points_at_its_words_in_the_case_report(tmp_path: Path) -> None:
    result = imported(tmp_path, [TEXT])
    (profile,), (case,) = result.profiles, result.cases
    assert case.id == profile.source_case
    assert len(profile.facts) == 2
    for fact in profile.facts:
        assert fact.span is not None
        words = case.text[fact.span.start : fact.span.end]
        assert words == "".join([fact.text, *fact.details])
    told = "".join(words for fact in profile.facts for words in (fact.text, *fact.details))
    assert told == BODY.removeprefix(profile.presenting_problem)


def test_a_sentence_that_is_all_commas_is_cut_where_it_has_them(tmp_path: Path) -> None:
    body = "我25岁，" + "，".join(f"我数到第{number}盏灯还是睡不着" for number in range(30))
    result = imported(tmp_path, [f"睡不着怎么办？ {body}"])
    (profile,) = result.profiles
    texts = [text for fact in profile.facts for text in (fact.text, *fact.details)]
    assert max(map(len, texts)) <= 80
    assert profile.presenting_problem + "".join(texts) == body


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("我今年29岁，在厂里", 29),
        ("本人35岁", 35),
        ("30岁的现在，怎么办", 30),
        ("女，41岁，已婚", 41),
        ("女儿五岁，我儿子12岁", None),
        ("我妈妈今天58岁", None),
        ("我和30岁的他", None),
        ("没有说", None),
    ],
)
def test_only_the_writer_s_own_age_counts(text: str, age: int | None) -> None:
    assert own_age(text) == age


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("我是高中生", True),
        ("我现在上初二", True),
        ("马上中考了", True),
        ("我女儿上小学", False),
        ("我高中毕业十年了", False),
        ("我是高中老师", False),
    ],
)
def test_a_writer_at_school_is_noticed(text: str, told: bool) -> None:
    assert (at_school(text) is not None) is told


def test_minors_and_unknown_ages_are_refused(tmp_path: Path) -> None:
    texts: list[object] = [
        TEXT.replace("29岁", "16岁"),
        TEXT.replace("我今年29岁，", ""),
        TEXT.replace("我今年29岁，", "我现在上高二，"),
    ]
    result = imported(tmp_path, texts)
    assert result.profiles == []
    assert ["under 18" in each.message for each in result.refused] == [True, False, True]
    assumed = imported(tmp_path, texts, assume_adult=True)
    # Who tells of school is no adult by assumption.
    assert [profile.id for profile in assumed.profiles] == ["simpsydial-heads-2"]
    assert assumed.profiles[0].assumed == ["adult"]
    assert [case.id for case in assumed.cases] == ["simpsydial-heads-2"]


@pytest.mark.parametrize("text", ["Only English here.", "标题？ 天是蓝的。"])
def test_a_complaint_that_no_client_could_say_is_refused(tmp_path: Path, text: str) -> None:
    result = imported(tmp_path, [text, TEXT])
    assert len(result.profiles) == 1
    assert len(result.refused) == 1


def test_words_of_suicide_are_marked(tmp_path: Path) -> None:
    (profile,) = imported(tmp_path, [f"{TEXT}我想过自杀。"]).profiles
    assert profile.extra["speaks_of_suicide"] is True
    assert profile.risk.ideation == "passive"


def test_a_file_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="holds no complaint"):
        imported(tmp_path, [])


def test_what_is_written_is_read_back_and_clients_without_a_name_do_not_collide(
    tmp_path: Path,
) -> None:
    result = imported(tmp_path, [TEXT, TEXT.replace("猫", "狗").replace("灯泡", "肥皂")])
    write_personas(result, tmp_path / "out")
    for profile, case in zip(result.profiles, result.cases, strict=True):
        assert load_profile(tmp_path / "out" / profile.id) == profile
        assert load_case(str(tmp_path / "out" / profile.id)) == case
    assert "demographics.name" not in {found.field for found in check_together(result.profiles)}


def test_what_only_says_how_old_the_writer_is_is_not_what_brings_it(tmp_path: Path) -> None:
    text = "怎么办 我今年22岁，女，大三。室友总翻我的东西，我不敢说。有时候觉得活着没意思。"
    done = imported(tmp_path, [text])
    assert done.profiles[0].presenting_problem == "室友总翻我的东西，我不敢说。"
    assert done.profiles[0].risk.words == "有时候觉得活着没意思。"
