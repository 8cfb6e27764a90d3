"""From what a judge answered to scores: quotes checked, neutral and caps applied, failures kept.

A quote that nobody said voids the item. No evidence either way scores the stated neutral, whatever
the judge gave; evidence against caps it. What the judge gave is kept beside what was made of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from muspsy_sim.evaluation.instruments.spec import Instrument, Item, Scale
from muspsy_sim.records.judging import ItemVerdict, JudgeAnswer, SessionLines
from muspsy_sim.records.scores import Quote, Score, ScoreState

_SPACE = re.compile(r"\s+")
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
_SHOWN = 60


class Said:
    """What was said in a transcript, to look quotes up in."""

    def __init__(self, sessions: Iterable[SessionLines]) -> None:
        self._turns = {line.id: _plain(line.text) for session in sessions for line in session.lines}

    def find(self, quote: Quote) -> Quote | None:
        """The quote with the turn that it is from: the one named, or the first that holds it."""
        words = _plain(quote.text)
        if len(words) < 2:
            return None
        turn = quote.turn.strip().strip("[]")
        if words in self._turns.get(turn, ""):
            return Quote(turn=turn, text=quote.text)
        for other, text in self._turns.items():
            if words in text:
                return Quote(turn=other, text=quote.text)
        return None


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text.translate(_STRAIGHT)).strip()


def scores_of(
    instrument: Instrument,
    session: int | None,
    answer: JudgeAnswer,
    said: Said,
    judge: str,
    repeat: int = 0,
) -> list[Score]:
    """One score for each item of the instrument, whatever the answer held."""
    given = Counter(verdict.item for verdict in answer.items)
    verdicts = {verdict.item: verdict for verdict in answer.items}
    scores = []
    for item in instrument.items:
        verdict = verdicts.get(item.id)
        if verdict is None or given[item.id] > 1:
            why = "the judge left it out" if verdict is None else "the judge answered it twice"
            scores.append(unscored(instrument, session, item, "failed", why, judge, repeat))
        else:
            scores.append(_score(instrument, session, item, verdict, said, judge, repeat))
    return scores


def unscored(
    instrument: Instrument,
    session: int | None,
    item: Item,
    state: ScoreState,
    reason: str,
    judge: str,
    repeat: int = 0,
) -> Score:
    """A score without a value, and why."""
    return Score(
        instrument=instrument.id,
        version=instrument.version,
        item=item.id,
        session=session,
        value=None,
        state=state,
        reason=reason,
        judge=judge,
        repeat=repeat,
    )


def _score(
    instrument: Instrument,
    session: int | None,
    item: Item,
    verdict: ItemVerdict,
    said: Said,
    judge: str,
    repeat: int,
) -> Score:
    evidence, counter, lost = _looked_up(verdict, said)
    blank = unscored(instrument, session, item, "failed", "-", judge, repeat)
    kept = {"quotes": evidence, "counter": counter, "reasoning": verdict.reasoning}
    given = verdict.score

    def without(state: ScoreState, reason: str) -> Score:
        return blank.model_copy(update={**kept, "state": state, "reason": reason, "raw": given})

    if lost is not None:
        return without("void", f"nobody said {_brief(lost.text)}")
    if given is None:
        if item.may_not_apply:
            return without("not_applicable", item.may_not_apply.strip())
        return without("failed", "the judge gave no score where one is due")
    scale = instrument.scale_of(item)
    if not scale.holds(given):
        return without("failed", f"{given:g} is not on the scale {scale.low:g} to {scale.high:g}")
    value, reason = _settled(instrument, item, scale, given, bool(evidence), bool(counter))
    update = {**kept, "state": "scored", "value": value, "reason": reason}
    return blank.model_copy(update={**update, "raw": None if value == given else given})


def _looked_up(verdict: ItemVerdict, said: Said) -> tuple[list[Quote], list[Quote], Quote | None]:
    """Evidence and counter-evidence with their turns, and the first quote that nobody said."""
    found: tuple[list[Quote], list[Quote]] = ([], [])
    for place, quotes in enumerate((verdict.evidence, verdict.counter_evidence)):
        for quote in quotes:
            there = said.find(quote)
            if there is None:
                return [*found[0]], [*found[1]], quote
            found[place].append(there)
    return *found, None


def _settled(
    instrument: Instrument, item: Item, scale: Scale, given: float, evidence: bool, counter: bool
) -> tuple[float, str]:
    if not evidence and not counter:
        neutral = item.neutral if item.neutral is not None else scale.low
        return neutral, "" if neutral == given else "no evidence was quoted: the stated neutral"
    if counter and item.cap is not None:
        higher = instrument.better_of(item) == "higher"
        capped = min(given, item.cap) if higher else max(given, item.cap)
        if capped != given:
            return capped, "capped by the evidence against it"
    return given, ""


def _brief(text: str) -> str:
    text = _plain(text)
    return f"“{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}”"
