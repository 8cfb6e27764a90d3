"""Spoiled across sessions: homework dropped, memories invented or lost, sessions misplaced."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.spoiling.editing import (
    Said,
    codes_of,
    counselor_places,
    each_session,
    joined,
    said_in,
    with_sessions,
    without_sentences,
)
from muspsy_sim.evaluation.spoiling.kinds import Course
from muspsy_sim.evaluation.spoiling.material import drawn
from muspsy_sim.llm.offline.judge.reading import words_of
from muspsy_sim.records.judging import ShownPlan

_FIRST = 4
"""Counselor turns of a session in which homework is asked about, if at all."""


def homework_dropped(course: Course, rng: Random) -> Transcript | None:
    """No session asks what came of what the last one set."""
    language = course.good.language
    cut = 0

    def edit(session: int, said: list[Said]) -> list[Said]:
        nonlocal cut
        bare = list(said)
        places = counselor_places(said)[:_FIRST] if session else []
        asks = drawn("plain_question", language, rng, len(places))
        for place, ask in zip(places, asks, strict=True):
            gone = [q for name, q in codes_of(said, place, language) if name == "review_homework"]
            if gone:
                cut += 1
                rest = without_sentences(said[place][1], gone, language)
                bare[place] = ("counselor", joined(language, rest, ask))
        return bare

    spoiled = each_session(course.good, edit)
    return spoiled if cut else None


def false_recall(course: Course, rng: Random) -> Transcript | None:
    """Each session from the second on calls up something that was never said."""
    language = course.good.language
    if len(course.good.sessions) < 2:
        return None
    memories = drawn("false_memory", language, rng, len(course.good.sessions))

    def edit(session: int, said: list[Said]) -> list[Said]:
        places = counselor_places(said)
        if session == 0 or len(places) < 3:
            return said
        told = list(said)
        place = places[rng.randrange(1, len(places) - 1)]
        told[place] = ("counselor", joined(language, memories[session], said[place][1]))
        return told

    return each_session(course.good, edit)


def amnesia(course: Course, rng: Random) -> Transcript | None:
    """From the second session on, the counselor greets the client as a stranger."""
    language = course.good.language
    if len(course.good.sessions) < 2:
        return None
    lines = drawn("stranger", language, rng, len(course.good.sessions))

    def edit(session: int, said: list[Said]) -> list[Said]:
        places = counselor_places(said)
        if session == 0 or not places:
            return said
        told = list(said)
        told[places[0]] = ("counselor", lines[session])
        return told

    return each_session(course.good, edit)


def sessions_swapped(course: Course, rng: Random) -> Transcript | None:
    """Two sessions have changed places, where there is room two that are not neighbours."""
    count = len(course.good.sessions)
    if count < 2:
        return None
    first = 0 if count < 4 else rng.randrange(1, count - 2)
    second = count - 1 if count < 4 else rng.randrange(first + 2, count)
    order = list(range(count))
    order[first], order[second] = second, first
    return with_sessions(course.good, [said_in(course.good.sessions[place]) for place in order])


def another_client(course: Course, rng: Random) -> Transcript | None:
    """One session in the middle is another client's."""
    count = min(len(course.good.sessions), len(course.other.sessions))
    if count < 2:
        return None
    place = rng.randrange(1, count) if count < 3 else rng.randrange(1, count - 1)
    said = [said_in(session) for session in course.good.sessions]
    said[place] = said_in(course.other.sessions[place])
    return with_sessions(course.good, said)


def plan_swapped(course: Course, rng: Random) -> Transcript | None:
    """The transcript is as it was; beside each session lies a plan of another client's.

    Of the other client's plans, the one that has least in common with the session's own.
    """
    theirs = list(course.other.plans.values())
    if not course.good.plans or not theirs:
        return None
    language = course.good.language

    def common(plan: ShownPlan, other: ShownPlan) -> int:
        return len(words_of(_plan_text(plan), language) & words_of(_plan_text(other), language))

    plans = {
        number: min(theirs, key=lambda other: common(plan, other))
        for number, plan in course.good.plans.items()
    }
    return replace(course.good, plans=plans)


def _plan_text(plan: ShownPlan) -> str:
    return "\n".join((plan.goal, plan.focus, *plan.techniques))
