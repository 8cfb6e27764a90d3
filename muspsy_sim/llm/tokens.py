"""How many tokens a text takes, estimated; used only where a server gives no count of its own.

A tokenizer's vocabulary would have to be downloaded, so this counts words and characters instead.
A call counted this way is marked in `Usage.estimated`, and every figure made from it says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from muspsy_sim.llm.seam import Message

_IDEOGRAPH = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯]|[\U00020000-\U0003ffff]")
_PIECE = re.compile(r"[^\W\d_]+|\d{1,3}|[^\w\s]|_", re.UNICODE)
_LETTERS_PER_PIECE = 7
_PER_IDEOGRAPH = 0.9
_PER_MESSAGE = 4
"""Role and delimiters of one chat message, as most chat templates have them."""


def estimate_tokens(text: str) -> int:
    """Tokens of a text, estimated.

    Words of up to seven letters count one and longer ones more, numbers one for three digits,
    punctuation marks one each, and a Chinese or Japanese character 0.9. That is a rule of thumb
    for byte-pair vocabularies of 100,000 entries and more; take it as right within a third.
    """
    if not text:
        return 0
    rest, ideographs = _IDEOGRAPH.subn(" ", text)
    pieces = sum(1 + (len(piece) - 1) // _LETTERS_PER_PIECE for piece in _PIECE.findall(rest))
    return max(1, math.ceil(pieces + ideographs * _PER_IDEOGRAPH))


def estimate_prompt_tokens(messages: Iterable[Message]) -> int:
    """Tokens of a whole prompt, estimated, with what a chat template adds to each message."""
    return sum(_PER_MESSAGE + estimate_tokens(message.content) for message in messages)
