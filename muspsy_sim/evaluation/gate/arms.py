"""How the courses of each arm went, clients weighing alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from muspsy_sim.evaluation.gate.intervals import mean_interval
from muspsy_sim.evaluation.gate.outcomes import Outcome
from muspsy_sim.evaluation.gate.paired import by_client
from muspsy_sim.records.base import Record


class ArmSummary(Record):
    """How the courses of one arm went, clients weighing alike."""

    arm: str
    courses: int
    improvement: float = Field(description="points of PHQ-9 and GAD-7 together, mean")
    low: float | None
    high: float | None
    dropped_out: float = Field(description="share of courses")
    responded: float | None = Field(description="share of those that count; None: none does")
    sensitive_told: int


def arm_summaries(outcomes: Sequence[Outcome], order: Mapping[str, int]) -> list[ArmSummary]:
    """A line for each arm, in this order."""
    lines = []
    for arm in sorted({o.arm for o in outcomes}, key=lambda a: (order.get(a, len(order)), a)):
        own = [o for o in outcomes if o.arm == arm]
        interval = mean_interval(list(by_client(own, lambda o: o.change).values()))
        counted = [o for o in own if o.responded is not None]
        responded = by_client(counted, lambda o: float(o.responded or 0))
        lines.append(
            ArmSummary(
                arm=arm,
                courses=len(own),
                improvement=interval.figure,
                low=interval.low,
                high=interval.high,
                dropped_out=sum(o.dropped_out for o in own) / len(own),
                responded=sum(responded.values()) / len(responded) if responded else None,
                sensitive_told=sum(o.sensitive_told for o in own),
            )
        )
    return lines
