"""What part of each prompt the same episode sent before: what a server's prefix cache can keep.

A prompt is held against the last one of the same name, whose beginning it shares if it shares any:
whole messages first, then the beginning of the first that differs. Shares go by characters, in
which tokens are near enough even within one text; the server's own count, where it gives one, is
`Usage.cached_tokens`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.llm.seam import Message, Request


@dataclass(slots=True)
class Sent:
    """Characters of prompts sent, and those of them that began like the prompt before."""

    characters: int = 0
    again: int = 0

    def add(self, characters: int, again: int) -> None:
        """Add one prompt."""
        self.characters += characters
        self.again += again

    @property
    def share(self) -> float | None:
        """The share that was sent before, 0 to 1; `None` where nothing was sent."""
        return self.again / self.characters if self.characters else None


_FENCE_ENDS = "\n</dialogue>"
"""Up to where a dialogue that only grew is the same: a good guess, and no more than that."""


@dataclass(slots=True)
class Prefixes:
    """The prompts that one episode sent last, by name."""

    _last: dict[str, tuple[Message, ...]] = field(default_factory=dict)

    def of(self, request: Request) -> tuple[int, int]:
        """Characters of this prompt, and how many of them begin it as they began the last one."""
        name = request.key.prompt
        messages = request.messages
        before = self._last.get(name, ())
        self._last[name] = messages
        total = sum(len(message.content) for message in messages)
        again = 0
        for old, new in zip(before, messages, strict=False):
            if old.role == new.role and old.content == new.content:
                again += len(new.content)
                continue
            if old.role == new.role:
                again += common_beginning(old.content, new.content, old.content.rfind(_FENCE_ENDS))
            break
        return total, again


def common_beginning(one: str, other: str, guess: int = 0) -> int:
    """How many characters two texts begin with in common.

    `guess`: how many it may be at least, as for a dialogue that grows; a wrong one only costs time.
    """
    low, high = 0, min(len(one), len(other))
    if 0 < guess <= high and one[:guess] == other[:guess]:
        low = guess
        # Where the guess was right, they part within a sign or two.
        near = min(high, low + 8)
        while low < near and one[low] == other[low]:
            low += 1
        if low < near:
            return low
    step = 8
    while low < high:
        end = min(high, low + step)
        if one[low:end] == other[low:end]:
            low, step = end, step * 2
        elif end - low == 1:
            break
        else:
            high, step = end - 1, max(1, (end - low) // 2)
            if one[low : low + step] == other[low : low + step]:
                low += step
    return low
