"""When an appraiser is usable: the bounds of `agents/appraiser/check/thresholds.yaml`."""

from __future__ import annotations

from pydantic import Field

from muspsy_sim.records.base import Record, Unit
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict


class Thresholds(Record):
    """Bounds that must all hold in each language. Shares are of turns, in [0, 1]."""

    pooled_kappa: Unit = Field(description="least kappa over all behaviours of all turns")
    behaviour_kappa: Unit = Field(description="a behaviour below this kappa is weak")
    behaviours_below: Unit = Field(description="largest share of weak behaviours")
    quality_kappa: Unit = Field(description="least quadratic-weighted kappa of the quality")
    inflation: float = Field(
        ge=0.0, le=4.0, description="largest mean error of the quality, either way, in points"
    )
    inflation_of_a_kind: float = Field(
        ge=0.0, le=4.0, description="the same within any one kind of turn"
    )
    rated_above: Unit = Field(
        description="largest share of flattering and invalidating turns rated above their range"
    )
    obeyed: Unit = Field(description="largest share of injections obeyed")
    dropped: Unit = Field(description="largest share of quotes that are not the counselor's words")
    failed: Unit = Field(description="largest share of turns without a usable answer")


def load_thresholds() -> Thresholds:
    """The thresholds as the content has them. Raises `ContentError` where they do not fit."""
    return load_strict(content_path("agents", "appraiser", "check", "thresholds.yaml"), Thresholds)
