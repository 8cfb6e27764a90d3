"""Where the weights of the offline reader of bands come from: a fit on labelled stretches.

    python benchmarks/fit_bands.py

Ridge regression, each weight kept on its own side of 0, on the stretches of
`tests/unit/band_cases_*.yaml` that are not held and on round 1 of `blind_readings.yaml`; stretched
to the spread of the labels. Prints the weights, which are rounded by hand into `bands.py`, and the
kappas with the weights that stand there. No recorded state is looked at. Seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
from scipy.optimize import lsq_linear

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.blind_readings import blind_readings
from muspsy_sim.evaluation.gate.fidelity import DISTRESS, TRUST
from muspsy_sim.evaluation.gate.intervals import weighted_kappa
from muspsy_sim.llm.offline.annotator import bands as reader
from muspsy_sim.llm.offline.annotator.band_clauses import distress_in, trust_in
from muspsy_sim.records.base import Language
from tests.unit.band_cases import What, half

LANGUAGES: tuple[Language, ...] = get_args(Language)
FITTED_ON = ("cases", "round 1")
ROUND_COUNTS: dict[What, float] = {"distress": 2.0, "trust": 1.0}
"""How often a blind reading counts, beside once for a case."""
PENALTY: dict[What, float] = {"distress": 5.0, "trust": 20.0}
MOST_STRETCH = 1.5


@dataclass(frozen=True)
class Row:
    """What is looked at in a stretch, its label, and where it comes from."""

    source: str
    features: dict[str, float]
    band: int


def features(said: Sequence[str], language: Language, what: What) -> dict[str, float]:
    """What the reader looks at in a client's turns."""
    distress = [distress_in(text, language) for text in said]
    if what == "distress":
        return reader.distress_features(said, distress, language)
    trust = [trust_in(text, language) for text in said]
    return reader.trust_features(said, trust, distress, language)


def rows(what: What) -> list[Row]:
    """All labelled stretches."""
    scale = TRUST if what == "trust" else DISTRESS
    found = [
        Row(
            "held cases" if held else "cases",
            features(case.said, language, what),
            scale.index(getattr(case, what)),
        )
        for language in LANGUAGES
        for held in (False, True)
        for case in half(language, held=held)
    ]
    return found + [
        Row(f"round {r.round}", features(r.said, r.language, what), r.heard.number(what))
        for r in blind_readings()
    ]


def fitted(what: What, found: list[Row]) -> dict[str, float]:
    """The weights that the fit gives."""
    standing = reader.DISTRESS_MAP if what == "distress" else reader.TRUST_MAP
    names = list(standing)
    some = [row for row in found if row.source in FITTED_ON]
    table = np.array([[row.features[name] for name in names] for row in some])
    labels = np.array([row.band for row in some], float)
    counts = np.sqrt([ROUND_COUNTS[what] if r.source == "round 1" else 1.0 for r in some])
    ridge = np.sqrt(PENALTY[what]) * np.eye(len(names))
    ridge[0, 0] = 0.0
    low = [-np.inf if n == "base" or standing[n] < 0 else 0.0 for n in names]
    high = [np.inf if n == "base" or standing[n] > 0 else 1e-9 for n in names]
    stacked = (
        np.vstack([table * counts[:, None], ridge]),
        np.concatenate([labels * counts, np.zeros(len(names))]),
    )
    weights = lsq_linear(*stacked, bounds=(low, high)).x
    heard = table @ weights
    stretch = min(MOST_STRETCH, float(labels.std() / heard.std()))
    weights = weights * stretch
    weights[0] += labels.mean() - stretch * heard.mean()
    return {name: round(float(w), 2) for name, w in zip(names, weights, strict=True)}


if __name__ == "__main__":
    questions: tuple[What, ...] = ("distress", "trust")
    for what in questions:
        found = rows(what)
        print(what, "fitted:", fitted(what, found))
        standing = reader.DISTRESS_MAP if what == "distress" else reader.TRUST_MAP
        for source in dict.fromkeys(row.source for row in found):
            pairs = [
                (r.band, reader.mapped(r.features, standing)) for r in found if r.source == source
            ]
            kappa = weighted_kappa([a for a, _ in pairs], [b for _, b in pairs], 5)
            print(f"  {source}: {len(pairs)} stretches, kappa {kappa:.2f}")
