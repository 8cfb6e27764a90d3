"""What there is to find out about a client: declared attributes, and what rules see."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson

from muspsy_sim.datasets.privacy.masking import mask_dialogue
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.errors import FormatError

Attributes = Mapping[str, tuple[str, ...]]
"""Dialogue id to the attributes of its client, in the words that say them."""


def declared(file: Path) -> dict[str, tuple[str, ...]]:
    """Attributes that somebody declared: a JSON object, dialogue id to a list of texts.

    Raises:
        FormatError: the file cannot be read, or says something else.
    """
    try:
        value = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise FormatError(f"cannot be read as JSON: {error}", file=file) from error
    if not isinstance(value, dict) or not all(
        isinstance(each, list) and all(isinstance(text, str) for text in each)
        for each in value.values()
    ):
        raise FormatError(
            "is no object of lists of texts",
            file=file,
            hint='write {"DIALOGUE": ["welder", "Hull", ...], ...}',
        )
    return {key: tuple(texts) for key, texts in value.items()}


def seen(dialogue: Dialogue) -> tuple[str, ...]:
    """What masking would put a placeholder for: the attributes that rules see."""
    _, given = mask_dialogue(dialogue)
    return tuple(dict.fromkeys(given.values()))
