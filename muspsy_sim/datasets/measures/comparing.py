"""Several corpora side by side on samples of one size, each figure with an interval.

Ratios of sums: percentile bootstrap over dialogues, 1,000 resamples. What depends on how many
dialogues there are (vocabulary, diversity) would be biased by dialogues that a bootstrap draws
twice: there the interval is from the delete-half jackknife (Shao and Wu 1989), 40 halves without
replacement, the value plus and minus 1.96 times the halves' standard deviation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from muspsy_sim.datasets.measures import labels, lexical, shape
from muspsy_sim.datasets.measures.sampling import Measured, Sample
from muspsy_sim.datasets.measures.tokens import named

RESAMPLES = 1_000
HALVES = 40
FEWEST = 4
"""Dialogues below which no interval is given."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of a sample: its value, or None and why; its 95% interval, where there is one."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""


@dataclass(slots=True)
class Comparison:
    """All measures of all samples, and how they were taken."""

    size: int
    """Dialogues that each corpus was measured on; a smaller corpus is measured whole."""
    seed: int
    tokenizers: dict[str, str]
    samples: list[Sample]
    figures: dict[str, list[Figure]] = field(default_factory=dict)
    """Measure to a figure for each sample, in their order."""
    units: dict[str, str] = field(default_factory=dict)
    shared: list[list[float | None]] = field(default_factory=list)
    """Vocabulary shared by each pair of samples."""
    distributions: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    """Kind of label to each sample's shares."""
    label_shares: dict[str, dict[str, list[Figure]]] = field(default_factory=dict)
    """The same with intervals: kind, label, and a figure for each sample."""
    transitions: dict[str, list[dict[str, dict[str, float]]]] = field(default_factory=dict)
    """Kind of label to each sample's shares of what follows on what; rows sum to 1."""

    def as_json(self) -> dict[str, object]:
        """Everything, for a machine."""
        return {
            "size": self.size,
            "seed": self.seed,
            "tokenizers": self.tokenizers,
            "corpora": [
                {
                    "name": s.name,
                    "dialogues": s.of,
                    "sampled": len(s.dialogues),
                    "unreadable": s.problems,
                    "formats": dict(sorted(s.formats.items())),
                }
                for s in self.samples
            ],
            "figures": {name: _plain(figures) for name, figures in self.figures.items()},
            "shared_vocabulary": self.shared,
            "distributions": self.distributions,
            "label_shares": {
                kind: {label: _plain(figures) for label, figures in shares.items()}
                for kind, shares in self.label_shares.items()
            },
            "transitions": self.transitions,
        }


