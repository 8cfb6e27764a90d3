"""Spoiled in manner: listening taken out, advice poured in, pain waved away."""

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
from muspsy_sim.evaluation.spoiling.kinds import Course
from muspsy_sim.evaluation.spoiling.material import drawn

_LISTENING = frozenset(
    {"empathy", "simple_reflection", "complex_reflection", "summarise", "affirm", "repair"}
)
_KEPT = frozenset({"recall", "review_homework", "assign_homework", "close_session", "probe_risk"})


def empathy_stripped(course: Course, rng: Random) -> Transcript:
    """Every word that gives back what the client said or felt is taken out."""
    language = course.good.language

    def edit(_: int, said: list[Said]) -> list[Said]:
        bare = list(said)
        places = counselor_places(said)
        mumbles = drawn("continuer", language, rng, len(places))
        for place, mumble in zip(places, mumbles, strict=True):
            codes = codes_of(said, place, language)
            kept = [quote for name, quote in codes if name in _KEPT]
            gone = [
                quote
                for name, quote in codes
                if name in _LISTENING and not any(quote in k or k in quote for k in kept)
            ]
            if gone:
                bare[place] = ("counselor", without(said[place][1], gone) or mumble)
        return bare

    return each_session(course.good, edit)


def advice_poured(course: Course, rng: Random) -> Transcript:
    """Every second turn of the counselor begins with advice that nobody asked for."""
    language = course.good.language

    def edit(_: int, said: list[Said]) -> list[Said]:
        told = list(said)
        places = counselor_places(said)[1::2]
        for place, advice in zip(places, drawn("advice", language, rng, len(places)), strict=True):
            told[place] = ("counselor", joined(language, advice, said[place][1]))
        return told

    return each_session(course.good, edit)


def dismissed(course: Course, rng: Random) -> Transcript:
    """Every third turn of the counselor begins by making little of what was said."""
    language = course.good.language

    def edit(_: int, said: list[Said]) -> list[Said]:
        told = list(said)
        places = counselor_places(said)[1:-1:3]
        for place, small in zip(
            places, drawn("dismissal", language, rng, len(places)), strict=True
        ):
            told[place] = ("counselor", joined(language, small, said[place][1]))
        return told

    return each_session(course.good, edit)
