"""A turn cut into sentences, statements and questions, each with its place in the text.

Quotes are cut from the text itself by these places, so that they are verbatim by construction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_letters, digits

from muspsy_sim.llm.offline.appraiser.cues import Cues

_WIDE = {chr(ord(c) + 0xFEE0): c for c in digits + ascii_letters}
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u3000": " ", "您": "你", **_WIDE}
)
_END_EN = re.compile(
    r"(?:(?<!\.)(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\betc)(?<!\be\.g)(?<!\bi\.e)\.|[!?]+)"
    r"[!?]*[\"')\]]*(?=\s|$)|\n+"
)
_END_ZH = re.compile(r"[。！？!?；;\n]+[”’」』）)\"']*|(?:…+|\.{3,})(?![，,])")
_BREAK_EN = re.compile(r"[,;:]\s+|\s+[—–-]+\s+|—|\.\.\.\s+|…\s*")
_BREAK_ZH = re.compile(r"[，,：:；;]|——|…+")
_QUESTION_MARK = re.compile(r"[?？]")
_ASKS_ZH = re.compile(r"吗[。！!”」 ]*$")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a turn that does one kind of thing: it asks, or it does not."""

    start: int
    end: int
    low: str
    asks: bool
    sentence: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's place in the turn."""

    start: int
    end: int


def lowered(text: str) -> str:
    """Lower case, quotes and letter widths made plain, by character: places stay true."""
    low = text.translate(_PLAIN).lower()
    if len(low) == len(text):
        return low
    # A few letters grow when lowered (a dotted capital I): those are left as they are.
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(_PLAIN))


def sentences(low: str, language: str) -> list[Sentence]:
    """Where the sentences of a lowered turn lie, without surrounding space."""
    ends = _END_ZH if language == "zh" else _END_EN
    found: list[Sentence] = []
    start = 0
    for stop in [*(m.end() for m in ends.finditer(low)), len(low)]:
        found.extend(trimmed(low, start, stop))
        start = stop
    return found


def parts(low: str, found: list[Sentence], cues: Cues) -> list[Part]:
    """Each sentence as a statement, a question, or a statement and then a question."""
    return [
        Part(start, end, low[start:end], asks, number)
        for number, one in enumerate(found)
        for start, end, asks in _cut(low, one, cues)
    ]


def clauses(low: str, language: str) -> Iterator[tuple[int, int]]:
    """The stretches between commas and dashes."""
    start = 0
    for found in (_BREAK_ZH if language == "zh" else _BREAK_EN).finditer(low):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < len(low):
        yield start, len(low)


def trimmed(low: str, start: int, end: int) -> Iterator[Sentence]:
    """The stretch without surrounding space; nothing where it holds no word."""
    piece = low[start:end]
    inner = piece.strip()
    if any(c.isalnum() for c in inner):
        begin = start + piece.index(inner[0])
        yield Sentence(begin, begin + len(inner))


def _cut(low: str, one: Sentence, cues: Cues) -> Iterator[tuple[int, int, bool]]:
    text = low[one.start : one.end]
    opening = _question_place(text, cues)
    if opening is None:
        yield one.start, one.end, False
        return
    head = text[:opening].rstrip(" ,，;:：—–-")
    if head:
        yield one.start, one.start + len(head), False
    yield one.start + opening, one.end, True


def _question_place(text: str, cues: Cues) -> int | None:
    """Where the asking begins in a sentence; `None` where it does not ask."""
    pieces = list(clauses(text, cues.language))
    for start, end in pieces:
        if cues.forms["invitation"].search(text, start, end):
            return start
    if not (_QUESTION_MARK.search(text) or (cues.language == "zh" and _ASKS_ZH.search(text))):
        return None
    opens = cues.forms["question_start"]
    matcher = opens.search if cues.language == "zh" else opens.match
    asking = [start for start, end in pieces if matcher(text, start, end)]
    if not asking:
        return 0 if cues.language == "en" else pieces[-1][0]
    if asking[0] and cues.forms["tag"].match(text, asking[0]):
        # "You're tired, aren't you?" says something; its tag asks nothing of its own.
        return None
    return asking[0]
