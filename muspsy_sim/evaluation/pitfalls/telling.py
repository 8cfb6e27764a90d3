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
from muspsy_sim.evaluation.pitfalls.once import once_per_profile
from muspsy_sim.evaluation.pitfalls.tokens import in_blanks, sentences, terms, tokens
from muspsy_sim.records.base import Language
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.profile import Profile

RISK = "risk"
"""The id of the client's words about self-harm, which count as a fact of sensitivity 3."""

SENSITIVE = 2
"""The sensitivity from which a fact is sensitive (0 = on any form, 3 = told to nobody yet)."""

_SHORTEST: dict[Language, int] = {"en": 4, "zh": 6}
"""Tokens from which a sentence found word for word is no coincidence."""
_COVERED = 0.6
"""Share of a fact's weight that other words must hold."""
_DETAIL_COVERED = 0.75
_FEWEST_SHARED: dict[Language, int] = {"en": 3, "zh": 4}
"""Terms that other words must share with a fact, whatever their weight."""
_WINDOW = 3
"""Sentences in which other words must stand together."""
_SPOKEN_OF = 0.4
"""Share of a fact's weight by which something already told is spoken of again."""
_FEWEST_SPOKEN_OF = 2

How = Literal["verbatim", "other_words"]


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
    how: How


@dataclass(frozen=True, slots=True)
class Way:
    """One text whose saying tells a fact: the fact's own, or that of one of its details."""

    sentences: tuple[str, ...]
    """Its sentences that are long enough to be found word for word, tokens in blanks."""
    weights: dict[str, float]
    """Its terms, each weighed by 1 / the parts of the profile that share it."""
    needed: float
    """Share of the weight that other words must hold."""
    fewest: int
    """Terms that they must share."""

    def covered(self, said: frozenset[str]) -> float:
        """The share of its weight that these terms hold."""
        whole = sum(self.weights.values())
        return sum(self.weights[t] for t in said & self.weights.keys()) / whole if whole else 0.0


@dataclass(frozen=True, slots=True)
class Tellings:
    """For each fact of a profile, the ways to tell it, and its hint, which tells nothing."""

    language: Language
    stop: frozenset[str]
    ways: dict[str, tuple[Way, ...]]
    hints: dict[str, str]
    hint_terms: dict[str, frozenset[str]]
    sensitivity: dict[str, int]
    about: dict[str, frozenset[str]]
    """All terms of a fact: a turn with none of them neither tells it nor speaks of it."""

    def terms(self, text: str) -> frozenset[str]:
        """The terms of a text of this profile's language."""
        return terms(text, self.language, self.stop)

    def told_in(self, fact: str, text: str, before: str = "") -> tuple[str, How] | None:
        """The words of `text` that tell this fact, or `None`.

        `before`: the client's turn before, which may hold the first half of it.
        """
        spoken = self.terms(text)
        if spoken.isdisjoint(self.about[fact]):
            return None
        said = in_blanks(text)
        hint = self.hints.get(fact, "")
        rest = said.replace(hint, " ") if hint and hint in said else said
        for way in self.ways[fact]:
            for sentence in way.sentences:
                if sentence in rest:
                    return _holding(text, sentence), "verbatim"
        for window in _windows(text):
            now = self.terms(_without(window, hint, self.language))
            if any(self._covers(fact, way, now) for way in self.ways[fact]):
                return window, "other_words"
        now = self.terms(_without(text, hint, self.language))
        if before and len(sentences(text)) <= _WINDOW:
            first, both = self.ways[fact][0], now | self.terms(before)
            new = (now & first.weights.keys()) - self.terms(before)
            if new and self._covers(fact, first, both):
                return text, "other_words"
        return None

    def speaks_of(self, fact: str, text: str, now: frozenset[str]) -> bool:
        """Whether a text speaks of a fact that is known already: less will do than for telling.

        `now`: the terms of the text.
        """
        if now.isdisjoint(self.about[fact]):
            return False
        said = in_blanks(text)
        return any(
            any(sentence in said for sentence in way.sentences)
            or (
                len(now & way.weights.keys()) >= _FEWEST_SPOKEN_OF
                and way.covered(now) >= _SPOKEN_OF
            )
            for way in self.ways[fact]
        )

    def _covers(self, fact: str, way: Way, said: frozenset[str]) -> bool:
        shared = said & way.weights.keys()
        if len(shared) < way.fewest:
            return False
        # What could as well be the hint shows that something is kept back, and tells nothing.
        hinted = self.hint_terms.get(fact, frozenset())
        return way.covered(said) >= way.needed and bool(shared - hinted)


