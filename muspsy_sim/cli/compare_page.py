"""A comparison as a person reads it on a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from muspsy_sim.cli.screen import styled
from muspsy_sim.evaluation.comparing.endpoints import TRAJECTORIES
from muspsy_sim.evaluation.comparing.wording import (
    APART_NOTE,
    LATENT_NOTE,
    SIMULATED_NOTE,
    UNUSABLE,
    UNUSABLE_NOTE,
    about_endpoint,
    better_way,
    bounds,
    figure,
    kind_of,
    many,
    marked_p,
    p_value,
    percent,
    sentence,
    size_of,
    stands_apart,
    unusable_lines,
    why_apart,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from muspsy_sim.evaluation.comparing.comparison import Comparison, ComparisonReport


_WIDE = 100
"""Columns from which d_av has a place in the table."""

_ARMS = 4
"""Arms that a table has columns for."""

_EXPLORED = ("d_z", "kind")


def print_report(
    screen: Console, report: ComparisonReport, *, every: bool, files: Sequence[Path]
) -> None:
    """Print a comparison; `every` adds what is left to the tables' files otherwise."""
    _opening(screen, report)
    _arms(screen, report)
    declared = [c for c in report.comparisons if c.standing != "exploratory"]
    if declared:
        _heading(screen, "Declared before the run")
        _effects(screen, report, declared)
        tests = ", ".join(f"{n} {name}" for name, n in report.tests_in_family.items())
        _say(
            screen,
            f"* primary, + declared. p: sign flips over source cases. Holm: over all declared "
            f"tests of a kind together ({tests}). mixed: the same effect in a mixed model.",
            "dim",
        )
        _notes(screen, declared)
        questions = ("main", "interaction") if report.factors else ("arm",)
        for one in declared:
            if one.question in questions:
                _say(screen, f"- {sentence(one)}")
    _explored(screen, report, every)
    _adjusted(screen, report)
    _weeks(screen, report)
    _worst(screen, report)
    _pitfalls(screen, report)
    _say(screen, SIMULATED_NOTE, "dim")
    for file in files:
        screen.print(styled(str(file)), soft_wrap=True)


def _opening(screen: Console, report: ComparisonReport) -> None:
    _say(screen, report.run, "bold")
    _say(screen, f"{size_of(report)}; baseline {report.baseline}")
    standing = "declared before the run" if report.primary_declared else "exploratory"
    about = about_endpoint(report.primary)
    _say(screen, f"Primary endpoint ({standing}): {report.primary}: {about}")
    models = "; ".join(f"{role} {', '.join(m)}" for role, m in report.models.items())
    _say(screen, f"Models: {models}", "dim")
    if report.evaluated:
        _say(screen, f"Judged: {report.evaluated} episodes by {', '.join(report.judges)}", "dim")
    for line in report.gate:
        _say(screen, line, "yellow")
    for line in report.warnings:
        _say(screen, f"! {line}", "yellow")


def _arms(screen: Console, report: ComparisonReport) -> None:
    _heading(screen, "The arms, by intention to treat")
    table = _table("arm", "n", "failed", "dropout", "worse", report.primary, "held")
    for arm in report.arms:
        failed = f"{arm.failed}{' (!)' if arm.many_failures else ''}"
        table.add_row(
            styled(f"{arm.arm}{' (control)' if arm.control else ''}"),
            str(arm.episodes),
            failed,
            percent(arm.dropout),
            percent(arm.deteriorated),
            figure(arm.means.get(report.primary)),
            figure(arm.means.get("sessions_held")),
        )
    screen.print(table)
    _say(
        screen,
        "failed: stopped by a model's failure or the budget, no endpoint; (!): above 5% of "
        "episodes or judgments. worse: reliably deteriorated. held: sessions. Means give each "
        "source case the same weight.",
        "dim",
    )


def _effects(screen: Console, report: ComparisonReport, chosen: Iterable[Comparison]) -> None:
    """A table for each contrast."""
    by_contrast: dict[str, list[Comparison]] = {}
    for one in chosen:
        by_contrast.setdefault(one.contrast, []).append(one)
    for contrast, found in by_contrast.items():
        _say(screen, contrast, "bold")
        declared = any(one.standing != "exploratory" for one in found)
        wide = screen.width >= _WIDE
        more = ("Holm p", "mixed", "d_z", *(("d_av",) if wide else ())) if declared else _EXPLORED
        table = _table("endpoint", "diff.", "95% interval", "p", *more)
        for one in found:
            effect = one.effect
            last = (
                (
                    p_value(effect.p_holm),
                    p_value(one.mixed.p if one.mixed else None),
                    figure(effect.d_z),
                    *((figure(effect.d_av),) if wide else ()),
                )
                if declared
                else (figure(effect.d_z), kind_of(one, report))
            )
            mark = {"primary": "* ", "declared": "+ "}.get(one.standing, "")
            doubt = UNUSABLE if declared and kind_of(one, report) != one.kind else ""
            table.add_row(
                styled(f"{mark}{one.endpoint}{better_way(one)}{doubt}"),
                figure(effect.estimate),
                bounds(effect.low, effect.high),
                marked_p(effect),
                *last,
            )
        screen.print(table)
        if any(kind_of(one, report) != one.kind for one in found):
            _say(screen, UNUSABLE_NOTE, "dim")
        for one in found:
            if declared and stands_apart(one.effect):
                _say(screen, f"{why_apart(one)} {APART_NOTE}", "dim")
        _missing(screen, found)


