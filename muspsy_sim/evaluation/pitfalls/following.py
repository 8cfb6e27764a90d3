"""Clients who follow the counselor: openings that agree, giving in after resistance, and its slope.

Resistance and giving in are read off cue words and, for resistance, off the lines that the profile
itself gives for being guarded, doubting or hurt. What stands in quotation marks is another's.
"""

from __future__ import annotations

from collections import Counter

from muspsy_sim.evaluation.pitfalls.cues import PitfallCues, pitfall_cues
from muspsy_sim.evaluation.pitfalls.findings import Finding, Place, place
from muspsy_sim.evaluation.pitfalls.reading import Reading, Said
from muspsy_sim.evaluation.pitfalls.tallies import Share, Trend, Waits
from muspsy_sim.evaluation.pitfalls.tokens import folded, in_blanks, tokens
from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import Moment

_KEEPING_AWAY: tuple[Moment, ...] = ("guarded", "doubt", "hurt")
_SHORTEST_LINE = 3
"""Tokens below which a line of the profile is said by chance."""


def opens_with_agreement(text: str, language: Language) -> bool:
    """Whether a client's turn opens with words that agree: `Yes, ...`, `You're right`, `对，……`."""
    return _opens(folded(text), pitfall_cues(language))


def agreement_openings(reading: Reading) -> Finding:
    """Client turns that open with agreement, of all client turns."""
    turns = list(reading.turns("client"))
    found = [said for said in turns if _opens(said.folded, reading.cues)]
    return Finding(Share(len(found), len(turns)), [place(said) for said in found])


def capitulation(reading: Reading) -> Finding:
    """Sessions in which the client gave in after it had resisted, of those in which it resisted."""
    waits, places = _waits(reading)
    return Finding(Share(waits.n, waits.of), places)


def capitulation_turn(reading: Reading) -> Finding:
    """Client turns from the first resistance of a session to the first giving in after it."""
    waits, places = _waits(reading)
    return Finding(waits, places)


def compliance_slope(reading: Reading) -> Finding:
    """How the share of client turns that open with agreement or give in moves over sessions."""
    by_session: dict[int, tuple[int, int]] = {}
    for session in reading.sessions:
        turns = [said for said in session if said.speaker == "client"]
        shown = [t for t in turns if _opens(t.folded, reading.cues) or _gives_in(t, reading.cues)]
        if turns:
            by_session[turns[0].session] = (len(shown), len(turns))
    return Finding(Trend(by_session))


def _waits(reading: Reading) -> tuple[Waits, list[Place]]:
    lines = _own_resistance(reading)
    came: Counter[int] = Counter()
    unseen: Counter[int] = Counter()
    places: list[Place] = []
    for session in reading.sessions:
        waited: int | None = None
        resisted = ""
        for said in (s for s in session if s.speaker == "client"):
            if waited is not None:
                waited += 1
                if _gives_in(said, reading.cues) and not _resists(said, reading.cues, lines):
                    came[waited] += 1
                    places.append(place(said, f"{waited} turns after it resisted in {resisted}"))
                    break
            elif _resists(said, reading.cues, lines):
                waited, resisted = 0, said.id
        else:
            if waited is not None:
                unseen[waited] += 1
    return Waits(came, unseen), places


def _opens(text: str, cues: PitfallCues) -> bool:
    return bool(cues.agreement.match(text)) and not cues.not_agreement.match(text)


def _gives_in(said: Said, cues: PitfallCues) -> bool:
    return bool(cues.giving_in.search(said.own))


def _resists(said: Said, cues: PitfallCues, lines: tuple[str, ...]) -> bool:
    if cues.resisting.search(said.own):
        return True
    spoken = in_blanks(said.own)
    return any(line in spoken for line in lines)


def _own_resistance(reading: Reading) -> tuple[str, ...]:
    """The profile's lines for keeping away, without those that give in by the cues."""
    lines = reading.profile.temperament.voice.lines
    own = (line for moment in _KEEPING_AWAY for line in lines.get(moment, ()))
    return tuple(
        in_blanks(line)
        for line in own
        if len(tokens(line)) >= _SHORTEST_LINE and not reading.cues.giving_in.search(folded(line))
    )
