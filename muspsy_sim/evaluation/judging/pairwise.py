"""Two transcripts of one client, compared in both orders; only what is said both times counts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

from muspsy_sim.evaluation.instruments.loading import shown
from muspsy_sim.evaluation.instruments.spec import Instrument, Item
from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.evaluation.judging.prompts import comparing_with
from muspsy_sim.evaluation.judging.verdicts import Said
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.records.judging import PairAnswer, PairItem, PairView, SessionLines
from muspsy_sim.records.pairs import PairOutcome, PairVerdict
from muspsy_sim.records.scores import Quote

Better = Literal["first", "second", "equal"]
_TURNED: dict[Better, Better] = {"first": "second", "second": "first", "equal": "equal"}


def comparable(instrument: Instrument) -> bool:
    """Whether an instrument can be used in pairs: judged, blinded, and of what is in both."""
    return instrument.reported is None and instrument.blinded and not instrument.checklist


async def compare_transcripts(
    asker: Asker,
    judge: str,
    instruments: Sequence[Instrument],
    first: Transcript,
    second: Transcript,
) -> list[PairVerdict]:
    """Ask a judge about every unit that both transcripts hold, twice, and settle each item."""
    asked = [
        (instrument, session, one, other)
        for instrument in instruments
        if comparable(instrument)
        for session, one, other in _units(instrument, first, second)
    ]
    verdicts = await asyncio.gather(*(_one(asker, judge, first.language, *unit) for unit in asked))
    return [verdict for unit in verdicts for verdict in unit]


def _units(
    instrument: Instrument, first: Transcript, second: Transcript
) -> list[tuple[int | None, list[SessionLines], list[SessionLines]]]:
    """Sessions of the same number, each with its past if the instrument sees that; or all."""
    ours = {session.number: session for session in first.sessions}
    theirs = {session.number: session for session in second.sessions}
    both = sorted(ours.keys() & theirs.keys())
    if instrument.unit == "course":
        return [(None, list(first.sessions), list(second.sessions))] if both else []
    found: list[tuple[int | None, list[SessionLines], list[SessionLines]]] = []
    for place, number in enumerate(both, start=1):
        if place < instrument.first_session:
            continue
        seen = "earlier" in instrument.sees
        found.append(
            (
                number,
                [s for n, s in ours.items() if n == number or (seen and n < number)],
                [s for n, s in theirs.items() if n == number or (seen and n < number)],
            )
        )
    return found


async def _one(
    asker: Asker,
    judge: str,
    language: Literal["en", "zh"],
    instrument: Instrument,
    session: int | None,
    first: list[SessionLines],
    second: list[SessionLines],
) -> list[PairVerdict]:
    prompt = comparing_with(instrument)
    answers: list[PairAnswer] = []
    # One after the other: a judge that fails the first is not asked for the second.
    for turn, (one, other) in enumerate(((first, second), (second, first))):
        view = PairView(language=language, instrument=shown(instrument), first=one, second=other)
        try:
            answered = await asker(prompt, view, session=session or 0, turn=turn)
        except CallFailed as failed:
            why = f"{failed.failure.kind}: {failed.failure.message}"
            return [
                _verdict(instrument, session, item, judge, "failed", why)
                for item in instrument.items
            ]
        answers.append(answered.answer)
    straight = (Said(first), Said(second))
    return [
        _settled(instrument, session, item, judge, answers[0], answers[1], straight)
        for item in instrument.items
    ]


def _settled(
    instrument: Instrument,
    session: int | None,
    item: Item,
    judge: str,
    straight: PairAnswer,
    turned: PairAnswer,
    said: tuple[Said, Said],
) -> PairVerdict:
    """The verdict on one item from what was said in the two orders."""
    one, other = _of(item, straight), _of(item, turned)
    if one is None or other is None:
        return _verdict(instrument, session, item, judge, "failed", "the judge left it out")
    lost = _lost(one, said) or _lost(other, (said[1], said[0]))
    if lost is not None:
        why = f"nobody said “{lost[:60]}”"
        return _verdict(instrument, session, item, judge, "void", why, one.better, other.better)
    again = _TURNED[other.better]
    if one.better != again:
        return _verdict(
            instrument,
            session,
            item,
            judge,
            "inconsistent",
            "the verdict turned with the order",
            one.better,
            other.better,
        )
    outcome: PairOutcome = "tie" if one.better == "equal" else one.better
    return _verdict(
        instrument, session, item, judge, outcome, one.reasoning, one.better, other.better
    )


def _of(item: Item, answer: PairAnswer) -> PairItem | None:
    found = [one for one in answer.items if one.item == item.id]
    return found[0] if len(found) == 1 else None


def _lost(one: PairItem, said: tuple[Said, Said]) -> str | None:
    """The first quote that is not in its transcript."""
    for quotes, where in ((one.first_evidence, said[0]), (one.second_evidence, said[1])):
        for text in quotes:
            if where.find(Quote(turn="", text=text)) is None:
                return text
    return None


def _verdict(
    instrument: Instrument,
    session: int | None,
    item: Item,
    judge: str,
    outcome: PairOutcome,
    reason: str,
    *said: str,
) -> PairVerdict:
    return PairVerdict(
        instrument=instrument.id,
        version=instrument.version,
        item=item.id,
        session=session,
        outcome=outcome,
        reason=reason,
        judge=judge,
        said=(said[0], said[1]) if len(said) == 2 else ("", ""),
    )
