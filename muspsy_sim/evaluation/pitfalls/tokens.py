"""A text as tokens, words, sentences and terms, without a vocabulary that would have to be fetched.

The tokenizer is `words-or-characters`: a token is a word (letters and digits, with apostrophes and
hyphens inside) or one Chinese character, case and width folded, punctuation left out. It needs
nothing installed and never changes its mind, so two runs can always be compared.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from muspsy_sim.records.base import Language

TOKENIZER = "words-or-characters"
"""The name under which every figure that counts tokens records how it did."""

CHARACTERS_PER_WORD = 1.4
"""Chinese characters that make one spoken word, for lengths in words.

46.8 million characters to 33.5 million words in the film subtitles of SUBTLEX-CH (Cai and Brysbaert
2010, PLoS ONE 5:e10729).
"""

_HAN = "\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+(?:['\-][^\W_{_HAN}]+)*")
_ONE_HAN = re.compile(rf"[{_HAN}]")
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_SENTENCE = re.compile(r"[^.!?。！？；\n]*[.!?。！？；…\n]+[”’\"'」』）)]*|[^.!?。！？；\n]+\Z")
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》|\"[^\"]*\"|(?<!\w)'[^']{4,}'(?!\w)")
_SUFFIXES = ("ing", "ed", "es", "s")
_SHORTEST_STEM = 3


@lru_cache(maxsize=16384)
def folded(text: str) -> str:
    """The text with width, case and the signs for one apostrophe folded."""
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'")


@lru_cache(maxsize=16384)
def tokens(text: str) -> tuple[str, ...]:
    """The tokens of a text, in order."""
    return tuple(_TOKEN.findall(folded(text)))


@lru_cache(maxsize=16384)
def in_blanks(text: str) -> str:
    """The tokens, each between blanks: one text holds another where this holds that as a string."""
    return " ".join(["", *tokens(text), ""])


def words(text: str) -> float:
    """How many words long a text is: words, and 1.4 Chinese characters to a word."""
    found = tokens(text)
    han = sum(1 for token in found if _ONE_HAN.fullmatch(token))
    return len(found) - han + han / CHARACTERS_PER_WORD


@lru_cache(maxsize=16384)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, as they stand in it, ends included."""
    found = (piece.strip() for piece in _SENTENCE.findall(text))
    return tuple(piece for piece in found if tokens(piece))


@lru_cache(maxsize=16384)
def without_quotes(text: str) -> str:
    """The text without what stands in quotation marks: another's words, or a saying's name."""
    return _QUOTED.sub(" … ", text)


_ENDS = frozenset(".!?。！？")
_BEGINS = re.compile(r"\s*[A-Z\u4e00-\u9fff]")


@lru_cache(maxsize=16384)
def masked(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with a mark such as `⟦0⟧` in place of each quotation, and what was quoted.

    A quotation that ends its sentence leaves the sign for it behind the mark: what follows is
    another sentence, and no part of what was said about the words quoted.
    """
    quoted: list[str] = []

    def mark(found: re.Match[str]) -> str:
        said = found[0][1:-1]
        quoted.append(said)
        closes = said[-1:] in _ENDS and _BEGINS.match(text, found.end())
        return f"⟦{len(quoted) - 1}⟧{said[-1] if closes else ''}"

    return _QUOTED.sub(mark, text), tuple(quoted)


@lru_cache(maxsize=16384)
def terms(text: str, language: Language, stop: frozenset[str]) -> frozenset[str]:
    """What a text is about: stemmed words in English, pairs of characters in Chinese.

    Stop words are left out; in Chinese a stop character cuts the run it stands in. Pairs of
    characters find as much as words do (Nie, Gao, Zhang and Zhou 2000).
    """
    if language == "en":
        return frozenset(_stem(token) for token in tokens(text) if token not in stop)
    found: set[str] = set()
    cut = "".join(" " if sign in stop else sign for sign in folded(text))
    for run in _HAN_RUN.findall(cut):
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    return frozenset(pair for pair in found if pair not in stop)


@lru_cache(maxsize=16384)
def _stem(word: str) -> str:
    word = word.partition("'")[0]
    for suffix in _SUFFIXES:
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) >= _SHORTEST_STEM and not word.endswith("ss"):
            # stopped and stopping fold with stop.
            return stem[:-1] if len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2] else stem
    return word[:-1] if word.endswith("e") and len(word) > _SHORTEST_STEM else word
