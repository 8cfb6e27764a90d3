"""How far the judges of a run agree, with each other and with themselves asked again.

Kept in `RUN/tables/agreement.json`. Alpha's interval draws whole source cases; those of kappa and
ICC are the published large-sample ones, which take units for independent, and so are too narrow.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from muspsy_sim.evaluation.agreement import (
    Agreement,
    icc,
    krippendorff_alpha,
    weighted_kappa,
)
from muspsy_sim.evaluation.instruments.spec import Instrument, Scale
from muspsy_sim.evaluation.judging.scores_store import ScoreStore
from muspsy_sim.records.files import canonical_json, write_atomic
from muspsy_sim.records.scores import SELF_REPORT


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """The agreement on one item. `kappa` is of each pair of judges, weighted quadratically."""

    instrument: str
    item: str
    judges: list[str]
    units: int
    alpha: Agreement
    icc: Agreement
    kappa: dict[str, Agreement]
    retest: dict[str, Agreement]
    """Each judge with itself: weighted kappa of first and repeated judgment."""
    same: dict[str, float]
    """The share of repeated judgments with the very same value."""


_Unit = tuple[str, int | None]


@dataclass(slots=True)
class _Given:
    values: dict[str, dict[_Unit, float]] = field(default_factory=dict)
    again: dict[str, dict[_Unit, float]] = field(default_factory=dict)


def agreement_of(store: ScoreStore) -> list[ItemAgreement]:
    """The agreement on every item that two judges rated, or one judge twice."""
    given: dict[tuple[str, str], _Given] = {}
    cases: dict[str, str] = {}
    for scores in store.all():
        cases[scores.episode] = scores.source_case
        for score in scores.scores:
            if score.value is None or score.judge == SELF_REPORT:
                continue
            one = given.setdefault((score.instrument, score.item), _Given())
            kept = one.again if score.repeat else one.values
            kept.setdefault(score.judge, {})[scores.episode, score.session] = score.value
    instruments = store.instruments()
    return [
        _agreement(instruments[instrument], item, one, cases)
        for (instrument, item), one in sorted(given.items())
        if len(one.values) > 1 or one.again
    ]


def _agreement(
    instrument: Instrument, item: str, given: _Given, cases: dict[str, str]
) -> ItemAgreement:
    judges = sorted(given.values)
    units = sorted(
        {unit for values in given.values.values() for unit in values},
        key=lambda unit: (unit[0], unit[1] or 0),
    )
    table = np.array(
        [[given.values[judge].get(unit, np.nan) for judge in judges] for unit in units]
    )
    scale = instrument.scale_of(instrument.item(item))
    whose = [cases[episode] for episode, _ in units]
    alone = Agreement(None, units=len(units), why="there is one judge")
    several = len(judges) > 1
    return ItemAgreement(
        instrument=instrument.id,
        item=item,
        judges=judges,
        units=len(units),
        alpha=krippendorff_alpha(table, "interval", clusters=whose) if several else alone,
        icc=icc(table) if several else alone,
        kappa={
            f"{one} ~ {other}": _kappa(given.values[one], given.values[other], scale)
            for one, other in combinations(judges, 2)
        },
        retest={
            judge: _kappa(given.values.get(judge, {}), again, scale)
            for judge, again in sorted(given.again.items())
        },
        same={
            judge: _same(given.values.get(judge, {}), again)
            for judge, again in sorted(given.again.items())
        },
    )


def _kappa(one: dict[_Unit, float], other: dict[_Unit, float], scale: Scale) -> Agreement:
    both = [unit for unit in one if unit in other]
    steps = round((scale.high - scale.low) / scale.step)
    # Scores may lie between steps once neutral or cap were applied; the nearest step is meant.
    places = {unit: _step(one[unit], scale) for unit in both}
    others = {unit: _step(other[unit], scale) for unit in both}
    return weighted_kappa(
        [places[u] for u in both], [others[u] for u in both], list(range(steps + 1))
    )


def _step(value: float, scale: Scale) -> int:
    return round((value - scale.low) / scale.step)


def _same(one: dict[_Unit, float], again: dict[_Unit, float]) -> float:
    both = [unit for unit in again if unit in one]
    return sum(one[unit] == again[unit] for unit in both) / len(both) if both else 0.0


def write_agreement(store: ScoreStore, found: list[ItemAgreement]) -> None:
    """Keep the agreement beside the run's tables."""
    listed: list[dict[str, Any]] = [asdict(one) for one in found]
    write_atomic(store.run.folder / "tables" / "agreement.json", canonical_json(listed))
