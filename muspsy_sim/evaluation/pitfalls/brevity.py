"""How long turns are, and how many are minimal responses."""

from __future__ import annotations

from collections import Counter

from muspsy_sim.evaluation.pitfalls.findings import Finding, place
from muspsy_sim.evaluation.pitfalls.reading import Reading
from muspsy_sim.evaluation.pitfalls.tallies import Share, Spread
from muspsy_sim.evaluation.pitfalls.tokens import tokens, words
from muspsy_sim.records.base import Language, Speaker

MINIMAL: dict[Language, int] = {"en": 3, "zh": 4}
"""Most tokens of a minimal response: `Suppose so.`, `不太清楚。`"""
_ASKS = ("?", "？")


def is_minimal(text: str, language: Language) -> bool:
    """Whether a turn is minimal: at most 3 words or 4 Chinese characters, and no question."""
    return len(tokens(text)) <= MINIMAL[language] and not text.rstrip().endswith(_ASKS)


def minimal_responses(reading: Reading) -> Finding:
    """Client turns that are minimal responses, of all client turns."""
    turns = list(reading.turns("client"))
    found = [said for said in turns if is_minimal(said.text, reading.cues.language)]
    return Finding(Share(len(found), len(turns)), [place(said) for said in found])


def turn_words(reading: Reading, speaker: Speaker) -> Finding:
    """The median of a speaker's turns in words (`tokens.words`)."""
    lengths = Counter(round(words(said.text), 1) for said in reading.turns(speaker))
    return Finding(Spread(lengths))
