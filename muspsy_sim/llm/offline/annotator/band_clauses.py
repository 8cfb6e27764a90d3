"""What a cue says where it stands: negated or not, how strongly, whose it is, then or now, or if.

A turn is cut into sentences and clauses; a cue is weighed by what stands around it in its own. How
degree and negation change a word follows Hutto & Gilbert (2014), VADER, ICWSM 8: both scale it, and
a negated word is weaker than its opposite ("not so bad" is no joy).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Literal

from muspsy_sim.llm.offline.annotator.band_cues import Patterns, patterns
from muspsy_sim.records.base import Language

_STRONGER, _WEAKER = 1.3, 0.6
_NEGATED_DISTRESS, _NEGATED_RELIEF = -0.35, -0.8
"""What is left of a cue under a negation, and on which side: not to be in tears is little relief;
not to be better is distress."""
_WISHED_RELIEF = -0.3
"""Relief that is longed for, asked about or played shows that it is missing."""
_PAST_DISTRESS, _PAST_RELIEF = 0.4, -0.4
"""What was, and is over. Joy that is over is a loss."""
_OTHERS = 0.25
"""Somebody else's distress weighs on whoever tells of it, and is not its own."""
_REPORTED = 0.5
_SUPPOSED = 0.6
_BEYOND_SUPPOSING = 3.0
"""From this weight on an "if" takes nothing away: who says "if I were dead" has thought of it."""

_QUOTED_SAYS = 0.3
"""A voice that is quoted, an old thought say, tells of a moment and not of how it is."""
_SHORT = {"en": 10, "zh": 14}
"""Words (English) or signs (Chinese) up to which a sentence is a plain statement."""

_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]?")
_SENTENCE = re.compile(r"[.!?。！？\n]+")
_CLAUSE = {
    "en": re.compile(
        r"[.!?\n,;:()]+|\s-+\s|--+|[—–…]+|"
        r"\b(?:but|because|though|although|while|yet|except|whereas|then|so that)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"[。！？\n，、；：,;:!?.()（）—…\s]+|但是|可是|不过|但|因为|所以|而且|然后|虽然|只是|后来"
    ),
}
_NEGATION_REACH = {"en": re.compile(r"(?:[\s]+[\w'-]+){0,3}\s*$"), "zh": re.compile(r"\w{0,3}$")}
_DEGREE_REACH = {"en": 24, "zh": 6}
"""Signs before a cue in which a word of degree belongs to it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A cue where it stands in a turn: its weight there, and whether it is the client's own.

    `plainly` (above 0, to 1) is how plainly it says how the client is: all of it in a short
    sentence of its own, less in a long one, which tells a story, and little in somebody else's
    mouth or in a voice that is quoted.
    """

    start: int
    end: int
    weight: float
    own: bool
    plainly: float = 1.0


@dataclass(frozen=True, slots=True)
class _Place:
    """A clause, and the sentence that it belongs to."""

    start: int
    end: int
    sentence_start: int
    sentence_end: int
    asks: bool


def distress_in(text: str, language: Language) -> list[Found]:
    """The cues of distress (above 0) and relief (below 0) in a turn, weighed where they stand."""
    plain = _plain(text)
    rules, places = patterns(language), _places(plain, language)
    found = []
    for start, end, weight, blanked in _cues(plain, "distress", language):
        if not weight:
            continue
        place = _place(places, start)
        factor, own = _factor(plain, blanked, start, end, weight, place, rules, language)
        plainly = _plainly(plain, start, place, language) * (1.0 if own else _OTHERS)
        found.append(Found(start, end, weight * factor, own, plainly))
    return sorted(found, key=lambda f: f.start)


def _plainly(text: str, start: int, place: _Place, language: Language) -> float:
    sentence = text[place.sentence_start : place.sentence_end]
    size = len(sentence.split()) if language == "en" else len(re.findall(r"\w", sentence))
    quoted = any(q.start() < start < q.end() for q in _QUOTED.finditer(text))
    return min(1.0, _SHORT[language] / max(1, size)) * (_QUOTED_SAYS if quoted else 1.0)


def trust_in(text: str, language: Language) -> list[Found]:
    """The cues of opening up (above 0) and of closing (below 0) in a turn."""
    return sorted(
        (
            Found(start, end, weight, True)
            for start, end, weight, _ in _cues(_plain(text), "trust", language)
        ),
        key=lambda f: f.start,
    )


def denied_or_others(text: str, blanked: str, start: int, end: int, language: Language) -> bool:
    """Whether a cue that stands from `start` to `end` is denied, or somebody else's.

    `blanked` is the text with every cue blanked, so that what is part of one denies no other.
    """
    scope = patterns(language).scope
    place = _place(_places(text, language), start)
    if _negated(blanked[min(place.start, start) : start], scope, language):
        return True
    return not (scope["own"].search(text, start, end) or _own(text, place, start, end, scope))


def clause_at(text: str, start: int, language: Language) -> str:
    """The clause of a turn that holds a place, as it stands."""
    place = _place(_places(text, language), start)
    return text[place.start : place.end].strip()


def clause_before(text: str, start: int, language: Language) -> str:
    """What stands before a place in its clause."""
    return text[min(_place(_places(text, language), start).start, start) : start]


