"""Verbatim spans: whether a text holds words of another text.

A text is a row of tokens: a word, or one Chinese character, without case and punctuation. Two
texts share a span when a run of so many tokens stands in both: 8 words or 12 characters are
beyond chance, and few enough that a copied clause is found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from muspsy_sim.records.base import Language

Span = tuple[str, ...]

SPAN: dict[Language, int] = {"en": 8, "zh": 12}
LONG_SPAN: dict[Language, int] = {"en": 16, "zh": 24}
"""For texts about the same thing by the same hand, which share common phrases by nature."""

_HAN = "\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+(?:['’\-][^\W_{_HAN}]+)*")
_CANARY_LENGTH = 8
_SHORTEST_CUT = 4
"""Shorter texts than this many signs are not cut out: they would take other words apart."""


def tokens(text: str) -> list[str]:
    """The tokens of a text."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def spans(text: str, length: int) -> Iterator[Span]:
    """All runs of `length` tokens, in order; none where the text is shorter."""
    found = tokens(text)
    for start in range(len(found) - length + 1):
        yield tuple(found[start : start + length])


def shown(span: Span) -> str:
    """A span as a message quotes it."""
    return ("" if all(len(token) == 1 for token in span) else " ").join(span)


def in_blanks(text: str) -> str:
    """The tokens of a text, each between blanks.

    One text holds another whole where this holds that as a string.
    """
    return " ".join(["", *tokens(text), ""])


def canaries(text: str) -> set[str]:
    """Tokens that nobody writes by chance.

    Eight signs or more with letters and digits mixed, or the word canary in them.
    """
    return {token for token in tokens(text) if _is_canary(token)}


def without(text: str, removed: Iterable[str]) -> str:
    """`text` with each of these texts cut out where it stands word for word, longest first."""
    for piece in sorted({p for p in removed if len(p) >= _SHORTEST_CUT}, key=len, reverse=True):
        text = text.replace(piece, "\n")
    return text


def _is_canary(token: str) -> bool:
    if "canary" in token:
        return True
    mixed = any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
    return mixed and len(token) >= _CANARY_LENGTH