def number(value: float) -> str:
    """Three digits that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _plain(figures: Sequence[Figure]) -> list[dict[str, object]]:
    return [{"value": f.value, "low": f.low, "high": f.high, "reason": f.reason} for f in figures]


Measure = Callable[[Sequence[Measured]], float | None]


def _distinct(n: int) -> Measure:
    return lambda found: lexical.distinct([token for each in found for token in each.tokens()], n)


LDD_CLIENT = f"LDD client, at {lexical.LDD_SIZE}"
LDD_COUNSELOR = f"LDD counselor, at {lexical.LDD_SIZE}"
RANGES = {
    "share": (0.0, 1.0),
    "share above chance": (-1.0, 1.0),
    "0-100": (0.0, 100.0),
    "ratio": (0.0, np.inf),
    "dialogues": (1.0, np.inf),
    "index": (0.0, np.inf),
}
"""What values of a unit can be; an interval ends where they do."""
OWN_SIZE = frozenset({LDD_CLIENT, LDD_COUNSELOR})
"""Measures with a size of their own: taken on all that was drawn of a corpus."""

WHOLE: tuple[tuple[str, str, Measure], ...] = (
    ("distinct-1", "share", _distinct(1)),
    ("distinct-2", "share", _distinct(2)),
    ("distinct-3", "share", _distinct(3)),
    ("self-BLEU", "0-100", lexical.self_bleu),
    ("compression", "ratio", lexical.compression),
    ("Vendi score", "dialogues", lexical.vendi),
    ("near-duplicates", "share", lexical.near_duplicates),
    ("LDD client, as published", "index", lambda found: lexical.ldd(found, "client")),
    ("LDD counselor, as published", "index", lambda found: lexical.ldd(found, "counselor")),
    (LDD_CLIENT, "index", lambda found: lexical.ldd_at_size(found, "client")),
    (LDD_COUNSELOR, "index", lambda found: lexical.ldd_at_size(found, "counselor")),
    ("continuity over sessions", "share above chance", shape.continuity),
    ("counselor turns with a strategy", "share", lambda f: labels.labelled_share(f, "strategy")),
    ("client turns with an emotion", "share", lambda f: labels.labelled_share(f, "emotion")),
)


def compare(samples: Sequence[Sample], seed: int) -> Comparison:
    """Measure each sample; the caller drew them all at one size."""
    size = min((len(s.dialogues) for s in samples), default=0)
    equal = [lexical.evenly(sample.dialogues, size) for sample in samples]
    result = Comparison(
        size=size,
        seed=seed,
        tokenizers=named(language for s in samples for language in s.languages()),
        samples=list(samples),
    )
    rng = np.random.default_rng(seed)
    for ratio in shape.RATIOS:
        result.units[ratio.name] = ratio.unit
        result.figures[ratio.name] = [_bootstrapped(ratio, each, rng) for each in equal]
    for name, unit, measure in WHOLE:
        result.units[name] = unit
        on = [s.dialogues for s in samples] if name in OWN_SIZE else equal
        result.figures[name] = [_jackknifed(measure, each, rng, RANGES[unit]) for each in on]
    result.shared = [[lexical.shared_vocabulary(a, b) for b in equal] for a in equal]
    kinds: tuple[labels.LabelKind, ...] = ("strategy", "emotion")
    for kind in kinds:
        result.distributions[kind] = [labels.distribution(each, kind) for each in equal]
        result.transitions[kind] = [labels.transitions(each, kind) for each in equal]
        named_by = {label for shares in result.distributions[kind] for label in shares}
        result.label_shares[kind] = {
            label: [_bootstrapped(labels.share_of(kind, label), each, rng) for each in equal]
            for label in sorted(named_by)
        }
    return result


def _bootstrapped(
    measure: shape.Ratio, found: Sequence[Measured], rng: np.random.Generator
) -> Figure:
    value = shape.ratio(measure, found)
    if value is None:
        return Figure(None, reason="nothing to divide by")
    if len(found) < FEWEST:
        return Figure(value, reason=f"fewer than {FEWEST} dialogues: no interval")
    above = np.array([measure.above(each) for each in found], dtype=float)
    below = np.array([measure.below(each) for each in found], dtype=float)
    picked = rng.integers(0, len(found), (RESAMPLES, len(found)))
    under = below[picked].sum(axis=1)
    values = above[picked].sum(axis=1)[under > 0] / under[under > 0]
    low, high = np.quantile(values, [0.025, 0.975])
    return Figure(value, float(low), float(high))


def _jackknifed(
    measure: Measure,
    found: Sequence[Measured],
    rng: np.random.Generator,
    within: tuple[float, float],
) -> Figure:
    value = measure(found)
    if value is None:
        return Figure(None, reason="nothing to measure in this sample")
    if len(found) < FEWEST:
        return Figure(value, reason=f"fewer than {FEWEST} dialogues: no interval")
    halves = []
    for _ in range(HALVES):
        picked = np.sort(rng.choice(len(found), len(found) // 2, replace=False))
        half = measure([found[int(at)] for at in picked])
        if half is not None:
            halves.append(half)
    if len(halves) < HALVES:
        return Figure(value, reason="a half is too small to measure: no interval")
    spread = 1.96 * float(np.std(halves))
    low, high = np.clip([value - spread, value + spread], *within)
    return Figure(value, float(low), float(high))