def _missing(screen: Console, found: Sequence[Comparison]) -> None:
    """Why figures are missing, each reason once."""
    why: dict[str, list[str]] = {}
    for one in found:
        if one.effect.reason:
            why.setdefault(one.effect.reason, []).append(one.endpoint)
        if one.effect.lost:
            lost = f"{many(one.effect.lost, 'client')} not measured in every arm"
            why.setdefault(lost, []).append(one.endpoint)
    for reason, endpoints in why.items():
        _say(screen, f"{', '.join(endpoints)}: {reason}.", "dim")


def _notes(screen: Console, declared: Iterable[Comparison]) -> None:
    notes = {one.mixed.note for one in declared if one.mixed is not None and one.mixed.note}
    for note in sorted(notes):
        _say(screen, f"Mixed model: {note}", "dim")


def _explored(screen: Console, report: ComparisonReport, every: bool) -> None:
    questions = ("main", "interaction") if report.factors else ("arm",)
    left = [c for c in report.comparisons if c.standing == "exploratory"]
    chosen = left if every else [c for c in left if c.question in questions]
    if not chosen:
        return
    _heading(screen, "Exploratory: not declared, not corrected")
    _effects(screen, report, chosen)
    _say(
        screen,
        f"A p below 0.05 among these is a question, not a finding. ↑ ↓: which way is better. "
        f"{LATENT_NOTE}",
        "dim",
    )
    if len(left) > len(chosen):
        _say(screen, f"{len(left) - len(chosen)} more with --all, or in effects.csv.", "dim")


def _adjusted(screen: Console, report: ComparisonReport) -> None:
    questions = {c.contrast: c.question for c in report.comparisons}
    wanted = ("main",) if report.factors else ("arm",)
    chosen = [a for a in report.adjustments if questions.get(a.contrast) in wanted]
    if not chosen:
        return
    _heading(screen, "Alliance at equal length of what the counselor says")
    table = _table("endpoint", "contrast", "raw", "adjusted", "95% interval", "words")
    for one in chosen:
        ratio = f"x{one.length_ratio:.2f}" if one.length_ratio is not None else "-"
        table.add_row(
            styled(one.endpoint),
            styled(one.contrast),
            figure(one.raw),
            figure(one.estimate),
            bounds(one.low, one.high) if one.low is not None else styled(one.reason),
            ratio,
        )
    screen.print(table)


def _weeks(screen: Console, report: ComparisonReport) -> None:
    """PHQ-9 and alliance from week to week; all measures are in trajectories.csv."""
    arms = [arm.arm for arm in report.arms][:_ARMS]
    for measure in ("phq9", "alliance"):
        at = {(p.week, p.arm): p.mean for p in report.trajectories if p.measure == measure}
        if not at:
            continue
        _heading(screen, f"{TRAJECTORIES[measure]}, week by week")
        table = _table("week", *arms)
        for week in sorted({week for week, _ in at}):
            table.add_row(str(week), *(figure(at.get((week, arm))) for arm in arms))
        screen.print(table)
    if len(report.arms) > _ARMS:
        more = many(len(report.arms) - _ARMS, "more arm")
        _say(screen, f"{more} in trajectories.csv.", "dim")


def _worst(screen: Console, report: ComparisonReport) -> None:
    if not report.worst:
        return
    _heading(screen, f"Worst cases by {report.primary}")
    for one in report.worst:
        _say(screen, f"{figure(one.value):>7}  {one.episode} ({one.end})")


def _pitfalls(screen: Console, report: ComparisonReport) -> None:
    names = list(dict.fromkeys(name for arm in report.arms for name in arm.pitfalls))
    if names:
        _heading(screen, "Pitfall rates by arm")
        measured = [arm for arm in report.arms if arm.pitfalls]
        arms = measured[:_ARMS]
        table = _table("pitfall", *(arm.arm for arm in arms))
        for name in names:
            table.add_row(styled(name), *(figure(arm.pitfalls.get(name)) for arm in arms))
        screen.print(table)
        if len(measured) > _ARMS:
            _say(screen, f"{many(len(measured) - _ARMS, 'more arm')} in comparison.json.", "dim")
    if report.pitfalls_note:
        _say(screen, report.pitfalls_note, "yellow" if not names else "dim")
    for line in unusable_lines(report):
        _say(screen, line, "red")


def _heading(screen: Console, text: str) -> None:
    screen.print()
    screen.print(styled(text, "bold underline"))


def _say(screen: Console, text: str, style: str = "") -> None:
    screen.print(styled(text, style))


def _table(first: str, *others: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(styled(first), overflow="fold")
    for name in others:
        table.add_column(styled(name), overflow="fold", justify="right")
    return table
