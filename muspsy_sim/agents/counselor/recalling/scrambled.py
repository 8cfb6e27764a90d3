"""Scrambled recall: notes on other people in the place of one's own.

The control for what is remembered. Each statement of a note that was written is replaced by one of
the same part of a note, with a quote where it had one and about as long, out of
`agents/counselor/scrambled/`. Of the note itself only that form is read and no word, so nothing
that was said reaches a counselor by this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from random import Random
from typing import Literal, get_args

from pydantic import Field, model_validator

from muspsy_sim.agents.counselor.recalling.size import head_tokens, statement_tokens
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.content import content_path
from muspsy_sim.records.memory import SessionNote, Statement
from muspsy_sim.records.strict_yaml import load_strict

Part = Literal["emotion_and_cognition", "observations", "assignments", "summary"]
PARTS: tuple[Part, ...] = get_args(Part)
_AS_LONG = 4
"""Tokens by which a statement may differ from what is wanted and be taken without looking on."""


class OthersStatement(Record):
    """A statement on somebody else; with the words it rests on, or a conclusion without."""

    text: str = Field(min_length=1)
    quote: str = ""


class OthersNotesFile(Record):
    """One file of `agents/counselor/scrambled/`."""

    language: Language
    emotion_and_cognition: list[OthersStatement]
    observations: list[OthersStatement]
    assignments: list[OthersStatement]
    session_goals: list[str] = Field(min_length=1)
    summary: list[OthersStatement]

    @model_validator(mode="after")
    def _both_kinds(self) -> OthersNotesFile:
        for part in PARTS:
            held: list[OthersStatement] = getattr(self, part)
            if not any(s.quote for s in held):
                raise ValueError(f"{part} must hold a statement with a quote")
            if part != "assignments" and all(s.quote for s in held):
                raise ValueError(f"{part} must hold a statement without a quote")
        return self


@cache
def others_notes(language: Language) -> OthersNotesFile:
    """The notes on others of a language. Raises `ContentError`."""
    return load_strict(
        content_path("agents", "counselor", "scrambled", f"{language}.yaml"), OthersNotesFile
    )


def scrambled(
    note: SessionNote,
    before: Iterable[SessionNote],
    language: Language,
    chance: Chance,
    owed: int = 0,
) -> SessionNote:
    """A note of the same form about somebody else, drawn by the note's session.

    `before`: such notes of earlier sessions; nothing of theirs comes again while there is more.
    `owed`: tokens by which they are shorter than the notes in whose place they stand.
    """
    file = others_notes(language)
    rng = chance.rng(note.session, 0, "counselor.others_notes")
    used = {s.text + s.quote for earlier in before for s in earlier.statements()}
    made: dict[str, list[Statement]] = {part: [] for part in PARTS}
    for part in PARTS:
        pool: list[OthersStatement] = getattr(file, part)
        for statement in getattr(note, part):
            wanted = statement_tokens(statement) + owed
            taken = _taken(pool, statement, wanted, used, rng)
            made[part].append(taken)
            owed = wanted - statement_tokens(taken)
        # Where the note's statements are longer than any of these, there are more of them.
        while made[part] and owed > 0:
            more = _taken(pool, made[part][-1], owed, used, rng)
            if statement_tokens(more) > owed + _AS_LONG:
                break
            made[part].append(more)
            owed -= statement_tokens(more)
    return SessionNote(
        session=note.session,
        emotion_and_cognition=made["emotion_and_cognition"],
        observations=made["observations"],
        assignments=made["assignments"],
        summary=made["summary"],
        session_goal=_goal(file.session_goals, note.session_goal, owed, rng),
    )


def _taken(
    pool: Sequence[OthersStatement], place: Statement, wanted: int, used: set[str], rng: Random
) -> Statement:
    """The statement that takes a place: of its kind, not used yet, and about as long as wanted."""
    kind = [s for s in pool if bool(s.quote) == bool(place.quote)] or list(pool)
    fresh = [s for s in kind if s.text + s.quote not in used] or kind
    rng.shuffle(fresh)
    each = [
        Statement(text=s.text, basis=place.basis, turns=place.turns, quote=s.quote) for s in fresh
    ]
    off = [abs(statement_tokens(one) - wanted) for one in each]
    fits = next((n for n, by in enumerate(off) if by <= _AS_LONG), off.index(min(off)))
    used.add(each[fits].text + each[fits].quote)
    return each[fits]


def _goal(goals: Sequence[str], own: str, owed: int, rng: Random) -> str:
    """The goal of somebody else's session; none where the note has none."""
    if not own:
        return ""
    wanted = head_tokens(own) + owed
    drawn = rng.sample(list(goals), len(goals))
    return min(drawn, key=lambda goal: abs(head_tokens(goal) - wanted))
