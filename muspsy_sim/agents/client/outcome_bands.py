"""The bands that the outcomes of whole courses must fall in, read from `outcome_bands.yaml`.

They are fixed beforehand from published figures and say how each edge follows from its source. A
band whose edges do not follow from its figures by the file's own rule is refused.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Literal

from pydantic import Field, model_validator

from muspsy_sim.records.base import Id, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict

Outcome = Literal["response", "deterioration", "dropout", "alliance_outcome"]
"""Shares of courses, 0 to 1; `alliance_outcome` is a correlation, -1 to 1."""

_Z = 1.96
"""Half-width of a 95% interval of a normal distribution, in standard errors."""
_STEP = 100
"""Edges are rounded outwards to 1/100."""


class Definitions(Record):
    """What is counted, over which courses."""

    sessions: int = Field(ge=1, description="weekly sessions of a course")
    exchanges: int = Field(ge=1, description="exchanges of a session at most")
    follow_up_weeks: int = Field(ge=0, description="weeks lived after the last session's week")
    courses: int = Field(ge=1, description="courses of an arm that the bands are made for")
    baseline_at_least: int = Field(
        ge=0, le=27, description="PHQ-9 before session one from which a course counts for outcomes"
    )
    response_share: float = Field(gt=0.0, lt=1.0, description="share of the PHQ-9 lost, at least")
    deterioration_points: int = Field(ge=1, le=27, description="PHQ-9 points gained, at least")
    alliance_session: int = Field(ge=1, description="session after which the alliance is read")
    words: dict[Outcome, str] = Field(description="each outcome in full")
    population: str
    edges: str = Field(description="how a band's edges follow from a published figure")

    @property
    def horizon(self) -> int:
        """The week whose report is the endpoint, whatever the ending."""
        return self.sessions + self.follow_up_weeks


class Band(Record):
    """Where one outcome of one arm must fall."""

    arm: Id
    outcome: Outcome
    low: float = Field(ge=-1.0, le=1.0)
    high: float = Field(ge=-1.0, le=1.0)
    stands_for: str = Field(min_length=1, description="the condition of the source")
    figure: float | None = Field(default=None, description="the pooled figure, if there is one")
    interval: tuple[float, float] | None = Field(
        default=None, description="its 95% interval, or the span of several figures"
    )
    source: str = Field(min_length=1, description="keys of `sources`, `; ` between them")
    basis: Literal["figure", "direction"]
    edges: str = Field(min_length=1, description="how the edges follow from the source")
    unverified: str = Field(default="", description="what could not be looked up; empty = nothing")

    @model_validator(mode="after")
    def _ordered(self) -> Band:
        if not self.low < self.high:
            raise ValueError(f"low {self.low} is not below high {self.high}")
        if (self.basis == "figure") != (self.interval is not None):
            raise ValueError("`basis: figure` and `interval` go together")
        return self


class OutcomeBands(Record):
    """All bands, with what they are bands of."""

    version: Literal[1]
    sources: dict[str, str]
    definitions: Definitions
    bands: list[Band] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> OutcomeBands:
        seen: set[tuple[str, str]] = set()
        for band in self.bands:
            name = (band.arm, band.outcome)
            if name in seen:
                raise ValueError(f"{band.arm} has two bands for {band.outcome}")
            seen.add(name)
            named = {key.strip() for key in band.source.split(";")}
            if unknown := named - set(self.sources):
                raise ValueError(f"{' '.join(name)}: sources not listed: {sorted(unknown)}")
            if band.interval is not None:
                low, high = widened(band.interval, band.outcome, self.definitions.courses)
                if (low, high) != (band.low, band.high):
                    raise ValueError(
                        f"{' '.join(name)}: the edges that follow are {low} to {high}, not "
                        f"{band.low} to {band.high}"
                    )
        return self

    def arms(self) -> list[str]:
        """The arms that have a band, in the file's order."""
        return list(dict.fromkeys(band.arm for band in self.bands))


def widened(interval: tuple[float, float], outcome: Outcome, courses: int) -> tuple[float, float]:
    """A published interval, wider by the 95% sampling error of `courses` courses on either side.

    The error of a share p is root(p(1 - p)/n), that of a correlation (1 - r^2)/root(n). Rounded
    outwards to 1/100.
    """
    low, high = interval
    low -= _Z * _error(low, outcome, courses)
    high += _Z * _error(high, outcome, courses)
    # Rounded first, so that 0.38 stored as 0.3799... is not moved by a whole step.
    return (
        math.floor(round(low * _STEP, 6)) / _STEP,
        math.ceil(round(high * _STEP, 6)) / _STEP,
    )


def _error(at: float, outcome: Outcome, courses: int) -> float:
    if outcome == "alliance_outcome":
        return (1.0 - at * at) / math.sqrt(courses)
    return math.sqrt(at * (1.0 - at) / courses)


@cache
def load_outcome_bands() -> OutcomeBands:
    """The bands in `agents/client/outcome_bands.yaml`, read once.

    Raises:
        ContentError: the file is missing or does not fit.
    """
    return load_strict(content_path("agents", "client", "outcome_bands.yaml"), OutcomeBands)
