"""The checks that every training row must pass before an export is put in place.

They look at the finished row and at the transcript, not at how the row was made. Each finding
names the row, the rule and what is wrong; one finding is enough for nothing to be written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import orjson

from muspsy_sim.datasets.knowledge import Course, Known, known_for
from muspsy_sim.datasets.leaks import (
    check_hidden,
    check_numbers,
    check_other_sessions,
    check_reasoning,
)
from muspsy_sim.datasets.rows import Row
from muspsy_sim.datasets.shapes import Shape, chat_of
from muspsy_sim.datasets.splits import Split
from muspsy_sim.datasets.wording import wording
from muspsy_sim.records.episode import Turn
from muspsy_sim.records.errors import Problem

RULES: dict[str, str] = {
    "speaker": "what is to be learnt was said by the counselor and what it answers by the client, "
    "by the speaker that the recorded turn names",
    "alternation": "user and assistant alternate, and the user comes first",
    "last-role": "the last message is the assistant's",
    "round-trip": "dialogue is the transcript's, word for word, in order, with nothing left out",
    "hidden": "no fact, belief, hint, risk, situation, way of speaking, event or memory of the "
    "client's stands in a row before the client has said it",
    "memory-off": "where the arm remembers nothing, nothing of an earlier session stands in a row",
    "later": "nothing stands in a row that the client said only later",
    "state": "no number of the client's state stands in a row",
    "scores": "symptom scores stand only in rows of arms that monitor them",
    "reasoning": "nobody's thinking aloud stands in a row",
    "note": "a note cites turns of its own or an earlier session, and its quotes are verbatim",
    "split": "all rows of a source case are in one split",
    "unique": "no two rows of a file have the same id",
    "format": "a row can be read back from its format unchanged",
}
"""Every rule, by the name that a refusal gives."""

Found = tuple[str, str]
"""A rule and what is wrong by it."""


def check_row(course: Course, row: Row, file: Path | None = None) -> list[Problem]:
    """All that is wrong with a row, as problems that name it; empty for a sound one."""
    known = known_for(course, row)
    return [
        problem(row, rule, what, file)
        for check in _CHECKS
        for rule, what in check(course, row, known)
    ]


def problem(row: Row, rule: str, what: str, file: Path | None = None) -> Problem:
    """A finding about a row as a problem."""
    return Problem(
        message=f"row {row.id} breaks the rule {rule!r}: {what}",
        file=file,
        hint=f"nothing was written; --leave-out {row.episode} exports without this episode",
    )


def check_format(row: Row, shape: Shape) -> list[Problem]:
    """Whether a row comes back unchanged from how it is written."""
    written = orjson.loads(orjson.dumps(shape.encode(row)))
    if shape.decode(written) == chat_of(row):
        return []
    return [problem(row, "format", "it reads otherwise once it is written")]


def check_split(row: Row, split: Split, seen: dict[str, Split]) -> list[Problem]:
    """Whether a row's source case is in no other split. `seen` is kept from row to row."""
    if seen.setdefault(row.source_case, split) == split:
        return []
    what = f"source case {row.source_case} is in {seen[row.source_case]} and in {split}"
    return [problem(row, "split", what)]


def check_unique(row: Row, seen: set[str]) -> list[Problem]:
    """Whether no row before had this id. `seen` is kept from row to row."""
    if row.id in seen:
        return [problem(row, "unique", "another row has its id")]
    seen.add(row.id)
    return []


def check_roles(course: Course, row: Row, known: Known) -> Iterator[Found]:
    """Alternation and the last role, for every task."""
    roles = [message.role for message in row.messages]
    chat = roles[1:] if roles[:1] == ["system"] else roles
    if chat[-1:] != ["assistant"]:
        yield "last-role", f"it ends on {chat[-1] if chat else 'nothing'!r}"
    if chat[:1] != ["user"]:
        yield "alternation", f"it begins with {chat[0] if chat else 'nothing'!r}"
    for before, after in pairwise(chat):
        if before == after or after == "system":
            yield "alternation", f"{after!r} follows {before!r}"
            break
    if any(not message.content.strip() for message in row.messages):
        yield "round-trip", "a message is empty"


