"""Sentences that spoilers put into transcripts, `agents/judge/spoiling/*.yaml`, by language."""

from __future__ import annotations

from functools import cache
from random import Random

from pydantic import Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import list_content
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.strict_yaml import load_strict


class SpoilingMaterial(Record):
    """One file: sentences of one language, by what they are for."""

    language: Language
    sentences: dict[str, list[str]] = Field(min_length=1)


@cache
def _all(language: Language) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in list_content("agents", "judge/spoiling/*.yaml"):
        read = load_strict(path, SpoilingMaterial)
        if read.language != language:
            continue
        for name, sentences in read.sentences.items():
            if name in found:
                raise ContentError(
                    path, None, f"sentences.{name}", "stands in another file too", "rename it"
                )
            found[name] = sentences
    return found


def material(name: str, language: Language) -> list[str]:
    """The sentences of this name. Raises `ContentError` where there are none."""
    found = _all(language).get(name)
    if not found:
        raise ContentError(
            None,
            None,
            f"sentences.{name}",
            f"agents/judge/spoiling/ has none in {language!r}",
            "add them to a file of that language",
        )
    return found


def drawn(name: str, language: Language, rng: Random, count: int) -> list[str]:
    """`count` sentences in a drawn order, each used once before any comes again."""
    sentences = material(name, language)
    order: list[str] = []
    while len(order) < count:
        order += rng.sample(sentences, len(sentences))
    return order[:count]
