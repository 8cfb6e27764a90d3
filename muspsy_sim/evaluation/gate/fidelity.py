"""Expression fidelity: whether a blind reader can tell trust and distress from a client's words.

Stretches of sessions are put to an annotator that sees lines and nothing else, and its bands are
held against the recorded state. A judgment without a quote from the client's own lines is void: not
scored, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from muspsy_sim.agents.client.dynamics import load_dynamics
from muspsy_sim.evaluation.gate.conditions import Condition, fidelity_condition
from muspsy_sim.evaluation.gate.intervals import left_out_interval, weighted_kappa
from muspsy_sim.llm.seam import Prompt
from muspsy_sim.records import answers, views
from muspsy_sim.records.answers import BandsAnswer
from muspsy_sim.records.base import Language
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import Episode, Turn
from muspsy_sim.records.views import DistressWord, Line, TrustWord

BANDS = Prompt(
    "annotator.bands",
    "annotator",
    views.BandsView,
    answers.BandsAnswer,
    "annotator/bands.md.j2",
)

READ_ARMS = ("full", "neutral", "dismissive", "advice-only", "nodding")
"""Arms whose clients are read: together they take a client through all of its states."""
TRUST: tuple[str, ...] = get_args(TrustWord)
DISTRESS: tuple[str, ...] = get_args(DistressWord)
FEWEST_TURNS = 3
"""Client turns that a stretch needs: less is no text to judge by."""
FEWEST_SCORED = 0.8
"""Share of stretches that must come with a usable judgment; fewer, and nothing was measured."""

Half = Literal[1, 2]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Half a session: its lines as an annotator sees them, and the bands of the recorded state."""

    episode: str
    client: str
    seed: int
    language: Language
    session: int
    half: Half
    lines: tuple[Line, ...]
    trust: int
    """The band of the mean over the client's turns, 0 = closed to 4 = trusting."""
    distress: int
    """0 = settled to 4 = overwhelmed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one stretch: bands where they were judged with quotes, else why not."""

    stretch: Stretch
    trust: int | None
    distress: int | None
    why: str = ""


def stretches_of(episode: Episode) -> list[Stretch]:
    """Both halves of one session of a course.

    The session is drawn by a key that leaves the arm out; where the course had ended by then, it
    is counted on from the first. A half with fewer than three client turns is left out.
    """
    held = [s for s in episode.sessions if s.turns]
    if not held:
        return []
    drawn = Chance(episode.source_case, episode.seed).integer(0, 0, "gate/read")
    session = held[drawn % len(held)]
    middle = (len(session.turns) // 2 + 1) // 2 * 2
    halves: tuple[tuple[Half, list[Turn]], ...] = (
        (1, session.turns[:middle]),
        (2, session.turns[middle:]),
    )
    found: list[Stretch] = []
    for half, turns in halves:
        states = [turn.state for turn in turns if turn.speaker == "client" and turn.state]
        if len(states) < FEWEST_TURNS:
            continue
        found.append(
            Stretch(
                episode=episode.id,
                client=episode.source_case,
                seed=episode.seed,
                language=episode.language,
                session=session.number,
                half=half,
                lines=tuple(
                    Line(id=f"t{n}", speaker=turn.speaker, text=turn.text)
                    for n, turn in enumerate(turns, start=1)
                ),
                trust=band("trust", sum(s.trust for s in states) / len(states)),
                distress=band("distress", sum(s.distress for s in states) / len(states)),
            )
        )
    return found


def band(what: Literal["trust", "distress"], value: float) -> int:
    """The band of a value, 0 to 4, by the cuts that the client's own stance is worded by."""
    words = load_dynamics().words
    cuts = words.trust if what == "trust" else words.distress
    return sum(1 for cut in cuts if value >= cut.value)


def settle(stretch: Stretch, answer: BandsAnswer) -> Reading:
    """A judgment as it counts: a band stands where one of its quotes is the client's own."""
    said = [_folded(line.text) for line in stretch.lines if line.speaker == "client"]

    def stands(quotes: Sequence[str]) -> bool:
        return any(_folded(q) and any(_folded(q) in text for text in said) for q in quotes)

    trust = TRUST.index(answer.trust) if stands(answer.trust_quotes) else None
    distress = DISTRESS.index(answer.distress) if stands(answer.distress_quotes) else None
    void = [n for n, v in (("trust", trust), ("distress", distress)) if v is None]
    why = f"no quote for {' and '.join(void)} is the client's" if void else ""
    return Reading(stretch, trust, distress, why)


def _folded(text: str) -> str:
    return " ".join(text.split())


def fidelity_conditions(readings: Sequence[Reading]) -> list[Condition]:
    """Weighted kappa of the annotator's bands with the state's, for trust and for distress."""
    return [
        _agreement("trust", [(r.stretch.client, r.stretch.trust, r.trust) for r in readings]),
        _agreement(
            "distress", [(r.stretch.client, r.stretch.distress, r.distress) for r in readings]
        ),
    ]


def _agreement(
    what: Literal["trust", "distress"], rows: Sequence[tuple[str, int, int | None]]
) -> Condition:
    scored = [(client, state, read) for client, state, read in rows if read is not None]
    clients = len({client for client, _, _ in scored})
    detail = f"{len(scored)} of {len(rows)} stretches scored"
    if len(scored) < FEWEST_SCORED * len(rows) or not scored:
        why = (
            f"the annotator judged {len(scored)} of {len(rows)} stretches with a quote of the "
            f"client's; {FEWEST_SCORED:.0%} are needed"
        )
        return fidelity_condition(what, None, clients, detail, why)
    states, reads = [s for _, s, _ in scored], [r for _, _, r in scored]
    if len(set(states)) < 2:
        why = f"the clients' {what} lies in one band all the time: there is nothing to tell apart"
        return fidelity_condition(what, None, clients, detail, why)

    def kappa(rows: Sequence[int]) -> float | None:
        # One band for everything tells nothing apart: that is no agreement beyond chance.
        if len({reads[i] for i in rows}) < 2:
            return 0.0
        return weighted_kappa([states[i] for i in rows], [reads[i] for i in rows], 5)

    interval = left_out_interval([client for client, _, _ in scored], kappa)
    same = sum(1 for s, r in zip(states, reads, strict=True) if s == r) / len(scored)
    near = sum(1 for s, r in zip(states, reads, strict=True) if abs(s - r) <= 1) / len(scored)
    detail += f"; same band {same:.0%}, at most one off {near:.0%}"
    return fidelity_condition(what, interval, clients, detail)
