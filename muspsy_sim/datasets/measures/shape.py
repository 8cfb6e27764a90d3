"""Measures of shape: turns, lengths, who talks how much, questions, minimal responses, continuity.

Each is a ratio of sums over dialogues, so that resampling whole dialogues gives its interval. A
measure is None where there is nothing to divide by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from muspsy_sim.datasets.measures.sampling import Measured

MINIMAL = {"en": 3, "zh": 2}
"""Words up to which a turn is a minimal response: `mm`, `I suppose so`; 嗯, 是的."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A measure that is a sum over dialogues, divided by another."""

    name: str
    unit: str
    above: Callable[[Measured], float]
    below: Callable[[Measured], float]


def _turns(dialogue: Measured, speaker: str) -> int:
    return sum(1 for turn in dialogue.turns if turn.speaker == speaker)


def _words(dialogue: Measured, speaker: str) -> int:
    return sum(len(turn.tokens) for turn in dialogue.turns if turn.speaker == speaker)


def _minimal(dialogue: Measured) -> int:
    most = MINIMAL[dialogue.language]
    return sum(1 for t in dialogue.turns if t.speaker == "client" and 0 < len(t.tokens) <= most)


def _questions(dialogue: Measured, speaker: str) -> int:
    return sum(1 for turn in dialogue.turns if turn.speaker == speaker and turn.question)


RATIOS: tuple[Ratio, ...] = (
    Ratio("sessions a dialogue", "sessions", lambda d: d.sessions, lambda d: 1),
    Ratio("turns a session", "turns", lambda d: len(d.turns), lambda d: max(1, d.sessions)),
    Ratio("client turn", "words", lambda d: _words(d, "client"), lambda d: _turns(d, "client")),
    Ratio(
        "counselor turn",
        "words",
        lambda d: _words(d, "counselor"),
        lambda d: _turns(d, "counselor"),
    ),
    Ratio(
        "client's share of words",
        "share",
        lambda d: _words(d, "client"),
        lambda d: _words(d, "client") + _words(d, "counselor"),
    ),
    Ratio(
        "counselor turns with a question",
        "share",
        lambda d: _questions(d, "counselor"),
        lambda d: _turns(d, "counselor"),
    ),
    Ratio(
        "client turns with a question",
        "share",
        lambda d: _questions(d, "client"),
        lambda d: _turns(d, "client"),
    ),
    Ratio("minimal client turns", "share", _minimal, lambda d: _turns(d, "client")),
)


def ratio(measure: Ratio, dialogues: Sequence[Measured]) -> float | None:
    """The measure over dialogues; None where there is nothing to divide by."""
    below = sum(measure.below(each) for each in dialogues)
    return sum(measure.above(each) for each in dialogues) / below if below else None


def continuity(dialogues: Sequence[Measured]) -> float | None:
    """How much a later session takes up what earlier ones of the same client spoke of.

    The mean, over sessions after the first, of the share of its content types (of two letters and
    more, or two characters, that no more than half of all sessions hold) that an earlier session of
    the same client holds, less the share that as many sessions of the next client hold, so that
    what all dialogues share does not count. In [-1, 1]; None where fewer than two clients have two
    sessions.
    """
    found = [each for each in dialogues if each.sessions > 1]
    if len({each.case for each in found}) < 2:
        return None
    courses = [_types_by_session(each) for each in found]
    everywhere = [types for course in courses for types in course]
    common = _common(everywhere)
    gains: list[float] = []
    for at, course in enumerate(courses):
        later = [*range(at + 1, len(courses)), *range(at)]
        stranger = courses[next(n for n in later if found[n].case != found[at].case)]
        for number in range(1, len(course)):
            here = course[number] - common
            if here:
                own = set().union(*course[:number])
                other = set().union(*stranger[:number])
                gains.append((len(here & own) - len(here & other)) / len(here))
    return sum(gains) / len(gains) if gains else None


def _types_by_session(dialogue: Measured) -> list[set[str]]:
    numbers = sorted({turn.session for turn in dialogue.turns})
    return [
        {
            token
            for turn in dialogue.turns
            if turn.session == number
            for token in turn.tokens
            if len(token) > 1
        }
        for number in numbers
    ]


def _common(sessions: Sequence[set[str]]) -> set[str]:
    counted: dict[str, int] = {}
    for types in sessions:
        for each in types:
            counted[each] = counted.get(each, 0) + 1
    return {each for each, n in counted.items() if 2 * n > len(sessions)}
