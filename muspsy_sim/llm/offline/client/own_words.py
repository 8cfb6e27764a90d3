"""The persona's own material as the offline client can say it now, in pieces of a sentence each.

Pieces come from the view alone: presenting problem, details of told facts, situations, events,
supports, goals, beliefs, the last report. Text in another language than the view's, or written
about the client rather than by it, gives no piece.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from muspsy_sim.llm.offline.client.material import client_material, pattern
from muspsy_sim.llm.offline.client.wording import (
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

_SHORT_FEELING = {"en": 4, "zh": 6}
_LONGEST_TOPIC = {"en": 6, "zh": 12}


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that the client could say: its words, where they come from, what they answer.

    `group` joins pieces of one matter (a fact, a situation); `role` is the part in it, `place` its
    number among that role's texts and `order` the sentence's number in the text. `topic` is what
    it is about itself, `matter` what its group is about.
    """

    text: str
    group: str
    role: str
    place: int
    order: int
    answers: frozenset[str]
    key: str
    topic: frozenset[str]
    matter: frozenset[str]


_ANSWERS: dict[str, frozenset[str]] = {
    "presenting": frozenset({"first", "open", "week", "choose"}),
    "situation": frozenset(
        {
            "example",
            "when",
            "where",
            "open",
            "more",
            "week",
            "hardest",
            "before",
            "ordinary",
            "choose",
            "living",
            "seen",
        }
    ),
    "thought": frozenset({"thought", "expect", "taken"}),
    "emotion": frozenset({"feeling", "hardest", "living"}),
    "behaviour": frozenset({"behaviour", "ordinary", "seen", "wants"}),
    "event": frozenset({"week", "open", "example", "choose"}),
    "goal": frozenset({"hope", "choose", "signs"}),
    "support": frozenset({"support", "company"}),
    "strength": frozenset({"strength"}),
    "belief": frozenset({"thought", "why", "meaning", "matter", "expect", "taken", "link"}),
    "symptom": frozenset({"symptom"}),
    "detail": frozenset({"more"}),
    "retold": frozenset(),
    "arc": frozenset({"week"}),
}

_UNTAGGED = frozenset(
    {"thought", "emotion", "behaviour", "goal", "support", "strength", "presenting"}
)
"""Roles that answer one sort of question and no other, whatever words they hold."""


def own_pieces(view: SpeakView) -> list[Piece]:
    """All pieces, in the order in which they would come up by themselves."""
    language = view.language
    found: list[Piece] = []

    def add(text: str, group: str, role: str, place: int = 0, matter: str = "") -> None:
        found.extend(_pieces(text, group, role, place, matter, language))

    for n, event in enumerate(view.events):
        add(event, f"event:{n}", "event")
    if first_person(view.presenting_problem, language):
        add(view.presenting_problem, "presenting", "presenting")
    for fact in view.unlocked:
        if fact.told and fact.id != view.tell:
            matter = f"{fact.topic} {fact.text}"
            for n, detail in enumerate(fact.details):
                add(detail, f"fact:{fact.id}", "detail", n, matter)
            add(fact.text, f"fact:{fact.id}", "retold", 0, matter)
    for n, place in enumerate(view.situations):
        group = f"situation:{place.id}"
        if first_person(f"{place.situation} {place.automatic_thought} {place.behaviour}", language):
            add(place.situation, group, "situation", n, place.situation)
            add(place.automatic_thought, group, "thought", n, place.situation)
            add(place.emotion, group, "emotion", n, place.situation)
            add(place.behaviour, group, "behaviour", n, place.situation)
    for role, texts in (("belief", view.beliefs), ("goal", view.goals), ("support", view.supports)):
        for n, text in enumerate(texts):
            add(text, f"{role}:{n}", role, n)
    for role, texts in (("strength", view.strengths), ("arc", [view.arc])):
        for n, text in enumerate(texts):
            if first_person(text, language):
                add(text, f"{role}:{n}", role, n)
    # A form's wording is nobody's speech in English; there the stock has lines on sleep and such.
    for n, text in enumerate(view.symptoms if language == "zh" else ()):
        add(_report_line(text, language), f"symptom:{n}", "symptom")
    return found