def facts_told(episode: Episode) -> list[FactTold]:
    """The facts of the profile that the client told in sessions, in the order of their telling.

    Each fact comes once, at its first telling. Thoughts of self-harm come as the fact `risk`, of
    sensitivity 3, where the profile has words for them.
    """
    return told_by(episode, tellings_of(episode.profile))


def told_by(episode: Episode, tellings: Tellings) -> list[FactTold]:
    """`facts_told`, for a caller who has the ways to tell them already."""
    found: dict[str, FactTold] = {}
    spoken = 0
    for session in episode.sessions:
        before = ""
        for turn in session.turns:
            if turn.speaker != "client":
                continue
            spoken += 1
            for fact, sensitivity in tellings.sensitivity.items():
                if fact in found:
                    continue
                said = tellings.told_in(fact, turn.text, before)
                if said is not None:
                    found[fact] = FactTold(
                        fact, sensitivity, session.number, turn.id, spoken, *said
                    )
            before = turn.text
    return list(found.values())


def sensitive_told(episode: Episode, least: int = SENSITIVE) -> tuple[int, int]:
    """How many facts of at least this sensitivity were told, and how many the profile has."""
    known = sum(1 for s in tellings_of(episode.profile).sensitivity.values() if s >= least)
    return sum(1 for told in facts_told(episode) if told.sensitivity >= least), known


@once_per_profile
def tellings_of(profile: Profile) -> Tellings:
    """The ways to tell each fact of a profile. Raises `ContentError` where cues cannot be read."""
    language = profile.language
    stop = pitfall_cues(language).stop
    texts = {fact.id: [fact.text, *fact.details] for fact in profile.facts}
    if tokens(profile.risk.words):
        texts[RISK] = [profile.risk.words]
    shared = _shared(profile, texts, stop)

    def way(text: str, detail: bool) -> Way:
        long = (s for s in sentences(text) if len(tokens(s)) >= _SHORTEST[language])
        weights = {t: 1 / shared[t] for t in sorted(terms(text, language, stop))}
        fewest = _FEWEST_SHARED[language]
        return Way(
            tuple(in_blanks(s) for s in long),
            weights,
            _DETAIL_COVERED if detail else _COVERED,
            # A detail that is about little could be anybody's; a fact that is, has only that.
            fewest if detail else max(2, min(fewest, len(weights))),
        )

    ways = {
        fact: tuple(way(t, at > 0) for at, t in enumerate(said)) for fact, said in texts.items()
    }
    hints = {fact.id: fact.hint for fact in profile.facts if tokens(fact.hint)}
    return Tellings(
        language=language,
        stop=stop,
        ways=ways,
        hints={fact: in_blanks(hint) for fact, hint in hints.items()},
        hint_terms={fact: terms(hint, language, stop) for fact, hint in hints.items()},
        sensitivity={
            **{fact.id: fact.sensitivity for fact in profile.facts},
            **({RISK: 3} if RISK in texts else {}),
        },
        about={fact: frozenset(t for w in each for t in w.weights) for fact, each in ways.items()},
    )


def _shared(profile: Profile, texts: dict[str, list[str]], stop: frozenset[str]) -> Counter[str]:
    """In how many parts of the profile each term occurs."""
    formulation = profile.formulation
    parts = [
        *(" ".join(said) for said in texts.values()),
        profile.presenting_problem,
        profile.history,
        *(f"{s.situation} {s.automatic_thought} {s.behaviour}" for s in formulation.situations),
        *(b.belief for b in formulation.core_beliefs),
        *(event.text for event in profile.life_events),
        *profile.supports,
        *profile.goals,
    ]
    return Counter(term for part in parts for term in terms(part, profile.language, stop))


def _windows(text: str) -> list[str]:
    """A turn, or where it is long its runs of a few sentences: a monologue touches on all."""
    found = sentences(text)
    if len(found) <= _WINDOW:
        return [text]
    return [" ".join(found[at : at + _WINDOW]) for at in range(len(found) - _WINDOW + 1)]


def _without(text: str, hint: str, language: Language) -> str:
    """The text without the words of a hint, where they stand in it."""
    said = in_blanks(text) if hint else ""
    if not hint or hint not in said:
        return text
    rest = said.replace(hint, " ")
    return rest.replace(" ", "") if language == "zh" else rest


def _holding(text: str, sentence: str) -> str:
    """The sentence of a turn that holds these tokens; the whole turn where several do together."""
    return next((piece for piece in sentences(text) if sentence in in_blanks(piece)), text)
