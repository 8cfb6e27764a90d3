"""The calls of a run, read from its journals: each attempt at each prompt, failed ones too.

A journal is read leniently here, since a table of calls is there to look things up in: a line that
cannot be read is counted, and the rest is read. What makes a journal valid for resuming is
`muspsy_sim.llm.journal`'s business.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from muspsy_sim.records.files import storage_error

_KEY = re.compile(r"s(\d+)t(\d+)/(.+)")


def read_calls(journal: Path, passed: Counter[str]) -> Iterator[dict[str, Any]]:
    """The calls in a journal, in order. `passed` counts journals and lines that give none."""
    if not journal.is_file():
        passed["episodes without a journal"] += 1
        return
    try:
        with journal.open("rb") as lines:
            for raw in lines:
                yield from _call(raw, passed)
    except OSError as error:
        raise storage_error(journal, error, "read") from error


def _call(raw: bytes, passed: Counter[str]) -> Iterator[dict[str, Any]]:
    try:
        line = orjson.loads(raw)
        if line["kind"] != "call":
            return
        key = _KEY.fullmatch(line["key"])
        error, usage = line.get("error") or {}, line.get("usage") or {}
        yield {
            "key": line["key"],
            "session": int(key[1]) if key else None,
            "turn": int(key[2]) if key else None,
            "prompt": key[3] if key else line["key"],
            "attempt": line.get("attempt"),
            "role": line.get("role"),
            "model": line.get("model"),
            "request": line.get("request"),
            "outcome": line.get("outcome"),
            "error_kind": error.get("kind"),
            "error_message": error.get("message"),
            "text": line.get("text"),
            "reasoning": line.get("reasoning"),
            "prompt_tokens": usage.get("prompt_tokens"),
            "completion_tokens": usage.get("completion_tokens"),
            "cached_tokens": usage.get("cached_tokens"),
            "estimated": usage.get("estimated"),
            "at": line.get("at"),
            "ms": line.get("ms"),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        passed["journal lines that cannot be read"] += 1
