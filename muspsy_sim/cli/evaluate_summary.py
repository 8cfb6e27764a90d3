"""What an evaluation prints at its end: means by arm, what has no value and why, agreement."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from muspsy_sim.evaluation.agreement import Agreement
    from muspsy_sim.evaluation.judging.asked import Asked, EvaluationProgress
    from muspsy_sim.evaluation.judging.scores_store import ScoreStore
    from muspsy_sim.evaluation.judging.tallies import Tally
    from muspsy_sim.evaluation.reliability import ItemAgreement

_REASONS = 3
"""Reasons for missing values that are named; the rest are in the scores."""


@dataclass(slots=True)
class _Seen:
    """What is read off the scores, one episode at a time."""

    values: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    arms: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    judges: set[str] = field(default_factory=set)


def print_evaluation(
    screen: Console, store: ScoreStore, asked: Asked, progress: EvaluationProgress
) -> None:
    """The summary as a person reads it."""
    from muspsy_sim.cli.screen import styled
    from muspsy_sim.evaluation.reliability import agreement_of, write_agreement

    seen = _seen(store)
    if progress.renewed:
        screen.print(f"{progress.renewed} episodes changed since they were scored: scored anew.")
    _means(screen, store, asked, seen)
    _missing(screen, seen)
    agreement = agreement_of(store)
    if agreement:
        write_agreement(store, agreement)
        print_agreement(screen, agreement)
    _usability(screen, store, seen)
    screen.print(styled(f"Written to {store.folder}"), soft_wrap=True)


def _seen(store: ScoreStore) -> _Seen:
    from muspsy_sim.evaluation.metrics import by_session, consensus, metrics_of
    from muspsy_sim.records.scores import SELF_REPORT

    seen = _Seen()
    metrics = [m for i in store.instruments().values() for m in metrics_of(i)]
    for scores in store.all():
        if scores.arm not in seen.arms:
            seen.arms.append(scores.arm)
        agreed = consensus(scores.scores)
        for metric in metrics:
            values = by_session(metric, agreed).values()
            if values:
                mean = sum(values) / len(values)
                seen.values.setdefault((metric.name, scores.arm), []).append(mean)
        for score in scores.scores:
            seen.states[score.state] += 1
            if score.state in ("failed", "void"):
                seen.reasons[score.reason] += 1
            if score.judge != SELF_REPORT:
                seen.judges.add(score.judge)
    seen.arms.sort()
    return seen


def _means(screen: Console, store: ScoreStore, asked: Asked, seen: _Seen) -> None:
    """A row for each summary, and for each item of an instrument that has none."""
    from rich.table import Table

    from muspsy_sim.evaluation.metrics import metrics_of

    rows: list[tuple[str, list[str]]] = []
    for instrument in asked.instruments:
        metrics = metrics_of(instrument)
        shown = [m for m in metrics if m.summary] or metrics
        covered = {item for m in shown for item in m.items}
        shown += [m for m in metrics if not m.summary and m.items[0] not in covered]
        for metric in shown:
            arrow = "" if metric.better == "higher" else " (lower is better)"
            cells = [_cell(seen.values.get((metric.name, arm))) for arm in seen.arms]
            rows.append((metric.name + arrow, cells))
    names = _columns(screen, [name for name, _ in rows], seen.arms)
    table = Table("mean over episodes", *names)
    table.columns[0].overflow = "fold"
    for column in table.columns[1:]:
        column.justify = "right"
    for name, cells in rows:
        table.add_row(name, *cells)
    screen.print(table)


def _columns(screen: Console, rows: list[str], arms: list[str]) -> list[str]:
    """What heads the columns: the arms, or numbers for them, told above, where they don't fit."""
    taken = max(map(len, ["mean over episodes", *rows])) + 4
    if taken + sum(max(len(arm), 4) + 3 for arm in arms) <= screen.width:
        return arms
    for number, arm in enumerate(arms, start=1):
        screen.print(f"{number:>3}  {arm}", highlight=False, soft_wrap=True, markup=False)
    return [str(number) for number, _ in enumerate(arms, start=1)]


