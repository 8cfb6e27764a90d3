"""What a training format is to an export: how a row is written, read back, and where it goes.

Each format's module states its shapes and configs; everything else treats them alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from muspsy_sim.datasets.rows import Message, Row, Task
from muspsy_sim.datasets.splits import Split

Chat = list[tuple[str, str]]
"""Messages as role and content: what a row comes down to in every format."""

Feature = dict[str, Any]
"""A column as Hugging Face's cards describe it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How one row is written as JSON, and read back as chat."""

    features: tuple[Feature, ...]
    encode: Callable[[Row], dict[str, Any]]
    decode: Callable[[dict[str, Any]], Chat]
    array: bool = False
    """One JSON list instead of one object a line."""


@dataclass(frozen=True, slots=True)
class Config:
    """One config of an export: a task in a shape, a file per split."""

    name: str
    task: Task
    shape: Shape
    file: str
    """With `{split}`."""
    whole: bool = False
    """Counseling rows of whole sessions instead of single turns."""

    def path(self, split: Split) -> str:
        """The file of a split, from the export's folder."""
        return self.file.format(split=split)


def chat_of(row: Row) -> Chat:
    """A row as role and content."""
    return [(message.role, message.content) for message in row.messages]


def text(name: str) -> Feature:
    """A column of text."""
    return {"name": name, "dtype": "string"}


def messages_feature(name: str) -> Feature:
    """A column of chat messages."""
    return {"name": name, "list": [text("role"), text("content")]}


def chat_json(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    """Messages as trainers read them."""
    return [{"role": m.role, "content": m.content} for m in messages]


def chat_read(messages: list[dict[str, str]]) -> Chat:
    """Messages read back."""
    return [(m["role"], m["content"]) for m in messages]


def about(row: Row) -> dict[str, Any]:
    """The columns that say where a row is from. Trainers leave them alone."""
    return {
        "id": row.id,
        "source_case": row.source_case,
        "arm": row.arm,
        "language": row.language,
    }


ABOUT: tuple[Feature, ...] = tuple(text(name) for name in ("id", "source_case", "arm", "language"))
