from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.llm.offline import offline_answer
from muspsy_sim.llm.offline.annotator.as_client import as_client
from muspsy_sim.llm.offline.annotator.extract import extract
from muspsy_sim.llm.offline.annotator.people import Client
from muspsy_sim.llm.offline.annotator.reading import read_report, title_of
from muspsy_sim.llm.offline.annotator.report_cues import report_cues
from muspsy_sim.llm.offline.annotator.who import who_is
from muspsy_sim.personas import list_profiles, load_case, load_profile
from muspsy_sim.records.answers import ExtractAnswer, Sourced
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import ExtractView

IDS = [each.id for each in list_profiles()]
HIM = Client("en", ("Silas Thorne", "Mr Thorne", "Silas", "Thorne"), "m", frozenset({"Abel"}))
HER = Client("en", ("Nora Quill", "Ms Quill", "Nora", "Quill"), "f")
SHE_ZH = Client("zh", ("苗青青", "青青"), "f")

REPORT = """\
# The beekeeper

## Presenting problem

Nora Quill, 44, is a beekeeper. She sleeps three hours a night and counts the hives. "I hear them \
through the wall," she said.

## History

Her mother sold candles. Nora married at thirty and is divorced now.

What she has told nobody: she burnt one hive on purpose. It was in June.

## Risk

There are no thoughts of self-harm.

## Formulation

She believes that anything she loves will swarm. It helps her to count.

## Course

Six meetings were held. She sleeps seven hours now and wants to sell the hives.
"""


def drawn(report: str, language: Language = "en") -> ExtractAnswer:
    return extract(ExtractView(language=language, report=report), Random(0))


def sourced(answer: ExtractAnswer) -> list[Sourced]:
    lists = (
        *(answer.presenting_problem, answer.history, answer.core_beliefs),
        *(answer.strengths, answer.supports, answer.goals),
    )
    found = [each for one in lists for each in one]
    return found + [each for fact in answer.facts for each in (fact, *fact.details)]


# --- reading


def test_sentences_stand_where_they_say_and_under_their_head() -> None:
    found = read_report(REPORT, report_cues("en"))
    for each in found:
        assert REPORT[each.start : each.end] == each.text
    assert [each.section for each in found][:2] == ["problem", "problem"]
    assert {each.section for each in found} == {
        *("problem", "history", "risk", "formulation", "course")
    }
    assert title_of(REPORT) == "The beekeeper"


@given(st.text(max_size=400), st.sampled_from(["en", "zh"]))
def test_any_text_is_cut_without_loss(text: str, language: Language) -> None:
    found = read_report(text, report_cues(language))
    for each in found:
        assert text[each.start : each.end] == each.text
    starts = [each.start for each in found]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("text", "name", "age", "gender"),
    [
        ("Nora Quill, 44, keeps bees. She is well.", "Nora Quill", 44, "f"),
        ("Silas Thorne is 61. He is well.", "Silas Thorne", 61, "m"),
        ("A client of 30. He is well.", "", None, "m"),
    ],
)
def test_who_an_english_report_is_about(text: str, name: str, age: int | None, gender: str) -> None:
    who = who_is(text, "en")
    assert (who.name, who.age, who.gender) == (name, age, gender)


def test_who_a_chinese_report_is_about() -> None:
    who = who_is("苗青青，女，四十四岁，某县养蜂人家的会计，大专学历，离异。她睡不好。", "zh")
    assert (who.name, who.age, who.gender) == ("苗青青", 44, "f")
    assert who.fields["education"] == "大专学历"
    assert who.fields["relationship_status"] == "离异"


# --- the client's words


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Silas Thorne is 61.", "I am 61."),
        (
            "He sleeps in the chair and has lost a stone.",
            "I sleep in the chair and have lost a stone.",
        ),
        ("He still carries his keys himself.", "I still carry my keys myself."),
        ("His wife left him.", "My wife left me."),
        (
            "Mr Thorne's van, which he washes, does not start.",
            "My van, which I wash, does not start.",
        ),
        ('He said "he is gone" and cried.', 'I said "he is gone" and cried.'),
        ("Silas Thorne, 61, has a boat.", "I have a boat."),
        ("Jane goes out.", "Jane goes out."),
    ],
)
def test_an_english_sentence_becomes_the_client_s(sentence: str, said: str) -> None:
    turned = as_client(sentence, HIM)
    assert turned is not None
    assert turned.text == said


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Her hives are hers.", "My hives are mine."),
        ("It makes her laugh.", "It makes me laugh."),
        ("They told her that she was early.", "They told me that I was early."),
    ],
)
def test_her_is_my_or_me(sentence: str, said: str) -> None:
    turned = as_client(sentence, HER)
    assert turned is not None
    assert turned.text == said


