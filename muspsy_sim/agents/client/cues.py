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
from muspsy_sim.records.ready import Ready
from muspsy_sim.records.values import unchanging

_INFLECTED = r"(?:['’]s|s|es|d|ed|ing)?\b"
"""What may follow an English cue: `lock` is touched by locks, locked and locking, not by locket."""


@unchanging
class Heard:
    """A text that cues are looked for in. `small`: it in small letters.

    `plain`: its letters stand where they do in `small`, and are alike for patterns that ignore case
    wherever they are alike there, which is so for nearly every text.
    """

    text: str
    small: str
    plain: bool


def heard(text: str) -> Heard:
    """A text made ready to look for cues in."""
    small = text.lower()
    # Patterns take a dotless i for an i and a long s for an s, which small letters leave alone.
    odd = not small.isascii() and ("\u0131" in small or "\u017f" in small)
    return Heard(text, small, len(small) == len(text) and not odd)


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: in small letters, and the pattern that it needs; `None` where any place will do.

    `start`: the two letters that a word begins with where it can occur; empty = it is looked for
    anywhere.
    """

    small: str
    pattern: re.Pattern[str] | None
    start: str

    def stands_in(self, heard: Heard) -> bool:
        """Whether it occurs in a text."""
        at = heard.small.find(self.small)
        if at < 0 or self.pattern is None:
            return at >= 0
        if not heard.plain or not self.small.isascii():
            return self.pattern.search(heard.text) is not None
        # Where the letters stand is found much faster than a pattern that ignores case is tried.
        while at >= 0:
            if self.pattern.match(heard.text, at) is not None:
                return True
            at = heard.small.find(self.small, at + 1)
        return False


@lru_cache(maxsize=8192)
def cue(word: str) -> Cue:
    """A cue made ready; `word` must not be empty."""
    begins = r"\b" if word[0].isascii() and word[0].isalnum() else ""
    ends = _INFLECTED if word[-1].isascii() and word[-1].isalnum() else ""
    if not begins and not ends and word.lower() == word.upper():
        return Cue(word, None, "")
    small = word.lower()
    start = small[:2] if begins and small.isascii() and small[1:2].isalnum() else ""
    return Cue(small, re.compile(begins + re.escape(word) + ends, re.IGNORECASE), start)


def touches(fact: Fact, text: str) -> bool:
    """Whether a cue of this fact occurs in `text`."""
    said = heard(text)
    return any(cue(word).stands_in(said) for word in fact.cues if word)


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
        said = heard(own_words)
        anew = [fact for fact, cues in near if not _all_in(cues, said)]
        # The feeling asks, and then the decision: the last answer is the one that is asked for.
        ready.anew = ((text, own_words), anew)
    return ready.anew[1][:]


def _all_in(cues: Sequence[Cue], said: Heard) -> bool:
    for one in cues:  # noqa: SIM110 - asked at every turn, and `all` takes longer
        if not one.stands_in(said):
            return False
    return True


Near = tuple[tuple[Fact, tuple["Cue", ...]], ...]
"""Facts in the profile's order, each with the cues of it that a text holds."""
_Placed = tuple[int, Cue]
"""A cue, and the place of its fact in the profile."""


@dataclass(slots=True)
class _Facts:
    """The facts of one profile with their cues made ready, and what of late was found by them."""

    facts: list[Fact]
    anywhere: list[_Placed]
    by_start: dict[str, list[_Placed]]
    found: dict[str, Near] = field(default_factory=dict)
    anew: tuple[tuple[str, str], list[Fact]] | None = None

    def likely(self, said: Heard) -> list[_Placed]:
        """The cues that can occur in a text, by how its words begin: of hundreds a dozen."""
        likely = list(self.anywhere)
        starts = set(_STARTS.findall(said.small)) if said.plain else self.by_start
        for start in starts:
            likely += self.by_start.get(start, ())
        return likely


_STARTS = re.compile(r"\b\w\w")
_MOST_FOUND = 64


def _made_ready(facts: list[Fact]) -> _Facts:
    anywhere: list[_Placed] = []
    by_start: dict[str, list[_Placed]] = {}
    for n, fact in enumerate(facts):
        for one in (cue(word) for word in fact.cues if word):
            place = by_start.setdefault(one.start, []) if one.start else anywhere
            place.append((n, one))
    return _Facts(facts, anywhere, by_start)


_ready = Ready(_made_ready)


def _near(profile: Profile, text: str) -> Near:
    """The facts that a text touches. A turn is asked for by the feeling, the decision, the view."""
    if not text:
        return ()
    ready = _ready(profile.facts)
    near = ready.found.get(text)
    if near is None:
        said = heard(text)
        held: dict[int, list[Cue]] = {}
        for n, one in ready.likely(said):
            if one.stands_in(said):
                held.setdefault(n, []).append(one)
        near = tuple([(ready.facts[n], tuple(held[n])) for n in sorted(held)])
        if len(ready.found) >= _MOST_FOUND:
            ready.found.clear()
        ready.found[text] = near
    return near
