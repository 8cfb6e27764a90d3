"""Texts that a local model writes are counted as they grow, by the names that they go under."""

from __future__ import annotations

import json

import pytest

from muspsy_sim.llm.local.lengths import Lengths, Vocabulary, take_limits

SIGNS = Vocabulary([chr(n) for n in range(0x250)] + ["哭", '", "', '"}', "words of "], longest=9)
BYTE = {text: token for token, text in enumerate(SIGNS.texts)}


def after(text: str, limits: dict[str, int]) -> Lengths:
    lengths = Lengths(limits, SIGNS)
    for sign in text:
        lengths.take(BYTE[sign])
    return lengths


@pytest.mark.parametrize(
    ("said", "full"),
    [
        ('{"text": "', False),
        ('{"text": "' + "a" * 11, False),
        ('{"text": "' + "a" * 12, True),
        ('{"text": "' + "哭" * 12, True),
        ('{"text": "' + "a" * 12 + '"', False),
        ('{"text": "' + 'a\\"' * 4, True),
        ('{"text": "' + "a" * 12 + '\\"', True),
        ('{"text": "ends\\\\", "other": "' + "a" * 30, False),
        ('{"list": ["short", "' + "a" * 12, True),
        ('{"list": ["short", "also", {"text": "b", "c": "' + "a" * 40, False),
        ('{"other": "text: ' + "a" * 40, False),
    ],
)
def test_a_text_is_full_where_the_next_token_could_be_too_long(said: str, full: bool) -> None:
    assert after(said, {"text": 20, "list": 20}).full is full


def test_a_token_may_end_one_text_and_begin_another() -> None:
    lengths = after('{"text": "' + "a" * 12, {"text": 20})
    assert lengths.full
    lengths.take(BYTE['"}'])
    assert not lengths.full


def test_long_limits_are_taken_out_of_a_schema_and_short_ones_stay() -> None:
    schema = {
        "type": "object",
        "properties": {
            "text": {"type": "string", "maxLength": 2000},
            "topic": {"type": "string", "maxLength": 80},
            "facts": {"type": "array", "items": {"$ref": "#/$defs/fact"}},
            "said": {"type": "array", "items": {"type": "string", "maxLength": 500}},
            "maybe": {"anyOf": [{"type": "string", "maxLength": 700}, {"type": "null"}]},
        },
        "$defs": {
            "fact": {
                "type": "object",
                "properties": {"text": {"type": "string", "maxLength": 1000}},
            }
        },
    }
    assert take_limits(schema, above=100) == {"text": 1000, "said": 500, "maybe": 700}
    assert "maxLength" not in json.dumps(schema).replace('"maxLength": 80', "")
    assert schema["properties"]["topic"] == {"type": "string", "maxLength": 80}  # type: ignore[index]
