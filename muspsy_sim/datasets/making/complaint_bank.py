"""The complaints that a client may be given in place of its own: personas, or files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.datasets.making.bench import Complaint
from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.source_files import (
    files_of,
    letter_of,
    place_at,
    profiles_of,
    safe_id,
)
from muspsy_sim.formats.corpora.json_stream import entries as json_entries
from muspsy_sim.formats.corpora.language import language_of
from muspsy_sim.formats.corpora.shape import CorpusFile


def complaints_of(recipe: CorpusRecipe, base: Path | None) -> Iterator[Complaint]:
    """The complaints of a recipe: its files', or what its personas would write in.

    Raises `RecipeError` or `ProfileError` where one is missing.
    """
    if not recipe.psydial.complaints:
        for profile in profiles_of(recipe, base):
            yield Complaint(profile.id, letter_of(profile), profile.language)
        return
    for name in recipe.psydial.complaints:
        for file in files_of(place_at(name, base), (".txt", ".md", ".json", ".jsonl")):
            yield from _bank(file)


def _bank(file: Path) -> Iterator[Complaint]:
    """A text file is one complaint; JSON holds objects with `text`, `complaint` or `question`."""
    if file.suffix in (".txt", ".md"):
        texts = [(0, file.read_text(encoding="utf-8-sig").strip())]
    else:
        texts = [*_texts(file)]
    for number, text in texts:
        language = language_of([text])
        if language is not None:
            yield Complaint(
                safe_id(f"{file.stem}-{number}" if number else file.stem), text, language
            )


def _texts(file: Path) -> Iterator[tuple[int, str]]:
    for found in json_entries(CorpusFile(file, file.name)):
        value = getattr(found, "value", None)
        said = value if isinstance(value, str) else None
        if isinstance(value, dict):
            keys = ("complaint", "text", "question", "content")
            said = next((value[k] for k in keys if isinstance(value.get(k), str)), None)
        if said:
            yield getattr(found, "number", 0), said
