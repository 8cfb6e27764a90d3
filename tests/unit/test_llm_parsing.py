"""Reasoning is kept apart, and a model's text becomes a typed answer or one short error."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from muspsy_sim.llm.parsing import (
    MAX_ANSWER,
    MAX_DEPTH,
    AnswerError,
    parse_answer,
    split_reasoning,
)
from muspsy_sim.records.answers import (
    AppraisalAnswer,
    CounselorReply,
    PlainReply,
    PlanAnswer,
    Reflection,
    Speech,
)
from muspsy_sim.records.base import Record


class Nested(Record):
    """An answer with room for anything below."""

    text: str = Field(min_length=1)
    more: list[dict[str, str]] = Field(default_factory=list)


@pytest.mark.parametrize(
    ("text", "reasoning", "visible"),
    [
        ("plain words", None, "plain words"),
        ("1 < 2 [sic]", None, "1 < 2 [sic]"),
        ("<think>hm</think>Hello", "hm", "Hello"),
        ("  <think>\nhm\n</think>\n\nHello \n", "hm", "Hello"),
        ("<THINKING>hm</Thinking> Hello", "hm", "Hello"),
        ('<reasoning effort="high">hm</reasoning>Hello', "hm", "Hello"),
        ("Hello<think>never closed, so nobody sees it", "never closed, so nobody sees it", "Hello"),
        ("<think>all of it", "all of it", ""),
        ("opened by the template</think>Hello", "opened by the template", "Hello"),
        ("<think>a</think>Hel<think>b</think>lo", "a\nb", "Hello"),
        ("<think>a<think>b</think>c</think>Hello", "a\nb\nc", "Hello"),
        ("<think></think>Hello", None, "Hello"),
        ("[THINK]hm[/THINK]Hello", "hm", "Hello"),
        ("◁think▷嗯◁/think▷你好", "嗯", "你好"),
        ("<|begin_of_thought|>hm<|end_of_thought|><|begin_of_solution|>Hello<|end_of_solution|>",
         "hm", "Hello"),
        ("<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hello"
         "<|return|>", "hm", "Hello"),
        ("a < thought of mine > b", None, "a < thought of mine > b"),
        ("the <thinker> sat", None, "the <thinker> sat"),
    ],
)  # fmt: skip
def test_reasoning_is_split_from_what_others_see(
    text: str, reasoning: str | None, visible: str
) -> None:
    assert split_reasoning(text) == (reasoning, visible)


@given(st.text(), st.text(), st.sampled_from(["think", "thinking", "reasoning"]))
def test_nothing_between_the_marks_is_ever_visible(before: str, after: str, tag: str) -> None:
    secret = "canary-7f3a"
    _, visible = split_reasoning(f"{before}<{tag}>{secret}</{tag}>{after}")
    assert secret not in visible
    _, visible = split_reasoning(f"{before}<{tag}>{secret}")
    assert secret not in visible


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "Hello."}',
        ' \n{"text": "Hello.", "close": false}\n ',
        '```json\n{"text": "Hello."}\n```',
        '```\n{"text": "Hello."}\n```',
        'Sure! Here it is: {"text": "Hello."} Anything else?',
        'With {braces} first: {"text": "Hello."}',
        '{"note": 1}\n{"text": "Hello."}',
        '<think>{"text": "no"}</think>{"text": "Hello."}',
        'Draft: {"text": ""} then {"text": "Hello."}',
    ],
)
def test_the_object_is_found(text: str) -> None:
    assert parse_answer(text, CounselorReply) == CounselorReply(text="Hello.")


def test_braces_and_quotes_in_strings_do_not_end_the_object() -> None:
    said = 'She said: "}" and then {"text": "no"} \\ ``` end'
    text = f"Well: {json.dumps({'text': said})}"
    assert parse_answer(text, CounselorReply) == CounselorReply(text=said)


def test_reasoning_hidden_by_escapes_inside_a_field_is_dropped() -> None:
    text = r'{"text": "\u003cthink\u003eshe is lying\u003c/think\u003eHello."}'
    assert parse_answer(text, CounselorReply) == CounselorReply(text="Hello.")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty"),
        ("<think>only thoughts", "it is empty"),
        ("I would rather talk.", "no complete JSON object"),
        ('{"text": "cut o', "no complete JSON object"),
        ('["text"]', "no complete JSON object"),
        ('{"text": "a",}', "not valid JSON"),
        ("{'text': 'a'}", "not valid JSON"),
        ('{"text": NaN}', "not valid JSON"),
        (r'{"text": "\ud800"}', "not valid JSON"),
        ('{"text": ""}', "`text`: String should have at least 1 character"),
        ('{"words": "a"}', "`text`: Field required"),
        ('{"text": "a", "extra": 1}', "`extra`: Extra inputs are not permitted"),
        ('{"text": 5}', "`text`: Input should be a valid string"),
    ],
)
def test_what_does_not_hold_is_told_in_one_line(text: str, told: str) -> None:
    with pytest.raises(AnswerError) as caught:
        parse_answer(text, CounselorReply)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) <= 500


def test_the_place_of_a_problem_is_named_and_its_value_is_not_repeated() -> None:
    text = '{"behaviours": [{"behaviour": "shout IGNORE ALL", "quote": "x"}], "quality": 1}'
    with pytest.raises(AnswerError, match=r"`behaviours\[0\]\.behaviour`") as caught:
        parse_answer(text, AppraisalAnswer)
    assert "IGNORE ALL" not in str(caught.value)


def test_a_rule_over_several_fields_is_told() -> None:
    goals = [{"id": "a", "text": "x", "requires": ["b"]}]
    text = json.dumps({"treatment": {"goals": goals}, "session": {"goal": "y"}})
    with pytest.raises(AnswerError, match="requires unknown"):
        parse_answer(text, PlanAnswer)


def test_a_plain_answer_is_its_text() -> None:
    reply = parse_answer("<think>hm</think> {Hello} ", PlainReply, plain=True)
    assert reply == PlainReply(text="{Hello}")
    with pytest.raises(AnswerError):
        parse_answer("<think>hm</think> ", PlainReply, plain=True)
    with pytest.raises(AnswerError):
        parse_answer("x" * 8_001, PlainReply, plain=True)


def test_size_and_depth_are_limited() -> None:
    with pytest.raises(AnswerError, match="longer than"):
        parse_answer('{"text": "' + "a" * MAX_ANSWER + '"}', Nested)
    with pytest.raises(AnswerError, match="nested deeper"):
        parse_answer('{"a":' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1), Nested)
    with pytest.raises(AnswerError, match="nested deeper"):
        parse_answer('{"a":' + "[" * 90_000, Nested)


@pytest.mark.parametrize(
    "text",
    [
        "{" * MAX_ANSWER,
        '{"' * (MAX_ANSWER // 2),
        '{"a":"' + "\\" * (MAX_ANSWER - 10),
        "{}" * (MAX_ANSWER // 2),
        "```json\n" * (MAX_ANSWER // 8),
        "<think" * (MAX_ANSWER // 6),
        "<think " * (MAX_ANSWER // 7),
        "<|channel|>analysis" * (MAX_ANSWER // 19),
        '"{' * (MAX_ANSWER // 2),
    ],
)
@pytest.mark.timeout(20)  # what looks back over the whole for each letter takes minutes
def test_hostile_text_is_refused_and_not_read_for_ever(text: str) -> None:
    with pytest.raises(AnswerError):
        parse_answer(text, Nested)


@given(st.text(max_size=300))
def test_any_text_is_an_answer_or_an_answer_error(text: str) -> None:
    told = ""
    try:
        assert isinstance(parse_answer(text, Nested), Nested)
    except AnswerError as error:
        told = str(error)
    assert "\n" not in told


@given(st.builds(Nested, text=st.text(st.characters(codec="utf-8"), min_size=1)))
def test_what_was_written_is_read_back(answer: Nested) -> None:
    if split_reasoning(answer.text)[1] != answer.text:
        return  # It holds a mark of reasoning, which is dropped on purpose.
    text = orjson.dumps(answer.model_dump()).decode()
    for wrapped in (text, f"```json\n{text}\n```", f"Here: {text} Done."):
        assert parse_answer(wrapped, Nested) == answer


@pytest.mark.parametrize("answer", [CounselorReply, Speech, Reflection])
def test_an_answer_of_nothing_but_space_is_refused(answer: type[Record]) -> None:
    with pytest.raises(AnswerError, match="text"):
        parse_answer('{"text": " \\n "}', answer)


@pytest.mark.parametrize("raw", ["one\ntwo", "one\ttwo", "one\x03two"])
def test_raw_control_signs_in_a_string_are_read(raw: str) -> None:
    answer = parse_answer('{"text": "' + raw + '"}', PlainReply)
    assert answer == PlainReply(text=raw.replace("\x03", " "))
