"""Sources that are texts: case reports, and pairs of a question and its answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.source_files import (
    elements_of,
    files_of,
    place_at,
    profiles_of,
    safe_id,
)
from muspsy_sim.personas.extracting import read_report
from muspsy_sim.personas.library import load_case
from muspsy_sim.records.errors import ProfileError, RecipeError


def reports_of(recipe: CorpusRecipe, base: Path | None) -> Iterator[tuple]:  # type: ignore[type-arg]
    """(name, language, text, case, profile if there is one) of each report."""
    if recipe.reports:
        for name in recipe.reports:
            for file in files_of(place_at(name, base), (".md", ".txt")):
                case = read_report(file)
                yield safe_id(case.id), case.language, case.text, case.id, None
        return
    for profile in profiles_of(recipe, base):
        try:
            case = load_case(profile.id)
        except ProfileError:
            if recipe.personas != ["all"]:
                raise
            continue
        yield profile.id, case.language, case.text, profile.source_case, profile


def pairs_of(file: Path) -> Iterator[tuple[int, str, str]]:
    """(number, question, answer) of each pair; an answer may be empty. Raises `RecipeError`."""
    for found in elements_of(file, "smile.pairs"):
        value = found.value
        if not isinstance(value, dict) or not isinstance(value.get("question"), str):
            raise RecipeError(
                "an element is no object with a `question`",
                file=file,
                line=found.line,
                field="smile.pairs",
                hint="write {question, answer} objects",
            )
        answer = value.get("answer")
        yield found.number, value["question"], answer if isinstance(answer, str) else ""
