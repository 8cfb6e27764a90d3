"""Where the offline client stands in this session: what was said, what it heard, what is left.

A scene is built from one view and is the only thing that the moves read. It hands out generic
lines so that none comes back within a session, and so that personas and sessions use different
parts of a pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from muspsy_sim.llm.offline.client.heard import Heard, hear
from muspsy_sim.llm.offline.client.material import (
    ClientMaterial,
    client_material,
    pattern,
)
from muspsy_sim.llm.offline.client.own_words import Piece, own_pieces, topics
from muspsy_sim.llm.offline.client.tongue import Tongue, frames, keys, order, tongue_of
from muspsy_sim.llm.offline.client.wording import bare, filled, in_language, sentences, size
from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import Moment
from muspsy_sim.records.views import SpeakView

_SESSIONS_PER_ROUND = 6
"""Sessions after which a pool is gone through from its beginning again."""
_NEAR = 4
"""How many of the next lines in a persona's order one is drawn from, at most.

Fewer where the next session begins nearer, so that it begins with other lines.
"""
_AGREE_MOST = 0.21
"""Share of turns that may open with agreement; people do so in 17% (FIELD, section 4)."""
_AGREE_DEFERRING = 0.25
"""The same for a client whose way of keeping its distance is to agree."""
_FLOOR = {"en": 5, "zh": 7}
"""Words from which a line is more than a minimal response; shorter ones are left to that move."""
_LONG_KEY = {"en": 8, "zh": 4}
"""Characters from which a sentence is also looked for inside others that a filler joined it to."""
_STRIDE: dict[Moment, int] = {"greeting": 1, "first_words": 1, "farewell": 1}


@dataclass(slots=True)
class Scene:
    """One turn's surroundings. `said` holds every sentence of the client's in this session."""

    view: SpeakView
    rng: Random
    material: ClientMaterial
    heard: Heard
    tongue: Tongue
    manner: str
    said: frozenset[str]
    blob: str
    before: str
    told_before: frozenset[str]
    pieces: list[Piece]
    topics: dict[str, str]
    places: dict[str, int]
    current: str | None
    latest: str | None
    agreed: float
    lately_said: str
    mine: list[str]

    @property
    def language(self) -> Language:
        """The language of the view."""
        return self.view.language

    def fresh(self, text: str) -> bool:
        """Whether no sentence of a text has been said in this session."""
        return not any(
            key in self.said or (len(key) > _LONG_KEY[self.language] and key in self.blob)
            for key in map(bare, sentences(text))
        )

    def fits(self, text: str, most: int) -> bool:
        """Whether a text may be said now.

        Not yet said, short enough, not one more agreement, and in the last hour of no next time.
        """
        return (
            size(text) <= most
            and self.fresh(text)
            and (self.may_agree or not self.agrees(text))
            and not (self.view.last and pattern(*self.material.next_time).search(text))
        )

    def agrees(self, text: str) -> bool:
        """Whether a text opens with agreement."""
        return bool(pattern(*self.material.agreeing).match(text))

    @property
    def may_agree(self) -> bool:
        """Whether another turn may open with agreement."""
        return self.agreed < (_AGREE_DEFERRING if self.manner == "deferring" else _AGREE_MOST)

    def unsaid(self, piece: Piece) -> bool:
        """Whether a piece's words have not come up in this session, nor with a `就` put in."""
        return piece.key.removeprefix("我") not in self.blob

    def news(self, piece: Piece) -> bool:
        """Whether a piece's words have not come up in an earlier session either."""
        return piece.key not in self.told_before

    def line(self, pool: str, most: int = 99) -> str | None:
        """A generic line of this pool that fits, or `None` when they are used up."""
        short: list[str] = []
        near: list[str] = []
        floor = self._floor(most)
        order, step = self._ordered(pool)
        for text in order:
            if self.fits(text, most):
                (near if size(text) >= floor else short).append(text)
                if len(near) == min(_NEAR, max(2, step)):
                    break
        choice = near or short
        return self.rng.choice(choice) if choice else None

    @property
    def floor(self) -> int:
        """Words from which a turn is more than a minimal response."""
        return _FLOOR[self.language]

    def _floor(self, most: int) -> int:
        """Below how many words a line is passed over, as far as there are longer ones."""
        alone = self.view.stance.length in ("one short sentence", "a sentence or two")
        return self.floor if alone and most > 2 * self.floor and self.rng.random() < 0.75 else 0

    def _ordered(self, pool: str) -> tuple[Sequence[str], int]:
        """The lines of a pool in this session's order, and how far the next session is on."""
        own, reserve = order(self.language, pool, self.tongue)
        if not own:
            return reserve, _NEAR
        step = -(-len(own) // _SESSIONS_PER_ROUND)
        start = ((self.view.session - 1) * step) % len(own)
        return own[start:] + own[:start] + reserve, step

    def lately(self, pool: str, turns: int) -> bool:
        """Whether a line of this pool came up in the client's last turns."""
        lines = keys(self.language, pool, self.tongue.dialect)
        return any(bare(s) in lines for text in self.mine[-turns:] for s in sentences(text))

    def opens_with(self, pool: str, text: str) -> bool:
        """Whether the first sentence of a text is a line of this pool."""
        return bare(sentences(text)[0]) in keys(self.language, pool, self.tongue.dialect)

    def holds_line(self, pool: str, text: str) -> bool:
        """Whether a line of this pool stands in a text, if behind other words of its sentence."""
        said = bare(text)
        lines = keys(self.language, pool, self.tongue.dialect)
        return any(len(key) > 3 and key in said for key in lines)

    @property
    def just_told(self) -> bool:
        """Whether the client's last turn told a fact."""
        last = bare(self.mine[-1]) if self.mine else ""
        return any(f.told and bare(f.text) in last for f in self.view.unlocked)

    def first_line(self, *pools: str, most: int = 99) -> str | None:
        """A line of the first of these pools that has one."""
        for pool in pools:
            if pool in self.material.pools and (line := self.line(pool, most)):
                return line
        return None

    def voice(self, moment: Moment, most: int = 99) -> str | None:
        """A characteristic line of the persona's for this moment, or `None`."""
        lines = [x for x in self.view.lines.get(moment, []) if in_language(x, self.language)]
        if not lines:
            return None
        start = (self.view.session - 1) * _STRIDE.get(moment, 2) % len(lines)
        return next((x for x in (*lines[start:], *lines[:start]) if self.fits(x, most)), None)

    def frame(self, name: str, words: str, most: int = 99) -> str | None:
        """A sentence frame of this persona's with the words in it, or `None` if none fits."""
        mine = frames(self.language, name, self.tongue)
        start = self.rng.randrange(len(mine))
        for frame in (*mine[start:], *mine[:start]):
            text = filled(frame, words)
            text = text[0].upper() + text[1:]
            if self.fits(text, most) and not self._frame_used(frame):
                return text
        return None

    def _frame_used(self, frame: str) -> bool:
        """Whether a frame's own words have been used in this session, with other words in it."""
        longest = max((bare(part) for part in frame.split("{x}")), key=len)
        return len(longest) > 5 and longest in self.blob


def scene_for(view: SpeakView, rng: Random) -> Scene:
    """Read a view: what was said, what was heard, what could be said."""
    material = client_material(view.language)
    mine = [line.text for line in view.dialogue if line.speaker == "client"]
    last = view.dialogue[-1] if view.dialogue else None
    pieces = own_pieces(view)
    agreed = sum(1 for text in mine if pattern(*material.agreeing).match(text))
    return Scene(
        view=view,
        rng=rng,
        material=material,
        heard=hear(last.text if last and last.speaker == "counselor" else "", view.language),
        tongue=tongue_of(view),
        manner=_manner(view.stance.manner, view.language),
        said=frozenset(
            key
            for text in mine
            for s in sentences(text)
            for key in (bare(s), bare(_after_quote(s)))
        ),
        blob="|".join(bare(text) for text in mine),
        before="|".join(bare(text) for text in view.memories),
        told_before=frozenset(bare(text) for text in view.said_before),
        pieces=pieces,
        topics=topics(view),
        places={p.role: p.place + 1 for p in sorted(pieces, key=lambda p: p.place)},
        current=_current(pieces, mine[-3:]),
        latest=_current(pieces, mine[-1:]),
        agreed=(agreed + 1) / (len(mine) + 6),
        lately_said=bare(" ".join(mine[-6:])),
        mine=mine,
    )


def _after_quote(sentence: str) -> str:
    """What follows a quotation in a Chinese sentence, which no space sets apart."""
    return sentence.rpartition("”")[2] or sentence


def _current(pieces: list[Piece], mine: list[str]) -> str | None:
    """The matter that the client spoke of last in these turns."""
    for text in reversed(mine):
        said = bare(text)
        for piece in pieces:
            if piece.key in said:
                return piece.group
    return None


@lru_cache(maxsize=512)
def _manner(manner: str, language: Language) -> str:
    """Which way of keeping its distance the stance describes; empty where it describes none."""
    for name, cues in client_material(language).manners.items():
        if pattern(*cues).search(manner):
            return name
    return ""
