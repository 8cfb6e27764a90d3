"""What a check of a judge found, as it is kept and as a comparison reads it.

The share of pairs in which the spoiled transcript scores worse, ties counted as half, is 1 for a
judge that always sees it and 0.5 for one that doesn't look. Its interval is Wilson's, over source
cases rather than pairs, since the pairs of one client are not independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from muspsy_sim.evaluation.statistics.shares import wilson
from muspsy_sim.records.base import Id, Record, Root

Verdict = Literal["usable", "cannot rank", "moved by what must not touch it", "not enough pairs"]

FEWEST_PAIRS = 5
"""Pairs of an instrument below which nothing is said of it."""


class Share(Record):
    """How many pairs fell, stayed and rose, and the share that fell with its 95% interval."""

    fell: int = Field(ge=0)
    tied: int = Field(ge=0)
    rose: int = Field(ge=0)
    cases: int = Field(ge=0, description="source cases that the pairs are from")
    share: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def pairs(self) -> int:
        """All pairs."""
        return self.fell + self.tied + self.rose


class KindShare(Record):
    """One kind of spoiling, for one instrument."""

    kind: str
    held_out: bool
    pairs: Share
    skipped: int = Field(default=0, description="courses in which nothing could be compared")


class InstrumentCheck(Record):
    """What a judge made of one instrument."""

    instrument: Id
    version: int
    words: str = Field(default="", description="hash of what a judge is asked")
    must_lower: Share
    must_not_touch: Share
    held_out_lower: Share
    held_out_untouched: Share
    kinds_lower: list[KindShare] = Field(default_factory=list)
    kinds_untouched: list[KindShare] = Field(default_factory=list)
    verdict: Verdict
    why: str = ""
    unseen: list[str] = Field(
        default_factory=list, description="kinds that must lower it, and cannot be said to"
    )


class JudgeCheck(Root):
    """The check of one judge, whole."""

    judge: str
    courses: int
    source_cases: int
    made_by: list[str] = Field(description="models that made the good courses")
    calls: int
    failed: int = Field(description="judgments that failed or were voided")
    instruments: list[InstrumentCheck]


def share_of(outcomes: list[tuple[str, int]]) -> Share:
    """The share of pairs that fell. `outcomes`: source case, and -1 fell, 0 tied, 1 rose."""
    fell = sum(1 for _, sign in outcomes if sign < 0)
    tied = sum(1 for _, sign in outcomes if sign == 0)
    cases = len({case for case, _ in outcomes})
    if not outcomes:
        return Share(fell=0, tied=0, rose=0, cases=0)
    share = (fell + tied / 2.0) / len(outcomes)
    low, high = wilson(share, cases)
    return Share(
        fell=fell,
        tied=tied,
        rose=len(outcomes) - fell - tied,
        cases=cases,
        share=share,
        low=low,
        high=high,
    )


def verdict_on(must_lower: Share, kinds_untouched: Sequence[KindShare]) -> tuple[Verdict, str]:
    """Whether an instrument can be used with a judge, and why not; held-out kinds left out.

    A judge that cannot tell spoiled from good over all kinds together can't rank. One kind that
    moves it the same way again and again is enough to make it unusable, the others notwithstanding.
    """
    if must_lower.pairs < FEWEST_PAIRS or must_lower.low is None or must_lower.share is None:
        return "not enough pairs", f"{must_lower.pairs} pairs, and {FEWEST_PAIRS} are needed"
    if not _enough(must_lower.cases):
        return (
            "not enough pairs",
            f"they are from {must_lower.cases} source cases: too few to tell, even if all fall",
        )
    if must_lower.low <= 0.5:
        return (
            "cannot rank",
            f"of the spoiled transcripts {must_lower.share:.0%} score worse, which chance explains",
        )
    moved = [
        f"{kind.kind} makes it {'better' if share.share < 0.5 else 'worse'} "
        f"({share.fell} worse, {share.tied} the same, {share.rose} better)"
        for kind in kinds_untouched
        for share in [kind.pairs]
        if not kind.held_out and share.share is not None and not _includes_half(share)
    ]
    if moved:
        return "moved by what must not touch it", "; ".join(moved)
    return "usable", ""


def unseen(kinds_lower: Sequence[KindShare]) -> list[str]:
    """The kinds that must lower an instrument, and by the pairs at hand may as well not.

    Kinds that too few source cases were spoiled with are left out: they tell nothing.
    """
    return [
        k.kind
        for k in kinds_lower
        if k.pairs.low is not None and k.pairs.low <= 0.5 and _enough(k.pairs.cases)
    ]


def _enough(cases: int) -> bool:
    """Whether so many source cases tell a judge that always sees it from chance."""
    return wilson(1.0, cases)[0] > 0.5


def _includes_half(share: Share) -> bool:
    return share.low is None or share.high is None or share.low <= 0.5 <= share.high
