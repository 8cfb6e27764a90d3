"""Personal data in a text: what patterns find, and the names that somebody declares.

Patterns find what has a form (addresses of the net, telephone, identity and card numbers, street
addresses); names have none and must be declared, or asked of Presidio (`presidio`, an extra).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from muspsy_sim.records.errors import FormatError

PersonalKind = Literal[
    "email", "url", "phone", "identity", "card", "account", "address", "ip", "name"
]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, and what it is."""

    kind: PersonalKind
    start: int
    end: int


_STREETS = "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Terrace|Crescent"

_PATTERNS: tuple[tuple[PersonalKind, str], ...] = (
    ("email", r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    ("url", r"(?:https?://|www\.)[^\s，。；！？、）)」”\"'<>]{3,}"),
    ("ip", r"(?<![\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.])"),
    (
        "identity",
        r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]",
    ),
    ("identity", r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"),
    ("card", r"(?<!\d)(?:\d{4}[ -]?){3}\d{4}(?!\d)"),
    ("phone", r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"),
    ("phone", r"(?<![\d(])0\d{2,3}[ -]\d{7,8}(?!\d)"),
    ("phone", r"(?<![\w+])\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}\d(?!\d)"),
    ("phone", r"(?<![\d.-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\d-]|\.\d)"),
    ("account", r"(?:微信号?|QQ号?|wechat|WeChat)[是为:：\s]{0,4}([A-Za-z][\w-]{5,19}|\d{5,12})"),
    (
        "address",
        r"(?<!\w)\d{1,5}[A-Za-z]? (?:[A-Z][A-Za-z'’-]+ ){1,3}(?:" + _STREETS + r")\b\.?",
    ),
    (
        "address",
        r"[\u4e00-\u9fff]{2,8}(?:路|街|大道|胡同|弄)\d{1,5}(?:号|弄)(?:[\d\u4e00-\u9fff]{0,6}(?:室|栋|单元|楼))*",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)

# What no pattern can match without: a text that lacks all of it is not searched.
_ANY = re.compile(r"\d{3}|@|www\.|://|微信|QQ|[Ww]e[Cc]hat|\d(?:号|弄)|\d[A-Za-z]? [A-Z]")


def personal_spans(text: str, names: Sequence[str] = ()) -> Iterator[Span]:
    """Personal data in the order of the text; of two that overlap the first and longer.

    `names` are looked for as whole words in Latin script, and anywhere in Chinese.
    """
    spans: list[Span] = []
    if _ANY.search(text):
        for kind, pattern in _COMPILED:
            spans += [Span(kind, m.start(), m.end()) for m in pattern.finditer(text)]
    for name in names:
        spans += [Span("name", at, at + len(name)) for at in _places(text, name)]
    end = 0
    for span in sorted(spans, key=lambda s: (s.start, s.start - s.end)):
        if span.start >= end:
            yield span
            end = span.end


def _places(text: str, name: str) -> Iterator[int]:
    if not name:
        return
    whole = name[0].isascii()
    at = text.find(name)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
        if not whole or not (before.isalnum() or after.isalnum()):
            yield at
        at = text.find(name, at + 1)


Finder = Callable[[str, str], Iterator[Span]]
"""More personal data in a text, given its language."""


def declared_names(file: Path) -> tuple[str, ...]:
    """The names in a file, one a line; blank lines and lines that begin with # say nothing.

    Raises:
        FormatError: the file cannot be read, or names nobody.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"cannot be read: {error}", file=file) from error
    names = tuple(
        dict.fromkeys(line.strip() for line in lines if line.strip()[:1] not in ("", "#"))
    )
    if not names:
        raise FormatError("names nobody", file=file, hint="write one name a line")
    return names