def check_speakers(course: Course, row: Row, known: Known) -> Iterator[Found]:
    """In a counseling row: who said each message, by the recorded turn."""
    if row.task != "counseling":
        return
    opener = wording(row.language).synthetic_opener
    for at, message in enumerate(row.messages):
        if message.role == "system":
            continue
        if message.turn is None and message.role == "assistant":
            yield "speaker", "what is to be learnt is no recorded turn"
        elif message.turn is None:
            stated = row.opening == "synthetic_user" and at == 1 and message.content == opener
            if not stated:
                yield "round-trip", "a user message is neither a turn nor the stated opener"
        elif message.turn not in course.places:
            yield "round-trip", f"there is no turn {message.turn}"
        else:
            speaker = course.places[message.turn].turn.speaker
            if speaker != ("counselor" if message.role == "assistant" else "client"):
                yield "speaker", f"{message.turn} is the {speaker}'s, not the {message.role}'s"


def check_transcript(course: Course, row: Row, known: Known) -> Iterator[Found]:
    """Dialogue against the transcript: same words, same order, no gap, no other session."""
    if row.task == "memory_extraction":
        yield from _check_told_whole(course, row)
    if row.task != "counseling":
        return
    said = [m for m in row.messages if m.turn is not None and m.turn in course.places]
    places = [course.places[m.turn or ""] for m in said]
    for message, place in zip(said, places, strict=True):
        if message.content != place.turn.text:
            yield "round-trip", f"{place.turn.id} reads otherwise in the transcript"
    if not places or any(place.session.number != row.session for place in places):
        yield "round-trip", f"its turns are not those of session {row.session}"
        return
    first = places[0].at
    if [place.at for place in places] != list(range(first, first + len(places))):
        yield "round-trip", "turns are missing, doubled or out of order"
        return
    yield from _check_opening(row, places[0].session.turns[:first])


def check_note(course: Course, row: Row, known: Known) -> Iterator[Found]:
    """A note's citations and quotes, and that all of it is there."""
    if row.task != "memory_extraction":
        return
    note = course.session(row.session).note
    for statement in note.statements() if note else ():
        if statement.text not in row.completion.content:
            yield "round-trip", f"a statement of the note is missing: {statement.text}"
        cited = [course.places[turn] for turn in statement.turns if turn in course.places]
        if len(cited) != len(statement.turns):
            yield "note", f"it cites a turn that does not exist: {', '.join(statement.turns)}"
        if any(place.session.number > row.session for place in cited):
            yield "note", f"it cites a later session: {', '.join(statement.turns)}"
        if statement.quote and not any(statement.quote in place.turn.text for place in cited):
            yield "note", f"its quote is not verbatim: {statement.quote}"


def _check_opening(row: Row, before: list[Turn]) -> Iterator[Found]:
    """What of the session comes before the row's first message: only an opening, put as stated."""
    if any(turn.speaker == "client" for turn in before):
        yield "round-trip", "the session's first turns are missing"
    elif before and row.opening == "synthetic_user":
        yield "round-trip", "the counselor's opening is missing"
    elif row.opening == "system_opening" and any(t.text not in row.system for t in before):
        yield "round-trip", "the counselor's opening is not in the system message"


def _check_told_whole(course: Course, row: Row) -> Iterator[Found]:
    asked = "\n".join(message.content for message in row.prompt)
    at = 0
    for turn in course.session(row.session).turns:
        found = asked.find(turn.text, at)
        if found < 0:
            yield "round-trip", f"{turn.id} is not in it word for word, in its place"
            return
        at = found + len(turn.text)


_CHECKS: tuple[Callable[[Course, Row, Known], Iterator[Found]], ...] = (
    check_roles,
    check_speakers,
    check_transcript,
    check_hidden,
    check_other_sessions,
    check_numbers,
    check_reasoning,
    check_note,
)
