"""Which facts of the profile a client told, found in what it said and nowhere else.

A fact is told where a client's turn holds its words, or those of one of its details, in a row; or
most of what it is about, in other words, weighed by how few other parts of the profile share it.
What the record claims was told is not read, and the intake form is no telling.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from muspsy_sim.evaluation.pitfalls.cues import pitfall_cues
from muspsy_sim.evaluation.pitfalls.tokens import in_blanks, sentences, terms, tokens
from muspsy_sim.records.base import Language
from muspsy_sim.records.episode import Episode, Session, Turn
from muspsy_sim.records.profile import Profile

RISK = "risk"
"""The id of the client's words about self-harm, which count as a fact of sensitivity 3."""

_SENSITIVE = 2

_SHORTEST: dict[Language, int] = {"en": 4, "zh": 6}
"""Tokens from which a sentence found word for word is no coincidence."""
_COVERED = 0.6
"""Share of a fact's weight that other words must hold."""
_DETAIL_COVERED = 0.75
_FEWEST_SHARED: dict[Language, int] = {"en": 3, "zh": 4}
"""Terms that other words must share with the fact, whatever their weight."""


@dataclass(frozen=True, slots=True)
class FactTold:
    """A fact told for the first time: in which turn, and in which words of the client's."""

    fact: str
    sensitivity: int
    session: int
    turn: str
    client_turn: int
    """The client's turns of the course up to this one, from 1; the intake form not counted."""
    quote: str
    how: Literal["verbatim", "other_words"]


@dataclass(frozen=True, slots=True)
class _Telling:
    """One text whose saying tells a fact."""

    sentences: tuple[str, ...]
    """Its sentences that are long enough to be found word for word, tokens in blanks."""
    weights: dict[str, float]
    needed: float


def facts_told(episode: Episode) -> list[FactTold]:
    """The facts of the profile that the client told in sessions, in the order of their telling.

    Each fact comes once, at its first telling. Thoughts of self-harm come as the fact `risk`, of
    sensitivity 3, where the profile has words for them.
    """
    profile = episode.profile
    tellings = _tellings(profile)
    hints = {fact.id: in_blanks(fact.hint) for fact in profile.facts if tokens(fact.hint)}
    sensitivity = {fact.id: fact.sensitivity for fact in profile.facts} | {RISK: 3}
    found: dict[str, FactTold] = {}
    spoken = 0
    for session in episode.sessions:
        before: Turn | None = None
        for turn in _of_client(session):
            spoken += 1
            for fact, ways in tellings.items():
                if fact in found:
                    continue
                said = _told(turn, before, ways, hints.get(fact, ""), profile.language)
                if said is not None:
                    quote, how = said
                    found[fact] = FactTold(
                        fact, sensitivity[fact], session.number, turn.id, spoken, quote, how
                    )
            before = turn
    return sorted(found.values(), key=lambda told: told.client_turn)


def sensitive_told(episode: Episode, least: int = _SENSITIVE) -> tuple[int, int]:
    """How many facts of at least this sensitivity were told, and how many the profile has."""
    known = sum(1 for fact in episode.profile.facts if fact.sensitivity >= least)
    known += bool(tokens(episode.profile.risk.words))
    told = sum(1 for told in facts_told(episode) if told.sensitivity >= least)
    return told, known


def _of_client(session: Session) -> list[Turn]:
    return [turn for turn in session.turns if turn.speaker == "client"]


def _tellings(profile: Profile) -> dict[str, list[_Telling]]:
    stop = pitfall_cues(profile.language).stop
    texts = {fact.id: [fact.text, *fact.details] for fact in profile.facts}
    if tokens(profile.risk.words):
        texts[RISK] = [profile.risk.words]
    shared = _shared(profile, texts, stop)

    def telling(text: str, needed: float) -> _Telling:
        long = [s for s in sentences(text) if len(tokens(s)) >= _SHORTEST[profile.language]]
        return _Telling(
            sentences=tuple(in_blanks(s) for s in long),
            weights={t: 1 / shared[t] for t in terms(text, profile.language, stop)},
            needed=needed,
        )

    return {
        fact: [telling(t, _DETAIL_COVERED if at else _COVERED) for at, t in enumerate(ways)]
        for fact, ways in texts.items()
    }


def _shared(profile: Profile, texts: dict[str, list[str]], stop: frozenset[str]) -> Counter[str]:
    """In how many parts of the profile each term occurs."""
    formulation = profile.formulation
    parts = [
        *(" ".join(ways) for ways in texts.values()),
        profile.presenting_problem,
        profile.history,
        *(f"{s.situation} {s.automatic_thought} {s.behaviour}" for s in formulation.situations),
        *(b.belief for b in formulation.core_beliefs),
        *(event.text for event in profile.life_events),
        *profile.supports,
        *profile.goals,
    ]
    return Counter(term for part in parts for term in terms(part, profile.language, stop))


def _told(
    turn: Turn, before: Turn | None, ways: list[_Telling], hint: str, language: Language
) -> tuple[str, Literal["verbatim", "other_words"]] | None:
    said = in_blanks(turn.text)
    if hint:
        said = said.replace(hint, " ")
    for way in ways:
        for sentence in way.sentences:
            if sentence in said:
                return _holding(turn.text, sentence), "verbatim"
    stop = pitfall_cues(language).stop
    now = terms(said.replace(" ", "") if language == "zh" else said, language, stop)
    for way in ways:
        if _covers(now, way, hint, language, stop):
            return turn.text, "other_words"
    if before is not None:
        then = terms(before.text, language, stop)
        for way in ways[:1]:
            new = now & way.weights.keys()
            if new and new - then and _covers(now | then, way, hint, language, stop):
                return turn.text, "other_words"
    return None


def _covers(
    said: frozenset[str], way: _Telling, hint: str, language: Language, stop: frozenset[str]
) -> bool:
    shared = said & way.weights.keys()
    if len(shared) < min(_FEWEST_SHARED[language], len(way.weights)) or len(shared) < 2:
        return False
    held = sum(way.weights[term] for term in shared)
    if held < way.needed * sum(way.weights.values()):
        return False
    # What could as well be the hint, which shows that something is kept back, tells nothing.
    hinted = terms(hint.replace(" ", "") if language == "zh" else hint, language, stop)
    return bool(shared - hinted)


def _holding(text: str, sentence: str) -> str:
    """The sentence of a turn that holds these tokens; the whole turn where several do together."""
    return next((piece for piece in sentences(text) if sentence in in_blanks(piece)), text)
