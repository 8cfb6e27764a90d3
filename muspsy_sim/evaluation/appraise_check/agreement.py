"""Agreement of codings with labels: per behaviour and over all of them.

A turn counts for a behaviour unless its label says that it may be coded or not. Precision, recall
and F1 as usual; kappa is Cohen's (1960, Educational and Psychological Measurement 20, 37-46) of
"coded" against "labelled" over the turns that count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from pydantic import Field

from muspsy_sim.evaluation.appraise_check.intervals import (
    Estimate,
    Floats,
    estimate,
    ratio,
    resampling_counts,
)
from muspsy_sim.evaluation.appraise_check.outcomes import TurnOutcome
from muspsy_sim.records.appraisal import BEHAVIOURS, Behaviour
from muspsy_sim.records.base import Record

FEWEST_LABELLED = 5
"""A behaviour that fewer turns are labelled with is shown, and not judged."""


class BehaviourAgreement(Record):
    """One behaviour over the turns that count for it.

    `right` are turns coded and labelled with it, `extra` only coded, `missed` only labelled.
    """

    behaviour: Behaviour
    labelled: int = Field(ge=0)
    right: int = Field(ge=0)
    extra: int = Field(ge=0)
    missed: int = Field(ge=0)
    tempted: int = Field(ge=0, description="of the extra: labelled as must not be coded")
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    kappa: Estimate


class Agreement(Record):
    """All behaviours of one set of turns."""

    behaviours: list[BehaviourAgreement]
    pooled_kappa: Estimate = Field(description="over all cells of turn and behaviour that count")
    mean_kappa: float | None = Field(
        default=None, description=f"of the behaviours labelled at least {FEWEST_LABELLED} times"
    )
    same_words: float | None = Field(
        default=None, description="share of right codes whose quote overlaps the labelled one"
    )


def agreement(outcomes: Sequence[TurnOutcome]) -> Agreement:
    """The agreement over the turns that have an appraisal; failures are counted elsewhere."""
    scored = [o for o in outcomes if o.given is not None]
    labelled, coded, counts = _cells(scored)
    draws = resampling_counts(len(scored)) if scored else np.zeros((1, 0))
    per, pooled = [], np.zeros((4, len(draws) + 1))
    for at, behaviour in enumerate(BEHAVIOURS):
        cells = _four(labelled[:, at], coded[:, at], counts[:, at])
        resampled = draws @ cells.T
        now = cells.sum(axis=1)
        pooled += np.column_stack([now, resampled.T])
        per.append(_of_one(cast(Behaviour, behaviour), now, resampled, scored))
    kappas = _kappa(pooled)
    judged = [b.kappa.value for b in per if b.labelled >= FEWEST_LABELLED]
    known = [k for k in judged if k is not None]
    return Agreement(
        behaviours=per,
        pooled_kappa=estimate(
            float(kappas[0]), kappas[1:], len(scored), "nothing is labelled, or nothing was coded"
        ),
        mean_kappa=float(np.mean(known)) if known else None,
        same_words=_same_words(scored),
    )


def _cells(scored: Sequence[TurnOutcome]) -> tuple[Floats, Floats, Floats]:
    """Turns x behaviours: labelled, coded, and whether the cell counts; each 0 or 1."""
    shape = (len(scored), len(BEHAVIOURS))
    labelled, coded, counts = np.zeros(shape), np.zeros(shape), np.ones(shape)
    place = {name: at for at, name in enumerate(BEHAVIOURS)}
    for row, outcome in enumerate(scored):
        for label in outcome.item.labelled.behaviours:
            labelled[row, place[label.behaviour]] = 1
        for name in outcome.item.labelled.may:
            counts[row, place[name]] = 0
        for code in outcome.given.behaviours if outcome.given else ():
            coded[row, place[code.behaviour]] = 1
    return labelled, coded, counts


def _four(labelled: Floats, coded: Floats, counts: Floats) -> Floats:
    """Right, extra, missed and neither, one row each over the turns."""
    return np.stack(
        [
            counts * labelled * coded,
            counts * (1 - labelled) * coded,
            counts * labelled * (1 - coded),
            counts * (1 - labelled) * (1 - coded),
        ]
    )


def _kappa(four: Any) -> Any:
    """Cohen's kappa of counts `4 x ...`; NaN where both sides are constant."""
    right, extra, missed, neither = four
    n = right + extra + missed + neither
    agreed = ratio(right + neither, n)
    labelled, coded = ratio(right + missed, n), ratio(right + extra, n)
    chance = labelled * coded + (1 - labelled) * (1 - coded)
    return ratio(agreed - chance, 1 - chance)


def _of_one(
    behaviour: Behaviour, now: Floats, resampled: Floats, scored: Sequence[TurnOutcome]
) -> BehaviourAgreement:
    right, extra, missed, _ = (round(float(x)) for x in now)
    labelled = right + missed
    tempted = sum(
        behaviour in o.item.labelled.must_not and o.given is not None and o.given.shows(behaviour)
        for o in scored
    )
    return BehaviourAgreement(
        behaviour=behaviour,
        labelled=labelled,
        right=right,
        extra=extra,
        missed=missed,
        tempted=tempted,
        precision=_over(right, right + extra),
        recall=_over(right, labelled),
        f1=_over(2 * right, 2 * right + extra + missed),
        kappa=estimate(
            float(_kappa(now)),
            _kappa(resampled.T),
            round(float(now.sum())),
            "no turn is labelled with it" if labelled == 0 else "every turn is labelled with it",
        ),
    )


def _over(top: int, bottom: int) -> float | None:
    return top / bottom if bottom else None


def _same_words(scored: Sequence[TurnOutcome]) -> float | None:
    same = total = 0
    for outcome in scored:
        said = " ".join(outcome.item.labelled.turn.split())
        for label in outcome.item.labelled.behaviours:
            quotes = [
                c.quote
                for c in (outcome.given.behaviours if outcome.given else ())
                if c.behaviour == label.behaviour
            ]
            if quotes:
                total += 1
                same += any(_overlap(said, label.quote, quote) for quote in quotes)
    return same / total if total else None


def _overlap(said: str, one: str, other: str) -> bool:
    a, b = said.find(" ".join(one.split())), said.find(" ".join(other.split()))
    return a < b + len(other) and b < a + len(one)
