"""Figures and findings of a comparison as people read them; a missing figure is a dash."""

from __future__ import annotations

from muspsy_sim.evaluation.comparing.comparison import Comparison, ComparisonReport
from muspsy_sim.evaluation.comparing.endpoints import endpoint_named
from muspsy_sim.evaluation.statistics.effects import Effect

ALPHA = 0.05

LATENT_NOTE = (
    "Latent endpoints are the simulator's own state: no study of people sees them, and they are "
    "no outcome. Coded ones rest on the appraiser."
)

UNUSABLE = " (!)"
"""Beside the kind of an endpoint whose judge cannot rank its instrument."""

UNUSABLE_NOTE = f"{UNUSABLE.strip()}: its judge cannot rank this instrument; see below."

SIMULATED_NOTE = (
    "All of this is about simulated clients. It says nothing about any person or treatment."
)


def figure(value: float | None) -> str:
    """A figure with as many decimals as it bears: `12.3`, `0.42`, `0.013`."""
    if value is None:
        return "-"
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or size == 0 else 3
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if not text.strip("-0.") else text


def bounds(low: float | None, high: float | None) -> str:
    """An interval: `-0.31 to 0.42`."""
    return "-" if low is None or high is None else f"{figure(low)} to {figure(high)}"


def p_value(p: float | None) -> str:
    """A p-value: `0.043`, `<0.001`."""
    if p is None:
        return "-"
    return "<0.001" if p < 0.001 else f"{p:.3f}"


APART = " ≠"
"""Beside a p that says other than the interval next to it."""

APART_NOTE = (
    "≠: the test and the interval beside it disagree. The test asks whether arms differ at all, "
    "by the signs of source cases' differences; the interval says how large the mean difference "
    "may be, and is wide where that hangs on one or two cases."
)

_SKEWED = 1.0
_FEW_DIFFER = 8
"""Cases that differ, below which few patterns of signs are left."""


def stands_apart(effect: Effect) -> bool:
    """Whether the uncorrected test and the 95% interval come to different conclusions."""
    if effect.p is None or effect.low is None or effect.high is None:
        return False
    return (effect.p <= ALPHA) != (effect.low > 0.0 or effect.high < 0.0)


def marked_p(effect: Effect) -> str:
    """The uncorrected p, marked where the interval beside it says otherwise."""
    return p_value(effect.p) + (APART if stands_apart(effect) else "")


def why_apart(one: Comparison) -> str:
    """Why test and interval disagree on one comparison, in a sentence."""
    effect = one.effect
    told = (
        f"{one.endpoint}, {one.contrast}: the test (p {p_value(effect.p)}) and the interval "
        f"({bounds(effect.low, effect.high)}) disagree: "
    )
    differ = effect.alike + effect.other
    if effect.p is not None and effect.p <= ALPHA and abs(effect.skew or 0.0) > _SKEWED:
        return (
            f"{told}{effect.alike} of {effect.cases} source cases differ the same way, and "
            f"{effect.farthest} by {figure(effect.farthest_by)}, far more than the others."
        )
    if effect.p is not None and effect.p > ALPHA and differ < _FEW_DIFFER:
        return f"{told}only {differ} of {effect.cases} source cases differ, too few for a small p."
    return f"{told}both are near their limit."


def percent(share: float | None) -> str:
    """A share in per cent."""
    return "-" if share is None else f"{100.0 * share:.0f}%"


def many(number: int, one: str) -> str:
    """A number of things that take an s: `1 client`, `12 clients`."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def size_of(report: ComparisonReport) -> str:
    """How much was compared: `60 clients of 12 source cases, 4 arms, 3 seeds`."""
    return (
        f"{many(report.clients, 'client')} of {many(report.cases, 'source case')}, "
        f"{many(len(report.arms), 'arm')}, {many(len(report.seeds), 'seed')}"
    )


def unusable_lines(report: ComparisonReport) -> list[str]:
    """Instruments that a judge cannot rank, or was not asked to, a line each."""
    return [
        f"{'' if why.startswith('not checked') else 'unusable: '}{name}: {why}"
        for name, why in report.unusable.items()
    ]


def kind_of(one: Comparison, report: ComparisonReport) -> str:
    """What an endpoint rests on, marked where its judge cannot rank the instrument."""
    unusable = one.endpoint.partition(".")[0] in report.unusable
    return f"{one.kind}{UNUSABLE}" if unusable else one.kind


def better_way(one: Comparison) -> str:
    """An arrow for which way is better, nothing where neither is."""
    return {"higher": " ↑", "lower": " ↓"}.get(one.better, "")


def sentences(report: ComparisonReport) -> list[str]:
    """What the declared tests say, one sentence each: of factors, or of arms without any."""
    questions = ("main", "interaction") if report.factors else ("arm",)
    chosen = [c for c in report.comparisons if c.standing != "exploratory"]
    return [sentence(one) for one in chosen if one.question in questions]


def sentence(one: Comparison) -> str:
    """One comparison in words."""
    effect = one.effect
    name = f"{one.endpoint}, {one.contrast}"
    if effect.estimate is None or effect.p is None:
        return f"{name}: {effect.reason}."
    p = effect.p_holm if effect.p_holm is not None else effect.p
    said = "p" if effect.p_holm is None else "corrected p"
    size = f"{figure(effect.estimate)}"
    if effect.low is not None:
        size += f" (95% interval {bounds(effect.low, effect.high)})"
    why = f"; {effect.reason}" if effect.reason else ""
    if p > ALPHA:
        return f"{name}: {size}; not told apart from no effect ({said} {p_value(p)}){why}."
    good = one.better == "neither" or (effect.estimate > 0) == (one.better == "higher")
    way = "" if one.better == "neither" else ", for the better" if good else ", for the worse"
    return f"{name}: {size}{way} ({said} {p_value(p)}){why}."


def about_endpoint(name: str) -> str:
    """What an endpoint is, in a line."""
    return endpoint_named(name).about
