"""The complaints that a client may be given in place of its own: personas, or files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.datasets.making.bench import Complaint
from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.source_files import (
    elements_of,
    files_of,
    letter_of,
    place_at,
    profiles_of,
    safe_id,
)
from muspsy_sim.formats.corpora.language import language_of
from muspsy_sim.formats.corpora.marked_text import text_of_file
from muspsy_sim.formats.corpora.shape import CorpusFile
from muspsy_sim.records.errors import Problem, RecipeError

_FIELD = "psydial.complaints"


def complaints_of(recipe: CorpusRecipe, base: Path | None) -> Iterator[Complaint]:
    """The complaints of a recipe: its files', or what its personas would write in.

    Raises:
        RecipeError: a file is missing or cannot be read, or none of them holds a complaint.
        ProfileError: a persona is missing.
    """
    if not recipe.psydial.complaints:
        for profile in profiles_of(recipe, base):
            yield Complaint(profile.id, letter_of(profile), profile.language)
        return
    found = [
        complaint
        for name in recipe.psydial.complaints
        for file in files_of(place_at(name, base), (".txt", ".md", ".json", ".jsonl"))
        for complaint in _bank(file)
    ]
    if not found:
        raise RecipeError(
            "there is no complaint in what it names",
            field=_FIELD,
            hint="name text files, or JSON with `complaint`, `text`, `question` or `content`",
        )
    yield from found


def _bank(file: Path) -> Iterator[Complaint]:
    """A text file is one complaint; JSON holds objects with `text`, `complaint` or `question`."""
    texts = [(0, _whole(file))] if file.suffix in (".txt", ".md") else [*_texts(file)]
    for number, text in texts:
        language = language_of([text])
        if language is not None:
            yield Complaint(
                safe_id(f"{file.stem}-{number}" if number else file.stem), text, language
            )


def _whole(file: Path) -> str:
    text = text_of_file(CorpusFile(file, file.name))
    if isinstance(text, Problem):
        raise RecipeError(
            text.message,
            file=file,
            line=text.line,
            field=_FIELD,
            hint="save it as UTF-8, or leave it out",
        )
    return text.strip()


def _texts(file: Path) -> Iterator[tuple[int, str]]:
    for found in elements_of(file, _FIELD):
        value = found.value
        said = value if isinstance(value, str) else None
        if isinstance(value, dict):
            keys = ("complaint", "text", "question", "content")
            said = next((value[k] for k in keys if isinstance(value.get(k), str)), None)
        if said:
            yield found.number, said
