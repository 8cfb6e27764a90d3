from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from muspsy_sim.cli.personas import personas_app
from muspsy_sim.formats.psycheval_case import parse_psycheval, read_psycheval
from muspsy_sim.personas import load_profile
from muspsy_sim.personas.checks import check
from muspsy_sim.personas.importing import Imported, import_personas, write_personas
from muspsy_sim.personas.speech import spoken
from muspsy_sim.personas.wording import third_person
from muspsy_sim.records.errors import ContentError, ProfileError

FILE = Path("case.json")

TRAITS = {
    "name": "苗青",
    "age": "33周岁",
    "gender": "女",
    "occupation": "钟表修理工",
    "educational_background": "中专",
    "marital_status": "未提及",
    "family_status": "独居，父亲是钟楼的守夜人。",
    "social_status": "与同行来往不多。",
    "medical_history": "右手腕劳损。",
    "language_features": "说话轻，句子短，常以比喻代替感受。",
}
INFO = {
    "static_traits": TRAITS,
    "main_problem": "苗青近两个月听见秒针就心慌，店里的钟全部停了。",
    "topic": "情绪管理",
    "core_demands": "我想让店里的钟重新走起来。帮助来访者认识焦虑的来源。",
    "growth_experiences": [
        "七岁时在钟楼里迷路，父亲没有发现。她在齿轮旁边坐了一夜。",
        "二十岁接手铺子。",
    ],
    "core_beliefs": ["对不起父亲的托付", "我不准时就没有用"],
    "special_situations": [
        {
            "event": "客人在柜台前看表",
            "conditional_assumptions": "只要慢一分钟，人家就不会再来",
            "compensatory_strategies": "反复道歉，把手里的活放下",
            "automatic_thoughts": "我又让人等了。",
            "cognitive_pattern": "Mind Reading",
        }
    ],
}
CASE = {
    "theoretical": "cbt",
    "client_id": 41,
    "client_info": INFO,
    "global_plan": [{"stage_number": 1}],
    "sessions": [
        {
            "session_number": n,
            "session_dialogue": [
                {"role": "Counselor", "text": "你好。"},
                {"role": "Client", "text": "表停了。"},
            ],
            "session_summary": "钟走了，症状消失。",
        }
        for n in (1, 2)
    ],
}
THEORY = {
    "bt": {
        "target_behavior": [
            {
                "behavior": "把钟全部停掉",
                "antecedent": ["听见秒针", "客人催促"],
                "core_reason": "停了就不会慢",
                "function": "逃避",
                "consequence": "没有客人上门",
            }
        ]
    },
    "pdt": {
        "core_conflict": {"wish": "渴望有人愿意等", "fear": "怕被嫌慢", "defense_goal": ["先道歉"]},
        "object_relations": [{"self_representation": "迟到的孩子"}],
        "behavioral_response_patterns": [
            {
                "trigger_condition": "被问到父亲",
                "interpretation": "对方要追究那一夜",
                "defense_mechanism": "理智化",
                "response_instruction": "讲解钟的构造。",
            }
        ],
    },
    "het": {"existentialism_topic": [{"theme": "孤独", "manifestations": ["夜里一个人听钟"]}]},
    "pmt": {
        "exception_events": [{"unique_outcome": "给邻居修怀表的那天手没有抖。"}],
        "force_field": {"positive_force": ["邻居支持她开门", "手艺好"], "negative_force": ["怕"]},
    },
}


def case(**changes: Any) -> dict[str, Any]:
    """The case with parts changed; `client_info.topic` is written `client_info__topic`."""
    value = copy.deepcopy(CASE)
    for path, new in changes.items():
        *where, last = path.split("__")
        part: Any = value
        for step in where:
            part = part[step]
        part[last] = new
    return value


def imported(tmp_path: Path, value: object, **ages: bool) -> Imported:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return import_personas(path, "psycheval-case", **ages)


# --- reading


def test_a_case_is_read_as_it_stands() -> None:
    found = parse_psycheval(json.dumps(CASE), FILE)
    assert (found.school, found.client_id, found.sessions) == ("cbt", "41", 2)
    assert found.traits["age"] == "33周岁"
    assert "marital_status" not in found.traits
    assert found.not_stated == ["marital_status"]
    assert found.growth_experiences == INFO["growth_experiences"]
    assert set(found.theory) == {"core_beliefs", "special_situations"}
    assert found.odd == []
    assert found.extra == {}


