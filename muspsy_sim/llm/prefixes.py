"""What part of each prompt the same episode sent before: what a server's prefix cache can keep.

A prompt is held against the last one of the same name, whose beginning it shares if it shares any:
whole messages first, then the beginning of the first that differs, of the last one no further than
its dialogue goes. Within a prompt the share goes by characters, in which tokens are near enough
even; prompts are added up by their tokens where every one was counted. What the server had in its
cache, where it tells it, is `Usage.cached_tokens`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.llm.seam import Message, Request
from muspsy_sim.records.values import unchanging


@dataclass(slots=True)
class Sent:
    """Characters of prompts sent, and those of them that began like the prompt before.

    `counted` are the characters of prompts whose `tokens` the server counted; `tokens_again` are
    each such prompt's tokens times its share of characters.
    """

    characters: int = 0
    again: int = 0
    counted: int = 0
    tokens: int = 0
    tokens_again: float = 0.0

    def add(self, characters: int, again: int, tokens: int = 0) -> None:
        """Add one prompt. `tokens` 0 = nobody counted them."""
        self.characters += characters
        self.again += again
        if tokens and characters:
            self.counted += characters
            self.tokens += tokens
            self.tokens_again += tokens * again / characters

    def add_all(self, other: Sent) -> None:
        """Add another sum."""
        self.characters += other.characters
        self.again += other.again
        self.counted += other.counted
        self.tokens += other.tokens
        self.tokens_again += other.tokens_again

    @property
    def by_tokens(self) -> bool:
        """Whether the tokens of all of it are known, so that the share is one of tokens."""
        return bool(self.tokens) and self.counted == self.characters

    @property
    def share(self) -> float | None:
        """The share that was sent before, 0 to 1; `None` where nothing was sent."""
        if self.by_tokens:
            return self.tokens_again / self.tokens
        return self.again / self.characters if self.characters else None


_OPENS = "<dialogue>\n"
_CLOSES = "\n</dialogue>"


@dataclass(slots=True)
class _Dialogue:
    """A dialogue as far as it went: what several prompts hold, each up to its own turn."""

    text: str

    def holds(self, text: str, opens: int, closes: int) -> bool:
        """Whether what stands there is a beginning of this one, which grows where it is of it."""
        here, length = self.text, closes - opens
        if length >= len(here):
            if not text.startswith(here, opens):
                return False
            if length > len(here):
                self.text = text[opens:closes]
            return True
        return here.startswith(text[opens:closes])


@unchanging
class _Kept:
    """What a next prompt can begin with: of the last message all up to where its dialogue ends.

    What follows there is for one turn alone, and long enough to be felt in a thousand episodes.
    """

    before: tuple[Message, ...]
    """The messages but the last, of which `head` is what stands before the dialogue."""
    role: str
    head: str
    dialogue: _Dialogue | None
    """`None` where there is none: then `head` is all of it."""
    length: int
    """How much of the dialogue it was."""


@dataclass(slots=True)
class Prefixes:
    """The prompts that one episode sent last, by name."""

    _last: dict[str, _Kept] = field(default_factory=dict)
    _dialogues: list[_Dialogue] = field(default_factory=list)
    _owed: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Prompts that no attempt has had taken in yet, by their calls."""

    def to_add(self, request: Request) -> tuple[int, int] | None:
        """What `of` says of a prompt, if this attempt is the first or none before was taken in."""
        if request.attempt == 1:
            return self.of(request)
        return self._owed.pop(str(request.key), None) if self._owed else None

    def owe(self, request: Request, found: tuple[int, int]) -> None:
        """Note that this attempt was not taken in, so that the next is asked for in its place."""
        self._owed[str(request.key)] = found

    def of(self, request: Request) -> tuple[int, int]:
        """Characters of this prompt, and how many of them begin it as they began the last one."""
        messages = request.messages
        total = 0
        for message in messages:
            total += len(message.content)
        kept = self._last.get(request.key.prompt)
        again = 0 if kept is None else _again(kept, messages)
        self._last[request.key.prompt] = self._kept(messages, kept)
        return total, again

    def _kept(self, messages: tuple[Message, ...], like: _Kept | None) -> _Kept:
        """What a next prompt can begin with; most often it has the head of the one before."""
        before, last = messages[:-1], messages[-1]
        text = last.content
        closes = text.rfind(_CLOSES)
        if like is not None and like.dialogue is not None and text.startswith(like.head):
            head = like.head
        else:
            head = text[: text.find(_OPENS) + len(_OPENS)]
        opens = len(head)
        if not (head.endswith(_OPENS) and opens <= closes):
            return _Kept(before, last.role, text, None, 0)
        dialogue = self._dialogue(text, opens, closes)
        return _Kept(before, last.role, head, dialogue, closes - opens)

    def _dialogue(self, text: str, opens: int, closes: int) -> _Dialogue:
        """The dialogue that stands there, as it is known or for the first time."""
        # The one found last is the likeliest.
        for known in reversed(self._dialogues):
            if known.holds(text, opens, closes):
                return known
        self._dialogues.append(_Dialogue(text[opens:closes]))
        del self._dialogues[:-_DIALOGUES]
        return self._dialogues[-1]


_DIALOGUES = 4
"""Dialogues in whose beginnings prompts are looked for: this session's and that of the one before,
as either side numbers them."""


def _again(kept: _Kept, messages: tuple[Message, ...]) -> int:
    """How many characters of a prompt begin it as they began the kept one."""
    again = 0
    for at, new in enumerate(messages):
        if at < len(kept.before):
            old = kept.before[at]
            if old.role == new.role and old.content == new.content:
                again += len(new.content)
                continue
            same = common_beginning(old.content, new.content) if old.role == new.role else 0
            return again + same
        return again + (_again_last(kept, new.content) if kept.role == new.role else 0)
    return again


def _again_last(kept: _Kept, text: str) -> int:
    head, dialogue = kept.head, kept.dialogue
    if dialogue is None or not text.startswith(head):
        return common_beginning(head, text)
    start = len(head)
    here = text[start : start + kept.length]
    if not dialogue.text.startswith(here) or len(here) < kept.length:
        return start + common_beginning(dialogue.text[: kept.length], here)
    start += kept.length
    return start + common_beginning(_CLOSES, text[start : start + len(_CLOSES)])


def common_beginning(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    if one[:2] != other[:2]:  # Where a dialogue goes on in place of ending, most often.
        return int(one[:1] == other[:1] != "")
    low, high = 0, min(len(one), len(other))
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
