"""What the client could tell now, what the counselor touched, and what was told.

Openness is trust less strain; a fact of sensitivity s can be told from a threshold on. Nothing here
moves a value: disclosure is gated by the state, never the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.records.answers import Told
from muspsy_sim.records.profile import Fact, Profile
from muspsy_sim.records.state import ClientState, Disclosed, StateValues

RISK = "risk"
"""The id under which telling of thoughts of self-harm is recorded."""

_INFLECTED = r"(?:['’]s|s|es|d|ed|ing)?\b"
"""What may follow an English cue: `lock` is touched by locks, locked and locking, not by locket."""


@dataclass(frozen=True, slots=True)
class Licensed:
    """What a turn told: with licence, and without."""

    disclosed: list[Disclosed]
    unlicensed: list[str]


def openness(values: StateValues, dynamics: Dynamics) -> float:
    """Trust less its share of strain, which thresholds are held against; at most 1."""
    return values.trust - dynamics.disclosing.strain.value * values.strain


def unlocked_facts(state: ClientState, profile: Profile, dynamics: Dynamics) -> list[str]:
    """Ids of the facts that can be told now or have been told already, in the profile's order.

    What has been told stays told: a later rupture hides nothing that the counselor has heard.
    """
    told = {entry.fact for entry in state.disclosed}
    now = openness(state.values, dynamics)
    thresholds = dynamics.disclosing.thresholds
    return [
        fact.id
        for fact in profile.facts
        if fact.id in told or now >= thresholds[fact.sensitivity].value
    ]


def unlocked_beliefs(state: ClientState, profile: Profile, dynamics: Dynamics) -> list[str]:
    """Ids of the core beliefs that can be spoken of now, in the profile's order."""
    if openness(state.values, dynamics) < dynamics.disclosing.belief_trust.value:
        return []
    return [belief.id for belief in profile.formulation.core_beliefs]


def risk_unlocked(state: ClientState, profile: Profile, dynamics: Dynamics, asked: bool) -> bool:
    """Whether thoughts of self-harm would be told now: sooner when asked, never in a rupture.

    False for a client who has none; true once they have been told.
    """
    if profile.risk.ideation == "none":
        return False
    if any(entry.fact == RISK for entry in state.disclosed):
        return True
    rules = dynamics.disclosing
    if state.values.strain >= rules.risk_strain.value:
        return False
    needed = rules.risk_asked if asked else rules.risk_unasked
    return openness(state.values, dynamics) >= needed.value


def touched(profile: Profile, text: str) -> list[Fact]:
    """The facts whose cues occur in a counselor's turn, in the profile's order."""
    found = _touching(tuple(tuple(fact.cues) for fact in profile.facts), text)
    return [fact for fact, touched_ in zip(profile.facts, found, strict=True) if touched_]


def touched_anew(profile: Profile, text: str, own_words: str) -> list[Fact]:
    """The facts that a counselor's turn touches with a word the client has not used itself.

    `own_words`: what the client has said so far in this session. To be asked about one's own words
    is to be heard, not to be pressed.
    """
    return [
        fact
        for fact in touched(profile, text)
        if any(_found((cue,), text) and not _found((cue,), own_words) for cue in fact.cues)
    ]


def touches(fact: Fact, text: str) -> bool:
    """Whether a cue of this fact occurs in `text`: as a word (inflected or not), or in Chinese."""
    return bool(fact.cues) and _found(tuple(fact.cues), text)


@lru_cache(maxsize=1024)
def _touching(facts: tuple[tuple[str, ...], ...], text: str) -> tuple[bool, ...]:
    # A turn is looked through by the feeling, the decision and the view.
    return tuple(bool(cues) and _found(cues, text) for cues in facts)


def _found(cues: tuple[str, ...], text: str) -> bool:
    # Where both are ASCII, a cue that occurs does so in small letters too, which is seen much
    # faster than a pattern is tried; and of most turns most cues are no part.
    if text.isascii() and (small := _small(cues)) is not None:
        low = text.lower()
        for cue in small:
            if cue in low:
                break
        else:
            return False
    return _searched(cues, text)


@lru_cache(maxsize=2048)
def _searched(cues: tuple[str, ...], text: str) -> bool:
    return _cues(cues).search(text) is not None


@lru_cache(maxsize=4096)
def _small(cues: tuple[str, ...]) -> tuple[str, ...] | None:
    """The cues in small letters; `None` where one is not ASCII."""
    if not all(cue.isascii() for cue in cues):
        return None
    return tuple(cue.lower() for cue in cues if cue)


@lru_cache(maxsize=4096)
def _cues(cues: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_cue(cue) for cue in cues if cue) or r"(?!)", re.IGNORECASE)


def _cue(cue: str) -> str:
    """A pattern for one cue; word breaks only where it ends in ASCII, since Chinese has none."""
    begins = r"\b" if cue[0].isascii() and cue[0].isalnum() else ""
    ends = _INFLECTED if cue[-1].isascii() and cue[-1].isalnum() else ""
    return begins + re.escape(cue) + ends


def licensed(
    state: ClientState,
    told: Sequence[Told],
    turn_id: str,
    text: str,
    profile: Profile,
    dynamics: Dynamics,
    *,
    asked: bool = False,
) -> Licensed:
    """Sort what a client's turn claims to have told, against the state it was spoken from.

    Disclosed: an unlocked fact not told before, with a quote that stands in the turn. Unlicensed: a
    fact that was locked or that the profile does not have. A quote that is not in the turn, or a
    fact told again, counts as neither. `asked`: the counselor had just asked about self-harm.
    """
    open_now = set(unlocked_facts(state, profile, dynamics))
    if risk_unlocked(state, profile, dynamics, asked):
        open_now.add(RISK)
    before = {entry.fact for entry in state.disclosed}
    disclosed: list[Disclosed] = []
    unlicensed: list[str] = []
    for claim in told:
        if claim.fact not in open_now:
            if claim.fact not in unlicensed:
                unlicensed.append(claim.fact)
        elif claim.fact not in before and claim.quote and claim.quote in text:
            disclosed.append(Disclosed(fact=claim.fact, turn=turn_id, quote=claim.quote))
            before.add(claim.fact)
    return Licensed(disclosed, unlicensed)


def record_speech(
    state: ClientState,
    told: Sequence[Told],
    turn_id: str,
    text: str,
    profile: Profile,
    dynamics: Dynamics,
    *,
    asked: bool = False,
) -> ClientState:
    """The state with this turn's valid disclosures added (see `licensed`)."""
    found = licensed(state, told, turn_id, text, profile, dynamics, asked=asked)
    if not found.disclosed:
        return state
    return state.model_copy(update={"disclosed": [*state.disclosed, *found.disclosed]})
