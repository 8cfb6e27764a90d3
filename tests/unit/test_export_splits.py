"""Splits by source case, and the spans by which a copied clause is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.datasets.spans import canaries, in_blanks, spans, tokens, without
from muspsy_sim.datasets.splits import FEWEST_CASES, SPLITS, place, split_cases

CASES = st.lists(st.text(min_size=1, max_size=12), max_size=40)


@given(CASES)
def test_every_case_has_one_split_and_none_is_empty(cases: list[str]) -> None:
    found = split_cases(cases)
    assert set(found) == set(cases)
    if len(set(cases)) >= FEWEST_CASES:
        assert set(found.values()) == set(SPLITS)
    else:
        assert set(found.values()) <= {"train"}


@given(CASES)
def test_splits_depend_on_neither_order_nor_repetition(cases: list[str]) -> None:
    assert split_cases(cases) == split_cases([*reversed(cases), *cases])


def test_shares_are_eight_one_one() -> None:
    found = split_cases(f"case-{number}" for number in range(5_000))
    shares = [sum(1 for s in found.values() if s == split) / 5_000 for split in SPLITS]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.02)


def test_a_case_keeps_its_split_when_others_come() -> None:
    few = split_cases(f"case-{number}" for number in range(300))
    many = split_cases(f"case-{number}" for number in range(3_000))
    assert all(many[case] == split for case, split in few.items())


def test_a_case_has_the_same_place_on_every_machine() -> None:
    assert place("case-1") == 0.5248628377785971


def test_tokens_are_words_and_single_chinese_characters() -> None:
    assert tokens("I can't—sleep, at 3a.m.") == ["i", "can't", "sleep", "at", "3a", "m"]
    assert tokens("我 睡不着，3点醒。") == ["我", "睡", "不", "着", "3", "点", "醒"]
    assert tokens("Ｆｕｌｌ WIDTH") == ["full", "width"]


def test_spans_are_all_runs_of_a_length() -> None:
    assert list(spans("one two three four", 3)) == [
        ("one", "two", "three"),
        ("two", "three", "four"),
    ]
    assert list(spans("one two", 3)) == []


@given(st.text(max_size=60), st.text(max_size=60), st.integers(min_value=1, max_value=4))
def test_a_text_put_into_another_shares_its_spans(before: str, text: str, length: int) -> None:
    whole = f"{before} . {text} . {before}"
    assert set(spans(text, length)) <= set(spans(whole, length))
    assert in_blanks(text) in in_blanks(whole) or not tokens(text)


def test_a_canary_is_known_by_its_shape() -> None:
    assert canaries("see CANARY and abc12345 but not abcdefgh, 12345678 or a1") == {
        "canary",
        "abc12345",
    }


def test_cutting_takes_the_longest_first_and_leaves_scraps_alone() -> None:
    text = "No. I said no because I was tired."
    assert without(text, ["No.", "I said no because I was tired.", "I said"]) == "No. \n"