def topics(view: SpeakView) -> dict[str, str]:
    """What the facts already told are about, by group, where the name can be spoken."""
    longest = _LONGEST_TOPIC[view.language]
    return {
        f"fact:{fact.id}": fact.topic
        for fact in view.unlocked
        if fact.told
        and "_" not in fact.topic
        and in_language(fact.topic, view.language)
        and len(fact.topic.split() if view.language == "en" else fact.topic) <= longest
    }


@lru_cache(maxsize=8192)
def _pieces(
    text: str, group: str, role: str, place: int, matter: str, language: Language
) -> tuple[Piece, ...]:
    # A sentence about the client, or in another language, spoils the sentences round it.
    if not in_language(text, language) or about_someone(text, language):
        return ()
    about = client_material(language).about
    parts = (text.strip(),) if role in ("thought", "emotion", "support") else sentences(text)
    found = []
    for order, part in enumerate(parts):
        kinds = (
            set()
            if role in _UNTAGGED
            else {kind for kind, cues in about.items() if pattern(*cues).search(part)}
        )
        found.append(
            Piece(
                part,
                group,
                role,
                place,
                order,
                _ANSWERS[role] | kinds,
                bare(part),
                content(part),
                content(matter),
            )
        )
    return tuple(found)


def _report_line(text: str, language: Language) -> str:
    """A line of the last report as it would be said; the item on self-harm is not said here."""
    if pattern(*client_material(language).anywhere["risk"]).search(text):
        return ""
    return text.replace(": ", ", ") if language == "en" else text.replace("：", "，")


def plain_words(piece: Piece, language: Language) -> str | None:
    """The piece as a sentence without a frame, or `None` where it needs one."""
    match piece.role:
        case "behaviour":
            return _behaviour(piece.text, language)
        case "goal":
            return _goal(piece.text, language)
        case "emotion" if _is_short_feeling(piece.text, language):
            return None
        case "thought":
            return None
        case _:
            return ended(piece.text, language)


def _is_short_feeling(text: str, language: Language) -> bool:
    """Whether an emotion is only a name, and so needs a frame."""
    if text.rstrip()[-1:] in ".。!！?？…":
        return False
    length = len(text.split()) if language == "en" else len(bare(text))
    return length <= _SHORT_FEELING[language]


def framed(piece: Piece, language: Language) -> str:
    """The piece's words as they go into a frame's `{x}`."""
    if piece.role in ("thought", "belief"):
        return inner(piece.text, language)
    text = piece.text.strip().rstrip(".。!！")
    if piece.role == "emotion" and language == "en":
        return text if text.startswith(("I ", "I'")) else text[0].lower() + text[1:]
    return after_comma(text) or text


_OPENS_A_CLAUSE = re.compile(
    r"(?:I|My|We|It|The|Then|So|And|By|In|At|On|After|Before|Mostly|Usually|Nothing|Nobody|There"
    r"|A|Straight|Always|Sometimes|Not)\b|I'"
)


def _behaviour(text: str, language: Language) -> str | None:
    if language == "zh":
        return ended(text if "我" in text else f"我{text}", "zh")
    if _OPENS_A_CLAUSE.match(text) or text.rstrip()[-1:] in ".!?…":
        return ended(text, "en")
    first = text.split(" ", 1)[0].lower()
    if first.endswith("ing"):
        return ended(f"I end up {text[0].lower()}{text[1:]}", "en")
    if first.endswith("s") and not first.endswith("ss"):
        return None
    return ended(f"I {text[0].lower()}{text[1:]}", "en")


def _goal(text: str, language: Language) -> str:
    if language == "zh":
        return ended(text if re.search(r"我|想|希望|就", text[:6]) else f"我想{text}", "zh")
    if text.lower().startswith("to "):
        return ended(f"I'd like {text[0].lower()}{text[1:]}", "en")
    if text[:1].isupper() or " I " in text:
        return ended(text, "en")
    return ended(f"I want to {text}", "en")
