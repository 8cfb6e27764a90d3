"""Which of two courses of one client a judge finds better, asked in both orders."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from muspsy_sim.records.base import Id, Record, Root

PairOutcome = Literal["first", "second", "tie", "inconsistent", "void", "failed"]
"""`inconsistent`: the verdict turned with the order, and counts for nothing."""


class PairVerdict(Record):
    """One item of one unit: `first` and `second` are the arms as they are named, in that order."""

    instrument: Id
    version: int
    item: str
    session: int | None = None
    outcome: PairOutcome
    reason: str = ""
    judge: str
    said: tuple[str, str] = Field(
        default=("", ""),
        description="what was said when the first arm came first, and when it came second",
    )


class PairScores(Root):
    """All verdicts on one client and seed in two arms."""

    first: Id
    second: Id
    first_arm: str
    second_arm: str
    made_from: tuple[str, str] = Field(description="hashes of the two episodes")
    persona: Id
    source_case: Id
    seed: int = Field(ge=0)
    verdicts: list[PairVerdict] = Field(default_factory=list)
