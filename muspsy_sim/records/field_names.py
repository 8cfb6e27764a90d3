"""The keys that a model knows at a place, for saying which known key an unknown one comes near."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from typing import Annotated, TypeGuard, Union, get_args, get_origin

import pydantic


def known_keys(model: type[pydantic.BaseModel], loc: Iterable[str | int]) -> set[str]:
    """The keys allowed in the mapping at `loc`, a path as pydantic's errors give it.

    Empty where the place is not a model's.
    """
    places: list[object] = list(_members(model))
    for key in loc:
        inner = [member for place in places for member in _step(place, key)]
        # A step that leads nowhere is the name of a union's member: it chooses, or says nothing.
        places = inner or [place for place in places if _is_named(place, key)] or places
    return {name for place in places if _is_model(place) for name in _names(place)}


def _names(model: type[pydantic.BaseModel]) -> Iterator[str]:
    for name, declared in model.model_fields.items():
        yield declared.alias or name


def _step(place: object, key: str | int) -> Iterator[object]:
    """The types that may stand at `key` inside a value of type `place`."""
    if _is_model(place):
        for name, declared in place.model_fields.items():
            if key in (name, declared.alias):
                yield from _members(declared.annotation)
        return
    origin, args = get_origin(place), get_args(place)
    if not isinstance(origin, type) or not args:
        return
    if issubclass(origin, dict):
        yield from _members(args[-1])
    elif isinstance(key, int):
        for arg in args:
            yield from _members(arg)


def _members(annotation: object) -> Iterator[object]:
    """A type, or each of a union's, without its metadata."""
    if hasattr(annotation, "__value__"):  # a `type X = ...` alias
        yield from _members(annotation.__value__)
    elif get_origin(annotation) is Annotated:
        yield from _members(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for arg in get_args(annotation):
            yield from _members(arg)
    else:
        yield annotation


def _is_named(place: object, key: str | int) -> bool:
    if not _is_model(place):
        return False
    if place.__name__ == key:
        return True
    # A discriminated union names its member by the value of a Literal field.
    return any(key in get_args(declared.annotation) for declared in place.model_fields.values())


def _is_model(place: object) -> TypeGuard[type[pydantic.BaseModel]]:
    return isinstance(place, type) and issubclass(place, pydantic.BaseModel)
