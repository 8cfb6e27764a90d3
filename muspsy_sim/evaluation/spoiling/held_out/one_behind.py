"""The counselor's answers come one exchange late: each speaks to what was said before last."""

from __future__ import annotations

from random import Random

from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.spoiling.editing import Said, counselor_places, each_session
from muspsy_sim.evaluation.spoiling.kinds import Course, Spoiler


def spoil(course: Course, rng: Random) -> Transcript | None:
    """Between the opening and the close, each answer stands one place later than it was given."""
    late = 0

    def edit(_: int, said: list[Said]) -> list[Said]:
        nonlocal late
        places = counselor_places(said)[1:-1]
        if len(places) < 3:
            return said
        late += 1
        told = list(said)
        answers = [said[place][1] for place in places]
        for place, answer in zip(places, [answers[-1], *answers[:-1]], strict=True):
            told[place] = ("counselor", answer)
        return told

    spoiled = each_session(course.good, edit)
    return spoiled if late else None


SPOILER = Spoiler(
    "one_behind",
    "the counselor answers what was said before last",
    spoil,
    lowers=("coherence", "cpsycoune"),
    leaves=("plan-adherence",),
    held_out=True,
)
