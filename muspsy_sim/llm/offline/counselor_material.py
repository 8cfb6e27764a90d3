"""The offline counselor's hand-written sentences and listening words, read from `agents/counselor`.

`{language}.yaml` holds sentences by manner and function, `{language}-listening.yaml` what is
listened for, `{language}-themes.yaml` what is asked, taught and set as homework for each theme. A
sentence's slots are checked on reading; text put into a slot is a value and never read as a frame.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.memory import Strategy
from muspsy_sim.records.strict_yaml import load_strict

SLOTS = frozenset(
    {
        "clause",
        "quote",
        "topic",
        "feel",
        "feeling",
        "name",
        "task",
        "theme",
        "focus",
        "when",
        "earlier",
        "remembered",
        "goal",
        "score",
    }
)
"""What a sentence may leave open: the client's clause turned to "you", a verbatim quote of this
turn, a topic as said to the client, a feeling as adjective and as noun, a homework's name and task,
a theme, the session's focus, when something was remembered from, an earlier quote of this session,
a quote of an earlier session, a goal and a reported score."""

_SLOT = re.compile(r"\{(\w*)\}")
_SENTENCE_END = re.compile(r"[.!?。！？…]+[”’\"]?\s*")


def _slots_known(text: str) -> str:
    if not text.strip():
        raise ValueError("a sentence must not be empty")
    if unknown := sorted(set(_SLOT.findall(text)) - SLOTS):
        raise ValueError(f"unknown slot {{{unknown[0]}}}; known are {', '.join(sorted(SLOTS))}")
    if "{" in _SLOT.sub("", text) or "}" in _SLOT.sub("", text):
        raise ValueError("a brace does not belong to a slot")
    return text


Sentence = Annotated[str, AfterValidator(_slots_known)]
Words = Annotated[list[str], Field(min_length=1)]
Sentences = dict[str, list[Sentence]]


class Feeling(Record):
    """A feeling as adjective and as noun, and the words that show it."""

    feel: str
    feeling: str
    good: bool = False
    cues: Words


class NamedTopic(Record):
    """Something talked about, as it is said to the client, and the words that name it."""

    name: str
    cues: Words


class Listening(Record):
    """What is listened for. A word that ends in `*` also matches what continues it."""

    language: Language
    ignore: Words = Field(description="said out of courtesy: no feeling, topic or theme")
    cues: dict[str, Words]
    feelings: list[Feeling]
    topics: list[NamedTopic]


class Homework(Record):
    """Something to try between sessions: its name, and the task as said to the client."""

    name: str
    task: str


class ThemeWords(Record):
    """What the counselor has to say about one theme."""

    name: str
    cues: Words
    not_with: list[str] = Field(default_factory=list, description="themes that it gives way to")
    focus: Words = Field(description="noun phrases said to the client")
    goal: str
    explore: list[Sentence]
    information: list[Sentence]
    reframe: list[Sentence]
    homework: list[Homework]
    techniques: Words


class PlanWords(Record):
    """How plans are written: goals, session goals by stage, aims and reasons by strategy."""

    approach: dict[str, str]
    understand: str
    thoughts: str
    keep: str
    safety: str
    session: dict[str, list[Sentence]]
    finish: Words
    aims: dict[Strategy, Words]
    reasons: dict[str, Words]
    techniques: dict[str, list[str]]


class Themes(Record):
    """Themes by id, in the order in which a tie is decided, and the words of plans."""

    language: Language
    themes: dict[str, ThemeWords]
    plans: PlanWords


class Sayings(Record):
    """Sentences by manner and function, and those that notes are written in."""

    language: Language
    manners: dict[Literal["attuned", "neutral", "dismissive", "plain"], Sentences]
    notes: Sentences


@dataclass(frozen=True, slots=True)
class Frame:
    """A sentence cut at its slots; `key` is its longest fixed part, by which it is recognised."""

    parts: tuple[tuple[str, str], ...]
    slots: frozenset[str]
    key: str

    def filled(self, slots: dict[str, str]) -> str:
        """The sentence with its slots filled; capital letters are the caller's."""
        return "".join(text + (slots[slot] if slot else "") for text, slot in self.parts)


def frame(sentence: str) -> Frame:
    """Cut a sentence at its slots."""
    pieces = _SLOT.split(sentence)
    names = [*pieces[1::2], ""]
    parts = tuple(zip(pieces[0::2], names, strict=True))
    fixed = [piece.strip() for text, _ in parts for piece in _SENTENCE_END.split(text)]
    return Frame(parts, frozenset(n for n in names if n), max(fixed, key=len).lower())


@dataclass(frozen=True, slots=True)
class Material:
    """All that the offline counselor has in one language."""

    language: Language
    listening: Listening
    themes: dict[str, ThemeWords]
    plans: PlanWords
    manners: dict[str, dict[str, tuple[Frame, ...]]]
    notes: dict[str, tuple[Frame, ...]]
    theme_frames: dict[tuple[str, str], tuple[Frame, ...]]


def _frames(sentences: Sentences) -> dict[str, tuple[Frame, ...]]:
    return {function: tuple(map(frame, group)) for function, group in sentences.items()}


@cache
def material(language: Language) -> Material:
    """Read the material of a language once. Raises `ContentError` naming file, line and field."""

    def path(ending: str) -> str:
        return str(content_path("agents", "counselor", "offline", f"{language}{ending}.yaml"))

    sayings = load_strict(path(""), Sayings)
    themes = load_strict(path("-themes"), Themes)
    by_theme = {
        (theme, function): tuple(map(frame, getattr(words, function)))
        for theme, words in themes.themes.items()
        for function in ("explore", "information", "reframe")
    }
    return Material(
        language=language,
        listening=load_strict(path("-listening"), Listening),
        themes=themes.themes,
        plans=themes.plans,
        manners={manner: _frames(said) for manner, said in sayings.manners.items()},
        notes=_frames(sayings.notes),
        theme_frames=by_theme,
    )
