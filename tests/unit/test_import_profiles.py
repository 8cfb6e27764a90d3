from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.personas import load_case, load_profile
from muspsy_sim.personas.basic_info import read_basic_info
from muspsy_sim.personas.checks import check
from muspsy_sim.personas.cue_words import cues_of, topic_of
from muspsy_sim.personas.first_person import sentences_of, to_first_person
from muspsy_sim.personas.from_cactus import MANNERS
from muspsy_sim.personas.importing import Imported, import_personas, write_personas
from muspsy_sim.personas.speech import spoken
from muspsy_sim.records.errors import ContentError, ProfileError, StorageError

BASIC = "孙某，女性，31岁，未婚，汉族，高中学历，灯塔看守，现居于海边。父亲早年出海。小时候被母亲指责过。"


def card(
    basic: str = BASIC,
    event: str = "孙某换灯泡时摔了一跤，邻居扶她起来。",
    emotion: str = "孙某心里发慌。她夜里常常惊醒。",
    cognition: str = "希望睡个整觉。",
    goals: str = "帮助孙某说说那一跤。\n用倾听的办法，让孙某放松。",
) -> str:
    return (
        f"Client's Static Traits:\n[Basic Info]: {basic}\n\nClient's Dynamic States:\n"
        f"[Recent Life Events]: {event}\n[Emotion State]: {emotion}\n[Cognitive State]: {cognition}\n"
        f"\nCounseling Goals:\n{goals}\n\n{'=' * 60}\n\n"
    )


FORM = """\
Name:
Nell Farrow
Age:
{age}
Gender:
female
Occupation: Bell-ringer
Education: Not specified
Marital Status: Single
Family Details: Lives above the tower

2. Presenting Problem
I miss the third bell.
I hear it in the bath. It is flat.
The rope is worn.

3. Reason for Seeking Counseling
I came because my hands shake on the rope.

4. Past History (including medical history)
I broke a wrist once.

5. Academic/occupational functioning level: I ring late.
Interpersonal relationships: Not specified
Daily life: I skip breakfast.

6. Social Support System
I have a cousin with a van.
"""


def record(attitude: str = "neutral", age: str = "52", opening: str = "") -> dict[str, object]:
    return {
        "AI_client": {
            "intake_form": FORM.format(age=age),
            "attitude": attitude,
            "dialogue_history_init": opening or "Counselor: Hello.\nClient: Hi, my hands shake.",
        },
        "AI_counselor": {"CBT": {"dialogue_history_init": opening or "Counselor: Hello."}},
        "ground_truth_CBT": ["Reality testing"],
    }


def from_cards(tmp_path: Path, *cards: str, **ages: bool) -> Imported:
    path = tmp_path / "usercards_77.txt"
    path.write_text("".join(cards), encoding="utf-8")
    return import_personas(path, "muspsy-usercard", **ages)


def from_records(tmp_path: Path, *records: dict[str, object], **ages: bool) -> Imported:
    path = tmp_path / "records.json"
    path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    return import_personas(path, "cactus-intake", **ages)


# --- MusPsy user cards


def test_a_user_card_becomes_a_profile_in_the_first_person(tmp_path: Path) -> None:
    (profile,) = from_cards(tmp_path, card()).profiles
    assert (profile.id, profile.source_case) == ("muspsy-77", "muspsy-77")
    person = profile.demographics
    assert (person.name, person.age, person.gender) == ("孙某", 31, "女性")
    assert (person.education, person.relationship_status) == ("高中学历", "未婚")
    assert person.living_situation == "现居于海边"
    assert profile.presenting_problem == "我换灯泡时摔了一跤，邻居扶她起来。"
    assert profile.goals == ["我希望睡个整觉。"]
    assert [fact.text for fact in profile.facts] == [
        "我灯塔看守。",
        "我父亲早年出海。",
        "我小时候被母亲指责过。",
        "我心里发慌。",
        "我夜里常常惊醒。",
    ]
    assert profile.facts[2].sensitivity == 2
    assert profile.extra["ethnicity"] == "汉族"
    assert profile.extra["basic_info"] == BASIC


def test_what_the_cards_do_not_say_is_filled_in_and_named(tmp_path: Path) -> None:
    (profile,) = from_cards(tmp_path, card()).profiles
    for name in ("temperament", "symptoms", "risk", "formulation", "facts[].hint"):
        assert name in profile.defaulted
    assert "demographics.occupation" in profile.defaulted
    assert "demographics.age" not in profile.defaulted
    assert "goals" not in profile.defaulted


def test_what_was_done_to_the_sentences_is_told(tmp_path: Path) -> None:
    (profile,) = from_cards(tmp_path, card()).profiles
    done = profile.extra["first_person"]
    assert isinstance(done, dict)
    assert done["uncertain"] == ["我换灯泡时摔了一跤，邻居扶她起来。"]
    # 孙某 in event, emotion, goal; 她 at the head of an emotion, since the client is a woman.
    assert done["name_became_i"] == 4


