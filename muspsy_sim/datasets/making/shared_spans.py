"""How much of one text's very words stands in another: the longest stretch, and all long ones.

English is counted in words (case and marks ignored), Chinese in characters (marks and space
ignored). A text in both is counted in both, since either gives a person away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from muspsy_sim.records.base import Language

_UNIT = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[A-Za-z0-9]+(?:['’][A-Za-z]+)*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")

LONGEST: dict[Language, int] = {"zh": 12, "en": 8}
"""Characters and words that a shared stretch may have; one more is too many."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A word or a character, lowered, and where it stands."""

    text: str
    start: int
    end: int


def units(text: str) -> list[Unit]:
    """A text's words (Latin) and characters (Chinese), in order."""
    return [
        Unit(m.group().lower().replace("’", "'"), m.start(), m.end()) for m in _UNIT.finditer(text)
    ]


def length(text: str) -> int:
    """Words and Chinese characters of a text."""
    return len(units(text))


def longest_shared(one: str, others: Iterable[str]) -> int:
    """The most units in a row that `one` shares with any of the others."""
    mine = [u.text for u in units(one)]
    return max((_longest(mine, [u.text for u in units(other)]) for other in others), default=0)


def _longest(one: Sequence[str], two: Sequence[str]) -> int:
    best = 0
    before = [0] * (len(two) + 1)
    for word in one:
        now = [0] * (len(two) + 1)
        for n, other in enumerate(two, start=1):
            if word == other:
                now[n] = before[n - 1] + 1
                best = max(best, now[n])
        before = now
    return best


def longest_shared_turn(turns: Iterable[str], others: Sequence[str], known: int = 0) -> int:
    """The most units in a row that any of the turns shares with any of the others.

    At least `known`: what was found before need not be found again, so that a whole corpus takes
    time in proportion to its text.
    """
    mine, theirs = ([[u.text for u in units(t)] for t in texts] for texts in (turns, others))
    while _grams(mine, known + 1) & _grams(theirs, known + 1):
        known += 1
    return known


def _grams(texts: Iterable[Sequence[str]], size: int) -> set[tuple[str, ...]]:
    return {tuple(text[n : n + size]) for text in texts for n in range(len(text) - size + 1)}


def shared_stretches(
    text: str, others: Iterable[str], *, words: int, characters: int
) -> list[tuple[int, int]]:
    """Where `text` holds stretches of the others of at least so many words or characters.

    Returns offsets into `text`, end exclusive, overlapping ones as one.
    """
    mine = units(text)
    found = [False] * len(mine)
    grams: dict[int, set[tuple[str, ...]]] = {words: set(), characters: set()}
    for other in others:
        theirs = [u.text for u in units(other)]
        for size, kept in grams.items():
            kept.update(tuple(theirs[n : n + size]) for n in range(len(theirs) - size + 1))
    for size, kept in grams.items():
        for n in range(len(mine) - size + 1):
            gram = tuple(u.text for u in mine[n : n + size])
            chinese = sum(bool(_HAN.match(u)) for u in gram)
            fits = size == (characters if 2 * chinese > len(gram) else words)
            if fits and gram in kept:
                found[n : n + size] = [True] * size
    spans: list[tuple[int, int]] = []
    for n, hit in enumerate(found):
        if hit and n and found[n - 1]:
            spans[-1] = (spans[-1][0], mine[n].end)
        elif hit:
            spans.append((mine[n].start, mine[n].end))
    return spans


def edit_share(kept: str, new: str) -> float:
    """The share of words that changed, 0 to 1: edit distance over the longer one's length."""
    one, two = [u.text for u in units(kept)], [u.text for u in units(new)]
    if not one and not two:
        return 0.0
    row = list(range(len(two) + 1))
    for n, word in enumerate(one, start=1):
        last, row[0] = row[0], n
        for m, other in enumerate(two, start=1):
            last, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, last + (word != other))
    return row[-1] / max(len(one), len(two))
