"""What a design can see: power of the paired test over source cases, and the smallest effect.

An effect is in standard deviations of one paired difference (one client, one seed in each arm). Its
variance has three parts, between source cases, between clients of a case and between seeds; more
seeds only average the last of them away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from muspsy_sim.evaluation.statistics.testing import attainable


@dataclass(frozen=True, slots=True)
class Spread:
    """Shares of a paired difference's variance; they sum to 1."""

    case: float
    client: float
    seed: float
    basis: str
    """Where the shares come from: an assumption, or a run that they were measured on."""


@dataclass(frozen=True, slots=True)
class Design:
    """How many source cases, clients in all, and seeds of each."""

    cases: int
    clients: int
    seeds: int


HALF = Spread(0.25, 0.25, 0.5, "assumed: a quarter between cases, a quarter between clients")
"""For clients that are variants of fewer cases."""

ONE_EACH = Spread(0.5, 0.0, 0.5, "assumed: half between clients, half between seeds")
"""For a design in which each client has a case of its own. 60 clients x 3 seeds then see 0.3."""


def standard_error(design: Design, spread: Spread) -> float:
    """Of the mean difference, in standard deviations of one paired difference."""
    variance = (
        spread.case / design.cases
        + spread.client / design.clients
        + spread.seed / (design.clients * design.seeds)
    )
    return float(np.sqrt(variance))


def power(effect: float, design: Design, spread: Spread, alpha: float = 0.05) -> float:
    """Chance that the two-sided paired test at `alpha` rejects (noncentral t, cases - 1 df).

    At the level that sign flips over so few cases can attain; 0 where they can give no p as small
    as `alpha`.
    """
    level = attainable(design.cases, alpha)
    if not level:
        return 0.0
    return t_power(effect / standard_error(design, spread), design.cases - 1, level)


def t_power(shift: float, df: int, alpha: float = 0.05) -> float:
    """Power of a two-sided t test at noncentrality `shift`."""
    if df < 1:
        return 0.0
    bound = stats.t.ppf(1.0 - alpha / 2.0, df)
    # The far tail is far below what a float can tell from 0, and scipy's nct says NaN there.
    far = stats.nct.cdf(-bound, df, abs(shift))
    return float(stats.nct.sf(bound, df, abs(shift)) + (far if np.isfinite(far) else 0.0))


def detectable(
    design: Design, spread: Spread, alpha: float = 0.05, wanted: float = 0.8
) -> float | None:
    """The smallest effect that is seen with power `wanted`.

    `None` where there are too few cases for any p as small as `alpha`.
    """
    df, level = design.cases - 1, attainable(design.cases, alpha)
    if not level:
        return None
    shift = optimize.brentq(lambda s: t_power(s, df, level) - wanted, 0.0, 2000.0, xtol=1e-6)
    return float(shift) * standard_error(design, spread)


def spread_of(differences: np.ndarray, cases: list[str], basis: str) -> Spread | None:
    """The shares measured on paired differences (client x seed, NaN = not there).

    By the method of moments for nested groups, negative parts set to 0. `None` where there are
    fewer than two seeds or clients, or the differences don't differ.
    """
    known = np.isfinite(differences)
    rows = [r for r in range(len(cases)) if known[r].sum() >= 2]
    if len(rows) < 2:
        return None
    per_client = np.array([differences[r][known[r]].mean() for r in rows])
    seeds = np.array([known[r].sum() for r in rows])
    within_seed = float(np.mean([differences[r][known[r]].var(ddof=1) for r in rows]))
    names = [cases[r] for r in rows]
    per_case = {c: per_client[[k for k, n in enumerate(names) if n == c]] for c in set(names)}
    inside = [group.var(ddof=1) for group in per_case.values() if len(group) > 1]
    noise = within_seed / float(seeds.mean())
    client = max(0.0, float(np.mean(inside)) - noise) if inside else 0.0
    means = np.array([group.mean() for group in per_case.values()])
    if len(means) > 1:
        size = float(np.mean([len(group) for group in per_case.values()]))
        case = max(0.0, float(means.var(ddof=1)) - (client + noise) / size)
    else:
        case = 0.0
    total = within_seed + client + case
    if total <= 0.0:
        return None
    return Spread(case / total, client / total, within_seed / total, basis)
