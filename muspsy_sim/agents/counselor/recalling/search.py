"""Recall by search: the statements of all notes that share words with what was just said.

Where the client's last words find nothing, the last two exchanges are searched for; where they
find nothing either, or nothing was said yet, the newest statements come to mind.
"""

from __future__ import annotations

from collections.abc import Sequence

from muspsy_sim.agents.counselor.recalling.bm25 import bm25
from muspsy_sim.agents.counselor.recalling.pieces import Piece, chosen, newest_first, pieces
from muspsy_sim.agents.counselor.recalling.terms import terms
from muspsy_sim.records.base import Language
from muspsy_sim.records.memory import SessionNote
from muspsy_sim.records.views import Recalled


def search(
    notes: Sequence[SessionNote], heard: Sequence[str], budget: int, language: Language
) -> list[Recalled]:
    """The best matches within `budget` tokens; `heard` is this session's lines, the newest last."""
    known = pieces(notes)
    for said in asked(heard):
        worth = matches(known, said, language)
        found = sorted(
            (n for n in range(len(known)) if worth[n] > 0),
            key=lambda n: (-worth[n], -known[n].session, known[n].at),
        )
        if found:
            return chosen((known[n] for n in found), budget)
    return chosen(newest_first(known), budget)


def asked(heard: Sequence[str]) -> list[str]:
    """What to search for, the narrowest first: the last line, then the last two exchanges."""
    return [" ".join(lines) for lines in (heard[-1:], heard[-4:]) if lines]


def matches(known: Sequence[Piece], said: str, language: Language) -> list[float]:
    """How well each piece answers what was said, rounded so that no platform decides a tie."""
    documents = [terms(piece.text, language) for piece in known]
    return [round(worth, 9) for worth in bm25(terms(said, language), documents)]
