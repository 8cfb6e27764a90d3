"""The persona's own material as the offline client can say it now, in pieces of a sentence each.

Pieces come from the view alone: presenting problem, details of told facts, situations, events,
supports, goals, beliefs. Text in another language than the view's, or written about the client
rather than by it, gives no piece.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from muspsy_sim.llm.offline.client_material import client_material, pattern
from muspsy_sim.llm.offline.wording import (
    about_someone,
    after_comma,
    bare,
    content,
    ended,
    first_person,
    in_language,
    inner,
    sentences,
)
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import SpeakView

_SHORT_FEELING = {"en": 5, "zh": 8}


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that the client could say: its words, where they come from, what they answer.

    `group` joins pieces of one matter (a fact, a situation); `role` is the part in it.
    """

    text: str
    group: str
    role: str
    order: int
    answers: frozenset[str]

    @property
    def key(self) -> str:
        """What to look for to know whether it has been said."""
        return bare(self.text)

    @property
    def topic(self) -> frozenset[str]:
        """What it is about."""
        return content(self.text)


_ANSWERS: dict[str, frozenset[str]] = {
    "presenting": frozenset({"first", "open", "week", "more"}),
    "situation": frozenset({"example", "when", "where", "open", "more", "week"}),
    "thought": frozenset({"thought"}),
    "emotion": frozenset({"feeling"}),
    "behaviour": frozenset({"behaviour"}),
    "event": frozenset({"week", "open", "example"}),
    "goal": frozenset({"hope", "first"}),
    "support": frozenset({"support", "who"}),
    "strength": frozenset({"strength", "exception"}),
    "belief": frozenset({"thought", "why", "meaning"}),
    "symptom": frozenset({"symptom"}),
    "detail": frozenset({"more"}),
    "retold": frozenset(),
    "arc": frozenset({"week"}),
}


def own_pieces(view: SpeakView) -> list[Piece]:
    """All pieces, in the order in which they would come up by themselves."""
    language = view.language
    found: list[Piece] = []

    def add(text: str, group: str, role: str, *, said_by_client: bool = True) -> None:
        for order, sentence in enumerate(sentences(text)):
            piece = _piece(sentence, group, role, order, language, said_by_client)
            if piece is not None:
                found.append(piece)

    for n, event in enumerate(view.events):
        add(event, f"event:{n}", "event")
    if first_person(view.presenting_problem, language):
        add(view.presenting_problem, "presenting", "presenting")
    for fact in view.unlocked:
        if fact.told and fact.id != view.tell:
            for detail in fact.details:
                add(detail, f"fact:{fact.id}", "detail")
            add(fact.text, f"fact:{fact.id}", "retold")
    for place in view.situations:
        group = f"situation:{place.id}"
        whole = f"{place.situation} {place.automatic_thought} {place.behaviour}"
        if not first_person(whole, language):
            continue
        add(place.situation, group, "situation")
        add(place.automatic_thought, group, "thought")
        add(place.emotion, group, "emotion", said_by_client=False)
        add(place.behaviour, group, "behaviour", said_by_client=False)
    for role, texts in (("belief", view.beliefs), ("goal", view.goals), ("support", view.supports)):
        for n, text in enumerate(texts):
            add(text, f"{role}:{n}", role)
    for role, texts in (
        ("strength", view.strengths),
        ("symptom", view.symptoms),
        ("arc", [view.arc]),
    ):
        for n, text in enumerate(texts):
            if first_person(text, language):
                add(text, f"{role}:{n}", role)
    return found


@lru_cache(maxsize=8192)
def _piece(
    text: str, group: str, role: str, order: int, language: Language, said_by_client: bool
) -> Piece | None:
    if not in_language(text, language) or (said_by_client and about_someone(text, language)):
        return None
    about = client_material(language).about
    kinds = {kind for kind, cues in about.items() if pattern(*cues).search(text)}
    if role in ("thought", "emotion", "behaviour", "goal", "support"):
        kinds = set()
    return Piece(text, group, role, order, _ANSWERS[role] | kinds)


def plain_words(piece: Piece, language: Language) -> str | None:
    """The piece as a sentence without a frame, or `None` where it can't stand alone."""
    match piece.role:
        case "behaviour":
            return _behaviour(piece.text, language)
        case "goal":
            return _goal(piece.text, language)
        case "emotion":
            return None if is_short_feeling(piece, language) else _whole_feeling(piece, language)
        case "thought":
            return None
        case _:
            return ended(piece.text, language)


def is_short_feeling(piece: Piece, language: Language) -> bool:
    """Whether an emotion is a word or a few, and so needs a frame."""
    length = len(piece.text.split()) if language == "en" else len(bare(piece.text))
    return piece.role == "emotion" and length <= _SHORT_FEELING[language]


def _whole_feeling(piece: Piece, language: Language) -> str | None:
    return ended(piece.text, language)


def framed(piece: Piece, language: Language) -> str:
    """The piece's words as they go into a frame's `{x}`."""
    if piece.role in ("thought", "belief"):
        return inner(piece.text, language)
    text = piece.text.strip().rstrip(".。!！")
    if piece.role == "emotion" and language == "en":
        return text if text.startswith("I ") else text[0].lower() + text[1:]
    return after_comma(text) or text


def _behaviour(text: str, language: Language) -> str | None:
    if language == "zh":
        return ended(text if "我" in text else f"我{text}", "zh")
    if re.match(
        r"(?:I|My|We|It|The|Then|So|And|By|In|At|On|After|Before|Mostly|Usually)\b|I'", text
    ):
        return ended(text, "en")
    first = text.split(" ", 1)[0].lower()
    if first.endswith("ing"):
        return ended(f"I end up {text[0].lower()}{text[1:]}", "en")
    if first.endswith("s") and not first.endswith("ss"):
        return None
    return ended(f"I {text[0].lower()}{text[1:]}", "en")


def _goal(text: str, language: Language) -> str:
    if language == "zh":
        return ended(text if re.search(r"我|想|希望", text[:6]) else f"我想{text}", "zh")
    if re.match(r"(?:I|My|Not|A|Some|Just|For|The)\b|I'", text):
        return ended(text, "en")
    if text.lower().startswith("to "):
        return ended(f"I'd like {text[0].lower()}{text[1:]}", "en")
    return ended(f"I want to {text[0].lower()}{text[1:]}", "en")
