"""CPsyCounD's dialogues: text, `来访者：` and `心理咨询师：`, blank lines between.

A role may carry a name in brackets, `来访者（某女士）：`; it is kept as the role. Other `X：`
inside a turn are its text.
"""

from __future__ import annotations

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

_NAMED = "(?:[（(][^）)\n]{1,20}[）)])?"
MARKS = (Mark(f"来访者{_NAMED}", "client"), Mark(f"心理咨询师{_NAMED}", "counselor"))
_ROLE = {"client": "来访者", "counselor": "心理咨询师"}


def read(file: CorpusFile) -> Iterator[Found]:
    """One dialogue a file."""
    text = text_of_file(file)
    if isinstance(text, Problem):
        yield text
        return
    marked = marked_turns(numbered_lines(text), MARKS)
    if not marked.turns:
        yield file.odd("has no line that begins with 来访者： or 心理咨询师：")
        return
    draft = Draft(file, Entry(None, 1, 1), "cpsycound", file.stem)
    if marked.before:
        draft.odd("text stands before the first turn; kept in extra", line=marked.before[0][0])
        draft.extra["before"] = "\n".join(line for _, line in marked.before)
    for turn in marked.turns:
        if not turn.text:
            draft.odd("a turn without text", line=turn.line)
    draft.sessions.append(CorpusSession(number=1, utterances=marked.turns))
    yield from draft.whole()


def encode(dialogue: Dialogue) -> JsonValue:
    """The text as published."""
    before = dialogue.extra.get("before")
    turns = [
        f"{turn.role or _ROLE.get(turn.speaker, '旁人')}：{turn.text}"
        for turn in dialogue.utterances()
    ]
    parts = ([before] if isinstance(before, str) else []) + turns
    return "\n\n".join(parts) + "\n"


def _sniff(sample: Sample) -> bool:
    return bool(marked_turns(numbered_lines(sample.text), MARKS).turns)


FORMAT = Format(
    name="cpsycound",
    about="CPsyCounD's dialogues: text, 来访者： and 心理咨询师：",
    layout="text",
    sniff=_sniff,
    read=read,
    encode=encode,
    holds=Holds(frozenset({"roles", "id"})),
    suffixes=(".txt",),
    speakers=(("来访者", "client"), ("心理咨询师", "counselor")),
)
