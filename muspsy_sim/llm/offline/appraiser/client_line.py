"""What the counselor had to answer: the client's last line, its content words and its signals.

Words are compared by a rough stem in English and by pairs of characters in Chinese: enough to see
whether an answer takes up what was said, and no more than that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from muspsy_sim.llm.offline.appraiser.cues import Cues, Signal
from muspsy_sim.llm.offline.appraiser.sentences import lowered

_WORD = re.compile(r"[a-z0-9']+")
_ENDINGS = ("ations", "ation", "ness", "ingly", "edly", "ing", "ied", "ies", "ed", "es", "s")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ClientLine:
    """The client's last line as the appraiser hears it; `said` is false at a session's start."""

    said: bool
    low: str
    content: frozenset[str]
    earlier: frozenset[str]
    signals: frozenset[Signal]

    def has(self, *names: Signal) -> bool:
        """Whether any of these signals is in the line."""
        return any(name in self.signals for name in names)


def hear(client_lines: list[str], cues: Cues) -> ClientLine:
    """The last of the client's lines so far, and the content words of those before it."""
    if not client_lines:
        return ClientLine(False, "", frozenset(), frozenset(), frozenset())
    last = lowered(client_lines[-1])
    earlier: set[str] = set()
    for line in client_lines[-4:-1]:
        earlier |= content_words(lowered(line), cues)
    return ClientLine(
        said=True,
        low=last,
        content=content_words(last, cues),
        earlier=frozenset(earlier),
        signals=frozenset(n for n, cue in cues.signals.items() if cue.search(last)),
    )


def content_words(low: str, cues: Cues) -> frozenset[str]:
    """Words that carry content: stems in English, pairs of characters in Chinese."""
    if cues.language == "zh":
        return _pairs(low, cues)
    return frozenset(
        _stem(cues.kin.get(word, word))
        for word in _WORD.findall(low)
        if word not in cues.stop and len(word) > 2
    )


def shared(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """The words of `some` that `others` hold too, one character inside a pair included."""
    single = {word for word in others if len(word) == 1}
    inside = {
        word
        for word in some
        if (len(word) == 1 and any(word in other for other in others))
        or any(character in word for character in single)
    }
    return some & others | inside


def _stem(word: str) -> str:
    """A rough stem, enough to see that "sleeping" answers "sleep"."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and word[-2:] != "ss":
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word.rstrip("eyi") if len(word) > 3 else word


def _pairs(low: str, cues: Cues) -> frozenset[str]:
    found: set[str] = set()
    for run in _HAN_RUN.findall(cues.stop_run.sub(" ", low)):
        if run.isascii() or len(run) == 1:
            found.add(run)
        else:
            found.update(run[i : i + 2] for i in range(len(run) - 1))
    return frozenset(found)
