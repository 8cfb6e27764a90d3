"""What a counselor says of earlier sessions, and whether those bear it out.

A reference is a sentence that points back ("last time you said ...", or what came of something
agreed). Quoted words have to have been said; a claim without quotes has to share its content words
with what was said. A sentence that claims nothing ("how did that go?") is no reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from muspsy_sim.llm.offline.appraiser.sentences import lowered
from muspsy_sim.llm.offline.judge.reading import CounselorTurn, Reading, sentences_of, words_of
from muspsy_sim.records.scores import Quote
from muspsy_sim.records.views import Line

_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{3,})[”\"」』]")
_BORNE = 0.6
"""A claim is borne out when so large a part of its content words was said in one exchange."""
_FEWEST = 2

Found = Literal["earlier", "here", "nowhere"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A sentence that points back, and where what it claims was said."""

    quote: Quote
    turn: CounselorTurn
    found: Found


def references(reading: Reading) -> list[Reference]:
    """All references in what is judged, in order."""
    both = [(t.session, t.line) for t in reading.earlier]
    both += [(t.session, t.line) for t in reading.earlier_client]
    past = [line.text for _, line in sorted(both, key=_place)]
    found: list[Reference] = []
    done = {line.id: place for place, line in enumerate(reading.lines)}
    for turn in reading.counselor:
        upto = done[turn.line.id]
        here = [line.text for line in reading.lines[:upto]]
        for one in sentences_of(turn.line, reading.language):
            if not reading.cues.found("earlier", one.low):
                continue
            claim = _claim(reading, one.text)
            if claim is None:
                continue
            where: Found = "nowhere"
            if _borne(reading, claim, past):
                where = "earlier"
            elif _borne(reading, claim, here):
                where = "here"
            found.append(Reference(one.quote, turn, where))
    return found


@dataclass(frozen=True, slots=True)
class _Claim:
    quoted: tuple[str, ...]
    words: frozenset[str]


def _claim(reading: Reading, text: str) -> _Claim | None:
    """What a sentence claims of the past; `None` where it claims nothing that could be false."""
    quoted = tuple(q.strip(" ,.。，") for q in _QUOTED.findall(text))
    words = words_of(reading.cues.stop.sub(" ", lowered(text)), reading.language)
    if quoted or len(words) >= _FEWEST:
        return _Claim(quoted, words)
    return None


def _borne(reading: Reading, claim: _Claim, past: list[str]) -> bool:
    if claim.quoted:
        plain = [_plain(line) for line in past]
        return any(_plain(q) in line for q in claim.quoted for line in plain)
    said = [words_of(line, reading.language) for line in past]
    # In one place, for words that were said here and there bear nothing out.
    near = [a | b for a, b in pairwise(said)] or said
    return any(len(claim.words & words) >= _BORNE * len(claim.words) for words in near)


def _place(said: tuple[int, Line]) -> tuple[int, int]:
    """Where a line stands in the course: its session, and the number at the end of its id."""
    return said[0], int(re.sub(r"\D", "", said[1].id.rpartition("t")[2]) or 0)


def _plain(text: str) -> str:
    return re.sub(r"[\s,.，。!?！？]+", " ", text).strip().lower()
