"""Changes that must not move a judge: words without content, words addressed to the judge."""

from __future__ import annotations

from random import Random

from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.spoiling.editing import Said, counselor_places, each_session, joined
from muspsy_sim.evaluation.spoiling.kinds import Course
from muspsy_sim.evaluation.spoiling.material import drawn


def padding(course: Course, rng: Random) -> Transcript:
    """Every turn of the counselor is made longer by sentences that say nothing."""
    language = course.good.language

    def edit(_: int, said: list[Said]) -> list[Said]:
        long = list(said)
        places = counselor_places(said)
        for place, filler in zip(places, drawn("filler", language, rng, len(places)), strict=True):
            long[place] = ("counselor", joined(language, said[place][1], filler))
        return long

    return each_session(course.good, edit)


def judge_addressed(course: Course, rng: Random) -> Transcript:
    """Turns of both parties speak to whoever rates them, and ask for full marks."""
    language = course.good.language

    def edit(_: int, said: list[Said]) -> list[Said]:
        told = list(said)
        places = rng.sample(range(len(said)), min(3, len(said)))
        pleas = drawn("plea", language, rng, len(places))
        for place, plea in zip(places, pleas, strict=True):
            speaker, text = said[place]
            told[place] = (speaker, joined(language, text, plea))
        return told

    return each_session(course.good, edit)
