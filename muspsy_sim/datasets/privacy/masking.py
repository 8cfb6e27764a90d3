"""Placeholders in the place of what could find a person, the same one for the same thing.

Rules alone: what has a form (`personal_data`), declared names, names as people give them (`my name
is`, 我叫, titles), ages, dates, and the names of schools, firms and places by their endings. Within
one dialogue the same thing gets the same placeholder, in every turn and document, whatever language
it stands in. The same input gives the same output, and masking twice changes nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from muspsy_sim.datasets.personal_data import Finder, personal_spans
from muspsy_sim.datasets.privacy.chinese_names import NAMES, is_name, is_word, parts_of
from muspsy_sim.datasets.privacy.chinese_places import PLACES, institutions, is_place
from muspsy_sim.records.corpus import OFFLINE, Dialogue, offline_roles

KINDS = (
    *("name", "email", "url", "phone", "identity", "card", "account", "address", "ip"),
    *("age", "date", "place", "organisation"),
)

_PLACEHOLDER = re.compile(r"\[[A-Z]+_\d+\]")

_NAME_EN = r"[A-Z][a-z]+(?:[-'’][A-Z][a-z]+)?"
_NO_NAMES = """
    I Hi Hello Well Yes No Thanks Thank Okay Oh Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday January February March April May June July August September October November December
    God Christmas Easter English Mum Dad Mom Doctor