def test_later_cards_become_the_arc_and_nothing_else(tmp_path: Path) -> None:
    later = card(event="孙某交了新朋友，睡得好了。", emotion="孙某高兴。", cognition="巩固进步。")
    (profile,) = from_cards(tmp_path, card(), later).profiles
    assert [each.session for each in profile.arc] == [1, 2]
    assert profile.arc[1].life_events == "我交了新朋友，睡得好了。"
    assert profile.arc[1].goal == "帮助我说说那一跤。"
    assert profile.arc[1].method == "用倾听的办法，让孙某放松。"
    before = [text for place, text in spoken(profile) if not place.startswith("arc")]
    assert not any("新朋友" in text or "高兴" in text for text in before)


def test_a_cognitive_state_that_is_no_wish_is_a_fact(tmp_path: Path) -> None:
    (profile,) = from_cards(tmp_path, card(cognition="孙某认为自己没用。")).profiles
    assert [fact.text for fact in profile.facts if fact.id == "thought-1"] == ["我认为自己没用。"]
    assert profile.goals == ["帮助我说说那一跤。"]
    assert "goals (taken from the counselor's goal of session 1)" in profile.defaulted


def test_basic_info_that_changes_is_kept(tmp_path: Path) -> None:
    changed = BASIC.replace("31岁", "32岁")
    result = from_cards(tmp_path, card(), card(basic=changed))
    assert result.profiles[0].extra["basic_info_of_later_cards"] == {"2": changed}
    assert "differs from session 1's" in result.odd[0].message


def test_ideation_in_a_card_is_not_lost(tmp_path: Path) -> None:
    (profile,) = from_cards(tmp_path, card(emotion="孙某常想死。")).profiles
    assert profile.risk.ideation == "passive"
    assert profile.risk.words == "我常想死。"
    assert profile.extra["speaks_of_suicide"] is True
    (denied,) = from_cards(tmp_path, card(emotion="孙某否认自杀念头。")).profiles
    assert denied.risk.ideation == "none"
    assert denied.extra["speaks_of_suicide"] is True


def test_a_card_that_says_nothing_to_bring_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="neither an event nor an emotion"):
        from_cards(tmp_path, card(event="", emotion=""))


@pytest.mark.parametrize(
    ("age", "options", "reason"),
    [
        ("13岁", {}, "孙某 is 13, under 18"),
        ("13岁", {"allow_minors": True}, None),
        ("年纪不详", {}, "age of 孙某 is not known"),
        ("年纪不详", {"assume_adult": True}, None),
        ("三十一岁", {}, None),
        ("十七岁", {}, "孙某 is 17, under 18"),
    ],
)
def test_ages_are_judged_at_import(
    tmp_path: Path, age: str, options: dict[str, bool], reason: str | None
) -> None:
    result = from_cards(tmp_path, card(basic=BASIC.replace("31岁", age)), **options)
    if reason is None:
        assert result.refused == []
        expected = ["adult"] if "assume_adult" in options else []
        assert result.profiles[0].assumed == expected
    else:
        assert result.profiles == []
        (refused,) = result.refused
        assert reason in refused.message
        assert refused.line == 1


def test_an_english_card_keeps_its_sentences_and_marks_them(tmp_path: Path) -> None:
    english = card(
        basic="Nell, female, 52 years old, single. She lost the third bell.",
        event="Nell fell off a ladder.",
        emotion="I am shaken.",
        cognition="I want to ring again.",
        goals="Help Nell talk.\nListen.",
    )
    (profile,) = from_cards(tmp_path, english).profiles
    assert profile.language == "en"
    assert profile.demographics.age == 52
    assert profile.presenting_problem == "Nell fell off a ladder."
    done = profile.extra["first_person"]
    assert isinstance(done, dict)
    assert "Nell fell off a ladder." in list(done["uncertain"])
    assert "I am shaken." not in list(done["uncertain"])


@pytest.mark.parametrize(
    ("sentence", "name", "said"),
    [
        ("李某与家人深谈后平静了", "李某", "我与家人深谈后平静了。"),
        ("这刺激了李某对死亡的焦虑。", "李某", "这刺激了我对死亡的焦虑。"),
        ("在治疗中，李某哭了。", "李某", "在治疗中，我哭了。"),
        ("案主小优睡不着。", "小优", "我睡不着。"),
        ("甲做过甲状腺手术。", "甲", "我做过甲状腺手术。"),
        ("来访者J会写JAVA。", "J", "我会写JAVA。"),
        ("害怕与其交流。", "甲", "害怕与其交流。"),
        ("尤其怕黑，其他都好。", "甲", "我尤其怕黑，其他都好。"),
        ("同事排挤李某。", "李某", "同事排挤我。"),
        ("父母均为农民。", "李某", "我父母均为农民。"),
        ("我们都怕。", "", "我们都怕。"),
    ],
)
def test_how_a_sentence_is_turned(sentence: str, name: str, said: str) -> None:
    assert to_first_person(sentence, name).text == said


