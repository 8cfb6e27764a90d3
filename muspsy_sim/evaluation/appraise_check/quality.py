"""The quality that turns were given against the quality they are labelled with.

Inflation is given minus labelled, in points of the scale from -2 to 2. A turn is rated above where
the given quality exceeds the highest that its label accepts. Kappa is weighted quadratically
(Cohen 1968, Psychological Bulletin 70, 213-220).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import Field

from muspsy_sim.agents.appraiser.check_set import TURN_KINDS, TurnKind
from muspsy_sim.evaluation.appraise_check.intervals import (
    Estimate,
    Floats,
    Share,
    estimate,
    ratio,
    resampling_counts,
    share,
)
from muspsy_sim.evaluation.appraise_check.outcomes import TurnOutcome
from muspsy_sim.records.base import Record


class KindQuality(Record):
    """The quality given to turns of one kind."""

    kind: TurnKind
    inflation: Estimate
    above: Share
    below: Share


class QualityAgreement(Record):
    """The quality over all turns, and by kind in the order of the kinds."""

    kappa: Estimate = Field(description="quadratic-weighted")
    inflation: Estimate
    above: Share
    below: Share
    kinds: list[KindQuality]
    pleased: Share = Field(description="flattering and invalidating turns rated above their range")


def quality_agreement(outcomes: Sequence[TurnOutcome]) -> QualityAgreement:
    """The quality over the turns that have an appraisal."""
    scored = [o for o in outcomes if o.given is not None]
    pairs = _pairs(scored)
    draws = resampling_counts(len(scored)) if scored else np.zeros((1, 0))
    return QualityAgreement(
        kappa=estimate(
            float(_weighted_kappa(np.ones((1, len(scored))), pairs)[0]),
            _weighted_kappa(draws, pairs),
            len(scored),
            "all turns have one and the same quality",
        ),
        inflation=_inflation(scored),
        above=_outside(scored, above=True),
        below=_outside(scored, above=False),
        kinds=[
            KindQuality(
                kind=kind,
                inflation=_inflation(these),
                above=_outside(these, above=True),
                below=_outside(these, above=False),
            )
            for kind in TURN_KINDS
            if (these := [o for o in scored if o.item.kind == kind])
        ],
        pleased=_outside(
            [o for o in scored if o.item.kind in ("flattering", "invalidating")], above=True
        ),
    )


def _pairs(scored: Sequence[TurnOutcome]) -> Floats:
    """Two rows: labelled and given quality."""
    labelled = [o.item.labelled.quality for o in scored]
    given = [o.given.quality for o in scored if o.given is not None]
    return np.array([labelled, given], dtype=np.float64)


def _weighted_kappa(draws: Floats, pairs: Floats) -> Any:
    """1 - observed / expected squared distance; NaN where neither side varies."""
    labelled, given = pairs
    n = draws.sum(axis=1)
    observed = ratio(draws @ (labelled - given) ** 2, n)
    squares = ratio(draws @ labelled**2, n) + ratio(draws @ given**2, n)
    expected = squares - 2 * ratio(draws @ labelled, n) * ratio(draws @ given, n)
    return 1 - ratio(observed, np.where(np.abs(expected) < 1e-12, 0.0, expected))


def _inflation(scored: Sequence[TurnOutcome]) -> Estimate:
    if not scored:
        return Estimate(n=0, reason="no turn was appraised")
    labelled, given = _pairs(scored)
    error = given - labelled
    draws = resampling_counts(len(scored))
    return estimate(float(error.mean()), draws @ error / len(scored), len(scored), "")


def _outside(scored: Sequence[TurnOutcome], *, above: bool) -> Share:
    count = 0
    for outcome in scored:
        low, high = outcome.item.labelled.accept
        given = outcome.given.quality if outcome.given else 0
        count += given > high if above else given < low
    return share(count, len(scored), "appraised turns of this kind")
