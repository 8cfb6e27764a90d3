"""Where the offline client stands in this session: what was said, what it heard, what is left.

A scene is built from one view and is the only thing that the moves read. It hands out generic
lines so that none comes back within a session, and so that personas and sessions use different
parts of a pool.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from random import Random

from muspsy_sim.llm.offline.client_material import (
    ClientMaterial,
    Register,
    client_material,
    pattern,
)
from muspsy_sim.llm.offline.heard import Heard, hear
from muspsy_sim.llm.offline.own_words import Piece, own_pieces
from muspsy_sim.llm.offline.wording import bare, in_language, sentences, size
from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import Moment
from muspsy_sim.records.views import SpeakView

_SESSIONS_PER_ROUND = 5
_NEAR = 5
_AGREE_MOST = 0.19


@dataclass(slots=True)
class Scene:
    """One turn's surroundings. `said` holds every sentence of the client's in this session."""

    view: SpeakView
    rng: Random
    material: ClientMaterial
    heard: Heard
    register: Register
    persona: int
    said: set[str]
    blob: str
    before: str
    pieces: list[Piece]
    current: str | None
    agreed: float
    client_turns: int
    recent: list[str] = field(default_factory=list)

    @property
    def language(self) -> Language:
        """The language of the view."""
        return self.view.language

    def fresh(self, text: str) -> bool:
        """Whether no sentence of a text has been said in this session."""
        return not any(bare(s) in self.said for s in sentences(text))

    def fits(self, text: str, most: int) -> bool:
        """Whether a text may be said now: not yet said, short enough, not one more agreement."""
        return size(text) <= most and self.fresh(text) and (self.may_agree or not self.agrees(text))

    def agrees(self, text: str) -> bool:
        """Whether a text opens with agreement."""
        return bool(pattern(*self.material.agreeing).match(text))

    @property
    def may_agree(self) -> bool:
        """Whether another turn may open with agreement: people do so in about one of six."""
        return self.agreed < _AGREE_MOST

    def unsaid(self, piece: Piece) -> bool:
        """Whether a piece's words have not come up in this session."""
        return piece.key not in self.blob

    def line(self, pool: str, most: int = 99) -> str | None:
        """A generic line of this pool that fits, or `None` when they are used up."""
        near: list[str] = []
        for text in self._ordered(pool):
            if self.fits(text, most):
                near.append(text)
                if len(near) == _NEAR:
                    break
        return self.rng.choice(near) if near else None

    def _ordered(self, pool: str) -> tuple[str, ...]:
        order = _order(self.language, pool, self.register, self.persona)
        step = -(-len(order) // _SESSIONS_PER_ROUND)
        start = ((self.view.session - 1) * step) % len(order) if order else 0
        return (*order[start:], *order[:start])

    def voice(self, moment: Moment, most: int = 99) -> str | None:
        """A characteristic line of the persona's for this moment, or `None`."""
        lines = [x for x in self.view.lines.get(moment, []) if in_language(x, self.language)]
        if not lines:
            return None
        start = (self.view.session - 1) % len(lines)
        for text in (*lines[start:], *lines[:start]):
            if self.fits(text, most):
                return text
        return None

    def frame(self, name: str) -> str:
        """A sentence frame, in this persona's order."""
        frames = _frames(self.language, name, self.persona)
        half = frames[: max(3, len(frames) // 2)]
        return self.rng.choice(half)


def scene_for(view: SpeakView, rng: Random) -> Scene:
    """Read a view: what was said, what was heard, what could be said."""
    material = client_material(view.language)
    mine = [line.text for line in view.dialogue if line.speaker == "client"]
    heard_text = (
        view.dialogue[-1].text if view.dialogue and view.dialogue[-1].speaker == "counselor" else ""
    )
    said = {bare(s) for text in mine for s in sentences(text)}
    pieces = own_pieces(view)
    agreeing = pattern(*material.agreeing)
    agreed = sum(1 for text in mine if agreeing.match(text))
    return Scene(
        view=view,
        rng=rng,
        material=material,
        heard=hear(heard_text, view.language),
        register=register_of(view.voice_style, view.language),
        persona=_number(view.demographics.name, view.voice_style, view.presenting_problem),
        said=said,
        blob="|".join(bare(text) for text in mine),
        before="|".join(bare(text) for text in view.memories),
        pieces=pieces,
        current=_current(pieces, mine),
        agreed=(agreed + 1) / (len(mine) + 5),
        client_turns=len(mine),
        recent=mine[-3:],
    )


def _current(pieces: list[Piece], mine: list[str]) -> str | None:
    """The matter that the client spoke of last, within its last three turns."""
    for text in reversed(mine[-3:]):
        said = bare(text)
        for piece in pieces:
            if piece.key in said:
                return piece.group
    return None


@lru_cache(maxsize=512)
def register_of(style: str, language: Language) -> Register:
    """The register of a voice style: by its words, else by its hash."""
    found: dict[Register, int] = {}
    for register, cues in client_material(language).registers.items():
        if hits := len(pattern(*cues).findall(style)):
            found[register] = hits
    if found:
        return max(found, key=lambda r: found[r])
    registers: tuple[Register, ...] = ("plain", "dry", "careful", "raw")
    return registers[_number(style) % len(registers)]


@lru_cache(maxsize=4096)
def _order(language: Language, pool: str, register: Register, persona: int) -> tuple[str, ...]:
    lines = client_material(language).pools[pool].lines(register)
    Random(f"{persona}/{pool}").shuffle(lines)
    return tuple(lines)


@lru_cache(maxsize=1024)
def _frames(language: Language, name: str, persona: int) -> tuple[str, ...]:
    frames = list(client_material(language).frames[name])
    Random(f"{persona}/{name}").shuffle(frames)
    return tuple(frames)


@lru_cache(maxsize=512)
def _number(*parts: str) -> int:
    return int.from_bytes(blake2b("\x1f".join(parts).encode(), digest_size=6).digest(), "big")
