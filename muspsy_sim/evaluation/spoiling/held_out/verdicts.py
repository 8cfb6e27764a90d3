"""Every third turn of the counselor passes a verdict on what kind of person the client is."""

from __future__ import annotations

from random import Random

from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.spoiling.editing import Said, counselor_places, each_session, joined
from muspsy_sim.evaluation.spoiling.kinds import Course, Spoiler
from muspsy_sim.evaluation.spoiling.material import drawn


def spoil(course: Course, rng: Random) -> Transcript:
    """A learned word as a verdict, before what the counselor said."""
    language = course.good.language

    def edit(_: int, said: list[Said]) -> list[Said]:
        told = list(said)
        places = counselor_places(said)[1:-1:3]
        words = drawn("held_out_verdict", language, rng, len(places))
        for place, verdict in zip(places, words, strict=True):
            told[place] = ("counselor", joined(language, verdict, said[place][1]))
        return told

    return each_session(course.good, edit)


SPOILER = Spoiler(
    "verdicts",
    "the counselor says what is wrong with the client, in learned words",
    spoil,
    lowers=("alliance", "mi-skill", "cpsycoune"),
    leaves=("homework", "memory-use", "continuity", "plan-adherence"),
    held_out=True,
)
