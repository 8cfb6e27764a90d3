"""MusPsy's dialogues: text, `Consultant:` and `User:`, a line of `#` between sessions.

A line of five or more `#` ends a session; words after it (`##### Dialogue 3rd`) are a stray
heading, kept with the session that follows. Sessions are numbered by their place: what is merged,
missing or doubled is for an audit to find, not for a reader to mend.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import Draft
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.marked_text import (
    Mark,
    marked_turns,
    numbered_lines,
    text_of_file,
)
from muspsy_sim.formats.corpora.shape import CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import CorpusSession, Dialogue
from muspsy_sim.records.errors import Problem

MARKS = (Mark("User", "client"), Mark("Consultant", "counselor"))
_RULE = re.compile(r"\s*#{5,}\s*(.*?)\s*#*\s*")
_ROLE = {"client": "User", "counselor": "Consultant", "other": "Other"}

Lines = list[tuple[int, str]]


def read(file: CorpusFile) -> Iterator[Found]:
    """One client a file, with all of its sessions."""
    text = text_of_file(file)
    if isinstance(text, Problem):
        yield text
        return
    draft = Draft(file, Entry(None, 1, 1), "muspsy-dialogue", file.stem)
    heading = ""
    for lines, following in _parts(numbered_lines(text)):
        _take(draft, lines, heading)
        heading = following
    if heading:
        draft.odd(f"a heading with nothing below it: {heading!r}")
        draft.extra["last_heading"] = heading
    if not draft.sessions:
        yield file.odd("has no line that begins with Consultant: or User:")
        return
    yield from draft.whole()


def _parts(lines: Lines) -> Iterator[tuple[Lines, str]]:
    """The lines between rules, each with the heading that the rule after it bears."""
    part: Lines = []
    for number, line in lines:
        rule = _RULE.fullmatch(line)
        if rule is None:
            part.append((number, line))
            continue
        yield part, rule[1]
        part = []
    yield part, ""


def _take(draft: Draft, lines: Lines, heading: str) -> None:
    marked = marked_turns(lines, MARKS)
    extra: dict[str, JsonValue] = {}
    if marked.before:
        draft.odd("text stands before the first turn; kept in extra", line=marked.before[0][0])
        extra["before"] = "\n".join(line for _, line in marked.before)
    if heading:
        draft.odd(f"a stray heading: {heading!r}", line=lines[0][0] if lines else None)
        extra["heading"] = heading
    if not marked.turns and not extra:
        return  # the empty part between two rules, or after the last
    number = len(draft.sessions) + 1
    draft.sessions.append(
        CorpusSession(
            number=number,
            utterances=marked.turns,
            line=marked.turns[0].line if marked.turns else None,
            extra=extra,
        )
    )


def encode(dialogue: Dialogue) -> JsonValue:
    """The text as published."""
    parts: list[str] = []
    for session in dialogue.sessions:
        heading = session.extra.get("heading")
        if parts or heading:
            parts.append(f"##### {heading}" if heading else "#######")
        before = session.extra.get("before")
        if isinstance(before, str):
            parts.append(before)
        turns = (f"{t.role or _ROLE[t.speaker]}: {t.text}" for t in session.utterances)
        parts.append("\n\n".join(turns))
    last = dialogue.extra.get("last_heading")
    if last:
        parts.append(f"##### {last}")
    return "\n".join(part for part in parts if part) + "\n"


def _sniff(sample: Sample) -> bool:
    return bool(marked_turns(numbered_lines(sample.text), MARKS).turns)


FORMAT = Format(
    name="muspsy-dialogue",
    about="MusPsy's dialogues: text, Consultant: and User:, sessions split by #######",
    layout="text",
    sniff=_sniff,
    read=read,
    encode=encode,
    holds=Holds(frozenset({"sessions", "id"})),
    suffixes=(".txt",),
    speakers=(("User", "client"), ("Consultant", "counselor")),
)
