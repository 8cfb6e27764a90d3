"""JSON lists element by element, each with the line of the file that it begins on.

A published file is read whole or refused with the line where it breaks; a key that stands twice in
one object is refused too, since one of its values would be lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.records.errors import ContentError

_SPACE = re.compile(r"[ \t\r\n]*")


def json_elements(text: str, file: Path, of: str) -> Iterator[tuple[int, object]]:
    """The elements of a JSON list, each with its line; `of` names what the list should hold.

    Raises:
        ContentError: the text is empty, no list, or breaks off.
    """
    at = _skip(text, 0)
    if not text[at:]:
        raise ContentError(file, None, None, "is empty", f"name a file of {of}")
    if text[at] != "[":
        raise ContentError(file, 1, None, "is not a JSON list", f"name a file of {of}")
    decoder = json.JSONDecoder(object_pairs_hook=_distinct)
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return
    line, counted = 1, 0
    while True:
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise _not_json(text, at, file, error) from error
        yield line, value
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            return
        if text[at : at + 1] != ",":
            raise _not_json(text, at, file, ValueError("the list is cut off or lacks a comma"))
        at = _skip(text, at + 1)


def json_object(text: str, file: Path, of: str) -> dict[str, object]:
    """The one JSON object that a text holds; `of` names what it should be.

    Raises:
        ContentError: the text is empty, no object, or breaks off.
    """
    at = _skip(text, 0)
    if not text[at:]:
        raise ContentError(file, None, None, "is empty", f"name a file of {of}")
    try:
        value, end = json.JSONDecoder(object_pairs_hook=_distinct).raw_decode(text, at)
    except (ValueError, RecursionError) as error:
        raise _not_json(text, at, file, error) from error
    if _skip(text, end) != len(text):
        raise _not_json(text, end, file, ValueError("something follows the object"))
    if not isinstance(value, dict):
        raise ContentError(file, 1, None, "is not a JSON object", f"name a file of {of}")
    return value


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _not_json(text: str, at: int, file: Path, error: Exception) -> ContentError:
    position = error.pos if isinstance(error, json.JSONDecodeError) else at
    what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    line = text.count("\n", 0, position) + 1
    return ContentError(file, line, None, f"is not JSON: {what}", "check the file's end and commas")
