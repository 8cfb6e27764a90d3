"""Checks for what must not stand in a row: hidden things, other sessions, numbers, thoughts.

A copied clause is found anywhere. A short hidden text is searched for only outside of what the two
parties said and the counselor wrote, since a counselor may well guess three words that are true.
Dialogue in a counseling row is the transcript's (`validation.check_transcript` sees to that), so
here its system message is read; of a note's or plan's row all is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from muspsy_sim.datasets.knowledge import Course, Known, clues_in
from muspsy_sim.datasets.rows import Row
from muspsy_sim.datasets.spans import LONG_SPAN, in_blanks, shown, spans, without

_THOUGHT_MARK = re.compile(r"</?(?:think|thinking|reasoning|thought)\b", re.IGNORECASE)
_DECIMAL = re.compile(r"(?<![\d.])\d?\.\d{3,}(?![\d.])")
_NAMED_NUMBER = re.compile(
    r"(?:\b(?:trust|alliance|bond|strain|distress|readiness|self[ _-]?efficacy|risk|beliefs?)\b"
    r"|信任|联盟|痛苦|准备度|自我效能|风险|信念)[\"'”]?\s*(?:[:=：]|is\b|为)\s*[01]?\.\d+",
    re.IGNORECASE,
)
_SCORES = re.compile(r"PHQ-?9|GAD-?7", re.IGNORECASE)


def check_hidden(course: Course, row: Row, known: Known) -> Iterator[tuple[str, str]]:
    """Nothing of the client's side that was not said by then."""
    said = [*known.own, *(turn.text for turn in known.turns)]
    for text in _read(row):
        clues = clues_in(course, text)
        for span, sources in clues.hidden:
            told = known.heard(course.speakers_of.get(span, ()))
            if not told and not any(source.fact in known.told for source in sources):
                what = f"{sources[0].what} is in it before it was said: {shown(span)}"
                yield "hidden", what
                break
        for token, source in clues.canaries:
            if token not in known.tokens and source.fact not in known.told:
                yield "hidden", f"{source.what} is in it before it was said: {token}"
        left = in_blanks(without(text, said))
        for needle, source in course.hidden.wholes:
            # A note quotes part of a turn: what stands whole in a turn was said by then.
            if needle in left and not any(needle in in_blanks(t) for t in said):
                rule = "reasoning" if source.thought else "hidden"
                yield rule, f"{source.what} is in it: {source.text}"
                break


def check_other_sessions(course: Course, row: Row, known: Known) -> Iterator[tuple[str, str]]:
    """Nothing that the client said only later, or where memory is off, in an earlier session.

    Spans that the counselor said first are left alone: it says later what it planned now.
    """
    for text in _read(row):
        for span, place in clues_in(course, text).said:
            if known.heard(course.speakers_of[span]):
                continue
            number = place.session.number
            rule = "memory-off" if number < row.session else "later"
            yield rule, f"the client says only in {place.turn.id}: {shown(span)}"
            break
    remembered = any(0 < course.places[i].session.number < row.session for i in known.ids)
    if row.recalled and not remembered:
        yield "memory-off", f"it recalls {', '.join(row.recalled)}"


def check_numbers(course: Course, row: Row, known: Known) -> Iterator[tuple[str, str]]:
    """No number of the state, and scores only where they are monitored."""
    monitored = course.episode.factors.get("monitoring") == "scores"
    heard = [turn.text for turn in known.turns]
    for text in _read(row):
        ours = without(text, heard)
        if match := _NAMED_NUMBER.search(ours):
            yield "state", f"it says {match[0]!r}"
        for number in _DECIMAL.findall(ours):
            places = len(number.partition(".")[2])
            if any(round(value, places) == float(number) for value in course.state_numbers):
                yield "state", f"{number} is a number of the client's state"
        if not monitored and _SCORES.search(without(ours, known.own)):
            yield "scores", "it holds symptom scores, and its arm monitors none"


def check_reasoning(course: Course, row: Row, known: Known) -> Iterator[tuple[str, str]]:
    """No private reasoning, marked or not.

    A counselor's may share sentences with its notes and plans, which it drafts there.
    """
    for message in row.messages:
        if match := _THOUGHT_MARK.search(message.content):
            yield "reasoning", f"it holds the mark {match[0]!r}"
    for text in _read(row):
        for span, sources in clues_in(course, text).thoughts:
            if known.heard(course.speakers_of.get(span, ())):
                continue
            if _is_own(row, known, span) and all("client" not in s.what for s in sources):
                continue
            yield "reasoning", f"{sources[0].what} is in it: {shown(span)}"
            break


def _is_own(row: Row, known: Known, span: tuple[str, ...]) -> bool:
    length = LONG_SPAN[row.language]
    return any(span in set(spans(text, length)) for text in known.own)


def _read(row: Row) -> list[str]:
    if row.task == "counseling":
        return [message.content for message in row.messages if message.role == "system"]
    return [message.content for message in row.messages]
