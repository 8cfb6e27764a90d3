"""How the arms go from week to week, and the episodes that came out worst."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from muspsy_sim.evaluation.comparing.comparison import Point, WorstCase
from muspsy_sim.evaluation.comparing.reading import Row

_WORST_SHOWN = 3
"""Worst episodes named of each arm."""


def points(rows: Sequence[Row], arms: Sequence[str]) -> list[Point]:
    """Mean of each measure by arm and week, seeds averaged inside clients first."""
    held: dict[tuple[str, str, int], dict[str, list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in rows:
        for measure, weeks in row.weeks.items():
            for week, value in weeks.items():
                held[measure, row.arm, week][row.persona].append(value)
    place = {arm: k for k, arm in enumerate(arms)}
    found = []
    for (measure, arm, week), clients in held.items():
        means = [float(np.mean(values)) for values in clients.values()]
        spread = float(np.std(means, ddof=1)) if len(means) > 1 else None
        found.append(
            Point(
                measure=measure,
                arm=arm,
                week=week,
                mean=float(np.mean(means)),
                sd=spread,
                clients=len(means),
            )
        )
    measures = list(dict.fromkeys(point.measure for point in found))
    return sorted(found, key=lambda p: (measures.index(p.measure), place.get(p.arm, 0), p.week))


def worst_cases(
    rows: Sequence[Row], arms: Sequence[str], endpoint: str, *, lower_is_better: bool
) -> list[WorstCase]:
    """The worst few episodes of each arm by one endpoint; ties by id."""
    found = []
    for arm in arms:
        known = [
            (row.values[endpoint], row)
            for row in rows
            if row.arm == arm and row.values.get(endpoint) is not None
        ]
        sign = -1.0 if lower_is_better else 1.0
        known.sort(key=lambda each: (sign * (each[0] or 0.0), each[1].id))
        found += [
            WorstCase(
                arm=arm, episode=row.id, endpoint=endpoint, value=value or 0.0, end=row.end.value
            )
            for value, row in known[:_WORST_SHOWN]
        ]
    return found
