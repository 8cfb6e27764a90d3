"""MusPsy's user cards: a text file a client, a block a session, English heads over any language.

The reader gives back what stands in each block under each head, and tells what is odd with file
and line. It mends nothing: text that fits nowhere is kept in `extra`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from muspsy_sim.records.errors import Problem
from muspsy_sim.records.yaml_tree import read_content

_HEADS = {
    "basic info": "basic_info",
    "recent life events": "life_events",
    "emotion state": "emotional_state",
    "cognitive state": "cognitive_state",
}
_GROUPS = ("client's static traits", "client's dynamic states")
_GOALS = "counseling goals"
_RULE = re.compile(r"\s*={3,}\s*")
_HEAD = re.compile(r"\s*\[([^\]]{1,60})\]\s*[:：](.*)")
_GROUP = re.compile(r"\s*([A-Za-z][A-Za-z'’ ]{0,59})[:：]\s*")
_STRAY = "stray"


@dataclass(slots=True)
class UserCard:
    """One block: the client as it is before one session, and what that session is for."""

    session: int
    """Its place in the file, from 1; the block itself has no number."""
    line: int
    """The block's first line that is not empty, from 1."""
    basic_info: str = ""
    life_events: str = ""
    emotional_state: str = ""
    cognitive_state: str = ""
    goals: list[str] = field(default_factory=list)
    """The lines under `Counseling Goals:`; as published, a goal and then a method."""
    extra: dict[str, str] = field(default_factory=dict)
    """Text under heads that the format does not have, and text under none (`stray`)."""


@dataclass(frozen=True, slots=True)
class UserCardFile:
    """A file of user cards: one client."""

    file: Path
    cards: list[UserCard]
    odd: list[Problem]


def read_usercards(path: str | os.PathLike[str]) -> UserCardFile:
    """Read a file of user cards.

    Raises:
        ContentError: the file is missing, not a regular file, too large or not UTF-8.
    """
    return parse_usercards(read_content(path), Path(path))


def parse_usercards(text: str, file: Path) -> UserCardFile:
    """Read user cards from text; `file` is only named in what is odd. A file may hold none."""
    odd: list[Problem] = []
    if "\r" in text:
        odd.append(Problem("holds carriage returns (CRLF line ends); read as line ends", file))
    # Only these are line ends, as an editor counts them; `splitlines` knows many more.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cards: list[UserCard] = []
    for block in _blocks(lines):
        card = UserCard(session=len(cards) + 1, line=block[0][0])
        _fill(card, block, file, odd)
        if _is_card(card):
            cards.append(card)
        else:
            odd.append(Problem("a block has no head of a user card", file, card.line))
    odd.extend(_differences(cards, file))
    return UserCardFile(file=file, cards=cards, odd=odd)


_Numbered = list[tuple[int, str]]


def _blocks(lines: list[str]) -> Iterator[_Numbered]:
    block: _Numbered = []
    for number, line in [*enumerate(lines, start=1), (0, "===")]:
        if _RULE.fullmatch(line):
            if block:
                yield block
            block = []
        elif line.strip():
            block.append((number, line))


def _fill(card: UserCard, block: _Numbered, file: Path, odd: list[Problem]) -> None:
    """Put the lines of a block where they belong."""
    place = ""
    for number, line in block:
        group, head = _GROUP.fullmatch(line), _HEAD.fullmatch(line)
        if group and _normal(group[1]) in (*_GROUPS, _GOALS):
            place = "goals" if _normal(group[1]) == _GOALS else ""
        elif head:
            place = _HEADS.get(_normal(head[1]), f"[{head[1].strip()}]")
            if place.startswith("["):
                message = f"unknown head {place}; its text is kept as it is"
                odd.append(Problem(message, file, number))
            elif getattr(card, place):
                odd.append(Problem(f"a second [{head[1].strip()}] in one block", file, number))
            _add(card, place, head[2].strip())
        else:
            if not place:
                odd.append(Problem("text under no head; kept as it is", file, number))
            _add(card, place or _STRAY, line.strip())
    odd.extend(_lacking(card, file))


def _add(card: UserCard, place: str, text: str) -> None:
    if not text:
        return
    if place == "goals":
        card.goals.append(text)
    elif place in _HEADS.values():
        before = getattr(card, place)
        setattr(card, place, f"{before}\n{text}" if before else text)
    else:
        before = card.extra.get(place, "")
        card.extra[place] = f"{before}\n{text}" if before else text


def _lacking(card: UserCard, file: Path) -> Iterator[Problem]:
    if not _is_card(card):
        return
    for head, place in _HEADS.items():
        if not getattr(card, place):
            yield Problem(f"session {card.session} has no [{head.title()}]", file, card.line)
    if len(card.goals) != 2:
        message = (
            f"session {card.session} has {len(card.goals)} goal lines, not a goal and a method"
        )
        yield Problem(message, file, card.line)
    if len(set(card.goals)) != len(card.goals):
        message = f"session {card.session} has the same goal line twice"
        yield Problem(message, file, card.line)


def _is_card(card: UserCard) -> bool:
    return bool(card.goals) or any(getattr(card, place) for place in _HEADS.values())


def _differences(cards: list[UserCard], file: Path) -> Iterator[Problem]:
    for card in cards[1:]:
        if card.basic_info and card.basic_info != cards[0].basic_info:
            message = f"the [Basic Info] of session {card.session} differs from session 1's"
            yield Problem(message, file, card.line)


def _normal(head: str) -> str:
    return " ".join(head.replace("’", "'").lower().split())