def test_a_client_file_with_several_schools_is_read_too() -> None:
    info = {
        key: each for key, each in INFO.items() if key not in ("core_beliefs", "special_situations")
    }
    value = {"basic_info": info, "theory": THEORY, "user_id": 7, "source": "own"}
    found = parse_psycheval(json.dumps(value), FILE)
    assert (found.client_id, found.sessions) == ("7", 0)
    assert set(found.theory) == {key for said in THEORY.values() for key in said}
    assert found.extra == {"source": "own"}
    assert found.odd == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"client_info__static_traits": 3}, "client_info.static_traits", "missing or no object"),
        (
            {"client_info__static_traits__shoe_size": "40"},
            "client_info.static_traits",
            "unknown keys, kept in extra: shoe_size",
        ),
        ({"client_info__main_problem": ["a"]}, "client_info.main_problem", "is no text"),
        ({"client_info__growth_experiences": "一件事"}, "growth_experiences", "is one text"),
        ({"theoretical": "astrology"}, "theoretical", "school 'astrology' is not known"),
        ({"sessions": [{"session_number": 2}]}, "sessions", "sessions are numbered 2"),
        (
            {"sessions": [{"session_number": 1, "session_dialogue": [{"role": "Clinet"}]}]},
            "sessions[0].session_dialogue",
            "role names that nobody has: 'Clinet' (1)",
        ),
        (
            {
                "sessions": [
                    {
                        "session_number": 1,
                        "session_dialogue": [{"role": "Counselor", "text": "<think>x</think>好"}],
                    }
                ]
            },
            "sessions[0].session_dialogue",
            "1 turns hold what a model thought aloud",
        ),
    ],
)
def test_what_is_odd_is_told_with_its_place(
    changes: dict[str, Any], field: str, message: str
) -> None:
    found = parse_psycheval(json.dumps(case(**changes)), FILE)
    told = [problem for problem in found.odd if message in problem.message]
    assert len(told) == 1
    assert told[0].field is not None
    assert told[0].field.endswith(field)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("[]", "is not a JSON object"),
        ("{}", "has neither client_info nor basic_info"),
        ('{"client_info": {}', "is not JSON"),
        ('{"client_info": {}} x', "something follows"),
        ('{"client_info": {}, "client_info": {}}', "a key stands twice"),
    ],
)
def test_a_file_that_is_no_case_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        parse_psycheval(text, FILE)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*INFO, *TRAITS, "session_dialogue", "role", "event", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=14,
)


@given(_JSON, _JSON, _JSON)
def test_any_client_is_read_without_a_crash(info: object, theory: object, sessions: object) -> None:
    value = {"client_info": info, "theory": theory, "sessions": sessions}
    if not isinstance(info, dict):
        with pytest.raises(ContentError):
            parse_psycheval(json.dumps(value), FILE)
    else:
        parse_psycheval(json.dumps(value), FILE)


# --- mapping


def test_a_case_becomes_a_client_who_speaks_for_itself(tmp_path: Path) -> None:
    (profile,) = imported(tmp_path, CASE).profiles
    assert profile.id == "psycheval-cbt-41"
    assert profile.demographics.name == "苗青"
    assert (profile.demographics.age, profile.demographics.occupation) == (33, "钟表修理工")
    assert profile.presenting_problem == "我近两个月听见秒针就心慌，店里的钟全部停了。"
    assert profile.goals == ["我想让店里的钟重新走起来。"]
    assert profile.temperament.voice.style == TRAITS["language_features"]
    assert [belief.belief for belief in profile.formulation.core_beliefs] == [
        "我对不起父亲的托付。",
        "我不准时就没有用。",
    ]
    (situation,) = profile.formulation.situations
    assert situation.automatic_thought == "我又让人等了。"
    assert situation.behaviour == "我反复道歉，把手里的活放下。"
    assert [fact.topic for fact in profile.facts].count("成长经历") == 2
    for place, text in spoken(profile):
        assert third_person(text, "zh", ["苗青"]) is None, place
    assert not [found for found in check(profile, None) if found.severity == "error"]


