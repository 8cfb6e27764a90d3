"""YAML files into pydantic models, with nothing let through and every problem told at its line.

Unknown keys are refused with the nearest known one, values must have the type they are declared
with (no text for a number, no number for text), and one error names all problems, first one first.
"""

from __future__ import annotations

import difflib
import os
from typing import TypeVar

import pydantic
import pydantic_core

from muspsy_sim.records.errors import ContentError, Problem
from muspsy_sim.records.field_names import known_keys
from muspsy_sim.records.yaml_tree import Loc, Tree, dotted, read_tree

Model = TypeVar("Model", bound=pydantic.BaseModel)

_SHOWN = 30


def load_strict(path: str | os.PathLike[str], model: type[Model]) -> Model:
    """Read a YAML file as `model`.

    Raises:
        ContentError: the file cannot be read, is not YAML, or does not fit the model.
        StorageError: the disk refuses to give the file.
    """
    return validate_tree(read_tree(path), model)


def validate_tree(tree: Tree, model: type[Model]) -> Model:
    """Read an already parsed file as `model`; for a caller who needs the lines as well.

    Raises:
        ContentError: the file does not fit the model.
    """
    if not isinstance(tree.value, dict):
        raise ContentError(
            tree.path,
            tree.line(),
            None,
            f"holds {_kind(tree.value)}, not 'key: value' lines",
            f"begin with one of {', '.join(sorted(known_keys(model, ()))[:6])}",
        )
    try:
        # By way of JSON, since pydantic's strict JSON mode is the one that fits YAML: a list may
        # become a tuple or a set and text a date or an enum, but "6" is never a number.
        as_json = pydantic_core.to_json(tree.value, inf_nan_mode="constants")
    except (ValueError, RecursionError) as error:
        raise _unsayable(tree) from error
    try:
        return model.model_validate_json(as_json, strict=True, extra="forbid")
    except pydantic.ValidationError as error:
        raise _told(tree, model, error) from error


def _unsayable(tree: Tree) -> ContentError:
    return ContentError(
        tree.path, None, None, "holds half of a surrogate pair", "write the character itself"
    )


def _told(
    tree: Tree, model: type[pydantic.BaseModel], error: pydantic.ValidationError
) -> ContentError:
    found: dict[tuple[int, str], Problem] = {}
    for detail in error.errors(include_url=False):
        problem = _problem(tree, model, detail)
        place = (problem.line or 0, problem.field or "")
        if place not in found:
            found[place] = problem
        elif problem.message not in found[place].message:
            # A union reports each of its members; a reader has one problem, not several.
            found[place] = _joined(found[place], problem)
    first, *others = sorted(found.values(), key=lambda problem: problem.line or 0)
    return ContentError(
        first.file, first.line, first.field, first.message, first.hint, others=others
    )


def _joined(one: Problem, other: Problem) -> Problem:
    said, _, found = one.message.rpartition(", not ")
    also, _, also_found = other.message.rpartition(", not ")
    if said and found == also_found:
        message = f"{said} or {also.removeprefix('should be ')}, not {found}"
    else:
        message = f"{one.message}, or {other.message}"
    hint = one.hint if one.hint == other.hint else None
    return Problem(message=message, file=one.file, line=one.line, field=one.field, hint=hint)


def _problem(
    tree: Tree, model: type[pydantic.BaseModel], detail: pydantic_core.ErrorDetails
) -> Problem:
    loc = _in_file(tree, detail["loc"], missing=detail["type"] == "missing")
    if detail["type"].startswith("union_tag"):
        loc = (*loc, *_discriminator(detail))
    message, hint = _words(model, detail, loc)
    return Problem(
        message=message,
        file=tree.path,
        line=tree.line(*loc),
        field=dotted(loc) or None,
        hint=hint,
    )


def _in_file(tree: Tree, loc: Loc, *, missing: bool) -> Loc:
    """Pydantic's path without the steps that are names of union members, not keys of the file."""
    inside: list[str | int] = []
    value = tree.value
    for index, key in enumerate(loc):
        if isinstance(value, dict) and (key in value or _as_number(key) in value):
            actual = key if key in value else _as_number(key)
            inside.append(actual)
            value = value[actual]
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            inside.append(key)
            value = value[key]
        elif missing and index == len(loc) - 1:
            inside.append(key)
    return tuple(inside)


def _as_number(key: str | int) -> str | int:
    """A number used as a key comes back from JSON as text."""
    return int(key) if isinstance(key, str) and key.isascii() and key.isdecimal() else key


def _words(
    model: type[pydantic.BaseModel], detail: pydantic_core.ErrorDetails, loc: Loc
) -> tuple[str, str | None]:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return "unknown key", _nearest(model, detail["loc"])
    if kind == "missing":
        return "is missing", "add it"
    if kind == "union_tag_not_found":
        return "is missing", "add it: it says which kind this is"
    if kind == "union_tag_invalid":
        context = detail.get("ctx", {})
        return f"should be one of {context['expected_tags']}, not {context['tag']!r}", None
    if kind == "too_short" and isinstance(detail["input"], list | tuple):
        least = detail.get("ctx", {}).get("min_length", 1)
        return f"should hold at least {least}, not {len(detail['input'])}", "add what is missing"
    message = _plainly(detail["msg"])
    if kind in ("value_error", "assertion_error"):
        return message, None
    shown = _shown(detail["input"], loc)
    return f"{message}, not {shown}", _type_hint(kind, detail["input"])


# What pydantic calls things, in the words of someone who writes YAML.
_PLAIN = {
    "Value error, ": "",
    "Assertion failed, ": "",
    "Input should be a valid array": "should be a list",
    "Input should be a valid list": "should be a list",
    "Input should be a valid tuple": "should be a list",
    "Input should be a valid set": "should be a list",
    "Input should be a valid string": "should be text",
    "Input should be a valid integer": "should be a whole number",
    "Input should be a valid number": "should be a number",
    "Input should be a valid boolean": "should be true or false",
    "Input should be a valid dictionary": "should be a mapping",
    "Input should be an object": "should be a mapping",
    "Input ": "",
}


def _plainly(message: str) -> str:
    for theirs, ours in _PLAIN.items():
        if message.startswith(theirs):
            return ours + message.removeprefix(theirs)
    return message


def _discriminator(detail: pydantic_core.ErrorDetails) -> Loc:
    """The key that says which kind of thing a mapping is."""
    return (detail.get("ctx", {})["discriminator"].strip("'"),)


def _nearest(model: type[pydantic.BaseModel], loc: Loc) -> str:
    known = sorted(known_keys(model, loc[:-1]))
    if not known:
        return "remove it"
    close = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    listed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return f"known here: {listed}"


def _shown(value: object, loc: Loc) -> str:
    """What stands there, in few words; never a long text, which might be a key or a secret."""
    secret = any(word in str(loc).lower() for word in ("key", "token", "secret", "password"))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) or (
        isinstance(value, str) and len(value) <= _SHOWN and not secret
    ):
        text = repr(value)
        return text if len(text) <= _SHOWN + 10 else _kind(value)
    return _kind(value)


def _kind(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _type_hint(kind: str, value: object) -> str | None:
    if kind == "string_type" and isinstance(value, int | float):
        return "put it in quotes"
    if kind in ("int_type", "float_type", "int_from_float") and isinstance(value, str):
        return "write a number without quotes"
    if kind == "bool_type":
        return "write true or false"
    if kind in ("list_type", "tuple_type", "set_type", "frozen_set_type"):
        return "write a list: [a, b], or lines that begin with '- '"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return "write 'key: value' lines below it"
    return None