def test_a_goal_is_given_no_subject() -> None:
    assert to_first_person("帮助李某放松。", "李某", add_subject=False).text == "帮助我放松。"


def test_a_leading_pronoun_is_the_clients_only_where_the_caller_knows() -> None:
    assert to_first_person("他睡不着。", "李某").uncertain
    assert to_first_person("他睡不着。", "李某", pronoun="他").text == "我睡不着。"
    assert to_first_person("他们睡不着。", "李某", pronoun="他").text == "他们睡不着。"


@given(st.text(alphabet="李某甲他她其我，。中家怕x", max_size=30))
def test_turning_only_adds_a_subject_and_an_end(sentence: str) -> None:
    turned = to_first_person(sentence, "李某")
    plain = sentence.strip().replace("李某", "我")
    assert turned.text.removeprefix("我").rstrip("。，") in "我" + plain
    assert "李某" not in turned.text


def test_sentences_are_cut_at_their_ends() -> None:
    assert sentences_of("一。二！三？四；五\n六") == ["一。", "二！", "三？", "四", "五", "六"]
    assert sentences_of("  ") == []


def test_basic_info_that_no_field_takes_stays_a_sentence() -> None:
    info = read_basic_info("来访者安某，男性，19岁，父母为农民，大学本科在读。爱下棋。")
    assert info.name == "安某"
    assert info.fields == {"gender": "男性", "education": "大学本科在读"}
    assert info.rest == ["父母为农民", "爱下棋。"]


@given(st.text(max_size=60))
def test_any_basic_info_is_read(text: str) -> None:
    info = read_basic_info(text)
    assert info.age is None or 0 <= info.age <= 120


# --- CACTUS


def test_an_intake_form_becomes_a_profile_in_its_own_words(tmp_path: Path) -> None:
    (profile,) = from_records(tmp_path, record()).profiles
    assert profile.source_case.startswith("cactus-nell-farrow-")
    assert profile.id == f"{profile.source_case}-neutral"
    assert profile.presenting_problem == "I miss the third bell."
    assert profile.goals == ["I came because my hands shake on the rope."]
    assert profile.supports == ["I have a cousin with a van."]
    assert profile.history == "I broke a wrist once."
    assert profile.temperament.voice.lines == {"first_words": ["Hi, my hands shake."]}
    facts = {fact.id: fact for fact in profile.facts}
    assert list(facts) == [
        *("presenting-2", "presenting-3", "history-1", "occupational-1", "daily-1")
    ]
    assert facts["presenting-2"].text == "I hear it in the bath."
    assert facts["presenting-2"].details == ["It is flat."]
    assert facts["daily-1"].cues == ["skip", "breakfast", "daily", "life", "day"]
    assert profile.extra["no_first_person"] == ["The rope is worn."]
    assert profile.extra["ground_truth_CBT"] == ["Reality testing"]
    assert "demographics.education" in profile.defaulted


def test_three_attitudes_are_three_temperaments_of_one_case(tmp_path: Path) -> None:
    profiles = from_records(tmp_path, *(record(attitude) for attitude in MANNERS)).profiles
    assert len({profile.source_case for profile in profiles}) == 1
    assert len({profile.id for profile in profiles}) == 3
    trust = [profile.temperament.starting_trust for profile in profiles]
    assert trust == sorted(trust, reverse=True)
    assert len(set(trust)) == 3
    assert len({profile.temperament.resistance_style for profile in profiles}) == 3


def test_the_same_client_twice_is_told_and_both_are_kept(tmp_path: Path) -> None:
    result = from_records(tmp_path, record(), record())
    assert [profile.id.rpartition("neutral")[2] for profile in result.profiles] == ["", "-2"]
    assert "was imported already" in result.odd[0].message


def test_an_opening_in_another_language_is_told_and_not_spoken(tmp_path: Path) -> None:
    result = from_records(tmp_path, record(opening="咨询师: 你好。\n来访者: 我手抖得厉害。"))
    (profile,) = result.profiles
    assert profile.id.endswith("-neutral-zh")
    assert profile.language == "en"
    assert profile.temperament.voice.lines == {}
    assert "the first exchange is in 'zh'" in result.odd[0].message


def test_an_unknown_attitude_is_the_middle(tmp_path: Path) -> None:
    (profile,) = from_records(tmp_path, record("stormy")).profiles
    assert profile.id == profile.source_case
    assert profile.temperament.starting_trust == 0.4
    assert "temperament" in profile.defaulted
    assert profile.extra["attitude"] == "stormy"


