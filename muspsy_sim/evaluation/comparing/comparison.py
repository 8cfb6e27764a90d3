"""The record of a comparison: every figure that is printed, written or drawn, and nothing else.

A figure that could not be computed is `None`, and the reason stands beside it.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from muspsy_sim.evaluation.statistics.effects import Effect
from muspsy_sim.records.base import Record, Root

Standing = Literal["primary", "declared", "exploratory"]
Question = Literal["arm", "main", "interaction", "matched"]

MANY_FAILURES = 0.05
"""Share of technical failures in an arm from which they are flagged."""


class Check(Record):
    """The same effect in a mixed model; `note` says why a figure is missing."""

    estimate: float | None = None
    error: float | None = None
    p: float | None = None
    note: str = ""


class Comparison(Record):
    """One endpoint in one contrast."""

    endpoint: str
    kind: str
    better: str
    standing: Standing
    question: Question
    contrast: str
    effect: Effect
    mixed: Check | None = None


class Adjustment(Record):
    """A difference in alliance at equal length of what the counselor says."""

    endpoint: str
    kind: str
    contrast: str
    raw: float | None
    estimate: float | None
    low: float | None = None
    high: float | None = None
    slope: float | None = Field(default=None, description="per log of the counselor's words")
    length_ratio: float | None = Field(default=None, description="words, this side over the other")
    reason: str = ""


class ArmSummary(Record):
    """One arm: what became of its episodes, and its means by client."""

    arm: str
    control: bool
    planned: int
    episodes: int
    clients: int
    complete: int
    failed: int = Field(description="episodes that a model's failure or the budget stopped")
    failed_share: float
    many_failures: bool
    scores_asked: int = 0
    scores_failed: int = 0
    ends: dict[str, int] = Field(default_factory=dict)
    dropout: float | None = None
    deteriorated: float | None = None
    means: dict[str, float] = Field(default_factory=dict)
    pitfalls: dict[str, Any] = Field(default_factory=dict)


class Point(Record):
    """Mean and number of clients of one measure in one arm in one week."""

    measure: str
    arm: str
    week: int
    mean: float
    sd: float | None
    clients: int


class WorstCase(Record):
    """An episode that came out badly, worth reading."""

    arm: str
    episode: str
    endpoint: str
    value: float
    end: str


class ComparisonReport(Root):
    """A whole comparison of a run's arms."""

    run: str
    baseline: str
    primary: str
    primary_declared: bool
    family: list[str] = Field(
        default_factory=list, description="endpoints that Holm's correction runs over"
    )
    tests_in_family: dict[str, int] = Field(default_factory=dict)
    cases: int
    clients: int
    clients_declared: int | None
    seeds: list[int]
    factors: dict[str, list[str]] = Field(default_factory=dict)
    arms: list[ArmSummary]
    comparisons: list[Comparison]
    adjustments: list[Adjustment] = Field(default_factory=list)
    trajectories: list[Point] = Field(default_factory=list)
    worst: list[WorstCase] = Field(default_factory=list)
    models: dict[str, list[str]] = Field(default_factory=dict)
    judges: list[str] = Field(default_factory=list)
    evaluated: int = 0
    unusable: dict[str, str] = Field(
        default_factory=dict, description="instruments that their judge can't rank, and why"
    )
    unscored: dict[str, str] = Field(
        default_factory=dict, description="judged endpoints with no value at all, and why"
    )
    gate: list[str] = Field(default_factory=list)
    pitfalls_note: str = ""
    warnings: list[str] = Field(default_factory=list)
