"""The statements of notes, one by one, and what of them is put into a prompt.

A choice of statements is told by a reference of its own, such as `note:2#0,3`: the first and the
fourth statement of session 2's note, in reading order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from muspsy_sim.agents.counselor.recalling.size import head_tokens, statement_tokens
from muspsy_sim.records.memory import SessionNote, Statement
from muspsy_sim.records.views import Recalled

AT_MOST = 8
"""Statements in one choice. It is what makes a search a search: a budget for six whole notes would
let every statement in, in whatever order they were ranked."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement, the session whose note holds it, and its place in that note from 0."""

    session: int
    at: int
    statement: Statement
    assigned: bool
    """Whether it stands among the note's assignments."""

    @property
    def text(self) -> str:
        """What it says, with the words it rests on."""
        return f"{self.statement.text} {self.statement.quote}".strip()


def pieces(notes: Iterable[SessionNote]) -> list[Piece]:
    """All statements of these notes, oldest first."""
    found: list[Piece] = []
    for note in notes:
        first = len(note.emotion_and_cognition) + len(note.observations)
        last = first + len(note.assignments)
        found += [
            Piece(note.session, at, statement, first <= at < last)
            for at, statement in enumerate(note.statements())
        ]
    return found


def newest_first(known: Iterable[Piece]) -> list[Piece]:
    """Pieces as they come to mind when nothing was said yet: the last session's, homework first."""
    return sorted(known, key=lambda p: (-p.session, not p.assigned, p.at))


def chosen(ranked: Iterable[Piece], budget: int) -> list[Recalled]:
    """The best pieces within `budget` tokens and `AT_MOST`, in order of time.

    A piece that does not fit is passed over for a smaller one after it; the best is always in.
    """
    kept: list[Piece] = []
    sessions: set[int] = set()
    for piece in ranked:
        if len(kept) == AT_MOST:
            break
        size = statement_tokens(piece.statement)
        size += 0 if piece.session in sessions else head_tokens()
        if size > budget and kept:
            continue
        kept.append(piece)
        sessions.add(piece.session)
        budget -= size
    return [
        _shown(session, sorted((p for p in kept if p.session == session), key=lambda p: p.at))
        for session in sorted(sessions)
    ]


def _shown(session: int, kept: Sequence[Piece]) -> Recalled:
    places = ",".join(str(piece.at) for piece in kept)
    return Recalled(
        session=session,
        ref=f"note:{session}#{places}",
        statements=[piece.statement for piece in kept],
    )
