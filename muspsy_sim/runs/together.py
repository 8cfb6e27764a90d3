"""Many episodes at once: garbage collection that bears it, and one cause where many failed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from muspsy_sim.records.errors import MuspsyError


@contextmanager
def tuned_gc() -> Iterator[None]:
    """Cyclic garbage collection tuned for many graphs at once: it was half of LangGraph's cost.

    What was there before is left alone until the end, garbage as well: collecting it first would
    take a twentieth of a second, which is longer than a short course.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def first_cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error to show of a group: one that a user can mend before any other."""
    flat: list[BaseException] = []

    def walk(error: BaseException) -> None:
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                walk(inner)
        else:
            flat.append(error)

    walk(group)
    return next((e for e in flat if isinstance(e, MuspsyError)), flat[0])
