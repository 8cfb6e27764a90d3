"""What a side says of the client that the profile says otherwise.

Only claims that the profile can decide are counted: age, own name, marital status, spouse,
occupation, the name of a relation, and numbers in a sentence that is otherwise the profile's. What
the profile does not speak of may be added freely and is no contradiction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from muspsy_sim.evaluation.pitfalls.claiming import Wordings, wordings
from muspsy_sim.evaluation.pitfalls.cues import PitfallCues
from muspsy_sim.evaluation.pitfalls.findings import Finding, Place
from muspsy_sim.evaluation.pitfalls.known import Known, counting_of, known_of
from muspsy_sim.evaluation.pitfalls.numbers import number
from muspsy_sim.evaluation.pitfalls.reading import Reading
from muspsy_sim.evaluation.pitfalls.tallies import Share
from muspsy_sim.evaluation.pitfalls.tokens import folded, sentences, without_quotes
from muspsy_sim.records.base import Speaker

_BIRTHDAY = 1
"""Years by which an age may be off: a course may hold a birthday."""
_SUPPOSED = re.compile(
    r"\b(?:if|when|as if|wish|used to|imagine|like|until|before|at)\b"
    r"|要是|如果|假如|的时候|那年|像"
)
_AGES = range(16, 100)
_ASKED = re.compile(r"[?？]\s*\Z")


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
    claim = counting_of(sentence, cues)
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
