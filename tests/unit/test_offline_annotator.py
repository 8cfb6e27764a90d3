from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.llm.offline import offline_answer
from muspsy_sim.llm.offline.annotator.as_client import Client, as_client
from muspsy_sim.llm.offline.annotator.extract import extract
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
