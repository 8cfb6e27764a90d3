"""A comparison as Markdown tables, so that a page's figures come from the command beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from muspsy_sim.evaluation.comparing.comparison import Comparison, ComparisonReport
from muspsy_sim.evaluation.comparing.endpoints import TRAJECTORIES
from muspsy_sim.evaluation.comparing.wording import (
    APART,
    APART_NOTE,
    LATENT_NOTE,
    SIMULATED_NOTE,
    UNUSABLE,
    UNUSABLE_NOTE,
    better_way,
    bounds,
    figure,
    kind_of,
    marked_p,
    p_value,
    percent,
    sentences,
    size_of,
    stands_apart,
    unusable_lines,
    why_apart,
)
from muspsy_sim.records.errors import StorageError
from muspsy_sim.records.files import write_atomic

BEGIN = "<!-- figures: written by `muspsy compare --markdown`, do not edit below -->"
_UNCORRECTED = (
    "Not corrected for how many there are: a p below 0.05 among these is a question, not a finding."
)
END = "<!-- end of figures -->"


def markdown(report: ComparisonReport, picture: str | None = None) -> str:
    """The comparison as Markdown; `picture`: the path of its trajectories, as the page sees it."""
    parts = [
        f"{size_of(report)}; baseline `{report.baseline}`; primary endpoint `{report.primary}`"
        + (", declared before the run." if report.primary_declared else "."),
        *_list([*report.gate, report.pitfalls_note, *unusable_lines(report)]),
        *_list(report.warnings),
        "### The arms",
        _arms(report),
        *_declared(report),
        *_explored(report),
        *_adjusted(report),
        *_pitfalls(report),
        *_worst(report),
        "### Week by week",
        _weeks(report),
        *([f"![PHQ-9, GAD-7 and alliance by week and arm]({picture})"] if picture else []),
        SIMULATED_NOTE,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write_into(page: Path, text: str) -> None:
    """Put the figures between their marks on a page, or make the page. Raises `StorageError`."""
    block = f"{BEGIN}\n\n{text}\n{END}"
    if not page.exists():
        write_atomic(page, f"{block}\n".encode())
        return
    try:
        old = page.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise StorageError("is no text", file=page, hint="name a Markdown page") from error
    before, begun, rest = old.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise StorageError(
            "has no place for figures",
            file=page,
            hint=f"put these two lines where they go: {BEGIN} and {END}; or name a new file",
        )
    write_atomic(page, f"{before}{block}{after}".encode())


def _arms(report: ComparisonReport) -> str:
    head = ("arm", "episodes", "failed", "dropout", "deteriorated", report.primary)
    rows = [
        (
            f"`{arm.arm}`",
            str(arm.episodes),
            f"{arm.failed}{' **(above 5%)**' if arm.many_failures else ''}",
            percent(arm.dropout),
            percent(arm.deteriorated),
            figure(arm.means.get(report.primary)),
        )
        for arm in report.arms
    ]
    return _table(head, rows)


def _declared(report: ComparisonReport) -> list[str]:
    chosen = [c for c in report.comparisons if c.standing != "exploratory"]
    if not chosen:
        return []
    head = ("endpoint", "contrast", "difference", "95% interval", "p", "Holm p", "d_z", "d_av")
    rows = [
        (
            f"`{one.endpoint}`{better_way(one)}",
            one.contrast,
            figure(one.effect.estimate),
            _interval(one),
            marked_p(one.effect),
            p_value(one.effect.p_holm),
            figure(one.effect.d_z),
            figure(one.effect.d_av),
        )
        for one in chosen
    ]
    tests = ", ".join(f"{n} {name}" for name, n in report.tests_in_family.items())
    return [
        "### Declared before the run",
        _table(head, rows),
        f"Holm's correction runs over all declared tests of a kind together ({tests}).",
        APART_NOTE if any(stands_apart(one.effect) for one in chosen) else "",
        *_list([why_apart(one) for one in chosen if stands_apart(one.effect)]),
        *_list(sentences(report)),
    ]


def _explored(report: ComparisonReport) -> list[str]:
    questions = ("main", "interaction") if report.factors else ("arm",)
    chosen = [
        c for c in report.comparisons if c.standing == "exploratory" and c.question in questions
    ]
    if not chosen:
        return []
    contrasts = list(dict.fromkeys(one.contrast for one in chosen))
    of: dict[str, dict[str, Comparison]] = {}
    for one in chosen:
        of.setdefault(one.endpoint, {})[one.contrast] = one
    rows = [
        (
            f"`{name}`{better_way(next(iter(found.values())))}",
            kind_of(next(iter(found.values())), report),
            *(_short(found[contrast]) for contrast in contrasts if contrast in found),
        )
        for name, found in of.items()
    ]
    return [
        "### Exploratory",
        f"{_UNCORRECTED} {LATENT_NOTE}",
        _table(("endpoint", "kind", *contrasts), rows),
        UNUSABLE_NOTE if any(UNUSABLE in row[1] for row in rows) else "",
        APART_NOTE if any(APART in cell for row in rows for cell in row) else "",
    ]


def _adjusted(report: ComparisonReport) -> list[str]:
    questions = {c.contrast: c.question for c in report.comparisons}
    wanted = "main" if report.factors else "arm"
    rows = [
        (
            f"`{one.endpoint}`",
            one.contrast,
            figure(one.raw),
            figure(one.estimate),
            one.reason if one.low is None else bounds(one.low, one.high),
            "-" if one.length_ratio is None else f"x{one.length_ratio:.2f}",
        )
        for one in report.adjustments
        if questions.get(one.contrast) == wanted
    ]
    head = ("endpoint", "contrast", "raw", "adjusted", "95% interval", "words")
    title = "### Alliance at equal length of what the counselor says"
    return [title, _table(head, rows)] if rows else []


def _pitfalls(report: ComparisonReport) -> list[str]:
    arms = [arm for arm in report.arms if arm.pitfalls]
    names = list(dict.fromkeys(name for arm in arms for name in arm.pitfalls))
    rows = [(f"`{name}`", *(figure(arm.pitfalls.get(name)) for arm in arms)) for name in names]
    head = ("pitfall", *(f"`{arm.arm}`" for arm in arms))
    return ["### Pitfall rates by arm", _table(head, rows)] if rows else []


def _worst(report: ComparisonReport) -> list[str]:
    rows = [(f"`{one.episode}`", figure(one.value), one.end) for one in report.worst]
    title = f"### Worst cases by `{report.primary}`"
    return [title, _table(("episode", report.primary, "end"), rows)] if rows else []


def _interval(one: Comparison) -> str:
    effect = one.effect
    return effect.reason if effect.low is None else bounds(effect.low, effect.high)


def _short(one: Comparison) -> str:
    effect = one.effect
    if effect.low is None:
        return f"{figure(effect.estimate)} ({effect.reason})"
    return f"{figure(effect.estimate)} ({bounds(effect.low, effect.high)}), p {marked_p(effect)}"


def _weeks(report: ComparisonReport) -> str:
    arms = [arm.arm for arm in report.arms]
    at = {(p.measure, p.week, p.arm): p.mean for p in report.trajectories}
    weeks = sorted({p.week for p in report.trajectories})
    rows = [
        (
            TRAJECTORIES.get(measure, measure),
            str(week),
            *(figure(at.get((measure, week, arm))) for arm in arms),
        )
        for measure in dict.fromkeys(p.measure for p in report.trajectories)
        for week in weeks
        if any((measure, week, arm) in at for arm in arms)
    ]
    return _table(("measure", "week", *(f"`{arm}`" for arm in arms)), rows)


def _list(lines: Iterable[str]) -> list[str]:
    kept = [line for line in lines if line]
    return ["\n".join(f"- {line}" for line in kept)] if kept else []


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
