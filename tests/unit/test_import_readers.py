from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.formats.cactus_form import parse_form, stated_age
from muspsy_sim.formats.cactus_intake import parse_cactus, read_cactus
from muspsy_sim.formats.muspsy_reports import parse_reports
from muspsy_sim.formats.muspsy_usercard import UserCard, parse_usercards, read_usercards
from muspsy_sim.records.errors import ContentError

FILE = Path("cards.txt")
CARD = """\
Client's Static Traits:
[Basic Info]: 孙某，女性，31岁，灯塔看守。

Client's Dynamic States:
[Recent Life Events]: 换灯泡时摔了一跤。
[Emotion State]: 心里发慌。
[Cognitive State]: 希望睡个整觉。

Counseling Goals:
让孙某说说那一跤。
用倾听的办法。
"""
RULE = "\n" + "=" * 60 + "\n\n"
FORM = """\
Name:
Nell Farrow
Age:
52
Gender:
female
Occupation: Bell-ringer
Education:
Marital Status: Undisclosed
Family Details:
- Lives above the tower

2. Presenting Problem
I miss the third bell. It was always mine.
I hear it in the bath: a flat note.

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


def test_a_file_of_cards_is_read_block_by_block() -> None:
    found = parse_usercards(CARD + RULE + CARD.replace("摔了一跤", "没摔") + RULE, FILE)
    assert found.odd == []
    assert [card.session for card in found.cards] == [1, 2]
    assert [card.line for card in found.cards] == [1, 15]
    first = found.cards[0]
    assert first.basic_info == "孙某，女性，31岁，灯塔看守。"
    assert first.emotional_state == "心里发慌。"
    assert first.goals == ["让孙某说说那一跤。", "用倾听的办法。"]
    assert found.cards[1].life_events == "换灯泡时没摔。"


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("[Emotion State]: 心里发慌。\n", ""), 1, "session 1 has no [Emotion State]"),
        (("用倾听的办法。\n", ""), 1, "has 1 goal lines"),
        (("用倾听的办法。", "让孙某说说那一跤。"), 1, "has the same goal line twice"),
        (("[Emotion State]", "[Mood]"), 6, "unknown head [Mood]"),
        (("[Cognitive State]", "[Emotion State]"), 7, "a second [Emotion State]"),
        (("Client's Static", "Stray words here。\nClient's Static"), 1, "text under no head"),
        (("\n\nClient", "\r\n\r\nClient"), None, "carriage returns"),
    ],
)
def test_what_is_odd_in_a_card_is_told_with_its_line(
    change: tuple[str, str], line: int | None, message: str
) -> None:
    found = parse_usercards(CARD.replace(*change), FILE)
    told = [problem for problem in found.odd if message in problem.message]
    assert [problem.line for problem in told] == [line]
    assert all(problem.file == FILE for problem in told)


def test_basic_info_that_changes_between_cards_is_told() -> None:
    found = parse_usercards(CARD + RULE + CARD.replace("31岁", "32岁"), FILE)
    assert [problem.message for problem in found.odd] == [
        "the [Basic Info] of session 2 differs from session 1's"
    ]


def test_text_of_unknown_heads_is_kept() -> None:
    found = parse_usercards(CARD.replace("[Emotion State]", "[Mood]"), FILE)
    assert found.cards[0].extra == {"[Mood]": "心里发慌。"}


def test_a_file_of_another_shape_holds_no_card() -> None:
    found = parse_usercards("Consultant: Hello.\n\nUser: Hi.\n", FILE)
    assert found.cards == []
    assert found.odd != []


@pytest.mark.parametrize("content", [b"\xff\xfe[Basic Info]", b"\x80"])
def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path, content: bytes) -> None:
    for name, read in (("a.txt", read_usercards), ("a.json", read_cactus)):
        path = tmp_path / name
        path.write_bytes(b"\n" + content)
        with pytest.raises(ContentError, match="is not UTF-8") as caught:
            read(path)
        assert caught.value.line == 2


_HEAD_LINES = st.sampled_from([*CARD.splitlines(), "=" * 60, "", "[Mood]: 蓝。", "# 1", "Notes:"])
_LINES = st.lists(st.one_of(_HEAD_LINES, st.text(max_size=30)), max_size=40)


@given(_LINES)
def test_any_text_is_read_or_told_and_no_line_of_a_card_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = parse_usercards(text, FILE)
    for card in found.cards:
        kept = _kept(card)
        for line in _block_of(text, card):
            if line not in _PLAIN_HEADS:
                said = line.partition("]:")[2] if line.startswith("[") else line
                assert said.strip() in kept


_PLAIN_HEADS = ("Client's Static Traits:", "Client's Dynamic States:", "Counseling Goals:")


def _kept(card: UserCard) -> str:
    return "\n".join(
        [
            *(card.basic_info, card.life_events, card.emotional_state, card.cognitive_state),
            *card.goals,
            *card.extra.values(),
        ]
    )


def _block_of(text: str, card: UserCard) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    block: list[str] = []
    for line in lines[card.line - 1 :]:
        if line.strip() and set(line.strip()) == {"="} and len(line.strip()) >= 3:
            break
        if line in _PLAIN_HEADS or line in CARD.splitlines():
            block.append(line)
    return [line for line in block if line.strip()]


@given(st.text(max_size=300))
def test_any_text_as_cards_reports_or_records_never_crashes(text: str) -> None:
    parse_usercards(text, FILE)
    parse_reports(text, FILE)
    parse_form(text)
    # The one error that text without a list may raise; any other fails the test.
    with contextlib.suppress(ContentError):
        parse_cactus(text, FILE)


def test_a_form_is_sorted_under_its_heads() -> None:
    form = parse_form(FORM)
    assert (form.name, form.age, form.occupation) == ("Nell Farrow", "52", "Bell-ringer")
    assert form.family == "Lives above the tower"
    assert form.presenting == [
        "I miss the third bell. It was always mine.",
        "I hear it in the bath: a flat note.",
    ]
    assert form.reason == ["I came because my hands shake on the rope."]
    assert form.history == ["I broke a wrist once."]
    assert form.occupational == ["I ring late."]
    assert form.daily == ["I skip breakfast."]
    assert form.support == ["I have a cousin with a van."]
    assert form.not_stated == ["education", "marital_status", "interpersonal"]
    assert form.odd == []
    assert form.other == []


def test_what_a_form_does_not_foresee_is_kept_and_told() -> None:
    form = parse_form("Before all.\n" + FORM + "7. Handwriting\nI lean left.\n")
    assert form.other == ["Before all.", "7. Handwriting", "I lean left."]
    assert [number for number, _ in form.odd] == [1, 30]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("45", 45),
        ("45 years old", 45),
        ("45岁", 45),
        ("aged 45", 45),
        ("mid-40s", None),
        ("40-45", None),
        ("Not specified", None),
        ("", None),
        ("450", None),
    ],
)
def test_only_an_age_that_is_stated_exactly_counts(text: str, age: int | None) -> None:
    assert stated_age(text) == age


@given(st.lists(st.one_of(st.sampled_from(FORM.splitlines()), st.text(max_size=20)), max_size=40))
def test_no_line_of_any_form_is_lost(lines: list[str]) -> None:
    form = parse_form("\n".join(lines))
    kept = " ".join(
        " ".join(value) if isinstance(value, list) else value
        for name in form.__dataclass_fields__
        if name not in ("odd", "not_stated")
        for value in [getattr(form, name)]
    )
    for line in ("I broke a wrist once.", "I miss the third bell. It was always mine."):
        if line in lines:
            assert line in kept


def record(form: str = FORM, attitude: object = "neutral") -> dict[str, object]:
    return {
        "AI_client": {
            "intake_form": form,
            "attitude": attitude,
            "dialogue_history_init": "Counselor: Hello.\nClient: Hi, I'm Nell.",
            "mood": "grey",
        },
        "ground_truth_CBT": ["Reality testing"],
    }


def test_records_keep_their_line_and_all_else() -> None:
    text = json.dumps([record(), record(attitude="positive")], indent=1)
    found = parse_cactus(text, FILE)
    assert found.odd == []
    assert [each.attitude for each in found.records] == ["neutral", "positive"]
    lines = text.splitlines()
    assert [lines[each.line - 1].strip() for each in found.records] == ["{", "{"]
    assert found.records[0].line < found.records[1].line
    assert found.records[0].extra == {"mood": "grey", "ground_truth_CBT": ["Reality testing"]}


def test_a_corpus_record_is_read_too() -> None:
    corpus = {"intake_form": FORM, "attitude": "negative", "thought": "I am late.", "dialogue": "…"}
    (found,) = parse_cactus(json.dumps([corpus]), FILE).records
    assert found.form.name == "Nell Farrow"
    assert found.extra == {"thought": "I am late.", "dialogue": "…"}


def test_records_that_are_none_are_told_and_left_out() -> None:
    found = parse_cactus(json.dumps([record(), 3, {}, {"AI_client": []}]), FILE)
    assert len(found.records) == 1
    assert [problem.message for problem in found.odd] == [
        "is not an object",
        "has no `intake_form`",
        "`AI_client` is not an object",
    ]


def test_an_unknown_attitude_is_told_and_kept() -> None:
    found = parse_cactus(json.dumps([record(attitude="stormy")]), FILE)
    assert found.records[0].attitude == "stormy"
    assert "attitude 'stormy' is none of" in found.odd[0].message


def test_an_attitude_that_is_no_text_stays_in_extra() -> None:
    found = parse_cactus(json.dumps([record(attitude=7)]), FILE)
    assert found.records[0].attitude == ""
    assert found.records[0].extra["attitude"] == 7


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "is empty"),
        ('{"a": 1}', 1, "is not a JSON list"),
        ('[\n{"a": 1},\n', 3, "is not JSON"),
        ('[\n{"a": 1}\n{"b": 2}]', 3, "cut off or lacks a comma"),
        ('[\n{"a": 1, "a": 2}]', 2, "a key stands twice"),
        ("[\n" + "[" * 100_000 + "]", 2, "is not JSON"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_its_line(
    text: str, line: int | None, message: str
) -> None:
    with pytest.raises(ContentError, match=message) as caught:
        parse_cactus(text, FILE)
    assert caught.value.line == line


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(FORM),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["AI_client", "AI_counselor", "CBT", "intake_form", "attitude", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(_JSON, max_size=5))
def test_every_element_of_any_list_is_a_record_or_told(values: list[object]) -> None:
    found = parse_cactus(json.dumps(values), FILE)
    left_out = [problem for problem in found.odd if not problem.field]
    assert len(found.records) + len(left_out) == len(values)


def test_case_reports_are_read_line_by_line() -> None:
    text = '{"text": "A case.", "n": 1}\n\nnot json\n{"text": ""}\n[]\n{"text": "Another."}\n'
    found = parse_reports(text, FILE)
    assert [(each.line, each.text) for each in found.reports] == [(1, "A case."), (6, "Another.")]
    assert found.reports[0].extra == {"n": 1}
    assert [problem.line for problem in found.odd] == [3, 4, 5]
