"""Recipes by path or by name, with what the command line changes about them.

A change goes onto the file's tree before it is validated, so `--set` is checked as strictly as the
file itself, and an error says which of the two it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from muspsy_sim.records.base import Record
from muspsy_sim.records.content import content_path, list_content
from muspsy_sim.records.errors import ContentError, Problem, RecipeError
from muspsy_sim.records.strict_yaml import validate_tree
from muspsy_sim.records.yaml_tree import Key, Loc, Tree, dotted, parse_tree, read_tree
from muspsy_sim.runs.recipe import Recipe

R = TypeVar("R", bound=Record)
_STEP = re.compile(r"""([^.\[\]"'=]+)|\[(\d+)\]|"([^"]+)"|'([^']+)'""")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that goes before the file's. `origin` is what the user wrote it as, values out."""

    origin: str
    loc: Loc
    value: object


def find_recipe(name: str, pattern: str = "*.yaml") -> Path:
    """A recipe's file, by path or by its name in `runs/`. Raises `RecipeError` for none.

    `pattern` says which files of `runs/` are looked at. The folder of a recipe's results stands for
    the recipe beside it.
    """
    path = Path(name)
    beside = path.with_name(f"{path.name}.yaml") if path.name else path
    for file in (path, beside):
        if file.is_file():
            return file
    known = {file.stem: file for file in list_content("runs", pattern)}
    bare = path.parent == Path() and path.suffix in ("", ".yaml", ".yml")
    if bare and path.stem in known:
        return known[path.stem]
    if not bare or path.exists():
        return path
    near = get_close_matches(path.stem, known, 1)
    raise RecipeError(
        f"there is no recipe {name!r}, here or in {content_path('runs')}",
        hint=f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}",
    )


def load_recipe(path: Path, changes: Sequence[Change] = ()) -> Recipe:
    """Read a recipe and change it.

    Raises `ContentError` for what does not fit, naming the file's line or the change.
    """
    return load_changed(path, Recipe, changes)


def load_changed(path: Path, kind: type[R], changes: Sequence[Change] = ()) -> R:
    """Read a recipe of any kind and change it.

    Raises `ContentError` for what does not fit, naming the file's line or the change.
    """
    tree = read_tree(path)
    if not changes or not isinstance(tree.value, dict):
        return validate_tree(tree, kind)
    changed = Tree(tree.path, deepcopy(tree.value), tree.lines)
    for change in changes:
        _apply(changed, change)
    try:
        return validate_tree(changed, kind)
    except ContentError as error:
        problems = [_whose(problem, changes) for problem in error.problems]
        first, *others = problems
        raise ContentError(
            first.file, first.line, first.field, first.message, first.hint, others=others
        ) from error


def parse_change(text: str) -> Change:
    """Read `a.b=value`; the value is YAML. Raises `RecipeError` for anything else."""
    key, equals, value = text.partition("=")
    loc = _steps(key.strip())
    if not equals or loc is None:
        raise RecipeError(
            f"--set {key.strip()!r} does not say what to set",
            hint="write --set KEY=VALUE, as --set sessions=3 or --set models.counselor=offline",
        )
    origin = f"--set {dotted(loc)}"
    try:
        read = parse_tree(value, Path(origin)).value if value.strip() else None
    except ContentError as error:
        raise ContentError(origin, None, None, error.message, error.hint) from error
    return Change(origin, loc, read)


def _steps(key: str) -> Loc | None:
    """The steps of `arms[0].levels.plan` or `prices."gpt-4.1".prompt`; `None` where it is none."""
    steps: list[Key] = []
    at = 0
    while at < len(key):
        if steps and key[at] == ".":
            at += 1
        elif steps and key[at] != "[":
            return None
        match = _STEP.match(key, at)
        if match is None:
            return None
        name, index, quoted, single = match.groups()
        steps.append(int(index) if index is not None else (name or quoted or single).strip())
        at = match.end()
    return tuple(steps) if steps and isinstance(steps[0], str) else None


def _apply(tree: Tree, change: Change) -> None:
    """Put a change into the tree, making the mappings on the way that are not there."""

    def wrong(depth: int, message: str, hint: str) -> RecipeError:
        field = dotted(change.loc[:depth]) or None
        return RecipeError(message, file=change.origin, field=field, hint=hint)

    inside: object = tree.value
    for depth, step in enumerate(change.loc):
        last = depth == len(change.loc) - 1
        if isinstance(inside, dict) and isinstance(step, str):
            if last:
                inside[step] = change.value
                return
            if inside.get(step) is None:
                inside[step] = {}
            inside = inside[step]
        elif isinstance(inside, list) and isinstance(step, int):
            if step >= len(inside):
                raise wrong(depth, f"the recipe lists {len(inside)} here", "count from [0]")
            if last:
                inside[step] = change.value
                return
            if depth == 1 and change.loc[0] == "arms" and isinstance(inside[step], str):
                inside[step] = {"graph": inside[step]}  # the arm by its name, spelt out
            inside = inside[step]
        else:
            kind = "a list" if isinstance(inside, list) else "a single value"
            kind = "a mapping" if isinstance(inside, dict) else kind
            hint = "write [0], [1], ... into a list, and .key into a mapping"
            raise wrong(depth, f"the recipe holds {kind} here", hint)


def _whose(problem: Problem, changes: Sequence[Change]) -> Problem:
    """The problem under the change that brought it in, if one did."""
    for change in reversed(changes):
        inside = dotted(change.loc)
        field = problem.field or ""
        if field == inside or (field.startswith(inside) and field[len(inside)] in ".["):
            return Problem(problem.message, change.origin, None, problem.field, problem.hint)
    return problem
