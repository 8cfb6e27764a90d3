"""Whether two personas sound alike: the runs of five tokens that they share, over many episodes.

Of each persona the first 20,000 tokens count, and of each language the first 60 personas, so that
a run of any size is told apart in bounded room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

from muspsy_sim.evaluation.pitfalls.findings import Finding, Place
from muspsy_sim.evaluation.pitfalls.reading import Reading
from muspsy_sim.evaluation.pitfalls.repeating import five_grams, shared_five_grams
from muspsy_sim.evaluation.pitfalls.tallies import Share
from muspsy_sim.evaluation.pitfalls.tokens import tokens
from muspsy_sim.records.base import Language

_MOST_TOKENS = 20_000
_MOST_PERSONAS = 60
_ALIKE = 0.1
"""Share from which two personas are named: no two should share more than a tenth."""


@dataclass(slots=True)
class Voice:
    """What one persona said: its runs of five tokens, and how many tokens they come from."""

    language: Language
    runs: set[str] = field(default_factory=set)
    tokens: int = 0

    def hear(self, reading: Reading) -> None:
        """Add the client's turns of an episode, as far as there is room."""
        for said in reading.turns("client"):
            if self.tokens >= _MOST_TOKENS:
                return
            self.runs |= five_grams([said.text])
            self.tokens += len(tokens(said.text))


@dataclass(slots=True)
class Voices:
    """The personas of one arm, by source case: variants of one case are one voice."""

    by_persona: dict[str, Voice] = field(default_factory=dict)

    def hear(self, reading: Reading) -> None:
        """Add an episode."""
        who = reading.profile.source_case
        voice = self.by_persona.get(who)
        if voice is None:
            alike = sum(1 for v in self.by_persona.values() if v.language == reading.cues.language)
            if alike >= _MOST_PERSONAS:
                return
            voice = self.by_persona[who] = Voice(reading.cues.language)
        voice.hear(reading)

    def alike(self) -> Finding:
        """The pair of one language that shares most; pairs above a tenth are places."""
        most = Share()
        places: list[Place] = []
        for (one, first), (other, second) in combinations(sorted(self.by_persona.items()), 2):
            if first.language != second.language:
                continue
            shared = shared_five_grams(first.runs, second.runs)
            value = shared.value()
            if value is None:
                continue
            if value > (most.value() or 0.0) or not most.of:
                most = shared
            if value > _ALIKE:
                places.append(Place(f"{one} {other}", "", f"share {value:.1%} of their 5-grams"))
        return Finding(most, places)
