"""The validity gate for people: a Markdown table for the docs, and a picture of dots and intervals.

Both say the same as `validity.json`; figures are rounded here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from muspsy_sim.evaluation.comparing.wording import many
from muspsy_sim.evaluation.gate.conditions import Condition, Unit
from muspsy_sim.evaluation.gate.verdict import Validity, told
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.files import storage_error, write_atomic

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BEGIN = "<!-- muspsy validate: begin -->"
END = "<!-- muspsy validate: end -->"

VERDICTS = {"holds": "holds", "broken": "BROKEN", "unmeasured": "not measured"}
_COLOURS = {"holds": "#1b6e53", "broken": "#b3261e", "unmeasured": "#8a8a8a"}


def number(value: float | None, unit: Unit) -> str:
    """A figure as people read it; a dash where there is none."""
    if value is None:
        return "-"
    if unit == "courses":
        return f"{value:.0f}"
    if unit == "share":
        return f"{value:.0%}"
    return f"{value:+.2f}" if unit == "points" else f"{value:.2f}"


def interval(condition: Condition) -> str:
    """The interval in words; a dash where there is none."""
    if condition.low is None and condition.high is None:
        return "-"
    low, high = (number(v, condition.unit) for v in (condition.low, condition.high))
    return f"{low} to {high}"


def markdown(validity: Validity, command: str, picture: str | None) -> str:
    """The tables of a verdict as Markdown, what does not hold in bold."""
    lines = [f"Made by `{command}`: {_made_of(validity)}.", ""]
    lines += ["| condition | figure | interval | limit | |", "|---|---:|---|---|---|"]
    for c in validity.conditions:
        verdict = VERDICTS[c.status]
        shown = verdict if c.status == "holds" else f"**{verdict}**"
        detail = f" ({c.detail})" if c.detail else ""
        lines.append(
            f"| {c.title}{detail} | {number(c.figure, c.unit)} | {interval(c)} | {c.limit} "
            f"| {shown} |"
        )
    lines.append("")
    lines += [f"- **{line}**" for line in told(validity)] or ["All conditions hold."]
    lines += ["", "Per arm, in points of PHQ-9 and GAD-7 together:", ""]
    lines += ["| arm | courses | improvement | interval | dropped out | responded | told |"]
    lines += ["|---|---:|---:|---|---:|---:|---:|"]
    for a in validity.arms:
        ends = f"{number(a.low, 'points')} to {number(a.high, 'points')}"
        lines.append(
            f"| {a.arm} | {a.courses} | {number(a.improvement, 'points')} | {ends} | "
            f"{a.dropped_out:.0%} | {number(a.responded, 'share')} | {a.sensitive_told} |"
        )
    lines += [
        "",
        "`told`: sensitive facts that the clients' words tell, over all courses of the arm.",
    ]
    if picture:
        lines += ["", f"![Each condition's figure, interval and limit]({picture})"]
    lines += ["", validity.method, "", f"*{validity.disclaimer}*"]
    return "\n".join(lines) + "\n"


def _made_of(validity: Validity) -> str:
    models = ", ".join(f"{role} {model}" for role, model in sorted(validity.models.items()))
    return (
        f"{many(validity.clients, 'client')} x {many(validity.seeds, 'seed')}, "
        f"{many(validity.courses, 'course')}, "
        f"version {validity.code_version}; {models}"
    )


def check_marks(file: Path) -> tuple[str, str]:
    """What stands before and after the place for the tables in a Markdown file.

    Raises `StorageError` where it cannot be read, `ContentError` where the marks are missing.
    """
    try:
        whole = file.read_bytes().decode("utf-8")
    except OSError as error:
        raise storage_error(file, error, "read") from error
    except UnicodeDecodeError as error:
        raise ContentError(file, None, None, "is not UTF-8", "save it as UTF-8") from error
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ContentError(
            file, None, None, "holds no place for the tables", f"write {BEGIN} and {END} into it"
        )
    return before, after


def put_between(file: Path, text: str) -> None:
    """Put Markdown between the two marks of a file. Raises what `check_marks` raises."""
    before, after = check_marks(file)
    write_atomic(file, f"{before}{BEGIN}\n{text}{END}{after}".encode())


def draw(validity: Validity, file: Path) -> None:
    """Draw each condition as a dot with its interval and limit, as SVG: the same bytes each time.

    Raises `ModuleNotFoundError` where matplotlib is not installed (the extra `report`).
    """
    import io

    import matplotlib as mpl
    from matplotlib.figure import Figure

    points = [c for c in validity.conditions if c.unit == "points"]
    shares = [c for c in validity.conditions if c.unit in ("share", "ratio", "kappa")]
    with mpl.rc_context({"svg.hashsalt": "muspsy", "svg.fonttype": "path", "font.size": 9}):
        figure = Figure(
            figsize=(8.0, 0.34 * (len(points) + len(shares)) + 2.0), layout="constrained"
        )
        upper, lower = figure.subplots(
            2, 1, gridspec_kw={"height_ratios": [max(1, len(points)), max(1, len(shares))]}
        )
        _dots(upper, points, {})
        upper.axvline(0.0, color="#444444", linewidth=0.8)
        upper.set_xlabel("points of PHQ-9 and GAD-7 together")
        upper.set_title("Does what the counselor does decide how clients fare?", loc="left")
        _dots(lower, shares, _limits())
        lower.set_xlim(-0.25, 1.05)
        lower.set_xlabel("share, ratio or weighted kappa; | = the limit")
        for height, status in ((0.98, "holds"), (0.84, "broken")):
            lower.text(
                0.99,
                height,
                f"● {VERDICTS[status]}",
                color=_COLOURS[status],
                transform=lower.transAxes,
                ha="right",
                va="top",
            )
        drawn = io.BytesIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    write_atomic(file, drawn.getvalue())


def _limits() -> dict[str, float]:
    from muspsy_sim.evaluation.gate import conditions

    return {
        "response": conditions.MOST_RESPONDING,
        "telling": conditions.MOST_TOLD_TO_NODDING,
        "fidelity": conditions.LEAST_KAPPA,
    }


def _dots(axes: Axes, conditions: Sequence[Condition], limits: dict[str, float]) -> None:
    """One row a condition, the first on top."""
    rows = list(range(len(conditions)))[::-1]
    for row, c in zip(rows, conditions, strict=True):
        colour = _COLOURS[c.status]
        if c.figure is None:
            continue
        if c.low is not None and c.high is not None:
            axes.hlines(row, c.low, c.high, color=colour, linewidth=1.6)
        axes.plot([c.figure], [row], "o", color=colour, markersize=5)
        if c.about in limits:
            axes.plot([limits[c.about]], [row], "|", color="#444444", markersize=12)
    axes.set_yticks(rows, [c.title for c in conditions])
    axes.set_ylim(-0.7, len(conditions) - 0.3)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#e5e5e5", linewidth=0.6)
    axes.set_axisbelow(True)
