"""The arithmetic under the pitfalls: tokens, tallies, distinct-2, shared 5-grams, numbers."""

from __future__ import annotations

from collections import Counter

import pytest

from muspsy_sim.evaluation.pitfalls.brevity import is_minimal
from muspsy_sim.evaluation.pitfalls.following import opens_with_agreement
from muspsy_sim.evaluation.pitfalls.numbers import Counted, counted, number
from muspsy_sim.evaluation.pitfalls.repeating import distinct_2, five_grams, shared_five_grams
from muspsy_sim.evaluation.pitfalls.tallies import Share, Spread, Trend, Waits
from muspsy_sim.evaluation.pitfalls.tokens import (
    masked,
    sentences,
    tokens,
    without_quotes,
    words,
)


def test_a_token_is_a_word_or_a_chinese_character() -> None:
    assert tokens("I’ve a lock-keeper's VAN, 3 of 5.") == (
        *("i've", "a", "lock-keeper's", "van", "3", "of", "5"),
    )
    assert tokens("我在ＫＴＶ，唱3首。") == ("我", "在", "ktv", "唱", "3", "首")


def test_chinese_counts_in_words_by_a_published_figure() -> None:
    assert words("one two three") == 3
    assert words("我在图书馆修书") == pytest.approx(7 / 1.4)


def test_sentences_and_quotations() -> None:
    assert sentences("No. I said, “Go away.” Then what?") == (
        "No.",
        "I said, “Go away.”",
        "Then what?",
    )
    assert sentences("嗯……我不晓得。您问吧！") == ("嗯……我不晓得。", "您问吧！")
    assert "go" not in without_quotes('He said "go away" and left').split()
    assert without_quotes("it's hers, isn't it") == "it's hers, isn't it"


def test_a_share_of_nothing_has_no_value() -> None:
    assert Share(0, 0).value() is None
    assert (Share(1, 3) + Share(2, 3)).value() == 0.5


def test_the_median_of_an_even_number_lies_between() -> None:
    assert Spread(Counter([1, 2, 4, 100])).value() == 3
    assert (Spread(Counter([1])) + Spread(Counter([2, 9]))).value() == 2
    assert Spread().value() is None


def test_the_median_wait_reckons_with_those_who_never_came() -> None:
    # Of five, one came after 1 turn; two were lost at 2 and 3; of the two left one came at 4:
    # 4/5, then 4/5 * 1/2 = 2/5, which is a half or less.
    assert Waits(Counter([1, 4]), Counter([2, 3, 9])).value() == 4
    assert Waits(Counter([1]), Counter([9, 9, 9])).value() is None
    assert Waits().value() is None


def test_the_slope_is_that_of_least_squares() -> None:
    # Turns 0 0 | 0 1 | 1 1 in sessions 1 to 3: the share rises by a half each time.
    assert Trend({1: (0, 2), 2: (1, 2), 3: (2, 2)}).value() == pytest.approx(0.5)
    assert Trend({2: (1, 2)}).value() is None
    added = Trend({1: (0, 1), 2: (1, 1)}) + Trend({1: (0, 1), 3: (2, 2)})
    assert added.by_session == {1: (0, 2), 2: (1, 1), 3: (2, 2)}


def test_distinct_2_counts_pairs_within_turns_in_the_first_tokens() -> None:
    assert distinct_2(["a b a b"]) == Share(2, 3)
    assert distinct_2(["a b", "b c"]) == Share(2, 2)
    assert distinct_2(["a b a b", "c d"], first=2) == Share(1, 1)


def test_shared_runs_are_of_the_one_with_fewer() -> None:
    one, other = five_grams(["a b c d e f"]), five_grams(["x a b c d e", "p q r s t u v"])
    assert shared_five_grams(one, other) == Share(1, 2)
    assert shared_five_grams(set(), other).value() is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Twenty-seven years in April, and 3 kids.", [(27, "year"), (3, "kid")]),
        ("One day I will.", []),
        ("She is two of a kind.", []),
        ("1996-2003", []),
    ],
)
def test_english_numbers_count_something(text: str, found: list[tuple[int, str]]) -> None:
    assert counted(text, "en") == tuple(Counted(*each) for each in found)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二十七", 27),
        ("十", 10),
        ("一百六十", 160),
        ("四千三", 4300),
        ("二〇", 20),
        ("两万", 20000),
    ],
)
def test_chinese_numbers(text: str, value: int) -> None:
    assert number(text) == value


def test_chinese_numbers_count_something() -> None:
    assert counted("我等了五个月，一下子就好了，十分难。", "zh") == (Counted(5, "个月"),)


@pytest.mark.parametrize(
    ("text", "language", "agrees"),
    [
        ("Yes, that's it.", "en", True),
        ("You're right, I do.", "en", True),
        ("“Yes,” she said.", "en", True),
        ("Right here, in the neck.", "en", False),
        ("Right, then. Which chair?", "en", False),
        ("No. Yes.", "en", False),
        ("Sure enough, it broke.", "en", False),
        ("对，是这样的。", "zh", True),
        ("嗯。", "zh", True),
        ("嗯……我说不好。", "zh", False),
        ("对不起，我没有做。", "zh", False),
        ("好像是吧。", "zh", False),
        ("是不是太晚了？", "zh", False),
        ("行李还没收拾。", "zh", False),
    ],
)
def test_what_opens_with_agreement(text: str, language: str, agrees: bool) -> None:
    assert opens_with_agreement(text, language) is agrees  # type: ignore[arg-type]


def test_minimal_is_short_and_asks_nothing() -> None:
    assert is_minimal("Suppose so.", "en")
    assert not is_minimal("Why?", "en")
    assert not is_minimal("I suppose it is.", "en")
    assert is_minimal("可能吧。", "zh")
    assert not is_minimal("是吗？", "zh")
    assert not is_minimal("不太清楚呀。", "zh")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("就剩这个：“爹白当了。”上次高兴是哪天，想不起来了。", ["就剩这个：⟦0⟧。", "上次高兴是哪天，想不起来了。"]),
        ("I thought “No.” Last time I was glad is years ago.", ["I thought ⟦0⟧.", "Last time I was glad is years ago."]),
        ("“No.” is what you told me last time.", ["⟦0⟧ is what you told me last time."]),
        ("上次你说：“爹白当了。”，我还记着。", ["上次你说：⟦0⟧，我还记着。"]),
    ],
)  # fmt: skip
def test_a_quotation_that_ends_its_sentence_is_no_part_of_the_next(
    text: str, whole: list[str]
) -> None:
    assert list(sentences(masked(text)[0])) == whole
