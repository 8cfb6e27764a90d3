"""From the second session on, the counselor asks after homework that nobody set."""

from __future__ import annotations

from random import Random

from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.spoiling.editing import (
    Said,
    codes_of,
    counselor_places,
    each_session,
    joined,
    without,
)
from muspsy_sim.evaluation.spoiling.kinds import Course, Spoiler
from muspsy_sim.evaluation.spoiling.material import drawn

_EARLY = 4


def spoil(course: Course, rng: Random) -> Transcript | None:
    """What was set is not asked after; something else is, as if it had been agreed."""
    language = course.good.language
    asks = drawn("held_out_wrong_homework", language, rng, len(course.good.sessions))
    changed = 0

    def edit(session: int, said: list[Said]) -> list[Said]:
        nonlocal changed
        if session == 0:
            return said
        told = list(said)
        for place in counselor_places(said)[:_EARLY]:
            gone = [q for name, q in codes_of(said, place, language) if name == "review_homework"]
            if gone:
                changed += 1
                rest = without(said[place][1], gone)
                told[place] = ("counselor", joined(language, rest, asks[session]))
        return told

    spoiled = each_session(course.good, edit)
    return spoiled if changed else None


SPOILER = Spoiler(
    "wrong_homework",
    "the counselor asks after homework that nobody set",
    spoil,
    lowers=("homework", "memory-use"),
    leaves=("crisis", "plan-adherence"),
    held_out=True,
)
