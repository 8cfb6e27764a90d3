"""What is made without being checked is what checking would make of it; draws are what they were."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import pytest

from muspsy_sim.records import values
from muspsy_sim.records.base import Record
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.ready import Ready
from muspsy_sim.records.state import Alliance
from muspsy_sim.records.values import made, unchanging
from muspsy_sim.records.views import Line


@unchanging
class Pair:
    one: int
    other: str = "x"


def test_a_made_record_is_the_validated_one() -> None:
    given: dict[str, Any] = {"id": "t1", "speaker": "client", "text": "Yes."}
    line = made(Line, dict(given))
    assert line == Line(**given)
    assert line.model_dump_json() == Line(**given).model_dump_json()
    other = line.model_copy(update={"text": "No."})
    line.text = "Well."
    assert (line.text, other.text, other.model_fields_set) == ("Well.", "No.", set(given))


@pytest.mark.parametrize(
    "wrong",
    [
        {"goal": 0.5, "task": 0.5},  # One is missing.
        {"goal": 0.5, "task": 0.5, "bond": 1.5},
        {"goal": 0.5, "task": 0.5, "bond": 0.5, "mood": 0.5},
        {"goal": 0.5, "task": 0.5, "bond": 1},  # Would be written as 1.0.
    ],
)
def test_the_tests_see_a_record_that_does_not_fit(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, AssertionError)):
        made(Alliance, wrong)


def test_nothing_is_looked_at_outside_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "check", None)
    assert made(Alliance, {"goal": 2.0, "task": 0.5, "bond": 0.5}).goal == 2.0


def test_a_plain_value_is_equal_by_its_fields_and_takes_no_other() -> None:
    assert Pair(1) == Pair(1, "x") != Pair(2)
    assert len({Pair(1), Pair(1), Pair(2)}) == 2
    with pytest.raises(AttributeError):
        Pair(1).third = 3  # type: ignore[attr-defined]


def test_draws_are_a_hash_of_the_whole_key() -> None:
    chance = Chance("case", 7)
    hashed = blake2b(b"case\x1f7\x1f2\x1f11\x1fa/b", digest_size=8).digest()
    drawn = int.from_bytes(hashed, "big") >> 1
    assert chance.integer(2, 11, "a/b") == drawn
    assert chance.uniform(2, 11, "a/b") == (drawn + 0.5) / 2.0**63
    assert chance.lasting("bias") == chance.normal(0, 0, "bias") == chance.lasting("bias")
    assert chance.lasting("bias") != Chance("case", 8).lasting("bias")


def test_what_is_ready_is_of_that_very_object() -> None:
    asked: list[list[int]] = []

    def total(numbers: list[int]) -> int:
        asked.append(numbers)
        return sum(numbers)

    ready = Ready(total, most=2)
    one, same = [1, 2], [1, 2]
    assert [ready(one), ready(one), ready(same), ready([5]), ready(one)] == [3, 3, 3, 5, 3]
    assert len(asked) == 4  # The third object made room for itself.


def test_records_share_no_list_of_fields_that_one_could_change() -> None:
    class Other(Record):
        a: int

    first, second = made(Other, {"a": 1}), made(Other, {"a": 2})
    first.a = 3
    assert (second.a, second.model_fields_set) == (2, {"a"})
