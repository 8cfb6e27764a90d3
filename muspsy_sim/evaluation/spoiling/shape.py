"""Spoiled in shape: roles exchanged, turns shuffled, goodbyes without end."""

from __future__ import annotations

from random import Random

from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.spoiling.editing import Said, each_session
from muspsy_sim.evaluation.spoiling.kinds import Course
from muspsy_sim.evaluation.spoiling.material import material
from muspsy_sim.records.base import Speaker

_OTHER: dict[Speaker, Speaker] = {"client": "counselor", "counselor": "client"}


def roles_swapped(course: Course, rng: Random) -> Transcript:
    """After the first third of each session, client and counselor have changed places."""

    def edit(_: int, said: list[Said]) -> list[Said]:
        at = len(said) // 3
        return said[:at] + [(_OTHER[speaker], text) for speaker, text in said[at:]]

    return each_session(course.good, edit)


def turns_shuffled(course: Course, rng: Random) -> Transcript:
    """Within each session, each party's turns come in another order."""

    def edit(_: int, said: list[Said]) -> list[Said]:
        mixed = list(said)
        for party in ("client", "counselor"):
            places = [place for place, (speaker, _) in enumerate(said) if speaker == party]
            for place, source in zip(places, rng.sample(places, len(places)), strict=True):
                mixed[place] = said[source]
        return mixed

    return each_session(course.good, edit)


def farewell_loop(course: Course, rng: Random) -> Transcript:
    """Each session ends in goodbyes that go on and on."""
    language = course.good.language
    ours, theirs = material("farewell_counselor", language), material("farewell_client", language)

    def edit(_: int, said: list[Said]) -> list[Said]:
        loop: list[Said] = []
        for place in range(len(ours)):
            loop.append(("counselor", ours[place]))
            loop.append(("client", theirs[place % len(theirs)]))
        if said and said[-1][0] == "counselor":
            loop.insert(0, ("client", theirs[0]))
        return said + loop

    return each_session(course.good, edit)
