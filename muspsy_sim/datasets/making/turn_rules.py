"""What a reconstructed client turn and a refined counselor turn are held against, rule by rule.

A finding names lengths and numbers, never words of the source: it is kept in the trail, and told
to the model that is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from muspsy_sim.datasets.making.plain_words import Plain, cut
from muspsy_sim.datasets.making.record import Check
from muspsy_sim.datasets.making.shared_spans import (
    LONGEST,
    edit_share,
    length,
    longest_shared,
    shared_stretches,
    units,
)
from muspsy_sim.datasets.making.source_turns import Source
from muspsy_sim.formats.corpora.language import language_of
from muspsy_sim.records.base import Language
from muspsy_sim.records.corpus_views import MASK

_SLACK: dict[Language, int] = {"en": 14, "zh": 22}
"""Words and characters that any turn may have: the band of a short one would hold no sentence."""
_LEAST: dict[Language, int] = {"en": 25, "zh": 40}
"""More than this is asked of no turn: nobody has to fill the space of somebody else's story."""
_MARK = re.compile(
    r"\[[A-Z]+_\d+\]|…\]|\[…|</?think|^\s*(?:client|counselor|来访者|咨询师)\s*[:：]", re.IGNORECASE
)
_SECOND = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are",
    "i'm": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll",
}  # fmt: skip
_FIRST_PERSON = re.compile(
    rf"\b(?:{'|'.join(sorted(_SECOND, key=len, reverse=True))})\b", re.IGNORECASE
)
_QUOTE = re.compile(r"[“\"「『]([^”\"」』]{2,120})[”\"」』]")
_FIGURES = re.compile(r"\d+")
_INSIDE = re.compile(r"(?<=[a-z,;’'] )([A-Z][a-z]+)\b")
_AT_HOME = frozenset(
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "God")
)


@dataclass(frozen=True, slots=True)
class Band:
    """Shortest and longest length of a turn, in words or Chinese characters."""

    least: int
    most: int


def band_of(masked: int, language: Language, shortest: float, longest: float) -> Band:
    """The band round the length of a masked turn."""
    most = max(ceil(longest * masked), _SLACK[language])
    return Band(min(int(shortest * masked), _LEAST[language], most), most)


def client_checks(
    text: str,
    source: Source,
    language: Language,
    *,
    band: Band,
    complaint: str,
    before: Sequence[str],
    asked: str,
) -> list[Check]:
    """The rules of a client turn that need no model, all of them, kept or not."""
    told = "\n".join((complaint, *before))
    return [
        _rule("form", _form(text, language)),
        _rule("length", _length(text, band)),
        _rule("shared span", _shared(text, source)),
        _rule("identifiers", _left(source.left_in(text, told))),
        _rule("complaint", _foreign_facts(text, told)),
        _rule("repetition", _repeated(text, before, asked)),
    ]


def counselor_checks(
    text: str, source: Source, language: Language, *, kept: str, cap: float, told: str, known: Plain
) -> list[Check]:
    """The rules of a refined counselor turn."""
    share = edit_share(kept.replace(MASK, " x "), text)
    holes = cut(text, known, Plain(frozenset(), frozenset()).and_of(told)).count(MASK)
    return [
        _rule("form", _form(text, language)),
        _rule("holes", ["it still holds a mark of something taken out"] if MASK in text else []),
        _rule("identifiers", _left(source.left_in(text, told))),
        _rule(
            "borne out", [f"{holes} of its words this client has given no ground for"] * (holes > 0)
        ),
        _rule("echo", _echo(text, source, told)),
        _rule(
            "edit cap",
            [f"{share:.0%} of the words are changed, more than {cap:.0%}"] if share > cap else [],
        ),
    ]


def without_the_client(text: str, source: Source) -> str:
    """A counselor's turn with a hole for each identifier and each stretch of the client's."""
    for identifier in sorted(source.identifiers, key=len, reverse=True):
        edge = r"(?<!\w)%s(?!\w)" if identifier.isascii() else "%s"
        text = re.sub(edge % re.escape(identifier), MASK, text, flags=re.IGNORECASE)
    said = [" ".join(unit.text for unit in units(turn)) for turn in source.client]
    for quote in reversed([*_QUOTE.finditer(text)]):
        words = " ".join(unit.text for unit in units(quote[1]))
        if words and any(words in turn for turn in said):
            text = f"{text[: quote.start()]}{MASK}{text[quote.end() :]}"
    theirs = [*source.client, *(_turned(turn) for turn in source.client)]
    for start, end in reversed(shared_stretches(text, theirs, words=4, characters=6)):
        text = f"{text[:start]}{MASK}{text[end:]}"
    return text


def _turned(text: str) -> str:
    """What a client says, as a counselor says it back: `my hands shake`, `your hands shake`."""
    turned = _FIRST_PERSON.sub(lambda found: _SECOND[found[0].lower()], text.replace("’", "'"))
    return turned.replace("我", "你")


def summary_checks(text: str, source: Source, language: Language) -> list[Check]:
    """The rules of a summary: it holds nothing of the client's."""
    return [
        _rule("form", _form(text, language)),
        _rule("shared span", _shared(text, source)),
        _rule("identifiers", _left(source.left_in(text))),
        _rule("figures", ["it holds a number"] if _FIGURES.search(text) else []),
        _rule("names", ["it holds a name"] if _names(text, "") else []),
    ]


def _rule(name: str, why: list[str]) -> Check:
    return Check(rule=name, kept=not why, found="; ".join(why))


def _form(text: str, language: Language) -> list[str]:
    why = []
    if not text.strip():
        why.append("it is empty")
    if _MARK.search(text):
        why.append("it holds a mark that nobody says")
    if length(text) >= 4 and language_of([text]) not in (None, language):
        why.append(f"it is not in {'Chinese' if language == 'zh' else 'English'}")
    return why


def _length(text: str, band: Band) -> list[str]:
    has = length(text)
    if band.least <= has <= band.most:
        return []
    return [f"its length is {has}, not {band.least} to {band.most}"]


def _shared(text: str, source: Source) -> list[str]:
    found = longest_shared(text, source.client)
    most = LONGEST["zh"] if re.search("[\u4e00-\u9fff]", text) else LONGEST["en"]
    return [f"a stretch of {found} stands in the masked dialogue, more than {most}"] * (
        found > most
    )


def _left(number: int) -> list[str]:
    return [f"{number} of the masked client's identifiers are in it"] if number else []


def _foreign_facts(text: str, told: str) -> list[str]:
    figures = set(_FIGURES.findall(text)) - set(_FIGURES.findall(told))
    found = len(figures) + len(_names(text, told))
    return [f"{found} names or numbers in it are not in the complaint"] if found else []


def _names(text: str, told: str) -> list[str]:
    return [n for n in _INSIDE.findall(text) if n not in _AT_HOME and n not in told]


def _repeated(text: str, before: Sequence[str], asked: str) -> list[str]:
    why = []
    if length(text) > 3 and text in before:
        why.append("it has been said before")
    if asked and length(text) > 5 and edit_share(asked, text) < 0.3:
        why.append("it says the counselor's turn back")
    return why


def _echo(text: str, source: Source, told: str) -> list[str]:
    found = longest_shared(text, source.client)
    most = LONGEST["zh"] if re.search("[\u4e00-\u9fff]", text) else LONGEST["en"]
    fresh = found > most and longest_shared(text, [told]) < found
    return [f"a stretch of {found} is the masked client's"] * fresh
