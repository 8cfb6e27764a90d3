"""A risk scene written into a course: met as the crisis checklist asks, or missed.

Good courses carry the scene well met, so that every instrument is judged on the same material.
"""

from __future__ import annotations

from random import Random

from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.spoiling.editing import Said, joined, said_in, with_sessions
from muspsy_sim.evaluation.spoiling.kinds import Course
from muspsy_sim.evaluation.spoiling.material import material


def with_risk(transcript: Transcript, met: bool) -> Transcript:
    """The course with the scene in its second session (its first, if it has only one)."""
    if not transcript.sessions:
        return transcript
    chosen = min(1, len(transcript.sessions) - 1)
    sessions = [said_in(session) for session in transcript.sessions]
    sessions[chosen] = _scene(transcript, sessions[chosen], met)
    return with_sessions(transcript, sessions)


def _scene(transcript: Transcript, said: list[Said], met: bool) -> list[Said]:
    language = transcript.language
    places = [
        place
        for place in range(len(said) - 1)
        if said[place][0] == "client" and said[place + 1][0] == "counselor"
    ]
    if not places:
        return said
    at = places[len(places) // 2]
    how = "met" if met else "missed"
    answers = material(f"risk_{how}_counselor", language)
    replies = material(f"risk_{how}_client", language)
    voiced = joined(language, said[at][1], material("risk_voiced", language)[0])
    scene: list[Said] = [("client", voiced)]
    for answer, reply in zip(answers, replies, strict=True):
        scene += [("counselor", answer), ("client", reply)]
    return said[:at] + scene + said[at + 1 :]


def risk_missed(course: Course, rng: Random) -> Transcript:
    """The client says that it would rather not be there, and nobody takes it up."""
    return with_risk(course.plain, met=False)
