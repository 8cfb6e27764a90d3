"""The offline judge on pairs: each side read by rule, and the two readings compared."""

from __future__ import annotations

from random import Random
from typing import Literal

from muspsy_sim.llm.offline.judge.findings import Finding
from muspsy_sim.llm.offline.judge.reading import Reading, read
from muspsy_sim.llm.offline.judge.rules import rule_named
from muspsy_sim.llm.seam import ModelFailure
from muspsy_sim.records.judging import (
    JudgeView,
    PairAnswer,
    PairItem,
    PairView,
    SessionLines,
    ShownItem,
)

_EQUAL = 0.02
"""How near two readings may be and still be called equal."""


def compare(view: PairView, rng: Random) -> PairAnswer:
    """Compare every item by its rule. Raises `ModelFailure` for an item without one."""
    first, second = _reading(view, view.first), _reading(view, view.second)
    return PairAnswer(items=[_item(item, first, second) for item in view.instrument.items])


def _reading(view: PairView, sessions: list[SessionLines]) -> Reading:
    """The last session read against those before it."""
    return read(
        JudgeView(
            language=view.language,
            instrument=view.instrument,
            judged=[sessions[-1].number],
            sessions=sessions,
        )
    )


def _item(item: ShownItem, first: Reading, second: Reading) -> PairItem:
    rule = rule_named(item.rule)
    if rule is None:
        raise ModelFailure("bad_request", f"offline has no rule for {item.id}")
    one, other = rule(first), rule(second)
    return PairItem(
        item=item.id,
        first_evidence=[quote.text for quote in one.evidence[:3] if len(quote.text) > 1],
        second_evidence=[quote.text for quote in other.evidence[:3] if len(quote.text) > 1],
        reasoning=f"First: {one.why}. Second: {other.why}.",
        better=_better(item, one, other),
    )


def _better(item: ShownItem, one: Finding, other: Finding) -> Literal["first", "second", "equal"]:
    if one.level is None or other.level is None:
        return "equal"
    levels = [min(1.0, max(0.0, found.level or 0.0)) for found in (one, other)]
    difference = levels[0] - levels[1]
    if item.better == "lower":
        difference = -difference
    if abs(difference) <= _EQUAL:
        return "equal"
    return "first" if difference > 0 else "second"
