"""An episode as the pitfalls read it: who said what in which session, and the client's profile.

Besides the text it holds one thing off the record: which disclosures it claims, since unlicensed
telling is a matter between the text and that claim. State, moves, appraisals and plans are left
behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from muspsy_sim.evaluation.pitfalls.cues import PitfallCues, pitfall_cues
from muspsy_sim.evaluation.pitfalls.telling import FactTold, Tellings, tellings_of, told_by
from muspsy_sim.evaluation.pitfalls.tokens import folded, without_quotes
from muspsy_sim.records.base import Speaker
from muspsy_sim.records.episode import Episode, Session
from muspsy_sim.records.profile import Profile


@dataclass(frozen=True, slots=True)
class Said:
    """One turn: who said it, in which session, and its words."""

    id: str
    session: int
    speaker: Speaker
    text: str
    folded: str
    own: str
    """Folded, without what stands in quotation marks: the speaker's own words."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of an episode, session by session; `intake` is the form and is no session."""

    episode: str
    profile: Profile
    cues: PitfallCues
    intake: tuple[Said, ...]
    sessions: tuple[tuple[Said, ...], ...]
    """Sessions that were held: those with turns."""
    tellings: Tellings
    told: tuple[FactTold, ...]
    licensed: dict[str, str]
    """Fact to the turn in which its telling is on record as licensed."""

    _terms: dict[str, frozenset[str]] = field(default_factory=dict)

    def terms_of(self, said: Said) -> frozenset[str]:
        """What a turn is about, worked out once."""
        if said.id not in self._terms:
            self._terms[said.id] = self.tellings.terms(said.text)
        return self._terms[said.id]

    def speaks_of(self, fact: str, said: Said) -> bool:
        """Whether a turn speaks of a fact that is known already."""
        return self.tellings.speaks_of(fact, said.text, self.terms_of(said))

    def turns(self, speaker: Speaker) -> Iterator[Said]:
        """The turns of one speaker in all sessions, in order."""
        return (said for session in self.sessions for said in session if said.speaker == speaker)


def read(episode: Episode) -> Reading:
    """Read an episode once for all pitfalls. Raises `ContentError` where cues cannot be read."""
    tellings = tellings_of(episode.profile)
    claims = [d for s in episode.sessions for turn in s.turns for d in turn.disclosed]
    return Reading(
        episode=episode.id,
        profile=episode.profile,
        cues=pitfall_cues(episode.language),
        intake=_said(episode.intake) if episode.intake else (),
        sessions=tuple(_said(session) for session in episode.sessions if session.turns),
        tellings=tellings,
        told=tuple(told_by(episode, tellings)),
        licensed={claim.fact: claim.turn for claim in reversed(claims)},
    )


def _said(session: Session) -> tuple[Said, ...]:
    return tuple(
        Said(
            turn.id,
            session.number,
            turn.speaker,
            turn.text,
            folded(turn.text),
            folded(without_quotes(turn.text)),
        )
        for turn in session.turns
        if turn.text.strip()
    )
