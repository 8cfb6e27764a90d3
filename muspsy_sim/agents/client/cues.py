"""Which of a client's facts a counselor's words come near: by the cues that each fact names.

A cue counts as a word (inflected or not) where it begins or ends in ASCII letters or digits, and
anywhere where it does not, since Chinese has no word breaks. Case is of no account.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from muspsy_sim.records.profile import Fact, Profile

_INFLECTED = r"(?:['’]s|s|es|d|ed|ing)?\b"
"""What may follow an English cue: `lock` is touched by locks, locked and locking, not by locket."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: in small letters, and the pattern that it needs; `None` where any place will do."""

    small: str
    pattern: re.Pattern[str] | None

    def stands_in(self, text: str) -> bool:
        """Whether it occurs in a text that holds its small letters."""
        return self.pattern is None or self.pattern.search(text) is not None


@lru_cache(maxsize=8192)
def cue(word: str) -> Cue:
    """A cue made ready; `word` must not be empty."""
    begins = r"\b" if word[0].isascii() and word[0].isalnum() else ""
    ends = _INFLECTED if word[-1].isascii() and word[-1].isalnum() else ""
    if not begins and not ends and word.lower() == word.upper():
        return Cue(word, None)
    return Cue(word.lower(), re.compile(begins + re.escape(word) + ends, re.IGNORECASE))


def touches(fact: Fact, text: str) -> bool:
    """Whether a cue of this fact occurs in `text`."""
    small = text.lower()
    return bool(_standing([cue(word) for word in fact.cues if word], text, small))


def touched(profile: Profile, text: str) -> list[Fact]:
    """The facts whose cues occur in a counselor's turn, in the profile's order."""
    return [fact for fact, _ in _near(profile, text)]


def touched_anew(profile: Profile, text: str, own_words: str) -> list[Fact]:
    """The facts that a counselor's turn touches with a word the client has not used itself.

    `own_words`: what the client has said so far in this session. To be asked about one's own words
    is to be heard, not to be pressed.
    """
    near = _near(profile, text)
    if not near:
        return []
    small = own_words.lower()
    return [fact for fact, cues in near if len(_standing(cues, own_words, small)) < len(cues)]


Near = tuple[tuple[Fact, tuple["Cue", ...]], ...]
"""Facts in the profile's order, each with the cues of it that a text holds."""


@dataclass(slots=True)
class _Ready:
    """The facts of one profile with their cues made ready, and what of late was found by them."""

    facts: list[Fact]
    cues: list[tuple[Cue, ...]]
    found: dict[str, Near] = field(default_factory=dict)


_READY: dict[int, _Ready] = {}
_MOST_READY = 4096
_MOST_FOUND = 64


def _near(profile: Profile, text: str) -> Near:
    """The facts that a text touches. A turn is asked for by the feeling, the decision, the view."""
    if not text:
        return ()
    ready = _ready(profile.facts)
    near = ready.found.get(text)
    if near is None:
        small = text.lower()
        held = (
            (fact, _standing(cues, text, small))
            for fact, cues in zip(ready.facts, ready.cues, strict=True)
        )
        near = tuple([(fact, cues) for fact, cues in held if cues])
        if len(ready.found) >= _MOST_FOUND:
            ready.found.clear()
        ready.found[text] = near
    return near


def _standing(cues: Sequence[Cue], text: str, small: str) -> tuple[Cue, ...]:
    """The cues that occur in a text, which is given in small letters as well."""
    # Most cues are no part of most texts, which is seen much faster than a pattern is tried.
    return tuple([one for one in cues if one.small in small and one.stands_in(text)])


def _ready(facts: list[Fact]) -> _Ready:
    """A profile's facts made ready, once: nobody changes them in place."""
    ready = _READY.get(id(facts))
    # What is kept holds on to its list, so no other list can have come to its place.
    if ready is None:
        if len(_READY) >= _MOST_READY:
            _READY.clear()
        cues = [tuple([cue(word) for word in fact.cues if word]) for fact in facts]
        ready = _READY[id(facts)] = _Ready(facts, cues)
    return ready
