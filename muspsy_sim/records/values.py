"""What is made once and never changed: plain values, and records of values that are known to fit.

Both are for what a call makes again and again. Elsewhere a frozen dataclass and a record's own
validation are the thing to use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, dataclass_transform

from muspsy_sim.records.base import Record

T = TypeVar("T")
R = TypeVar("R", bound=Record)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def unchanging(cls: type[T]) -> type[T]:
    """A dataclass with slots that nobody changes.

    The type checker refuses a change, as with `frozen=True`. At run time nothing does: Python sets
    each field of a frozen one by a call of its own, which takes five times as long.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)


_set = object.__setattr__
_FIELDS: dict[type[Record], set[str]] = {}


def made(cls: type[R], values: dict[str, Any]) -> R:
    """A record of values that fit it already: every field is given, none is looked at or copied.

    Only for what the project itself made of fields of the same kinds; whatever comes from outside
    is validated. The tests validate these as well (`tests/conftest.py`).
    """
    if check is not None:
        check(cls, values)
    fields = _FIELDS.get(cls)
    if fields is None:
        fields = _FIELDS[cls] = set(cls.model_fields)
    record = object.__new__(cls)
    _set(record, "__dict__", values)
    # All share one set, which stays as it is: setting a field adds a name that is in there.
    _set(record, "__pydantic_fields_set__", fields)
    _set(record, "__pydantic_extra__", None)
    _set(record, "__pydantic_private__", None)
    return record


check: Callable[[type[Record], dict[str, Any]], None] | None = None
"""Told of each record that is made so; for tests."""
