"""A text as the terms that it is found by: words in English, pairs of characters in Chinese.

No segmenter is needed for Chinese: overlapping bigrams find as much as words do (Nie, Gao, Zhang
and Zhou 2000). English plurals are folded by the S stemmer (Harman 1991).
"""

from __future__ import annotations

import re
from functools import lru_cache

from muspsy_sim.agents.counselor.recalling.words import memory_words
from muspsy_sim.records.base import Language

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


@lru_cache(maxsize=8192)
def terms(text: str, language: Language) -> tuple[str, ...]:
    """The terms of a text in their order, stop words left out."""
    words = memory_words(language)
    low = text.lower().replace("’", "'")
    found = [_singular(w) for w in _WORD.findall(low) if w not in words.stop]
    for run in _HAN.findall(words.cut.sub(" ", low)) if language == "zh" else ():
        pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        found += [pair for pair in pairs if pair not in words.stop]
    return tuple(found)


def _singular(word: str) -> str:
    word = word.partition("'")[0]
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and len(word) > 2:
        return word[:-1]
    return word
