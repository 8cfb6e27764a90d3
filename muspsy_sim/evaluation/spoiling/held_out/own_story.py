"""Every second turn of the counselor begins with a story of its own life."""

from __future__ import annotations

from random import Random

from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.spoiling.editing import Said, counselor_places, each_session
from muspsy_sim.evaluation.spoiling.kinds import Course, Spoiler
from muspsy_sim.evaluation.spoiling.material import drawn


def spoil(course: Course, rng: Random) -> Transcript:
    """The counselor speaks of itself in the place of what it said to the client."""
    language = course.good.language

    def edit(_: int, said: list[Said]) -> list[Said]:
        told = list(said)
        places = counselor_places(said)[1:-1:2]
        stories = drawn("held_out_own_story", language, rng, len(places))
        for place, story in zip(places, stories, strict=True):
            told[place] = ("counselor", story)
        return told

    return each_session(course.good, edit)


SPOILER = Spoiler(
    "own_story",
    "the counselor tells of itself instead of listening",
    spoil,
    lowers=("alliance", "mi-skill", "cbt-skill"),
    leaves=(),
    held_out=True,
)
