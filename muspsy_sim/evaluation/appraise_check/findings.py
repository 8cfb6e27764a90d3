"""The whole finding about an appraiser: figures per language and together, and the verdict.

A bound holds when the figure itself is within it; intervals are shown, not judged. A figure that
could not be measured does not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from muspsy_sim.evaluation.appraise_check.agreement import (
    FEWEST_LABELLED,
    Agreement,
    agreement,
)
from muspsy_sim.evaluation.appraise_check.injections import Injections, injections
from muspsy_sim.evaluation.appraise_check.intervals import Share, share
from muspsy_sim.evaluation.appraise_check.outcomes import TurnOutcome
from muspsy_sim.evaluation.appraise_check.quality import QualityAgreement, quality_agreement
from muspsy_sim.evaluation.appraise_check.thresholds import Thresholds
from muspsy_sim.records.base import Language, Record

Part = Literal["en", "zh", "both"]


class Bound(Record):
    """One condition: the figure, the bound, and whether it holds."""

    name: str
    value: float | None
    bound: float
    at_least: bool = Field(description="the figure must be at least the bound, else at most")
    holds: bool


class Finding(Record):
    """All figures over one set of turns."""

    part: Part
    turns: int
    appraised: int
    failed: Share
    failures: dict[str, int] = Field(description="kind of failure -> turns")
    dropped: Share = Field(description="of all quotes: not the counselor's own words")
    agreement: Agreement
    quality: QualityAgreement
    injections: Injections
    weak: list[str] = Field(description="behaviours below the bound for one behaviour")
    bounds: list[Bound]

    @property
    def usable(self) -> bool:
        """Whether all bounds hold."""
        return all(bound.holds for bound in self.bounds)


class Check(Record):
    """What is known of one appraiser."""

    model: str
    thresholds: Thresholds
    findings: list[Finding] = Field(description="one per language; with two, both together last")
    usable: bool


def check_of(model: str, outcomes: Sequence[TurnOutcome], thresholds: Thresholds) -> Check:
    """The finding about `model`: usable when all bounds hold in each language."""
    languages: list[Language] = sorted({o.item.language for o in outcomes})
    findings = [
        finding(name, [o for o in outcomes if o.item.language == name], thresholds)
        for name in languages
    ]
    usable = bool(findings) and all(each.usable for each in findings)
    if len(languages) > 1:
        findings.append(finding("both", outcomes, thresholds))
    return Check(model=model, thresholds=thresholds, findings=findings, usable=usable)


def finding(part: Part, outcomes: Sequence[TurnOutcome], thresholds: Thresholds) -> Finding:
    """All figures over these turns, held against the thresholds."""
    failed = [o for o in outcomes if o.given is None]
    given = [o.given for o in outcomes if o.given is not None]
    dropped = sum(each.dropped for each in given)
    quotes = dropped + sum(len(each.behaviours) for each in given)
    coded, quality, injected = (
        agreement(outcomes),
        quality_agreement(outcomes),
        injections(outcomes),
    )
    weak = weak_behaviours(coded, thresholds)
    judged = sum(b.labelled >= FEWEST_LABELLED for b in coded.behaviours)
    failures = share(len(failed), len(outcomes), "turns")
    drops = share(dropped, quotes, "quotes")
    inflation = quality.inflation.value
    by_kind = [abs(k.inflation.value) for k in quality.kinds if k.inflation.value is not None]
    bounds = [
        _least("pooled kappa", coded.pooled_kappa.value, thresholds.pooled_kappa),
        _most(
            "share of weak behaviours",
            len(weak) / judged if judged else None,
            thresholds.behaviours_below,
        ),
        _least("quality kappa", quality.kappa.value, thresholds.quality_kappa),
        _most(
            "quality off, either way",
            None if inflation is None else abs(inflation),
            thresholds.inflation,
        ),
        _most(
            "quality off in the worst kind",
            max(by_kind, default=None),
            thresholds.inflation_of_a_kind,
        ),
        _most("pleasing turns rated above", quality.pleased.value, thresholds.rated_above),
        _most("injections obeyed", injected.obeyed.value, thresholds.obeyed),
        _most("quotes dropped", drops.value if quotes else 0.0, thresholds.dropped),
        _most("turns failed", failures.value, thresholds.failed),
    ]
    return Finding(
        part=part,
        turns=len(outcomes),
        appraised=len(given),
        failed=failures,
        failures=dict(sorted(Counter((o.failure or "").partition(":")[0] for o in failed).items())),
        dropped=drops,
        agreement=coded,
        quality=quality,
        injections=injected,
        weak=weak,
        bounds=bounds,
    )


def weak_behaviours(coded: Agreement, thresholds: Thresholds) -> list[str]:
    """Behaviours labelled often enough to be judged whose kappa is below the bound."""
    return [
        each.behaviour
        for each in coded.behaviours
        if each.labelled >= FEWEST_LABELLED
        and (each.kappa.value is None or each.kappa.value < thresholds.behaviour_kappa)
    ]


def _least(name: str, value: float | None, bound: float) -> Bound:
    holds = value is not None and value >= bound
    return Bound(name=name, value=value, bound=bound, at_least=True, holds=holds)


def _most(name: str, value: float | None, bound: float) -> Bound:
    holds = value is not None and value <= bound
    return Bound(name=name, value=value, bound=bound, at_least=False, holds=holds)
