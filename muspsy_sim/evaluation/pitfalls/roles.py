"""Who speaks as whom: clients who counsel, counselors who are the client, and marks of roles.

A rule finds what only the other would say, not a manner of speaking: it misses more than it
invents. Words in quotation marks are another's and never count.
"""

from __future__ import annotations

from collections.abc import Iterator

from muspsy_sim.evaluation.pitfalls.findings import Finding, Place, place
from muspsy_sim.evaluation.pitfalls.once import once_per_profile
from muspsy_sim.evaluation.pitfalls.reading import Reading, Said
from muspsy_sim.evaluation.pitfalls.tallies import Share
from muspsy_sim.evaluation.pitfalls.tokens import sentences, tokens
from muspsy_sim.records.base import Language, Speaker
from muspsy_sim.records.profile import Profile

_RUN: dict[Language, int] = {"en": 5, "zh": 8}
"""Tokens of the client's own words in a row that make a counselor speak as the client."""
_FIRST_PERSON: dict[Language, frozenset[str]] = {
    "en": frozenset({"i", "i'm", "i've", "i'd", "i'll", "my", "me"}),
    "zh": frozenset({"我"}),
}


def role_inversion(reading: Reading, speaker: Speaker) -> Finding:
    """Turns of one speaker that speak as the other, of that speaker's turns."""
    turns = list(reading.turns(speaker))
    cues = reading.cues
    only_other = cues.client_as_counselor if speaker == "client" else cues.counselor_as_client
    owned = _client_runs(reading.profile) if speaker == "counselor" else frozenset()
    places: list[Place] = []
    for said in turns:
        if found := only_other.search(said.own):
            places.append(place(said, f"says {found[0]!r}"))
        elif found := cues.role_marks.search(said.folded):
            places.append(place(said, f"bears the mark {found[0].strip()!r}"))
        elif run := _held(said, owned, cues.language):
            places.append(place(said, f"says the client's {run!r} in the first person"))
    return Finding(Share(len(places), len(turns)), places)


@once_per_profile
def _client_runs(profile: Profile) -> frozenset[tuple[str, ...]]:
    """Runs in the first person of what only the client can say of itself."""
    own = _FIRST_PERSON[profile.language]
    texts = [t for fact in profile.facts for t in (fact.text, *fact.details)]
    texts += [profile.presenting_problem, *(b.belief for b in profile.formulation.core_beliefs)]
    runs = (run for text in texts for run in _runs(text, profile.language))
    return frozenset(run for run in runs if own & set(run))


def _held(said: Said, owned: frozenset[tuple[str, ...]], language: Language) -> str:
    if not owned:
        return ""
    found = next((run for run in _runs(said.own, language) if run in owned), ())
    return ("" if language == "zh" else " ").join(found)


def _runs(text: str, language: Language) -> Iterator[tuple[str, ...]]:
    length = _RUN[language]
    for sentence in sentences(text):
        found = tokens(sentence)
        for start in range(len(found) - length + 1):
            yield found[start : start + length]
