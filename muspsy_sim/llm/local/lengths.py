"""Texts no longer than their schema allows, counted as they are written.

A grammar could hold them too, but one for up to 2,000 signs takes seconds to compile for a real
vocabulary. So a text is counted by its signs, and near its limit only its end is let through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What each token writes. `longest`: signs of the longest."""

    texts: Sequence[str]
    longest: int

    @classmethod
    def of(cls, tokenizer: Any, tokens: int) -> Vocabulary:
        """The first `tokens` of a tokenizer's, each by itself.

        Bytes of a sign that is cut count as one each, so that a text is never counted too short.
        """
        texts = []
        for token, name in enumerate(tokenizer.convert_ids_to_tokens(list(range(tokens)))):
            text = tokenizer.decode([token], clean_up_tokenization_spaces=False)
            # Alone, a word of sentencepiece loses the space that it begins with.
            begins = isinstance(name, str) and name.startswith("▁") and not text.startswith(" ")
            texts.append(f" {text}" if begins else text)
        return cls(texts, max(map(len, texts), default=0))


def take_limits(schema: Any, above: int) -> dict[str, int]:
    """Take the lengths of texts above `above` signs out of a schema, and say them by their names.

    A name that has several lengths has the smallest. Those that are not above stay in the schema.
    """
    limits: dict[str, int] = {}

    def walk(node: Any, name: str) -> None:
        if isinstance(node, list):
            for each in node:
                walk(each, name)
        if not isinstance(node, dict):
            return
        longest = node.get("maxLength")
        if isinstance(longest, int) and longest > above:
            del node["maxLength"]
            if name:
                limits[name] = min(longest, limits.get(name, longest))
        for key, value in node.items():
            if key in ("properties", "$defs"):
                for inner, each in value.items():
                    walk(each, inner if key == "properties" else "")
            elif key in ("items", "anyOf"):
                walk(value, name)

    walk(schema, "")
    return limits


@dataclass(slots=True)
class Lengths:
    """How long the text is that an answer is in. `limits`: signs at most, by property."""

    limits: Mapping[str, int]
    vocabulary: Vocabulary
    _property: str = ""
    _last: str = ""
    _within: bool = False
    _escaped: bool = False
    _length: int = 0
    _begins: list[str] = field(default_factory=list)

    def take(self, token: int) -> None:
        """Note what was said."""
        if not self.limits:
            return
        for sign in self.vocabulary.texts[token]:
            if self._within:
                self._take_within(sign)
            elif sign == '"':
                self._within, self._length = True, 0
                self._begins.clear()
            elif sign == ":":
                self._property = self._last  # What was in quotes was a name.

    def _take_within(self, sign: str) -> None:
        if sign == '"' and not self._escaped:
            self._within, self._last = False, "".join(self._begins)
            return
        self._escaped = sign == "\\" and not self._escaped
        self._length += 1
        if self._length <= _LONGEST_NAME:
            self._begins.append(sign)

    @property
    def full(self) -> bool:
        """Whether the next token could pass the limit of the text that the answer is in."""
        limit = self.limits.get(self._property) if self._within else None
        return limit is not None and self._length + self.vocabulary.longest > limit
