"""What a rule finds, and the verdict that it becomes: quotes, a sentence, a value of the scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from muspsy_sim.records.judging import ItemVerdict, ShownItem
from muspsy_sim.records.scores import Quote

_QUOTES = 6
"""Quotes given of each kind: enough to look up, and no more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How far up the item's scale: 0 its low end, 1 its high end; `None` where it does not apply.

    A rule that found nothing either way gives no quotes, and the item's neutral stands.
    """

    level: float | None
    why: str
    evidence: list[Quote] = field(default_factory=list)
    counter: list[Quote] = field(default_factory=list)


def verdict(item: ShownItem, found: Finding) -> ItemVerdict:
    """The finding on the item's scale."""
    score: float | None = None
    if found.level is not None:
        level = min(1.0, max(0.0, found.level))
        steps = round(level * (item.high - item.low) / item.step)
        score = item.low + steps * item.step
    elif not item.may_not_apply:
        score = item.neutral
    return ItemVerdict(
        item=item.id,
        evidence=list(_first(found.evidence)),
        counter_evidence=list(_first(found.counter)),
        reasoning=found.why,
        score=score,
    )


def _first(quotes: Iterable[Quote]) -> Iterable[Quote]:
    kept: dict[tuple[str, str], Quote] = {}
    for quote in quotes:
        if len(quote.text.strip()) > 1:
            kept.setdefault((quote.turn, quote.text), quote)
    return list(kept.values())[:_QUOTES]


def share(part: int, whole: int) -> float:
    """`part` of `whole`, 0 where there is no whole."""
    return part / whole if whole else 0.0