def _plain(text: str) -> str:
    """The text with one form of apostrophe, sign for sign, so that places stay what they are."""
    return text.replace("’", "'").replace("‘", "'")


def _cues(
    text: str, what: Literal["distress", "trust"], language: Language
) -> list[tuple[int, int, float, str]]:
    """Each cue with its place and plain weight, and the text with all cues blanked.

    Of two that overlap the longer stands, else one that weighs nothing, else the one that weighs
    more: "not so bad" is one cue, and "good morning" none.
    """
    rules = patterns(language)
    hits = [
        (match.start(), match.end(), weight)
        for weight, pattern in (rules.distress if what == "distress" else rules.trust)
        for match in pattern.finditer(text)
        if match[0].strip()
    ]
    left, kept = text, []
    for start, end, weight in sorted(
        hits, key=lambda h: (h[0] - h[1], h[2] != 0, -abs(h[2]), h[0])
    ):
        if left[start:end] == text[start:end]:
            left = left[:start] + "\0" * (end - start) + left[end:]
            kept.append((start, end, weight))
    blanked = left.replace("\0", " ")
    return [(start, end, weight, blanked) for start, end, weight in kept]


@cache
def _cut(language: Language) -> re.Pattern[str]:
    return _CLAUSE[language]


def _places(text: str, language: Language) -> list[_Place]:
    places: list[_Place] = []
    at = 0
    for sentence in (*_SENTENCE.finditer(text), None):
        end = sentence.start() if sentence else len(text)
        asks = sentence is not None and bool(set("?？") & set(sentence[0]))
        begin = at
        for cut in (*_cut(language).finditer(text, at, end), None):
            stop = cut.start() if cut else end
            if stop > begin:
                places.append(_Place(begin, stop, at, end, asks and cut is None))
            begin = cut.end() if cut else end
        at = sentence.end() if sentence else end
    return places or [_Place(0, len(text), 0, len(text), False)]


def _place(places: list[_Place], start: int) -> _Place:
    at = bisect_right([place.start for place in places], start) - 1
    return places[max(0, at)]


def _factor(
    text: str,
    blanked: str,
    start: int,
    end: int,
    weight: float,
    place: _Place,
    rules: Patterns,
    language: Language,
) -> tuple[float, bool]:
    """What the surroundings make of a cue, and whether what it tells of is the client's own."""
    scope = rules.scope
    clause_start = min(place.start, start)
    before = text[clause_start:start]
    relief = weight < 0
    factor = _degree(before, text[end : end + 4], scope, language)
    own = _own(text, place, start, end, scope)
    if not own:
        factor *= _OTHERS
    elif scope["reported"].search(before):
        factor *= _REPORTED
    if _negated(blanked[clause_start:start], scope, language):
        return factor * (_NEGATED_RELIEF if relief else _NEGATED_DISTRESS), own
    if relief and (place.asks or scope["wished"].search(before)):
        return abs(factor) * _WISHED_RELIEF, own
    if _past(text, place, scope):
        return factor * (_PAST_RELIEF if relief else _PAST_DISTRESS), own
    if scope["supposed"].search(text, place.sentence_start, start) and weight < _BEYOND_SUPPOSING:
        factor *= _SUPPOSED
    return factor, own


def _degree(
    before: str, after: str, scope: dict[str, re.Pattern[str]], language: Language
) -> float:
    near = before[-_DEGREE_REACH[language] :]
    if scope["weaker"].search(near):
        return _WEAKER
    if scope["stronger"].search(near) or "!" in after or "！" in after:
        return _STRONGER
    return 1.0


def _negated(before: str, scope: dict[str, re.Pattern[str]], language: Language) -> bool:
    """Whether an odd number of negations reaches the end of `before`."""
    plain = scope["seeming"].sub(lambda m: "_" * len(m[0]), before)
    count = 0
    for match in scope["negation"].finditer(plain):
        between = plain[match.end() :]
        if _NEGATION_REACH[language].fullmatch(between) and not scope["blocks"].search(between):
            count += 1
    return count % 2 == 1


def _own(text: str, place: _Place, start: int, end: int, scope: dict[str, re.Pattern[str]]) -> bool:
    """Whether the one who is spoken of last before the cue, in its sentence, is the client."""
    before = text[place.sentence_start : start]
    others = [
        m
        for m in scope["others"].finditer(before)
        if not _is_object(before[: m.start()], scope["objects"])
    ]
    if not others:
        return True
    last = others[-1]
    if any(m.start() >= last.end() for m in scope["own"].finditer(before, last.end())):
        return True
    after = text[end : min(place.end, end + 16)]
    return bool(scope["own_after"].search(after))


def _is_object(before: str, objects: re.Pattern[str]) -> bool:
    stripped = before.rstrip()
    return any(m.end() == len(stripped) for m in objects.finditer(stripped))


def _past(text: str, place: _Place, scope: dict[str, re.Pattern[str]]) -> bool:
    """Whether the clause tells of what is over: it says so, or its sentence does and no "now"."""
    clause = text[place.start : place.end]
    if scope["past"].search(clause):
        return not scope["now"].search(clause)
    head = text[place.sentence_start : place.end]
    return bool(scope["past"].search(head)) and not scope["now"].search(head)
