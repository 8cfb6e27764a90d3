"""Which of a client's facts a counselor's words come near: by the cues that each fact names.

A cue counts as a word (inflected or not) where it begins or ends in ASCII letters or digits, and
anywhere where it does not, since Chinese has no word breaks. Case is of no account.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from muspsy_sim.records.profile import Fact, Profile
from muspsy_sim.records.ready import Ready

_INFLECTED = r"(?:['’]s|s|es|d|ed|ing)?\b"
"""What may follow an English cue: `lock` is touched by locks, locked and locking, not by locket."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: in small letters, and the pattern that it needs; `None` where any place will do."""

    small: str
    pattern: re.Pattern[str] | None

    def stands_in(self, text: str, small: str) -> bool:
        """Whether it occurs in a text, which is given in small letters as well."""
        at = small.find(self.small)
        if at < 0 or self.pattern is None:
            return at >= 0
        if len(small) != len(text) or not self.small.isascii() or _odd(small):
            return self.pattern.search(text) is not None
        # Where the letters stand is found much faster than a pattern that ignores case is tried.
        while at >= 0:
            if self.pattern.match(text, at) is not None:
                return True
            at = small.find(self.small, at + 1)
        return False


def _odd(small: str) -> bool:
    """Whether a text holds a letter that a pattern takes for i or s, and `str.lower` leaves."""
    return not small.isascii() and ("\u0131" in small or "\u017f" in small)


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
    return any(cue(word).stands_in(text, small) for word in fact.cues if word)


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
    ready = _ready(profile.facts)
    if ready.anew is None or ready.anew[0] != (text, own_words):
        small = own_words.lower()
        anew = [
            fact for fact, cues in near if not all(one.stands_in(own_words, small) for one in cues)
        ]
        # The feeling asks, and then the decision: the last answer is the one that is asked for.
        ready.anew = ((text, own_words), anew)
    return ready.anew[1][:]


Near = tuple[tuple[Fact, tuple["Cue", ...]], ...]
"""Facts in the profile's order, each with the cues of it that a text holds."""


@dataclass(slots=True)
class _Facts:
    """The facts of one profile with their cues made ready, and what of late was found by them."""

    facts: list[Fact]
    cues: list[tuple[int, str, Cue]]
    """All cues with their small letters, and the places of the facts that they are of."""
    found: dict[str, Near] = field(default_factory=dict)
    anew: tuple[tuple[str, str], list[Fact]] | None = None


_MOST_FOUND = 64


def _made_ready(facts: list[Fact]) -> _Facts:
    each = [(n, cue(word)) for n, fact in enumerate(facts) for word in fact.cues if word]
    return _Facts(facts, [(n, one.small, one) for n, one in each])


_ready = Ready(_made_ready)


def _near(profile: Profile, text: str) -> Near:
    """The facts that a text touches. A turn is asked for by the feeling, the decision, the view."""
    if not text:
        return ()
    ready = _ready(profile.facts)
    near = ready.found.get(text)
    if near is None:
        small = text.lower()
        held: dict[int, list[Cue]] = {}
        # Most cues are no part of most texts, which is seen before anything else is called.
        for n, one in [(n, one) for n, letters, one in ready.cues if letters in small]:
            if one.stands_in(text, small):
                held.setdefault(n, []).append(one)
        near = tuple([(ready.facts[n], tuple(cues)) for n, cues in held.items()])
        if len(ready.found) >= _MOST_FOUND:
            ready.found.clear()
        ready.found[text] = near
    return near
