"""Whether a session is stuck: the same words again and again, or a farewell that never ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from muspsy_sim.records.views import Line

_SAME = 3
"""Turns of one speaker that must be alike."""
_FAREWELL_TURNS = 6
_NOT_WORDS = re.compile(r"[\W_]+")
_FAREWELL = re.compile(
    r"\b(good ?bye|bye|take care|see you|until next time|have a good (day|week|evening))\b"
    r"|再见|下次见|下周见|保重|回头见|拜拜",
    re.IGNORECASE,
)
_LEAVING = (
    *("bye", "take care", "see you", "until next", "have a good"),
    *("再见", "下次见", "下周见", "保重", "回头见", "拜拜"),
)
"""What every farewell holds."""


def stuck(turns: Sequence[Line]) -> str:
    """Why the session is stuck, or nothing.

    Stuck is: one speaker's last three turns are the same but for case and punctuation, or the last
    six turns all take leave.
    """
    for speaker in ("client", "counselor"):
        if _repeats(turns, speaker):
            return f"the {speaker} said the same {_SAME} times over"
    leave = turns[: -_FAREWELL_TURNS - 1 : -1]
    if len(leave) == _FAREWELL_TURNS and all(_takes_leave(t.text) for t in leave):
        return f"both have been taking leave for {_FAREWELL_TURNS} turns"
    return ""


def _repeats(turns: Sequence[Line], speaker: str) -> bool:
    """Whether a speaker's last turns are alike, so many as make it stuck."""
    said, alike = "", 0
    for turn in reversed(turns):
        if turn.speaker != speaker:
            continue
        text = _folded(turn.text)
        if alike and text != said:
            return False
        said, alike = text, alike + 1
        if alike == _SAME:
            return True
    return False


@lru_cache(maxsize=1024)
def _takes_leave(text: str) -> bool:
    # That no farewell can stand in most turns is seen much faster than the pattern is tried.
    small = text.casefold()
    return any(word in small for word in _LEAVING) and _FAREWELL.search(text) is not None


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    return _NOT_WORDS.sub(" ", text).casefold().strip()
