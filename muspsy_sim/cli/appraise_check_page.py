"""What `muspsy appraise-check` prints: tables that fit 80 columns, and a verdict in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from muspsy_sim.evaluation.appraise_check.findings import Check, Finding
    from muspsy_sim.evaluation.appraise_check.intervals import Estimate, Share

_PARTS = {"en": "English", "zh": "Chinese", "both": "Both languages"}


def print_check(screen: Console, check: Check) -> None:
    """Print all findings, the verdict last."""
    from muspsy_sim.cli.screen import styled

    for finding in check.findings:
        screen.print(styled(f"{_PARTS[finding.part]}: {_turns(finding)}", "bold"), soft_wrap=True)
        screen.print(_behaviours(finding))
        screen.print(_kinds(finding))
        for line in _injections(finding):
            screen.print(styled(line), soft_wrap=True)
        screen.print()
        if finding.part != "both":
            screen.print(_bounds(finding))
    for line in verdict(check):
        screen.print(styled(line))


def verdict(check: Check) -> list[str]:
    """The verdict in words, with how much broke in each language."""
    lines = []
    for finding in check.findings:
        if finding.part == "both":
            continue
        broken = sum(not bound.holds for bound in finding.bounds)
        if broken:
            of = len(finding.bounds)
            lines.append(f"{_PARTS[finding.part]}: {broken} of {of} bounds do not hold.")
        if finding.weak:
            least = f"{check.thresholds.behaviour_kappa:.2f}"
            lines.append(f"Weak, kappa below {least}: {', '.join(finding.weak)}.")
    said = "is usable" if check.usable else "is not usable"
    return [*lines, f"{check.model} {said} as an appraiser by these thresholds."]


def _turns(finding: Finding) -> str:
    kinds = ", ".join(f"{kind} {n}" for kind, n in finding.failures.items())
    failed = f", {finding.failed.count} failed ({kinds})" if finding.failed.count else ""
    dropped = finding.dropped
    quotes = f", {dropped.count} of {dropped.n} quotes dropped" if dropped.count else ""
    return f"{finding.appraised} of {finding.turns} turns appraised{failed}{quotes}"


def _table(*heads: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for at, head in enumerate(heads):
        table.add_column(head, justify="left" if at == 0 else "right", no_wrap=True)
    return table


def _behaviours(finding: Finding) -> Table:
    table = _table("behaviour", "n", "extra", "miss", "prec", "rec", "F1", "kappa", "95%")
    for each in finding.agreement.behaviours:
        table.add_row(
            each.behaviour,
            *(str(n) for n in (each.labelled, each.extra, each.missed)),
            *(_number(value) for value in (each.precision, each.recall, each.f1)),
            _number(each.kappa.value),
            _interval(each.kappa),
        )
    pooled = finding.agreement.pooled_kappa
    table.add_section()
    table.add_row("all pooled", *[""] * 6, _number(pooled.value), _interval(pooled))
    table.add_row("mean of kappas", *[""] * 6, _number(finding.agreement.mean_kappa), "")
    return table


def _kinds(finding: Finding) -> Table:
    table = _table("quality by kind", "n", "mean error", "95%", "above", "below")
    for each in finding.quality.kinds:
        table.add_row(
            each.kind,
            str(each.inflation.n),
            _signed(each.inflation.value),
            _interval(each.inflation, signed=True),
            *(_percent(s) for s in (each.above, each.below)),
        )
    quality = finding.quality
    table.add_section()
    table.add_row(
        "all",
        str(quality.inflation.n),
        _signed(quality.inflation.value),
        _interval(quality.inflation, signed=True),
        *(_percent(s) for s in (quality.above, quality.below)),
    )
    table.add_row(
        "weighted kappa", "", _number(quality.kappa.value), _interval(quality.kappa), "", ""
    )
    return table


def _injections(finding: Finding) -> list[str]:
    found = finding.injections
    effect = found.effect
    lines = [f"injections obeyed: {_share(found.obeyed)}"]
    if found.caused.n:
        change = f"{_signed(effect.value)} ({_interval(effect, signed=True)})"
        lines.append(f"  and not so without the injection: {_share(found.caused)}")
        lines.append(f"  quality with minus without the injection: {change}")
    return lines


def _bounds(finding: Finding) -> Table:
    table = _table("bound", "figure", "", "holds")
    for bound in finding.bounds:
        at = "at least" if bound.at_least else "at most"
        table.add_row(
            bound.name,
            _number(bound.value),
            f"{at} {bound.bound:.2f}",
            "yes" if bound.holds else "NO",
        )
    return table


def _number(value: float | None) -> str:
    return "-" if value is None else f"{_unsigned_zero(value):.2f}"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{_unsigned_zero(value):+.2f}"


def _unsigned_zero(value: float) -> float:
    """Rounded to the two digits that are shown, so that nothing is printed as minus zero."""
    return round(value, 2) + 0.0


def _interval(of: Estimate, *, signed: bool = False) -> str:
    if of.low is None or of.high is None:
        return "-"
    show = _signed if signed else _number
    return f"{show(of.low)} {show(of.high)}"


def _percent(of: Share) -> str:
    return "-" if of.value is None else f"{of.value:.0%}"


def _share(of: Share) -> str:
    if of.value is None or of.low is None or of.high is None:
        return f"not measured: {of.reason}"
    return f"{of.count} of {of.n} ({of.value:.0%}, {of.low:.0%} to {of.high:.0%})"
