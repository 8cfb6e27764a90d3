"""What several rules look at: the share of turns that listen, that press, that take up words."""

from __future__ import annotations

from muspsy_sim.llm.offline.judge.findings import share
from muspsy_sim.llm.offline.judge.reading import HEARS, CounselorTurn, Reading
from muspsy_sim.records.appraisal import Behaviour
from muspsy_sim.records.scores import Quote

HARMS: tuple[Behaviour, ...] = ("dismiss", "confront")
PRESSES: tuple[Behaviour, ...] = ("advise",)

_PATTERN = 0.2
"""What shows in fewer turns than this is a slip, and no evidence against a session."""


def hearing(reading: Reading) -> tuple[float, list[Quote]]:
    """The share of answering turns that hear the client, and the words that do."""
    answering = reading.answering
    hear = [turn for turn in answering if turn.shows(*HEARS)]
    return share(len(hear), len(answering)), [q for t in hear for q in t.quotes(*HEARS)]


def pressing(reading: Reading) -> tuple[float, list[Quote]]:
    """The share of turns that give advice unasked, and the words, where that is a pattern."""
    turns = reading.counselor
    press = [turn for turn in turns if turn.shows(*PRESSES)]
    part = share(len(press), len(turns))
    quotes = [q for t in press for q in t.quotes(*PRESSES)] if part >= _PATTERN else []
    return part if quotes else 0.0, quotes


def harming(reading: Reading) -> tuple[float, list[Quote]]:
    """The share of answering turns that dismiss or blame, and the words, where a pattern."""
    turns = reading.answering
    harm = [turn for turn in turns if turn.shows(*HARMS)]
    part = share(len(harm), len(turns))
    quotes = [q for t in harm for q in t.quotes(*HARMS)] if part >= _PATTERN / 2 else []
    return part if quotes else 0.0, quotes


def against(reading: Reading) -> tuple[float, list[Quote]]:
    """Both of the above: how much presses or harms, in [0, 1]."""
    press, pressed = pressing(reading)
    harm, harmed = harming(reading)
    return min(1.0, press + 2.0 * harm), [*harmed, *pressed]


def takes_up(turn: CounselorTurn) -> bool:
    """Whether a counselor turn takes up a word of what it answers, or asks on from it."""
    return turn.coded.echo or turn.coded.follows
