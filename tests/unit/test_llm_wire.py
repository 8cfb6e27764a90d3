"""The chat-completions protocol: schemas as servers take them, errors as they come, keys out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_fakes import REQUEST
from pydantic import BaseModel, JsonValue

from muspsy_sim.llm.answer_formats import FORMATS, response_format, strict_schema
from muspsy_sim.llm.prompting import answer_schema
from muspsy_sim.llm.redaction import Secret, redact, shown
from muspsy_sim.llm.seam import Message, ModelFailure
from muspsy_sim.llm.tokens import estimate_prompt_tokens, estimate_tokens
from muspsy_sim.llm.wire import Completion, failure_of, read_body, reply_from, retry_after, usage_of
from muspsy_sim.records.answers import (
    AppraisalAnswer,
    CounselorReply,
    NoteAnswer,
    PlanAnswer,
    Reflection,
    Speech,
    TurnPlanAnswer,
)
from muspsy_sim.records.base import Record

ANSWERS = [
    Speech, Reflection, AppraisalAnswer, CounselorReply, TurnPlanAnswer, NoteAnswer, PlanAnswer,
]  # fmt: skip
STRICT_KEYS = {
    "type", "enum", "description", "anyOf", "items", "properties", "required",
    "additionalProperties", "$ref", "$defs", "pattern", "minimum", "maximum", "minItems",
    "maxItems",
}  # fmt: skip


def nodes(schema: Any) -> list[dict[str, Any]]:
    """All schemas inside a schema."""
    found = [schema]
    for key in ("properties", "$defs"):
        for node in schema.get(key, {}).values():
            found += nodes(node)
    for node in [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
        found += nodes(node)
    return found


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_has_a_schema_for_strict_mode(answer: type[Record]) -> None:
    original = answer_schema(answer)
    before = json.dumps(original)
    strict = strict_schema(original)
    assert strict is not None
    for node in nodes(strict):
        assert node.keys() <= STRICT_KEYS
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])
    assert list(strict["properties"]) == list(original["properties"]), "the order of thought stays"
    bare = strict_schema(original, constraints=False)
    assert bare is not None
    assert not {"pattern", "minimum", "minItems"} & {k for n in nodes(bare) for k in n}
    assert json.dumps(original) == before


def test_a_schema_that_strict_mode_cannot_say_is_sent_as_it_is() -> None:
    class Free(BaseModel):
        anything: dict[str, JsonValue]

    schema = Free.model_json_schema()
    assert strict_schema(schema) is None
    sent = response_format(schema, "Free", "strict")
    assert sent == {"type": "json_schema", "json_schema": {"name": "Free", "schema": schema}}


def test_the_forms_go_from_the_schema_to_nothing() -> None:
    schema = answer_schema(Speech)
    kinds = [response_format(schema, "Speech", form) for form in FORMATS]
    assert [kind and kind["type"] for kind in kinds] == [
        "json_schema", "json_schema", "json_object", "json_object", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0), ("2.5", 2.5), ("-3", 0.0), ("", None), ("soon", None), ("nan", None),
        ("inf", None), ("Thu, 01 Jan 1970 00:01:40 GMT", 40.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("Thu, 99 Jan 1970 00:00:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-After": value}, now=60.0) == seconds


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, "bad_request"), (400, "bad_request"), (401, "auth"), (402, "auth"), (403, "auth"),
        (404, "bad_request"), (408, "timeout"), (413, "bad_request"), (422, "bad_request"),
        (429, "rate_limit"), (500, "server"), (503, "server"), (504, "timeout"), (529, "server"),
    ],
)  # fmt: skip
def test_every_status_has_its_kind(status: int, kind: str) -> None:
    assert failure_of(status, {}, b"", ()).kind == kind


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"error": {"message": "No such model."}}', "No such model."),
        (b'{"error": "No such model."}', "No such model."),
        (b'{"message": "No such model."}', "No such model."),
        (b'{"detail": [{"msg": "No such model."}]}', "No such model."),
        (b"No such\nmodel.", "No such model."),
        (b"\xff\xfe", "\ufffd"),
        (b"", "answered 404"),
        (b"null", "answered 404"),
        (b"[1]", "[1]"),
    ],
)
def test_what_the_server_says_is_quoted_on_one_line(raw: bytes, told: str) -> None:
    message = failure_of(404, {}, raw, ()).message
    assert told in message
    assert "\n" not in message


def test_a_long_message_is_cut_after_its_key_is_out() -> None:
    key = Secret("q7Lm0123456789abcdef")
    for at in range(180, 215):
        raw = json.dumps({"error": {"message": "x" * at + key.reveal() + "y" * 500}}).encode()
        message = failure_of(400, {}, raw, (key,)).message
        assert len(message) < 300
        assert "q7L" not in message


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-ab***yz",
        "Authorization: Bearer abcdefghijk",
        "authorization: basic YWRhOmFiYw==",
        'api_key="abcdefghijk"',
        "https://ada:abcdefghijk@host/v1",
        "?access_token=abcdefghijk&x=1",
    ],
)
def test_what_looks_like_a_key_is_taken_out_unknown_as_it_is(text: str) -> None:
    out = redact(text)
    assert "***" in out
    for piece in ("abcdefghijk", "sk-proj", "YWRh"):
        assert piece not in out


def test_a_short_key_is_only_taken_out_as_a_word() -> None:
    assert redact("x marks the box, exactly: x", (Secret("x"),)) == (
        "*** marks the box, exactly: ***"
    )


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40),
    st.text(max_size=60),
    st.text(max_size=300),
)
def test_a_known_key_never_shows(key: str, before: str, after: str) -> None:
    said = shown(f"{before}{key}{after}", (Secret(key),))
    assert key not in said or set(key) == {"*"}


RETURNED = {
    "replied", "malformed", "server", "refused", "rate_limit", "auth", "bad_request", "timeout",
    "cut_off",
}  # fmt: skip


def outcome(raw: bytes) -> str:
    """What a body comes to: `replied`, or the kind of its failure."""
    try:
        reply_from(read_body(raw, ()), REQUEST, ())
    except ModelFailure as failure:
        return failure.kind
    return "replied"


@given(st.binary(max_size=300))
def test_any_body_is_a_completion_or_a_typed_failure(raw: bytes) -> None:
    for body in (raw, b'{"choices": [' + raw + b"]}"):
        assert outcome(body) in RETURNED


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 500) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "error", "code", "usage", "param"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.slow
@given(_JSON)
def test_any_json_is_a_reply_or_a_typed_failure(value: Any) -> None:
    bodies = [value, {"choices": [{"message": value}]}, {"choices": value}, {"error": value}]
    for body in bodies:
        raw = json.dumps(body).encode()
        assert outcome(raw) in RETURNED
        assert isinstance(failure_of(400, {}, raw, ()), ModelFailure)


@pytest.mark.parametrize(
    ("said", "estimated"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 2}, 0),
        ({"prompt_tokens": 3}, 1),
        ({"prompt_tokens": -1, "completion_tokens": 2}, 1),
        ({"prompt_tokens": True, "completion_tokens": 2}, 1),
        ({"prompt_tokens": "3", "completion_tokens": 2}, 1),
        (None, 1),
    ],
)
def test_usage_is_the_servers_or_marked_as_estimated(
    said: dict[str, Any] | None, estimated: int
) -> None:
    usage = usage_of(Completion("Hello there.", None, None, "stop", said), REQUEST)
    assert usage.calls == 1
    assert usage.estimated == estimated
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0


@pytest.mark.parametrize(
    ("said", "beside"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 30}}, {}),
        ({"prompt_cache_hit_tokens": 30, "prompt_cache_miss_tokens": 10}, {}),
        ({"cached_tokens": 30}, {}),
        ({}, {"timings": {"cache_n": 30, "prompt_n": 10}}),
        ({"prompt_tokens_details": None}, {"timings": {"cache_n": 30}}),
    ],
)
def test_cached_tokens_are_read_by_each_servers_name(
    said: dict[str, Any], beside: dict[str, Any]
) -> None:
    usage = {"prompt_tokens": 40, "completion_tokens": 2, **said}
    choices = [{"message": {"content": "Yes."}, "finish_reason": "stop"}]
    body = json.dumps({"choices": choices, "usage": usage, **beside}).encode()
    assert usage_of(read_body(body, ()), REQUEST).cached_tokens == 30


def test_cached_tokens_never_exceed_the_prompt() -> None:
    said = {
        "prompt_tokens": 5,
        "completion_tokens": 1,
        "prompt_tokens_details": {"cached_tokens": 9},
    }
    assert usage_of(Completion("a", None, None, "stop", said), REQUEST).cached_tokens == 5


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("I have not slept well since the letter came.", 9, 12),
        ("我最近总是睡不好，半夜会醒。", 10, 16),
        ('{"text": "Hello", "close": false}', 8, 14),
        ("2026-11-20", 4, 7),
        ("uncharacteristically", 2, 4),
    ],
)
def test_estimates_are_of_the_right_size(text: str, least: int, most: int) -> None:
    assert least <= estimate_tokens(text) <= most


@given(st.text(), st.text())
def test_an_estimate_adds_up(one: str, other: str) -> None:
    both = estimate_tokens(f"{one} {other}")
    # The space between them can be the only sign there is, and the sum is rounded up once.
    assert estimate_tokens(one) <= both <= estimate_tokens(one) + estimate_tokens(other) + 1
    assert estimate_prompt_tokens([Message("user", one)]) == estimate_tokens(one) + 4