def _cell(values: list[float] | None) -> str:
    return f"{sum(values) / len(values):.2f}" if values else "-"


def _missing(screen: Console, seen: _Seen) -> None:
    total = sum(seen.states.values())
    lost = seen.states["failed"] + seen.states["void"]
    line = f"{total:,} scores: {seen.states['scored']:,} with a value"
    if seen.states["not_applicable"]:
        line += f", {seen.states['not_applicable']:,} not applicable"
    if lost:
        line += f", {seen.states['failed']:,} failed and {seen.states['void']:,} voided"
    screen.print(line, highlight=False, soft_wrap=True)
    for reason, number in seen.reasons.most_common(_REASONS):
        screen.print(f"  {number:,}: {reason}", highlight=False, soft_wrap=True, markup=False)
    if total and lost / total > 0.05:
        screen.print(
            f"{lost / total:.0%} of the judgments are lost: that is too many to compare with; "
            "--retry-failed asks again",
            style="red",
            highlight=False,
            soft_wrap=True,
        )


def print_agreement(screen: Console, found: Sequence[ItemAgreement]) -> None:
    """Agreement between judges, and of each with itself."""
    from rich.table import Table

    several = [one for one in found if len(one.judges) > 1]
    if several:
        table = Table("agreement", "units", "alpha", "ICC(2,1)", "kappa")
        _whole_names(table, [f"{one.instrument}.{one.item}" for one in several], screen.width // 3)
        for one in several:
            kappas = [k.value for k in one.kappa.values() if k.value is not None]
            table.add_row(
                f"{one.instrument}.{one.item}",
                str(one.units),
                _agreed(one.alpha),
                _agreed(one.icc),
                f"{sum(kappas) / len(kappas):.2f}" if kappas else "-",
            )
        screen.print(table)
        screen.print("kappa: weighted quadratically, mean over pairs of judges", style="dim")
    again = [one for one in found if one.retest]
    if again:
        table = Table("asked again", "judge", "n", "same value", "kappa")
        _whole_names(table, [f"{one.instrument}.{one.item}" for one in again], screen.width // 3)
        table.columns[1].overflow = "fold"
        for one in again:
            for judge, kappa in one.retest.items():
                table.add_row(
                    f"{one.instrument}.{one.item}",
                    judge,
                    str(kappa.units),
                    f"{one.same[judge]:.0%}",
                    _agreed(kappa),
                )
        screen.print(table)


def _whole_names(table: Table, names: Sequence[str], most: int) -> None:
    """Break names in the first column rather than cut them: two cut ones may look the same."""
    table.columns[0].overflow = "fold"
    table.columns[0].no_wrap = max(map(len, names)) <= most


def _agreed(one: Agreement) -> str:
    if one.value is None:
        return "-"
    if one.low is None or one.high is None:
        return f"{one.value:.2f}"
    return f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"


def _usability(screen: Console, store: ScoreStore, seen: _Seen) -> None:
    from muspsy_sim.evaluation.checking.kept import marks, told

    for which, why in told(marks(store.run, seen.judges)).items():
        style = "" if why.startswith("not checked") else "red"
        mark = "" if why.startswith("not checked") else "unusable: "
        screen.print(f"{mark}{which}: {why}", style=style, highlight=False, soft_wrap=True)


def print_pairs(screen: Console, arms: tuple[str, str], found: Sequence[Tally]) -> None:
    """Pairwise verdicts, item by item."""
    from rich.table import Table

    table = Table("pairs", arms[0], arms[1], "ties", "turned with order", "lost")
    for column in table.columns[1:]:
        column.justify = "right"
    for one in found:
        table.add_row(
            f"{one.instrument}.{one.item}",
            str(one.first),
            str(one.second),
            str(one.ties),
            str(one.inconsistent),
            str(one.lost),
        )
    screen.print(table)
    turned = sum(one.inconsistent for one in found)
    counted = sum(one.counted for one in found)
    if turned + counted:
        screen.print(
            f"{turned:,} of {turned + counted:,} verdicts turned with the order "
            f"({turned / (turned + counted):.0%}) and count for nothing.",
            highlight=False,
        )
