"""Content words of a turn, for asking whether a thing was said before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from muspsy_sim.datasets.audit.cues import Cues
from muspsy_sim.records.base import Language

_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]+|\d[\d.,:]*\d|\d+")
_RUN = re.compile(r"[\u3400-\u9fff]+|\d+")

_EMPTY = frozenset(
    "的了是在我你他她它们和就都也不有这那个上下来去说想要会能吗吧呢啊很还又没到得着把被让给跟对"
)
"""Chinese characters that carry little by themselves."""


def content_words(text: str, language: Language | None, cues: Cues) -> set[str]:
    """What a text is about: English words that are no stop words, Chinese pairs of characters.

    Chinese is cut into pairs since that needs no dictionary and finds the same word again.
    """
    if language == "zh":
        return {
            run[at : at + 2]
            for run in _RUN.findall(text)
            for at in range(len(run) - 1)
            if not (run[at] in _EMPTY or run[at + 1] in _EMPTY)
        }
    words = (word.lower().replace("’", "'").removesuffix("'s") for word in _WORD.findall(text))
    return {_stem(word) for word in words if len(word) > 3 and word not in cues.stop_words}


def facts(text: str, language: Language | None, cues: Cues) -> Iterator[str]:
    """What is said in a text that could only be known by having heard it.

    English: two content words side by side of which one is a name or a number, and three content
    words side by side. Chinese: eight characters side by side. Rarer than single words, so that
    two texts that share one were not written apart.
    """
    if language == "zh":
        for run in _RUN.findall(text):
            yield from (run[at : at + 8] for at in range(len(run) - 7))
        return
    for sentence in re.split(r"[.!?;:\n]+", text):
        kept = [
            (_stem(word.lower()), number > 0 and (word[0].isupper() or word[0].isdigit()))
            for number, word in enumerate(_WORD.findall(sentence))
            if len(word) > 2 and word.lower() not in cues.stop_words
        ]
        for (a, name_a), (b, name_b) in pairwise(kept):
            if name_a or name_b:
                yield f"{a} {b}"
        yield from (" ".join(word for word, _ in kept[at : at + 3]) for at in range(len(kept) - 2))


def overlap(words: set[str], earlier: Iterable[set[str]]) -> float:
    """The share of `words` that stands in any of the earlier texts, 0 to 1."""
    return len(words & set().union(*earlier)) / len(words) if words else 1.0


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
