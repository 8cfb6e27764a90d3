"""Who the clients of a run are: personas by id, path or folder, and the variants of each."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from muspsy_sim.personas.library import load_profile
from muspsy_sim.personas.summaries import PROFILE_FILE, list_profiles, profile_files
from muspsy_sim.personas.varying import vary
from muspsy_sim.records.errors import RecipeError
from muspsy_sim.records.profile import Profile
from muspsy_sim.runs.recipe import Recipe


def cast(recipe: Recipe, base: Path | None) -> list[Profile]:
    """The clients of a recipe, each persona before its variants; `base` as in `plan_run`.

    Raises `RecipeError` where two bear one id or none speaks the recipe's language, and what
    loading a persona raises.
    """
    names: list[str | Path] = []
    for name in recipe.personas:
        if name == "all":
            names += [p.id for p in list_profiles()]
        elif "/" in name:
            names += _below(Path(name) if base is None else base / name)
        else:
            names.append(name)
    loaded = [load_profile(name, allow_minors=recipe.allow_minors) for name in dict.fromkeys(names)]
    ids = [p.id for p in loaded]
    for profile in loaded:
        if ids.count(profile.id) > 1:
            raise RecipeError(
                f"two personas have the id {profile.id!r}", field="personas", hint="rename one"
            )
    chosen = [p for p in loaded if recipe.language in ("any", p.language)]
    if not chosen:
        raise RecipeError(
            f"no persona speaks {recipe.language!r}", field="language", hint="use `any`"
        )
    return _with_variants(chosen, recipe.variants)


def _with_variants(profiles: list[Profile], number: int) -> list[Profile]:
    """Each profile and `number` variants of it, which keep its source case. Always the same ones.

    Raises `RecipeError` where a variant would bear the id of another persona.
    """
    every = [one for p in profiles for one in [p, *(vary(p, number, 0) if number else [])]]
    ids = Counter(p.id for p in every)
    for name, times in ids.items():
        if times > 1:
            raise RecipeError(
                f"`variants` makes a second {name!r}", field="variants", hint="rename the other"
            )
    return every


def _below(path: Path) -> list[Path]:
    """The persona at a path, or all in a folder of personas."""
    if not path.is_dir() or (path / PROFILE_FILE).exists():
        return [path]
    return list(profile_files(path)) or [path]