@pytest.mark.parametrize(
    ("age", "options", "reason"),
    [
        ("13", {}, "Nell Farrow is 13, under 18"),
        ("13", {"allow_minors": True}, None),
        ("Not specified", {}, "age of Nell Farrow is not known"),
        ("mid-30s", {}, "age of Nell Farrow is not known"),
        ("mid-30s", {"assume_adult": True}, None),
    ],
)
def test_ages_of_forms_are_judged(
    tmp_path: Path, age: str, options: dict[str, bool], reason: str | None
) -> None:
    result = from_records(tmp_path, record(age=age), **options)
    assert len(result.profiles) == (reason is None)
    assert [reason in problem.message for problem in result.refused if reason] == (
        [True] if reason else []
    )
    if age == "mid-30s" and not reason:
        assert result.profiles[0].extra["age_as_written"] == "mid-30s"
        assert result.profiles[0].assumed == ["adult"]


def test_a_form_without_a_name_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    nameless = {"intake_form": FORM.format(age=40).replace("Nell Farrow\n", ""), "attitude": "x"}
    result = from_records(tmp_path, nameless, record())
    assert len(result.profiles) == 1
    assert "the intake form has no name" in result.refused[0].message


# --- case reports


def test_raw_reports_become_case_reports(tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    path.write_text(
        '{"text": "小陈，女，19岁。她怕说话。"}\n{"text": "阿牛，15岁。"}\n', encoding="utf-8"
    )
    result = import_personas(path, "muspsy-report")
    (case,) = result.cases
    assert (case.id, case.language, case.fictional) == ("muspsy-heads-1", "zh", False)
    assert "aged 15" in result.refused[0].message
    assert len(import_personas(path, "muspsy-report", allow_minors=True).cases) == 2


# --- files and folders


def test_a_folder_is_read_and_files_of_another_shape_are_told(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "usercards_1.txt").write_text(card(), encoding="utf-8")
    (tmp_path / "usercards_2.txt").write_text(card(), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("Nothing.\n", encoding="utf-8")
    (tmp_path / "torn.txt").write_bytes(b"\xff")
    result = import_personas(tmp_path, "muspsy-usercard")
    assert sorted(profile.id for profile in result.profiles) == ["muspsy-1", "muspsy-2"]
    assert len(result.skipped) == 2


@pytest.mark.parametrize(
    ("source", "suffix"), [("muspsy-usercard", "txt"), ("cactus-intake", "json")]
)
def test_a_path_with_nothing_of_the_shape_is_refused(
    tmp_path: Path, source: str, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_text("[]", encoding="utf-8")
    shape = "cactus-intake" if source == "cactus-intake" else "muspsy-usercard"
    for named in (path, tmp_path):
        with pytest.raises(ProfileError, match="holds no"):
            import_personas(named, shape)
    with pytest.raises(ContentError, match="no such file"):
        import_personas(tmp_path / f"none.{suffix}", shape)


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    (tmp_path / "heads.jsonl").write_text('{"text": "A case.\\n---\\nOf a kind."}\n')
    result = from_cards(tmp_path, card())
    result.profiles += from_records(tmp_path, record()).profiles
    result.cases = import_personas(tmp_path / "heads.jsonl", "muspsy-report").cases
    out = tmp_path / "out"
    write_personas(result, out)
    for profile in result.profiles:
        assert load_profile(out / profile.id) == profile
        assert not [each for each in check(profile, None) if each.severity == "error"]
    (case,) = result.cases
    assert load_case(out / case.id / "case.md") == case


def test_writing_again_changes_nothing_and_an_edited_file_is_kept(tmp_path: Path) -> None:
    result = from_cards(tmp_path, card())
    out = tmp_path / "out"
    (path,) = write_personas(result, out)
    assert write_personas(result, out) == [path]
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    with pytest.raises(StorageError, match="is already there with other content"):
        write_personas(result, out)
    assert path.read_text(encoding="utf-8").endswith("# mine\n")


# --- cues and topics


def test_cues_come_from_the_sentence_and_its_head() -> None:
    assert cues_of("I cannot sleep since the ferry sank.", "en", ["night"]) == [
        *("sleep", "ferry", "sank", "night")
    ]
    assert cues_of("我害怕考试，父亲也担心。", "zh") == ["害怕", "考试", "父亲", "担心"]
    assert cues_of("", "zh") == []
    assert len(cues_of(" ".join(f"word{letter}" for letter in "abcdefghijkl"), "en")) == 8


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("my cat passed away", "grief"),
        ("for example I worry", "anxiety"),
        ("I dread my exams", "academic_pressure"),
        ("期末考试", "academic_pressure"),
        ("nothing of note", "other"),
    ],
)
def test_topics_go_by_words(text: str, topic: str) -> None:
    assert topic_of(text) == topic
