"""What the gate reads from one episode: the reported change, whether it responded, what moved.

Symptoms are PHQ-9 and GAD-7 totals added, 0 to 48 points (PHQ-ADS; Kroenke and others 2016,
Psychosomatic Medicine 78: 716-727), reported by the client at baseline and at the horizon, whatever
became of the course in between: intention to treat.
"""

from __future__ import annotations

from dataclasses import dataclass

from muspsy_sim.evaluation.pitfalls import sensitive_told
from muspsy_sim.records.episode import CourseEnd, Episode
from muspsy_sim.records.state import SymptomReport

RESPONSE = 0.5
"""Response: at least this share of the baseline's PHQ-9 gone at the horizon, as in trials of
depression (Cuijpers and others 2021, Acta Psychiatrica Scandinavica 144: 288-299)."""
LEAST_BASELINE = 10
"""PHQ-9 from which a course counts for response (Kroenke and others 2001)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One course as the gate sees it."""

    client: str
    """The source case: variants of one case are one client."""
    arm: str
    seed: int
    change: float
    """Points, baseline less horizon; more = better."""
    responded: bool | None = None
    """`None` where the baseline is too low for a response to mean anything."""
    dropped_out: bool = False
    moved: tuple[str, ...] = ()
    """What took more than one value over the course; looked at in frozen courses only."""
    sensitive_told: int = 0
    """Facts of sensitivity 2 and 3 that the client's words tell, found in the text."""


def outcome_of(episode: Episode) -> Outcome:
    """The outcome of one whole episode. Raises `ValueError` for one that has no endpoint."""
    before, after = episode.baseline, horizon(episode)
    if before is None or after is None or not episode.end.complete:
        raise ValueError(f"{episode.id} was not lived to its horizon")
    return Outcome(
        client=episode.source_case,
        arm=episode.arm,
        seed=episode.seed,
        change=float(points(before) - points(after)),
        responded=_response(before.phq9_total, after.phq9_total),
        dropped_out=episode.end is CourseEnd.CLIENT_DROPPED_OUT,
        moved=moved(episode) if episode.progress == "frozen" else (),
        sensitive_told=sensitive_told(episode)[0],
    )


def points(report: SymptomReport) -> int:
    """PHQ-9 and GAD-7 together, 0 to 48; higher = worse."""
    return report.phq9_total + report.gad7_total


def horizon(episode: Episode) -> SymptomReport | None:
    """The last report: the same week for every course of a run, whatever its ending."""
    if episode.follow_up:
        return episode.follow_up[-1]
    return episode.weeks[-1].report if episode.weeks else None


def _response(before: int, after: int) -> bool | None:
    return after <= (1.0 - RESPONSE) * before if before >= LEAST_BASELINE else None


def moved(episode: Episode) -> tuple[str, ...]:
    """Which parts of the state took more than one value over the course, by name."""
    seen: dict[str, set[str]] = {}

    def see(name: str, value: object) -> None:
        seen.setdefault(name, set()).add(repr(value))

    states = [s for held in episode.sessions for s in (held.state_before, held.state_after) if s]
    turns = [t.state for held in episode.sessions for t in held.turns if t.state]
    values = [*(s.values for s in states), *turns, *(w.values for w in episode.weeks)]
    for at in values:
        for name, value in at.model_dump().items():
            see(name, value)
    for state in states:
        see("phq9", state.phq9)
        see("gad7", state.gad7)
    for week in episode.weeks:
        see("phq9", week.phq9_latent)
        see("gad7", week.gad7_latent)
    return tuple(sorted(name for name, found in seen.items() if len(found) > 1))
