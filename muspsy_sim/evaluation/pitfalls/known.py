"""What a profile says of a client, in a form that claims can be held against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from muspsy_sim.evaluation.pitfalls.claiming import wordings
from muspsy_sim.evaluation.pitfalls.cues import PitfallCues, pitfall_cues
from muspsy_sim.evaluation.pitfalls.numbers import Counted, counted, number
from muspsy_sim.evaluation.pitfalls.once import once_per_profile
from muspsy_sim.evaluation.pitfalls.tokens import folded, sentences, terms, tokens
from muspsy_sim.records.profile import Profile

_ALIKE = 0.6
"""Share of a sentence's terms that make two sentences the same but for their numbers."""
_FEWEST_ALIKE = 2
_FEWEST_RUNS = 4
"""Pairs of neighbouring tokens that two sentences must share to run alike."""
_NUMBER = re.compile(r"[\d一二两三四五六七八九十百千万]")


@dataclass(frozen=True, slots=True)
class Counting:
    """A sentence that counts something: what it is about and how it runs, but for its numbers."""

    about: frozenset[str]
    runs: frozenset[tuple[str, str]]
    counted: tuple[Counted, ...]

    def like(self, other: Counting) -> bool:
        """Whether a claim says the same, whatever its numbers: most terms, or most of its run."""
        terms_, runs = len(self.about & other.about), len(self.runs & other.runs)
        shorter = min(len(self.runs), len(other.runs))
        return terms_ >= max(_FEWEST_ALIKE, _ALIKE * len(other.about)) or (
            runs >= max(_FEWEST_RUNS, _ALIKE * shorter)
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What the profile says that a claim may be held against."""

    age: int | None
    name: str
    status: str
    text: str
    """All of the profile's text, folded."""
    counting: tuple[Counting, ...]
    """Its sentences that count something."""
    names: dict[str, frozenset[str]]
    """Relation to the names that the profile gives it."""


@once_per_profile
def known_of(profile: Profile) -> Known:
    """What a profile says, in a form that claims are held against."""
    cues = pitfall_cues(profile.language)
    who, formulation = profile.demographics, profile.formulation
    texts = [
        profile.presenting_problem,
        profile.history,
        *(t for fact in profile.facts for t in (fact.text, *fact.details)),
        *(t for s in formulation.situations for t in (s.situation, s.behaviour)),
        *(event.text for event in profile.life_events),
        *profile.supports,
        *profile.strengths,
        *profile.goals,
        who.living_situation or "",
    ]
    texts.append("\n".join(filter(None, (who.occupation, who.education, who.relationship_status))))
    pieces = [piece for text in texts for piece in sentences(text)]
    names: dict[str, set[str]] = {}
    for piece in pieces:
        for found in wordings(profile.language, "client").relation.finditer(piece):
            names.setdefault(found["relation"], set()).add(found["name"])
    return Known(
        age=who.age,
        name=folded(who.name),
        status=folded(who.relationship_status or ""),
        text=folded("\n".join(texts)),
        counting=tuple(c for piece in pieces if (c := counting_of(piece, cues)).counted),
        names={relation: frozenset(named) for relation, named in names.items()},
    )


def counting_of(sentence: str, cues: PitfallCues) -> Counting:
    """What a sentence counts, and all else of it without its numbers."""
    found = counted(sentence, cues.language)
    if not found:
        return _NOTHING
    row = [("#" if number(token) is not None else token) for token in tokens(sentence)]
    about = terms(sentence, cues.language, cues.stop)
    return Counting(
        frozenset(t for t in about if number(t) is None and not _NUMBER.search(t)),
        frozenset(pairwise(row)),
        found,
    )


_NOTHING = Counting(frozenset(), frozenset(), ())
