"""Every second turn of the counselor is three questions for facts in a row."""

from __future__ import annotations

from random import Random

from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.spoiling.editing import Said, counselor_places, each_session, joined
from muspsy_sim.evaluation.spoiling.kinds import Course, Spoiler
from muspsy_sim.evaluation.spoiling.material import drawn

_ROW = 3


def spoil(course: Course, rng: Random) -> Transcript:
    """Questions that want a fact, one upon the other, in the place of what was said."""
    language = course.good.language

    def edit(_: int, said: list[Said]) -> list[Said]:
        told = list(said)
        places = counselor_places(said)[1:-1:2]
        questions = drawn("held_out_fact_question", language, rng, _ROW * len(places))
        for n, place in enumerate(places):
            told[place] = ("counselor", joined(language, *questions[n * _ROW : (n + 1) * _ROW]))
        return told

    return each_session(course.good, edit)


SPOILER = Spoiler(
    "interrogation",
    "the counselor asks for facts, three at a time",
    spoil,
    lowers=("alliance", "mi-skill", "cpsycoune"),
    # Not plan adherence: half of what the counselor did by its plan is gone with its words.
    leaves=(),
    held_out=True,
)
