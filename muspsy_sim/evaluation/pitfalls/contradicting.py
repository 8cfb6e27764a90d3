"""What a side says of the client that the profile says otherwise.

Only claims that the profile can decide are counted: age, own name, marital status, spouse,
occupation, the name of a relation, and numbers in a sentence that is otherwise the profile's. What
the profile does not speak of may be added freely and is no contradiction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from muspsy_sim.evaluation.pitfalls.claiming import Wordings, wordings
from muspsy_sim.evaluation.pitfalls.cues import PitfallCues, pitfall_cues
from muspsy_sim.evaluation.pitfalls.findings import Finding, Place
from muspsy_sim.evaluation.pitfalls.numbers import Counted, counted, number
from muspsy_sim.evaluation.pitfalls.once import once_per_profile
from muspsy_sim.evaluation.pitfalls.reading import Reading
from muspsy_sim.evaluation.pitfalls.tallies import Share
from muspsy_sim.evaluation.pitfalls.tokens import (
    folded,
    sentences,
    terms,
    tokens,
    without_quotes,
)
from muspsy_sim.records.base import Speaker
from muspsy_sim.records.profile import Profile

_BIRTHDAY = 1
"""Years by which an age may be off: a course may hold a birthday."""
_ALIKE = 0.6
"""Share of a sentence's terms that make two sentences the same but for their numbers."""
_FEWEST_ALIKE = 2
_FEWEST_RUNS = 4
"""Pairs of neighbouring tokens that two sentences must share to run alike."""
_SUPPOSED = re.compile(
    r"\b(?:if|when|as if|wish|used to|imagine|like|until|before|at)\b"
    r"|要是|如果|假如|的时候|那年|像"
)
_AGES = range(16, 100)
_NUMBER = re.compile(r"[\d一二两三四五六七八九十百千万]")
_ASKED = re.compile(r"[?？]\s*\Z")


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


def contradictions(reading: Reading, speaker: Speaker) -> Finding:
    """Claims about the client that the profile contradicts, of the claims that it can decide."""
    known = known_of(reading.profile)
    claims = 0
    places: list[Place] = []
    for said in reading.turns(speaker):
        for sentence in sentences(without_quotes(said.text)):
            if _ASKED.search(sentence):
                continue
            for wrong in _claims(sentence, known, reading, speaker):
                claims += 1
                if wrong:
                    places.append(Place(said.id, sentence, wrong))
    return Finding(Share(len(places), claims), places)


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
        counting=tuple(c for piece in pieces if (c := _counting(piece, cues)).counted),
        names={relation: frozenset(named) for relation, named in names.items()},
    )


def _claims(sentence: str, known: Known, reading: Reading, speaker: Speaker) -> Iterator[str]:
    """One string for each claim that can be decided: what is wrong with it, or nothing."""
    ways = wordings(reading.cues.language, speaker)
    plain = folded(sentence)
    if not _SUPPOSED.search(plain):
        yield from _age(plain, known, ways)
        yield from _occupation(plain, known, ways)
        if speaker == "client":
            yield from _status(plain, known, reading.cues)
    yield from _own_name(sentence, known, ways)
    yield from _spouse(plain, known, reading.cues, ways)
    yield from _named(sentence, known, ways)
    yield from _numbers(sentence, known, reading.cues)


def _age(plain: str, known: Known, ways: Wordings) -> Iterator[str]:
    for found in ways.age.finditer(plain) if known.age is not None else ():
        said = number(found["n"])
        if said is not None and known.age is not None and said in _AGES:
            off = abs(said - known.age) > _BIRTHDAY
            yield f"age {said}, where the profile says {known.age}" if off else ""


def _own_name(sentence: str, known: Known, ways: Wordings) -> Iterator[str]:
    for found in ways.own_name.finditer(sentence) if ways.own_name else ():
        right = folded(found["name"]) in known.name
        yield "" if right else f"called {found['name']}, where the profile says {known.name!r}"


def _occupation(plain: str, known: Known, ways: Wordings) -> Iterator[str]:
    for found in ways.job.finditer(plain):
        job = found["job"]
        yield "" if job in known.text else f"works as {job}, of which the profile knows nothing"


def _status(plain: str, known: Known, cues: PitfallCues) -> Iterator[str]:
    if not any(status in known.status for status in cues.statuses):
        return
    for status, claim in cues.statuses.items():
        if claim.search(plain):
            right = status in known.status
            yield "" if right else f"{status}, where the profile says {known.status!r}"


def _spouse(plain: str, known: Known, cues: PitfallCues, ways: Wordings) -> Iterator[str]:
    for spouse, claim in ways.spouses.items():
        if not claim.search(plain):
            continue
        knows = [name for name, words in cues.spouses.items() if words.search(known.text)]
        if spouse in knows:
            yield ""
        elif knows:
            yield f"a {spouse}, where the profile knows a {knows[0]}"
        elif cues.unmarried.search(known.status):
            yield f"a {spouse}, where the profile says {known.status!r}"


def _named(sentence: str, known: Known, ways: Wordings) -> Iterator[str]:
    for found in ways.relation.finditer(sentence):
        given = known.names.get(found["relation"])
        if given:
            right = found["name"] in given or folded(found["name"]) in known.text
            told = f"{found['relation']} {found['name']}, where the profile says {min(given)}"
            yield "" if right else told


def _numbers(sentence: str, known: Known, cues: PitfallCues) -> Iterator[str]:
    """Numbers in a sentence that the profile has too, but for its numbers."""
    claim = _counting(sentence, cues)
    for theirs in known.counting if claim.counted else ():
        if not claim.like(theirs):
            continue
        for each in claim.counted:
            values = {c.value for c in theirs.counted if c.counts == each.counts}
            if values:
                off = each.value not in values
                said = f"{each.value} {each.counts}, where the profile says {min(values)}"
                yield said if off else ""
        return


def _counting(sentence: str, cues: PitfallCues) -> Counting:
    row = [("#" if number(token) is not None else token) for token in tokens(sentence)]
    about = terms(sentence, cues.language, cues.stop)
    return Counting(
        frozenset(t for t in about if number(t) is None and not _NUMBER.search(t)),
        frozenset(pairwise(row)),
        counted(sentence, cues.language),
    )
