"""MusPsy's user cards as documents: one client a file, a card a session, no dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import JsonValue

from muspsy_sim.formats.corpora.building import Draft
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.marked_text import numbered_lines, text_of_file
from muspsy_sim.formats.corpora.shape import CorpusFile, Format, Found, Holds, Sample
from muspsy_sim.formats.muspsy_usercard import parse_usercards
from muspsy_sim.records.corpus import Dialogue, Document
from muspsy_sim.records.errors import Problem

_RULE = "=" * 60
_RULE_LINE = re.compile(r"\s*={3,}\s*")


def read(file: CorpusFile) -> Iterator[Found]:
    """One client a file; each card is a document of its session, its fields in `extra`."""
    text = text_of_file(file)
    if isinstance(text, Problem):
        yield text
        return
    found = parse_usercards(text, file.path)
    if not found.cards:
        yield file.odd("has no block that is a user card")
        return
    yield from found.odd
    draft = Draft(file, Entry(None, 1, 1), "muspsy-usercard", file.stem)
    cards = {card.line: card for card in found.cards}
    for line, block in _blocks(text):
        card = cards.get(line)
        fields: dict[str, JsonValue] = {}
        if card is not None:
            fields = {
                "basic_info": card.basic_info,
                "life_events": card.life_events,
                "emotional_state": card.emotional_state,
                "cognitive_state": card.cognitive_state,
                "goals": [*card.goals],
                **card.extra,
            }
        session = card.session if card is not None else None
        draft.documents.append(
            Document(kind="user_card", text=block, session=session, extra=fields)
        )
    yield from draft.whole()


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """The text between lines of `=`, each with the number of its first line that says anything."""
    block: list[tuple[int, str]] = []
    for number, line in [*numbered_lines(text), (0, "===")]:
        if not _RULE_LINE.fullmatch(line):
            block.append((number, line))
            continue
        said = "\n".join(each for _, each in block).strip()
        if said:
            yield next(n for n, each in block if each.strip()), said
        block = []


def encode(dialogue: Dialogue) -> JsonValue:
    """The file as published: cards with a line of `=` between."""
    cards = [d.text for d in dialogue.documents if d.kind == "user_card"]
    return f"\n\n{_RULE}\n\n".join(cards) + "\n"


def _sniff(sample: Sample) -> bool:
    return "Client's Static Traits" in sample.text and "[Recent Life Events]" in sample.text


FORMAT = Format(
    name="muspsy-usercard",
    about="MusPsy's user cards: text, one client a file, one card a session",
    layout="text",
    sniff=_sniff,
    read=read,
    encode=encode,
    holds=Holds(frozenset({"sessions", "id"}), frozenset({"user_card"}), dialogue=False),
    suffixes=(".txt",),
)
