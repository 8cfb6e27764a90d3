"""What a kind of spoiling is: a name, and a function from a good course to a spoiled one.

Deterministic: all chance comes from the generator that is handed in, seeded by course and kind. A
kind that a course gives no opening for (one session only, no homework) returns `None`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from muspsy_sim.evaluation.judging.blinding import Transcript


@dataclass(frozen=True, slots=True)
class Course:
    """A course to be spoiled. `good` is `plain` with a risk scene in it, well met."""

    id: str
    source_case: str
    plain: Transcript
    good: Transcript
    other: Transcript
    """The course of another client, in the same language."""


Spoil = Callable[[Course, Random], Transcript | None]


@dataclass(frozen=True, slots=True)
class Spoiler:
    """A kind. What it lowers and leaves, instruments say; a held-out kind may say so itself."""

    name: str
    about: str
    spoil: Spoil
    lowers: tuple[str, ...] = ()
    """Instruments that it must lower, besides those that name it."""
    leaves: tuple[str, ...] = ()
    """Instruments that it must not touch, besides those that name it."""
    held_out: bool = False
