"""The offline counselor's mouth: picks sentences that it has not said in this session.

A frame counts as said when its longest fixed part stands in an earlier turn of the session, so the
same turn of phrase does not come back with another filling either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from random import Random

from muspsy_sim.llm.offline.counselor_material import Frame
from muspsy_sim.records.base import Language

_ENDS = re.compile(r"(?<=[.!?])[”’\"]?\s+|(?<=[。！？])[”]?")
_SPACES = re.compile(r"\s+")
_TURNS = 3
"""Sessions after which the same sentences come first again."""
_IN_TURN = 0.7
"""Share of the choices that follow it."""
_STARTS = re.compile(r"(^|[.!?]\s+[“\"]?|^[“\"])([a-z])")


@lru_cache(maxsize=8192)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, lower case, without quotation marks and end marks."""
    found = (s.strip(" “”\"'’。！？.!?…").lower() for s in _ENDS.split(text))
    return tuple(s for s in found if s)


class Voice:
    """Says sentences of one manner in one session; each choice is the rng's.

    `session` is its number, where the counselor can know it: what it said an hour ago comes last.
    """

    def __init__(
        self,
        language: Language,
        frames: dict[str, tuple[Frame, ...]],
        said: Iterable[str],
        rng: Random,
        session: int | None = None,
    ) -> None:
        self.language = language
        self.frames = frames
        self.rng = rng
        self.session = session
        turns = list(said)
        self._said = "\n".join(turns).lower()
        self._sentences = {s for turn in turns for s in sentences(turn)}
        self._openings = {self._opening(turn) for turn in turns[-5:]}
        self._pieces: list[str] = []
        # A shorter fixed part than this occurs in other sentences too and marks none of them.
        self._telling = 2 if language == "zh" else 5

    def say(self, *functions: str, **slots: str) -> bool:
        """Add a sentence of the first function that has a fresh one; whether it could."""
        return any(self.say_one(self.frames.get(name, ()), slots) for name in functions)

    def say_one(self, frames: tuple[Frame, ...], slots: dict[str, str]) -> bool:
        """Add a fresh sentence from these frames; whether there was one."""
        text = self.find(frames, slots)
        if text:
            self.add(text)
        return bool(text)

    def find(self, frames: tuple[Frame, ...], slots: dict[str, str]) -> str:
        """A fresh sentence from these frames, or an empty string.

        Filled frames mostly go before others, since they answer what was said; an opening used
        lately is put last.
        """
        given = {name for name, value in slots.items() if value}
        order = [f for f in frames if f.slots <= given and not self._used(f)]
        self.rng.shuffle(order)
        if self.session is not None and len(frames) > _TURNS and self.rng.random() < _IN_TURN:
            # Hours that follow each other begin at different places, where they can be told apart.
            turn = {f.key: n % _TURNS != self.session % _TURNS for n, f in enumerate(frames)}
            order.sort(key=lambda f: turn[f.key])
        if self.rng.random() < 0.8:
            order.sort(key=lambda f: not f.slots)
        late = ""
        for frame in order:
            text = self._written(frame.filled(slots))
            if not self._sentences.isdisjoint(sentences(text)):
                continue
            if self._pieces or self._opening(text) not in self._openings:
                return text
            late = late or text
        return late

    def add(self, text: str) -> None:
        """Add a finished sentence, unless it was said before."""
        said = sentences(text)
        if self._sentences.isdisjoint(said):
            self._pieces.append(text)
            self._sentences.update(said)
            self._said += "\n" + text.lower()

    def has_said(self, *functions: str) -> bool:
        """Whether a sentence of one of these functions was said in this session."""
        return any(self._used(f) for name in functions for f in self.frames.get(name, ()))

    def count(self, function: str) -> int:
        """How many sentences of a function were said in this session."""
        return sum(self._used(f) for f in self.frames.get(function, ()))

    def was(self, function: str, turn: str) -> bool:
        """Whether a turn holds a sentence of a function."""
        low = turn.lower()
        return any(len(f.key) > 2 and f.key in low for f in self.frames.get(function, ()))

    @property
    def silent(self) -> bool:
        """Whether nothing was added yet."""
        return not self._pieces

    @property
    def text(self) -> str:
        """The turn so far."""
        return ("" if self.language == "zh" else " ").join(self._pieces)

    def _used(self, frame: Frame) -> bool:
        return len(frame.key) > self._telling and frame.key in self._said

    def _opening(self, text: str) -> str:
        return text[:2] if self.language == "zh" else " ".join(text.lower().split()[:2])

    def _written(self, text: str) -> str:
        if self.language == "zh":
            return text
        text = _SPACES.sub(" ", text)
        return _STARTS.sub(lambda m: m.group(1) + m.group(2).upper(), text)
