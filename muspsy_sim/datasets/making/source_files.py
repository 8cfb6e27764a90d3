"""Where the sources of a recipe lie, and the names that entries get from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.formats.corpora.json_stream import entries as json_entries
from muspsy_sim.formats.corpora.json_value import Entry
from muspsy_sim.formats.corpora.shape import CorpusFile
from muspsy_sim.llm.prompting import digest
from muspsy_sim.personas.library import load_profile
from muspsy_sim.personas.summaries import PROFILE_FILE, list_profiles, profile_files
from muspsy_sim.records.errors import Problem, RecipeError
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.profile import Profile

_UNSAFE = re.compile(r"[^A-Za-z0-9_.~-]+")
_LONGEST_ID = 96


def profiles_of(recipe: CorpusRecipe, base: Path | None) -> list[Profile]:
    """The personas of a recipe, each once. Raises `ProfileError` where one is missing."""
    names: list[str | Path] = []
    for name in recipe.personas:
        if name == "all":
            names += [p.id for p in list_profiles()]
        elif "/" in name:
            path = place_at(name, base)
            whole = not path.is_dir() or (path / PROFILE_FILE).exists()
            names += [path] if whole else list(profile_files(path)) or [path]
        else:
            names.append(name)
    return [load_profile(name, allow_minors=recipe.allow_minors) for name in dict.fromkeys(names)]


def files_of(path: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """A file, or those below a folder that end so, sorted. Raises `RecipeError` for none."""
    if path.is_file():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.suffix in suffixes and p.is_file())
    if not found:
        raise RecipeError(
            "is not there" if not path.exists() else f"holds no {' or '.join(suffixes)} file",
            file=path,
            hint="check the path",
        )
    return found


def elements_of(file: Path, field: str) -> Iterator[Entry]:
    """The elements of a JSON file that the recipe names in `field`.

    Raises `RecipeError`, with the line, where the file is broken.
    """
    for found in json_entries(CorpusFile(file, file.name)):
        if isinstance(found, Problem):
            raise RecipeError(
                found.message, file=file, line=found.line, field=field, hint="mend the file"
            )
        yield found


def place_at(name: str, base: Path | None) -> Path:
    """A path of a recipe: from the recipe's folder if it is there, else from where the user is."""
    beside = (base or Path()) / name
    return beside if beside.exists() else Path(name)


def safe_id(name: str) -> str:
    """A name as part of an id: ASCII that a file may be called, at most 96 characters."""
    safe = _UNSAFE.sub("-", name).strip("-._~") or "entry"
    if safe == name and len(safe) <= _LONGEST_ID:
        return safe
    return f"{safe[: _LONGEST_ID - 9]}-{digest(name.encode())[:8]}"


def hash_of(value: object) -> str:
    """The hash of a value that JSON can hold, the same whatever the order of its keys."""
    return digest(canonical_json(value))


def letter_of(profile: Profile) -> str:
    """What a persona would write in: why it comes, its history, what it tells when asked."""
    told = [fact.text for fact in profile.facts if fact.sensitivity <= 2]
    parts = [profile.presenting_problem, profile.history, *told, *profile.goals[:1]]
    return ("" if profile.language == "zh" else " ").join(p.strip() for p in parts if p.strip())
