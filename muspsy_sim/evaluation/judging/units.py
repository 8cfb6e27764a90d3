"""What an instrument is applied to in one transcript: each session, or the whole course.

A unit that the instrument does not apply to says why: it becomes a score without a value, neither
zero nor missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from muspsy_sim.evaluation.instruments.loading import shown
from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.records.judging import JudgeView


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing to be judged: `session` is `None` for the course. No view: `why_not` says why."""

    session: int | None
    view: JudgeView | None
    why_not: str = ""


def units(instrument: Instrument, transcript: Transcript) -> list[Unit]:
    """All units of a transcript, in order."""
    held = [session.number for session in transcript.sessions]
    if not held:
        return [Unit(None, None, "no session was held")]
    if instrument.unit == "course":
        if len(held) < instrument.first_session:
            return [Unit(None, None, _too_few(instrument))]
        return [_unit(instrument, transcript, None, held)]
    return [
        _unit(instrument, transcript, number, [number])
        if place >= instrument.first_session
        else Unit(number, None, _too_few(instrument))
        for place, number in enumerate(held, start=1)
    ]


def _too_few(instrument: Instrument) -> str:
    return f"it applies from the {_NTH.get(instrument.first_session, 'later')} session held on"


_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth"}


def _unit(
    instrument: Instrument, transcript: Transcript, session: int | None, judged: list[int]
) -> Unit:
    if "plan" in instrument.sees and not any(n in transcript.plans for n in judged):
        return Unit(session, None, "there is no plan in this arm")
    earlier = [s.number for s in transcript.sessions if s.number < judged[0]]
    if "notes" in instrument.sees and not any(transcript.notes.get(n) for n in earlier):
        return Unit(session, None, "there are no notes in this arm")
    seen = set(judged) | (set(earlier) if "earlier" in instrument.sees else set())
    view = JudgeView(
        language=transcript.language,
        instrument=shown(instrument),
        judged=judged,
        sessions=[s for s in transcript.sessions if s.number in seen],
        plan=transcript.plans.get(judged[-1]) if "plan" in instrument.sees else None,
        notes=[text for n in earlier for text in transcript.notes.get(n, [])]
        if "notes" in instrument.sees
        else [],
    )
    return Unit(session, view)