@pytest.mark.parametrize(
    "sentence", ["His brother said that he was late.", "Abel thought that he was late."]
)
def test_a_pronoun_that_could_be_another_s_is_given_up(sentence: str) -> None:
    assert as_client(sentence, HIM) is None


def test_without_a_gender_no_pronoun_is_turned() -> None:
    assert as_client("She sleeps.", Client("en")) is None


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("苗青青每晚醒三次。", "我每晚醒三次。"),
        ("来访者睡不着；", "我睡不着。"),
        ("她说“她走了”，就哭了。", "我说“她走了”，就哭了。"),
        ("母亲是裁缝。", "母亲是裁缝。"),
    ],
)
def test_a_chinese_sentence_becomes_the_client_s(sentence: str, said: str) -> None:
    turned = as_client(sentence, SHE_ZH)
    assert turned is not None
    assert turned.text == said


def test_a_subject_that_is_left_out_is_marked() -> None:
    turned = as_client("夜里睡不着。", SHE_ZH)
    assert turned is not None
    assert (turned.text, turned.subjectless) == ("我夜里睡不着。", True)
    assert as_client("母亲年轻时她很怕黑。", SHE_ZH) is None


# --- the answer


def test_a_small_report_is_read_by_headings_and_cues() -> None:
    answer = drawn(REPORT)
    assert (answer.name, answer.age, answer.gender) == ("Nora Quill", 44, "female")
    assert answer.occupation == "beekeeper"
    assert answer.relationship_status == "divorced"
    assert [each.text for each in answer.presenting_problem] == ["I hear them through the wall."]
    assert [each.text for each in answer.core_beliefs] == ["Anything I love will swarm."]
    assert answer.risk.ideation == "none"
    hidden = [fact for fact in answer.facts if fact.sensitivity == 3]
    assert [fact.text for fact in hidden] == [
        "What I have told nobody: I burnt one hive on purpose."
    ]
    assert [detail.text for detail in hidden[0].details] == ["It was in June."]


def test_the_course_of_the_counseling_is_never_read() -> None:
    answer = drawn(REPORT)
    said = " ".join(each.text + each.quote for each in sourced(answer))
    assert "seven hours" not in said
    assert "sell the hives" not in said


def test_thoughts_of_death_are_passive_and_in_the_client_s_words() -> None:
    told = "Asked directly, she said that there are days when she would not mind not waking."
    answer = drawn(REPORT.replace("There are no thoughts of self-harm.", told))
    assert answer.risk.ideation == "passive"
    assert answer.risk.words == "There are days when I would not mind not waking."
    assert answer.risk.quote == told


@pytest.mark.parametrize("persona", IDS)
def test_every_quote_stands_in_the_report_letter_for_letter(persona: str) -> None:
    case = load_case(persona)
    answer = drawn(case.text, case.language)
    for each in sourced(answer):
        assert each.quote in case.text
    assert answer.risk.quote in case.text


@pytest.mark.parametrize("persona", IDS)
def test_the_project_s_own_reports_give_clients_like_those_written_by_hand(persona: str) -> None:
    case, profile = load_case(persona), load_profile(persona)
    answer = drawn(case.text, case.language)
    assert answer.name == profile.demographics.name
    assert answer.age == profile.demographics.age
    assert answer.title == profile.title
    assert answer.topic == profile.topic
    assert len(answer.facts) >= 3
    assert (answer.risk.ideation == "none") == (profile.risk.ideation == "none")
    assert answer.presenting_problem


def test_most_of_the_ways_of_keeping_one_s_distance_are_seen() -> None:
    seen = [
        drawn(load_case(p).text, load_case(p).language).resistance_style
        == load_profile(p).temperament.resistance_style
        for p in IDS
    ]
    assert sum(seen) >= 9


@pytest.mark.parametrize("persona", IDS)
def test_no_sentence_speaks_of_the_client_from_outside(persona: str) -> None:
    case, profile = load_case(persona), load_profile(persona)
    gender = {"male": "he", "female": "she", "男": "他", "女": "她"}[
        profile.demographics.gender or ""
    ]
    for each in sourced(drawn(case.text, case.language)):
        outside = re.sub(r"[\"“][^\"”]*[\"”]", "", each.text)
        assert profile.demographics.name not in outside
        if case.language == "en" and "a man" not in outside.lower():
            assert not re.search(rf"\b(?:{gender}|himself|herself)\b", outside), outside