"""
_NOT_NAMES = frozenset(_NO_NAMES.split())

_GIVEN: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "name",
        re.compile(
            rf"(?:[Mm]y name(?: is|'s|’s)|[Ii](?: am|'m|’m) called|[Cc]all me|[Tt]his is) "
            rf"({_NAME_EN}(?: {_NAME_EN})?)"
        ),
    ),
    (
        "name",
        re.compile(
            rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Professor|Aunt|Uncle)\.? ({_NAME_EN}(?: {_NAME_EN})?)"
        ),
    ),
    (
        "name",
        re.compile(
            rf"(?:husband|wife|son|daughter|brother|sister|friend|boss|colleague|partner|cousin"
            rf"|mother|father|neighbour|neighbor)(?:,| is| called| named)* ({_NAME_EN})\b"
        ),
    ),
    *(("name", pattern) for pattern in NAMES),
    ("age", re.compile(r"(?<![\d.])(\d{1,2})(?= ?岁)")),
    (
        "age",
        re.compile(
            r"\b(?:aged? |I(?: am|'m|’m) |[Yy]ou(?: are|'re|’re) |turned )(\d{1,2})"
            r"(?=[\s,.;!?]|$)(?! (?:minutes|times))"
        ),
    ),
    ("age", re.compile(r"\b(\d{1,2})(?=[- ]years?[- ]old\b)")),
    (
        "date",
        re.compile(r"((?:19|20)\d{2}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?|\d{1,2}月\d{1,2}[日号])"),
    ),
    (
        "date",
        re.compile(
            r"\b(\d{1,2}(?:st|nd|rd|th)? (?:January|February|March|April|May|June|July|August"
            r"|September|October|November|December)(?: (?:19|20)\d{2})?|(?:19|20)\d{2}-\d{2}-\d{2}"
            r"|(?:in|since) (?:19|20)\d{2})\b"
        ),
    ),
    (
        "organisation",
        re.compile(
            rf"((?:{_NAME_EN} ){{1,3}}(?:University|College|School|Hospital|Bank|Ltd|Inc|Company"
            rf"|Council|Club|Church))\b"
        ),
    ),
    (
        "place",
        re.compile(
            rf"\b(?:in|from|to|near|at|past|outside) ({_NAME_EN}(?: {_NAME_EN}){{0,2}})\b(?!['’]s)"
        ),
    ),
    *(("place", pattern) for pattern in PLACES),
)


@dataclass(slots=True)
class Masker:
    """The placeholders of one dialogue so far."""

    names: Sequence[str] = ()
    kinds: frozenset[str] = frozenset(KINDS)
    more: Finder | None = None
    _given: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    learned: list[str] = field(default_factory=list)
    """Names that the dialogue itself gave, longest first; looked for everywhere in it."""
    places: list[str] = field(default_factory=list)
    """Places in Latin script that it gave after a preposition; looked for everywhere, too."""
    _whole: dict[str, str] = field(default_factory=dict)
    """A part of a name to the name, where only one person in the dialogue bears it."""

    def learn(self, texts: Sequence[str]) -> None:
        """Take what a dialogue names anywhere, so that each mention of it is found."""
        found = {
            match[1]
            for text in texts
            for kind, pattern in _GIVEN
            if kind == "name"
            for match in pattern.finditer(text)
            if _is_name(match[1])
        }
        bearers: dict[str, set[str]] = {}
        for name in found:
            for part in _parts(name):
                bearers.setdefault(part.casefold(), set()).add(name)
        self._whole = {
            part: next(iter(names)).casefold() for part, names in bearers.items() if len(names) == 1
        }
        parts = {part for name in found for part in _parts(name)}
        lookup = {name for name in found | parts if not is_word(name)}
        self.learned = sorted(lookup, key=lambda name: (-len(name), name))
        places = {
            match[1]
            for text in texts
            for kind, pattern in _GIVEN
            if kind == "place"
            for match in pattern.finditer(text)
            if match[1].isascii() and _is_name(match[1]) and match[1] not in lookup
        }
        self.places = sorted(places, key=lambda place: (-len(place), place))

    def mask(self, text: str, language: str = "en") -> str:
        """The text with placeholders."""
        out: list[str] = []
        at = 0
        for start, end, kind in self._spans(text, language):
            out += [text[at:start], self._placeholder(kind, text[start:end])]
            at = end
        return "".join([*out, text[at:]])

    def _placeholder(self, kind: str, said: str) -> str:
        plain = " ".join(said.split()).casefold()
        if kind == "name":
            plain = self._whole.get(plain, plain)
        key = (kind, plain)
        if key not in self._given:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._given[key] = f"[{kind.upper()}_{self._counts[kind]}]"
        return self._given[key]

    def given(self) -> dict[str, str]:
        """Placeholder to what it stands for. Private: whoever has it can undo the masking."""
        return {placeholder: said for (_, said), placeholder in self._given.items()}

    def _spans(self, text: str, language: str) -> Iterator[tuple[int, int, str]]:
        """Spans that do not overlap, in order; the longer of two that begin together."""
        spans: list[tuple[int, int, str]] = [
            (s.start, s.end, s.kind) for s in personal_spans(text, [*self.names, *self.learned])
        ]
        for kind, pattern in _GIVEN:
            spans += [
                (match.start(1), match.end(1), kind)
                for match in pattern.finditer(text)
                if kind not in ("name", "place") or _is_name(match[1])
                if kind != "place" or is_place(match[1])
            ]
        spans += [(start, end, "organisation") for start, end in institutions(text)]
        given = (s for s in personal_spans(text, self.places) if s.kind == "name")
        spans += [(s.start, s.end, "place") for s in given]
        if self.more is not None:
            spans += [(s.start, s.end, s.kind) for s in self.more(text, language)]
        done = [(m.start(), m.end()) for m in _PLACEHOLDER.finditer(text)]
        end = 0
        for start, stop, kind in sorted(spans, key=lambda s: (s[0], -s[1])):
            inside = any(a <= start < b for a, b in done)
            if start >= end and kind in self.kinds and not inside:
                yield start, stop, kind
                end = stop


def mask_dialogue(
    dialogue: Dialogue,
    names: Sequence[str] = (),
    *,
    kinds: frozenset[str] = frozenset(KINDS),
    more: Finder | None = None,
) -> tuple[Dialogue, dict[str, str]]:
    """A dialogue with placeholders in its turns and documents, and what each stands for.

    `extra` is emptied but of the mark of `offline`, and private reasoning left out: what a format
    does not know may name anybody.
    The roles are kept where they are one of the format's own words, and masked otherwise.
    """
    language = dialogue.language or "en"
    masker = Masker(names, kinds, more)
    masker.learn(
        [turn.text for turn in dialogue.utterances()] + [paper.text for paper in dialogue.documents]
    )
    offline: list[JsonValue] = [*offline_roles(dialogue)]
    masked = dialogue.model_copy(
        update={
            "extra": {OFFLINE: offline} if offline else {},
            "source_case": None,
            "sessions": [
                session.model_copy(
                    update={
                        "extra": {},
                        "utterances": [
                            turn.model_copy(
                                update={
                                    "text": masker.mask(turn.text, language),
                                    "role": masker.mask(turn.role, language),
                                    "reasoning": None,
                                    "extra": {},
                                }
                            )
                            for turn in session.utterances
                        ],
                    }
                )
                for session in dialogue.sessions
            ],
            "documents": [
                paper.model_copy(update={"text": masker.mask(paper.text, language), "extra": {}})
                for paper in dialogue.documents
            ],
        }
    )
    return masked, masker.given()


def _parts(name: str) -> list[str]:
    """What a person is also called."""
    if name.isascii():
        parts = name.split()
        return [part for part in parts if _is_name(part)] if len(parts) > 1 else []
    return parts_of(name)


def _is_name(said: str) -> bool:
    if said.isascii():
        return said.split()[0] not in _NOT_NAMES
    return is_name(said)
