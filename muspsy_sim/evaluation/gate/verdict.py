"""The verdict: all conditions over all that was run, as `validity.json` keeps it.

The gate holds when every condition holds. What could not be measured does not hold.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from muspsy_sim.evaluation.gate.arms import ArmSummary, arm_summaries
from muspsy_sim.evaluation.gate.conditions import (
    Condition,
    frozen_report_condition,
    frozen_state_condition,
    order_condition,
    response_condition,
    shuffled_condition,
    telling_condition,
)
from muspsy_sim.evaluation.gate.courses import ARMS, FROZEN, ORDER, SCRIPT_ORDER, SCRIPTS
from muspsy_sim.evaluation.gate.fidelity import Reading, fidelity_conditions
from muspsy_sim.evaluation.gate.outcomes import Outcome
from muspsy_sim.records.base import Root

DISCLAIMER = (
    "This says whether the simulator is consistent with itself and with a few published findings. "
    "It is no claim of clinical validity: simulated clients are not people, and nothing here says "
    "how any real person would fare, or that a counselor is fit to meet one."
)

METHOD = (
    "Improvement: PHQ-9 and GAD-7 points reported at baseline less those at the horizon, whatever "
    "became of the course (intention to treat). Clients are the units: seeds are averaged within "
    "each, and arms are compared within clients. Intervals are at 95% where nothing else is said; "
    "with fewer than 30 clients they invert a sign-flip test (Hartigan 1969), which assumes that "
    "differences lie symmetrically about their mean. Shuffled: the three intervals together at "
    "95% (Bonferroni). Response: PHQ-9 at the horizon at most half of that at baseline, among "
    "those who begin at 10 or more (Cuijpers and others 2021). Sensitive facts: those of "
    "sensitivity 2 and 3, found in the client's words. Agreement: quadratic weighted kappa over "
    "five bands, since they cut a continuous value; its interval leaves out one client at a time "
    "(jackknife, Student's t)."
)


class Validity(Root):
    """What `muspsy validate` found."""

    holds: bool
    conditions: list[Condition]
    arms: list[ArmSummary]
    clients: int = Field(ge=0, description="source cases")
    courses: int = Field(ge=0)
    seeds: int = Field(ge=1)
    models: dict[str, str] = Field(description="role to model string, secrets left out")
    code_version: str
    method: str = METHOD
    disclaimer: str = DISCLAIMER


def conditions_of(
    courses: Sequence[Outcome], shuffled: Sequence[Outcome], readings: Sequence[Reading]
) -> list[Condition]:
    """Every condition of the gate, in the order in which it is told."""
    return [
        *(order_condition(courses, better, worse) for better, worse in ORDER),
        *(order_condition(courses, better, worse, held_out=True) for better, worse in SCRIPT_ORDER),
        *(
            shuffled_condition(shuffled, courses, better, worse, len(ORDER))
            for better, worse in ORDER
        ),
        frozen_state_condition(courses),
        frozen_report_condition(courses),
        response_condition(courses),
        telling_condition(courses),
        *fidelity_conditions(readings),
    ]


def verdict(
    courses: Sequence[Outcome],
    shuffled: Sequence[Outcome],
    readings: Sequence[Reading],
    *,
    seeds: int,
    models: dict[str, str],
    code_version: str,
) -> Validity:
    """The whole verdict."""
    conditions = conditions_of(courses, shuffled, readings)
    order = {arm: at for at, arm in enumerate((*ARMS, *SCRIPTS, FROZEN))}
    return Validity(
        holds=all(condition.status == "holds" for condition in conditions),
        conditions=conditions,
        arms=arm_summaries(courses, order),
        clients=len({outcome.client for outcome in courses}),
        courses=len(courses) + len(shuffled),
        seeds=seeds,
        models=models,
        code_version=code_version,
    )


def told(validity: Validity) -> list[str]:
    """What does not hold, in words, one line each; empty where all holds."""
    lines = []
    for condition in validity.conditions:
        if condition.status == "broken":
            lines.append(f"BROKEN: {condition.title}: {condition.words}")
        elif condition.status == "unmeasured":
            lines.append(f"Not measured: {condition.title}: {condition.words}")
    return lines