def test_the_same_report_gives_the_same_answer_whatever_the_seed() -> None:
    view = ExtractView(language="en", report=REPORT)
    assert offline_answer("annotator.extract", view, Random(1)) == extract(view, Random(2))


@given(st.text(max_size=500), st.sampled_from(["en", "zh"]))
def test_any_text_is_read_without_a_crash_and_quoted_as_it_is(
    text: str, language: Language
) -> None:
    for each in sourced(drawn(text, language)):
        assert each.quote in text


@pytest.mark.parametrize(
    ("report", "name", "age", "gender"),
    [
        (
            "Tomas Brandt, a 44-year-old engineer, lives with his daughter Nel (15).",
            "Tomas Brandt",
            44,
            "m",
        ),
        ("Name: Tomas Brandt\nAge: 44\nGender: male\n", "Tomas Brandt", 44, "m"),
        ("**Client:** Rosa Lind\n**Age:** 31\n\nShe works.", "Rosa Lind", 31, "f"),
        ("| Name | Rosa Lind |\n| Age | 31 |", "Rosa Lind", 31, ""),
        ("The client is a 29-year-old woman who teaches.", "", 29, "f"),
        ("Rosa is a 31-year-old teacher. Her son Tom Lind, 9, is at school.", "Rosa", 31, "f"),
        ("Ms Rosa Lind (31, married) came because of her sleep.", "Rosa Lind", 31, "f"),
        ("Client: It was late. Nothing more is known.", "", None, ""),
    ],
)
def test_english_reports_say_in_many_ways_whom_they_are_about(
    report: str, name: str, age: int | None, gender: str
) -> None:
    who = who_is(report, "en")
    assert (who.name, who.age, who.gender) == (name, age, gender)


@pytest.mark.parametrize(
    ("report", "name", "age", "gender"),
    [
        ("姓名：林秀\n性别：女\n年龄：34\n", "林秀", 34, "f"),
        ("林秀（女，34岁），会计，离异。", "林秀", 34, "f"),
        ("林秀，三十四岁，女，会计。", "林秀", 34, "f"),
        ("林秀是一名34岁的女会计。", "林秀", 34, "f"),
        ("来访者，男，46岁，司机。", "", 46, "m"),
        ("本例来访者为46岁男性，失眠。", "", 46, "m"),
        ("今年很忙。", "", None, ""),
    ],
)
def test_chinese_reports_say_in_many_ways_whom_they_are_about(
    report: str, name: str, age: int | None, gender: str
) -> None:
    who = who_is(report, "zh")
    assert (who.name, who.age, who.gender) == (name, age, gender)


def test_a_plain_report_with_goals_lists_and_a_form_is_read_whole() -> None:
    answer = drawn(
        "# Report\n\n## Client\nTomas Brandt, a 44-year-old ferry engineer, lives with his daughter "
        "Nel (15).\n\n## Presenting problem\n- He has not slept through since the fire.\n\n"
        "## History\nHis father drowned when he was nine; he has never told his daughter.\n\n"
        "## Goals\n1. To go back on board by autumn.\n2. He wants to sleep.\n"
    )
    assert answer.topic == "sleep_problems"
    assert [each.text for each in answer.presenting_problem] == [
        "I have not slept through since the fire."
    ]
    assert [fact.text for fact in answer.facts] == [
        "I live with my daughter Nel (15).",
        "My father drowned when I was nine.",
        "I have never told my daughter.",
    ]
    assert answer.facts[2].sensitivity == 3
    assert [goal.text for goal in answer.goals] == [
        "I want to go back on board by autumn.",
        "I want to sleep.",
    ]


def test_lines_of_a_form_are_no_facts_and_chinese_goals_are_wishes() -> None:
    answer = drawn(
        "## 一般资料\n姓名：林秀\n性别：女\n年龄：34\n职业：会计，离异。\n\n## 主诉\n"
        "- 来访者近半年夜里总醒，醒了就去看煤气。\n\n## 咨询目标\n1. 能睡整觉；\n2. 希望不再去看煤气\n",
        "zh",
    )
    assert answer.occupation == "会计"
    assert not any("姓名" in fact.text or "年龄" in fact.text for fact in answer.facts)
    assert [goal.text for goal in answer.goals] == ["我希望能睡整觉。", "我希望能不再去看煤气。"]


def test_another_of_the_same_gender_is_only_passed_over_where_the_age_shows_whose_it_is() -> None:
    his = Client("en", ("Silas Thorne",), "m")
    told = as_client("His father drowned when he was nine.", his)
    assert told is not None
    assert told.text == "My father drowned when I was nine."
    assert as_client("His father drowned when he was fifty.", his) is None
    assert as_client("His brother drowned when he was nine.", his) is None
