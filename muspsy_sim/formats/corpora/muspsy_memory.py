"""MusPsy's memories: text, one client a file, a block a session under `The Nth Counseling`.

The reader keeps each block as a document, with what stands under its known heads in `extra`.
Nothing is mended: a number that is missing, doubled or out of order is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import Draft
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.marked_text import numbered_lines, text_of_file
from muspsy_sim.formats.corpora.shape import CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.records.corpus import Dialogue, Document
from muspsy_sim.records.errors import Problem

_BLOCK = re.compile(r"\s*The\s+(\d{1,4})\s*(?:st|nd|rd|th)\s+Counseling\s*:?\s*", re.IGNORECASE)
_HEAD = re.compile(r"\s*\[([^\]:：]{1,60})[:：]?\]\s*[:：]?\s*(.*)")
_SUMMARY = re.compile(r"\s*Counseling Summary\s*[:：]\s*(.*)")
_GROUP = re.compile(r"\s*(?:Client Profile|Counseling Memory|Static Traits)\s*[:：].*")

HEADS = {
    "personal profile": "personal_profile",
    "personal characteristics": "personal_characteristics",
    "assessment and diagnosis": "assessment",
    "emotion and cognitive state": "emotion_and_cognitive_state",
    "counselor observations": "counselor_observations",
    "counseling assignments": "counseling_assignments",
    "session goal": "session_goal",
}
"""The published heads, in lower case, and the names of their fields."""


def read(file: CorpusFile) -> Iterator[Found]:
    """One client a file; each memory is a document of the session whose number it bears."""
    text = text_of_file(file)
    if isinstance(text, Problem):
        yield text
        return
    draft = Draft(file, Entry(None, 1, 1), "muspsy-memory", file.stem)
    before: list[str] = []
    body: list[str] | None = None
    number = line = last = 0
    for at, each in [*numbered_lines(text), (0, "The 0th Counseling")]:
        block = _BLOCK.fullmatch(each)
        if block is None:
            (before if body is None else body).append(each)
            continue
        if body is not None:
            _take(draft, number, line, body)
        if at and int(block[1]) != last + 1:
            draft.odd(f"memory {block[1]} comes after memory {last}", line=at)
        number, line, body = int(block[1]), at, []
        last = number
    if not draft.documents:
        yield file.odd("has no line `The 1th Counseling`")
        return
    if "".join(before).strip():
        draft.odd("text stands before the first memory; kept in extra", line=1)
        draft.extra["before"] = "\n".join(before).strip()
    yield from draft.whole()


def _take(draft: Draft, number: int, line: int, body: list[str]) -> None:
    fields: dict[str, JsonValue] = {"number": number, "line": line}
    place = ""
    for each in body:
        head, summary = _HEAD.fullmatch(each), _SUMMARY.fullmatch(each)
        said = each.strip()
        if summary is not None:
            place, said = "summary", summary[1].strip()
        elif head is not None:
            name = " ".join(head[1].lower().split())
            place, said = HEADS.get(name, head[1].strip()), head[2].strip()
            if name not in HEADS:
                draft.odd(f"unknown head [{head[1].strip()}]; kept as it is", line=line)
        elif _GROUP.fullmatch(each):
            place = ""
        if place and said:
            before = fields.get(place)
            fields[place] = f"{before}\n{said}" if before else said
    for missing in [name for name in (*HEADS.values(), "summary") if name not in fields]:
        draft.odd(f"memory {number} has no {missing.replace('_', ' ')}", line=line)
    text = "\n".join(body).strip("\n")
    session = number if number >= 1 else None
    draft.documents.append(Document(kind="memory", text=text, session=session, extra=fields))


def encode(dialogue: Dialogue) -> JsonValue:
    """The file as published."""
    before = dialogue.extra.get("before")
    blocks = [
        f"The {d.extra.get('number', d.session or n)}th Counseling\n{d.text}"
        for n, d in enumerate((d for d in dialogue.documents if d.kind == "memory"), start=1)
    ]
    return "\n\n\n".join([*([before] if isinstance(before, str) else []), *blocks]) + "\n"


def _sniff(sample: Sample) -> bool:
    return any(_BLOCK.fullmatch(line) for _, line in numbered_lines(sample.text)[:200])


FORMAT = Format(
    name="muspsy-memory",
    about="MusPsy's memories: text, one client a file, The Nth Counseling over each session's",
    layout="text",
    sniff=_sniff,
    read=read,
    encode=encode,
    holds=Holds(frozenset({"sessions", "id"}), frozenset({"memory"}), dialogue=False),
    suffixes=(".txt",),
)
