"""Sentences that come back, how varied a side's words are, and words that two clients share.

A sentence counts from five tokens (English) or six characters (Chinese) on: shorter ones are
acknowledgements, which people repeat too. It comes back when its tokens are the same in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from muspsy_sim.evaluation.pitfalls.findings import Finding, Place
from muspsy_sim.evaluation.pitfalls.reading import Reading, Said
from muspsy_sim.evaluation.pitfalls.tallies import Share
from muspsy_sim.evaluation.pitfalls.tokens import sentences, tokens
from muspsy_sim.records.base import Language, Speaker

SHORTEST: dict[Language, int] = {"en": 5, "zh": 6}
"""Tokens from which a sentence is more than an acknowledgement."""
FIRST = 500
"""Tokens of a side over which distinct-2 is taken, so that long and short courses compare."""
N = 5
"""Length of the runs of tokens that two clients may share."""
VARIED = 0.5
"""Distinct-2 below which an episode is named."""


def repetition_within(reading: Reading, speaker: Speaker) -> Finding:
    """Sentences that the speaker had said earlier in the same session, of its sentences."""
    places: list[Place] = []
    counted = 0
    for session in reading.sessions:
        seen: dict[tuple[str, ...], str] = {}
        for said, sentence, key in _long(session, speaker, reading.cues.language):
            counted += 1
            if key in seen:
                places.append(Place(said.id, sentence, f"also in {seen[key]}"))
            else:
                seen[key] = said.id
    return Finding(Share(len(places), counted), places)


def repetition_across(reading: Reading, speaker: Speaker) -> Finding:
    """Sentences that the speaker had said in an earlier session, of those in later sessions."""
    places: list[Place] = []
    counted = 0
    before: dict[tuple[str, ...], str] = {}
    for number, session in enumerate(reading.sessions):
        now: dict[tuple[str, ...], str] = {}
        for said, sentence, key in _long(session, speaker, reading.cues.language):
            counted += number > 0
            if key in before:
                places.append(Place(said.id, sentence, f"also in {before[key]}"))
            now.setdefault(key, said.id)
        before = {**now, **before}
    return Finding(Share(len(places), counted), places)


def lack_of_variety(reading: Reading, speaker: Speaker) -> Finding:
    """Distinct-2 of a side over its first 500 tokens; an episode below 0.5 is named."""
    turns = list(reading.turns(speaker))
    tally = distinct_2(said.text for said in turns)
    value = tally.value()
    low = value is not None and value < VARIED
    places = [Place(turns[0].id, "", f"distinct-2 is {value:.2f}")] if low else []
    return Finding(tally, places)


def distinct_2(texts: Iterable[str], first: int = FIRST) -> Share:
    """Different pairs of neighbouring tokens, of all such pairs, in the first `first` tokens.

    Pairs lie within a turn: its last token and the next turn's first are no pair.
    """
    pairs: list[tuple[str, str]] = []
    left = first
    for text in texts:
        found = tokens(text)[:left]
        left -= len(found)
        pairs += pairwise(found)
        if left <= 0:
            break
    return Share(len(set(pairs)), len(pairs))


def five_grams(texts: Iterable[str]) -> set[str]:
    """The different runs of five tokens that lie within a turn, tokens between blanks."""
    found: set[str] = set()
    for text in texts:
        row = tokens(text)
        found.update(" ".join(row[at : at + N]) for at in range(len(row) - N + 1))
    return found


def shared_five_grams(one: set[str], other: set[str]) -> Share:
    """Runs that both have, of the runs of the one with fewer."""
    return Share(len(one & other), min(len(one), len(other)))


def _long(
    session: Iterable[Said], speaker: Speaker, language: Language
) -> Iterable[tuple[Said, str, tuple[str, ...]]]:
    for said in session:
        if said.speaker == speaker:
            for sentence in sentences(said.text):
                key = tokens(sentence)
                if len(key) >= SHORTEST[language]:
                    yield said, sentence, key
