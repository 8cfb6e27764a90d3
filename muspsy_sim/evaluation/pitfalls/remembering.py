"""What each side remembers of earlier sessions, by how many sessions ago it was, and invents.

Planted facts are those the client told in one session; recalled is what a side speaks of in a later
one. A false recall is a claim that something was said earlier (`last time you told me ...`) that
nothing said before bears out; a claim that the rule can't decide is left out of both counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from muspsy_sim.evaluation.pitfalls.findings import Finding, Place, place
from muspsy_sim.evaluation.pitfalls.reading import Reading, Said
from muspsy_sim.evaluation.pitfalls.tallies import Share
from muspsy_sim.evaluation.pitfalls.tokens import folded, in_blanks, masked, sentences, tokens
from muspsy_sim.records.base import Speaker

Lag = Literal["1", "2", "3", "4+"]
LAGS: tuple[Lag, ...] = ("1", "2", "3", "4+")
"""Sessions held between telling and recall; the last holds all longer ones."""

_BORNE_OUT = 0.6
"""Share of a claim's terms that one exchange must hold for the claim to stand."""
_INVENTED = 0.34
"""Share below which nothing said comes near the claim."""
_FEWEST_TERMS = 2
"""Terms without which a claim says too little to be looked up."""
_SHORTEST_QUOTE = 2
_CLAUSE = re.compile(r"[,;:，；：—–]")
_GAP = re.compile(r"…|\.\.\.")


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim about earlier sessions, and how many sessions ago it is borne out.

    `lag` is `None` where nothing bears it out, and 0 where it stands in the same session.
    """

    said: Said
    words: str
    lag: int | None


def planted_recall(reading: Reading) -> dict[Speaker, dict[Lag, Finding]]:
    """For each side and lag: facts it speaks of again unprompted, of the facts told so long ago.

    Each fact told counts once for every later session held. Unprompted: in that session the side
    speaks of it before the other does.
    """
    held = {session[0].session: at for at, session in enumerate(reading.sessions)}
    told_then: Counter[Lag] = Counter()
    places: dict[Speaker, dict[Lag, list[Place]]] = {
        "client": {lag: [] for lag in LAGS},
        "counselor": {lag: [] for lag in LAGS},
    }
    for told in reading.told:
        for at in range(held[told.session] + 1, len(reading.sessions)):
            lag = LAGS[min(at - held[told.session], len(LAGS)) - 1]
            told_then[lag] += 1
            session = reading.sessions[at]
            first = next((said for said in session if reading.speaks_of(told.fact, said)), None)
            if first is not None:
                why = f"{told.fact}, told in {told.turn}"
                places[first.speaker][lag].append(place(first, why))
    return {
        side: {lag: Finding(Share(len(p), told_then[lag]), p) for lag, p in by_lag.items()}
        for side, by_lag in places.items()
    }


def false_recall(reading: Reading, speaker: Speaker) -> Finding:
    """Claims of an earlier saying that nothing said before bears out, of the claims decided."""
    decided = list(claims(reading, speaker))
    false = [claim for claim in decided if claim.lag is None]
    places = [Place(c.said.id, c.words, "nothing said before bears it out") for c in false]
    return Finding(Share(len(false), len(decided)), places)


def claims(reading: Reading, speaker: Speaker) -> Iterator[Claim]:
    """The claims of one side about what was said in earlier sessions, those that can be decided."""
    before: list[Sequence[Said]] = [reading.intake]
    for session in reading.sessions:
        for at, said in enumerate(session):
            if said.speaker == speaker:
                for words, quoted in _claims_in(said, reading, speaker):
                    yield from _decided(said, words, quoted, before, session[:at], reading)
        before.append(session)


def _claims_in(
    said: Said, reading: Reading, speaker: Speaker
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sentences of a turn that claim an earlier saying, with what they quote of it."""
    cues = reading.cues
    text, quoted = masked(said.text)
    for sentence in sentences(text):
        plain = folded(sentence)
        if cues.not_said.search(plain) or (plain.rstrip().endswith("?") and not quoted):
            continue
        held = tuple(quoted[int(at)] for at in re.findall(r"⟦(\d+)⟧", sentence))
        earlier = cues.earlier.search(plain) and (cues.said_here.search(plain) or held)
        yours = held and speaker == "counselor" and cues.you_said.search(plain)
        if earlier or yours:
            yield sentence, held


def _decided(
    said: Said,
    words: str,
    quoted: tuple[str, ...],
    before: Sequence[Sequence[Said]],
    now: Sequence[Said],
    reading: Reading,
) -> Iterator[Claim]:
    shown = re.sub(r"⟦(\d+)⟧", lambda m: f"“{quoted_at(said, int(m[1]))}”", words)
    pieces = [p for q in quoted for p in _GAP.split(q) if len(tokens(p)) >= _SHORTEST_QUOTE]
    if pieces:
        for piece in pieces:
            lag = _lag_of_quote(piece, before, now, reading)
            if lag != 0:
                yield Claim(said, shown, lag if lag != -1 else None)
        return
    if quoted:
        return
    about = _about(words, reading)
    if len(about) < _FEWEST_TERMS:
        return
    share, lag = _best(about, before, reading)
    if share >= _BORNE_OUT:
        yield Claim(said, shown, lag)
    elif share < _INVENTED:
        yield Claim(said, shown, None)


def quoted_at(said: Said, at: int) -> str:
    """What a turn quotes in this place."""
    return masked(said.text)[1][at]


def _lag_of_quote(
    piece: str, before: Sequence[Sequence[Said]], now: Sequence[Said], reading: Reading
) -> int:
    """Sessions ago that these words were said; 0 in this one, -1 nowhere."""
    wanted = in_blanks(piece)
    if any(wanted in in_blanks(said.text) for said in now):
        return 0
    for lag, session in enumerate(reversed(before), start=1):
        if any(wanted in in_blanks(said.text) for said in session):
            return lag
    about = reading.tellings.terms(piece)
    if about:
        share, lag = _best(about, [*before, now], reading)
        if share >= _BORNE_OUT:
            return lag - 1
    return -1


def _best(
    about: frozenset[str], before: Sequence[Sequence[Said]], reading: Reading
) -> tuple[float, int]:
    """The largest share of these terms that one exchange holds, and how many sessions ago."""
    best, ago = 0.0, 0
    for lag, session in enumerate(reversed(before), start=1):
        last: frozenset[str] = frozenset()
        for said in session:
            spoken = reading.terms_of(said)
            share = len(about & (spoken | last)) / len(about)
            if share > best:
                best, ago = share, lag
            last = spoken
    return best, ago


def _about(words: str, reading: Reading) -> frozenset[str]:
    """What a claim says was said: its clause, and the next where that alone says too little."""
    common = _claim_terms(reading)
    clauses = [c for c in _CLAUSE.split(words) if c.strip()]
    for at, clause in enumerate(clauses):
        if reading.cues.said_here.search(folded(clause)):
            found = reading.tellings.terms(clause) - common
            if len(found) < _FEWEST_TERMS and at + 1 < len(clauses):
                found |= reading.tellings.terms(clauses[at + 1]) - common
            return found
    return frozenset()


def _claim_terms(reading: Reading) -> frozenset[str]:
    """Terms of the claim to have talked, not of what about."""
    return frozenset(t for word in reading.cues.claim_words for t in reading.tellings.terms(word))