def test_what_the_case_does_not_state_is_named_and_not_invented(tmp_path: Path) -> None:
    (profile,) = imported(tmp_path, CASE).profiles
    for name in ("symptoms", "life_events", "formulation.core_beliefs[].strength", "strengths"):
        assert name in profile.defaulted
    assert "formulation.situations[].emotion" in profile.defaulted
    assert profile.formulation.situations[0].emotion == ""
    assert "demographics.relationship_status" in profile.defaulted
    assert profile.extra["core_demands"] == INFO["core_demands"]
    assert profile.extra["theory"] == {"conditional_assumptions": ["只要慢一分钟，人家就不会再来"]}


def test_no_plan_session_or_outcome_reaches_a_profile(tmp_path: Path) -> None:
    (profile,) = imported(tmp_path, CASE).profiles
    text = profile.model_dump_json()
    assert "症状消失" not in text
    assert "stage_number" not in text
    assert profile.extra["sessions_left_out"] == 2


def test_each_school_gives_the_parts_that_it_has(tmp_path: Path) -> None:
    value = {"basic_info": {**INFO, "core_demands": "促进成长"}, "theory": THEORY, "user_id": 7}
    (profile,) = imported(tmp_path, value).profiles
    assert [pattern.defence for pattern in profile.formulation.patterns] == [
        "我把钟全部停掉。",
        "理智化",
    ]
    assert profile.formulation.patterns[0].trigger == "听见秒针；客人催促"
    assert profile.goals == ["我渴望有人愿意等。"]
    assert any("wish of the core conflict" in name for name in profile.defaulted)
    assert profile.strengths == ["我给邻居修怀表的那天手没有抖。", "我手艺好。"]
    assert profile.supports == ["邻居支持她开门。"]
    assert "孤独" in [fact.topic for fact in profile.facts]
    rest = profile.extra["theory"]
    assert isinstance(rest, dict)
    assert {"core_conflict", "object_relations", "force_field"} <= set(rest)


def test_one_client_under_two_schools_keeps_its_case(tmp_path: Path) -> None:
    for school in ("cbt", "bt"):
        (tmp_path / f"{school}.json").write_text(json.dumps(case(theoretical=school)))
    result = import_personas(tmp_path, "psycheval-case")
    assert [profile.id for profile in result.profiles] == ["psycheval-bt-41", "psycheval-cbt-41"]
    assert len({profile.source_case for profile in result.profiles}) == 1


@pytest.mark.parametrize("age", ["15岁", "12"])
def test_a_minor_is_refused_unless_allowed(tmp_path: Path, age: str) -> None:
    value = case(client_info__static_traits__age=age)
    result = imported(tmp_path, value)
    assert result.profiles == []
    assert "under 18" in result.refused[0].message
    assert len(imported(tmp_path, value, allow_minors=True).profiles) == 1


@pytest.mark.parametrize("age", ["未提及", "三十来岁", "30-40"])
def test_an_unknown_age_is_refused_unless_assumed(tmp_path: Path, age: str) -> None:
    value = case(client_info__static_traits__age=age)
    result = imported(tmp_path, value)
    assert result.profiles == []
    assert "is not known" in result.refused[0].message
    (profile,) = imported(tmp_path, value, assume_adult=True).profiles
    assert profile.assumed == ["adult"]
    assert "demographics.age" in profile.defaulted


def test_a_case_without_a_problem_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="states no problem"):
        imported(tmp_path, case(client_info__main_problem="未提及"))


def test_words_of_suicide_are_marked(tmp_path: Path) -> None:
    value = case(client_info__growth_experiences=["去年冬天她想过轻生。"])
    (profile,) = imported(tmp_path, value).profiles
    assert profile.extra["speaks_of_suicide"] is True
    assert profile.risk.ideation == "passive"


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    result = imported(tmp_path, CASE)
    write_personas(result, tmp_path / "out")
    assert load_profile(tmp_path / "out" / "psycheval-cbt-41") == result.profiles[0]


def test_the_command_imports_a_folder_and_tells_the_other_files(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text(json.dumps(CASE))
    (tmp_path / "2.json").write_text("[]")
    out = tmp_path / "out"
    arguments = ["import", str(tmp_path), "--from", "psycheval-case", "--out", str(out)]
    result = CliRunner().invoke(personas_app, arguments)
    assert result.exit_code == 0
    assert "psycheval-cbt-41" in result.stdout
    assert "is not a JSON object" in result.stdout
    assert [path.name for path in out.iterdir()] == ["psycheval-cbt-41"]


def test_a_case_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(CASE, ensure_ascii=False), encoding="utf-8")
    assert read_psycheval(path).main_problem == INFO["main_problem"]
