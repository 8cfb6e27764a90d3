"""Numbers in a text, with what they count: `twenty-seven years`, `3 kids`, `五个月`, `46岁`.

A number without something that it counts is left alone, and so are `one` and `一`, which mostly
count nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from muspsy_sim.evaluation.pitfalls.tokens import folded
from muspsy_sim.records.base import Language

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_EN = re.compile(
    rf"(?<![\w.,'-])(?P<number>\d{{1,7}}|(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_UNITS[1:10])}))?"
    rf"|{'|'.join(sorted(_UNITS[2:], key=len, reverse=True))})"
    r"[\s-](?P<counts>[a-z]+)(?![\w'])"
)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_MEASURES = "个年月岁天周次张块间条套件只头斤里米层遍回口平度"
_ZH = re.compile(
    rf"(?P<number>\d{{1,7}}|[零〇一二两三四五六七八九十百千万]+)(?P<counts>个月|个人|个星期|个钟头|[{_MEASURES}])"
)
_UNCOUNTED_EN = frozenset({"of", "or", "and", "to", "in", "at", "i", "it", "he", "she", "that"})
_SMALLEST = 2


@dataclass(frozen=True, slots=True)
class Counted:
    """A number and what it counts, singular in English."""

    value: int
    counts: str


@lru_cache(maxsize=8192)
def counted(text: str, language: Language) -> tuple[Counted, ...]:
    """The numbers of a text that count something, in order."""
    return tuple(_en(folded(text)) if language == "en" else _zh(folded(text)))


@lru_cache(maxsize=8192)
def number(text: str) -> int | None:
    """The value of a number written in digits, English words or Chinese signs; `None` for none."""
    if text.isdecimal():
        return int(text)
    if text and all(sign in _DIGITS or sign in _PLACES for sign in text):
        return _chinese(text)
    parts = text.split("-")
    if parts and all(part in _WORDS for part in parts):
        return sum(_WORDS[part] for part in parts)
    return None


def _en(text: str) -> Iterator[Counted]:
    for found in _EN.finditer(text):
        value, counts = number(found["number"]), found["counts"]
        if value is not None and value >= _SMALLEST and counts not in _UNCOUNTED_EN:
            yield Counted(value, counts.removesuffix("s"))


def _zh(text: str) -> Iterator[Counted]:
    for found in _ZH.finditer(text):
        value = number(found["number"])
        if value is not None and value >= _SMALLEST:
            yield Counted(value, found["counts"])


def _chinese(text: str) -> int:
    """`二十七` is 27, `四千三` 4300, and signs in a row without places are digits: `二〇` is 20."""
    if all(sign in _DIGITS for sign in text):
        return int("".join(str(_DIGITS[sign]) for sign in text))
    total, last, place = 0, 0, 10
    for sign in text:
        if sign in _DIGITS:
            last = _DIGITS[sign]
            continue
        place = _PLACES[sign]
        if sign == "万":
            total = (total + last) * place
        else:
            total += (last or 1) * place
        last = 0
    # A digit after hundreds or more that no zero parts counts the next place: 四千三.
    return total + last * (place // 10 if place > 10 and "零" not in text else 1)
