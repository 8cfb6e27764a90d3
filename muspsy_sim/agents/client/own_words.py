"""What a client has said so far, and what of its own material it has said word for word.

Asked for at every turn, so each answer is kept until more has been said or told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from muspsy_sim.records.episode import Turn
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.views import Line

_STOPS = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")
_SHORTEST = 3
"""Characters up to which a sentence is too short to be recognised."""


@dataclass(slots=True)
class OwnWords:
    """The words of one client over its course."""

    _turns: Sequence[Turn] = ()
    _heard: int = 0
    _today: str = ""
    earlier: str = ""
    """What the client said in the sessions that have been held."""
    _asked: tuple[str, set[str], set[str]] | None = None
    _repeatable: tuple[str, ...] = ()

    def today(self, turns: Sequence[Turn]) -> str:
        """What the client has said so far among the turns of the session being held."""
        if turns is not self._turns:
            self._turns, self._heard, self._today = turns, 0, ""
        if self._heard < len(turns):
            new = [turn.text for turn in turns[self._heard :] if turn.speaker == "client"]
            self._heard = len(turns)
            if new:
                self._today = "\n".join([self._today, *new] if self._today else new)
        return self._today

    def keep(self, lines: Sequence[Line]) -> None:
        """Add what the client said in a session that was held."""
        said = [line.text for line in lines if line.speaker == "client"]
        self.earlier = "\n".join([self.earlier, *said] if self.earlier else said)

    def repeatable(
        self, profile: Profile, told: set[str], beliefs: set[str], earlier: str
    ) -> list[str]:
        """What of its own material stands in its `earlier` words, sentence by sentence.

        `told` and `beliefs` are the ids of the facts told and of the beliefs unlocked by now.
        """
        if self._asked != (earlier, told, beliefs):
            self._asked = (earlier, told, beliefs)
            self._repeatable = _standing(profile, told, beliefs, earlier)
        return list(self._repeatable)


def _standing(profile: Profile, told: set[str], beliefs: set[str], earlier: str) -> tuple[str, ...]:
    if not earlier:
        return ()
    own = [text for f in profile.facts if f.id in told for text in (f.text, *f.details)]
    for place in profile.formulation.situations:
        own += [place.situation, place.automatic_thought, place.emotion, place.behaviour]
    own += [b.belief for b in profile.formulation.core_beliefs if b.id in beliefs]
    own += [profile.presenting_problem, *profile.supports, *profile.goals, *profile.strengths]
    said = earlier.lower()
    return tuple(
        s for text in own for s in _sentences(text) if s[1:].rstrip(" .。！!").lower() in said
    )


@lru_cache(maxsize=4096)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(s for s in (part.strip() for part in _STOPS.split(text)) if len(s) > _SHORTEST)
