"""Pictures of one client under several counselors: over the turns, and over the weeks.

matplotlib is an extra: it is imported here, when the first picture is drawn, and nowhere else. The
same courses give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muspsy_sim.agents.client.wordless import WordlessCourse
from muspsy_sim.records.episode import CourseEnd
from muspsy_sim.records.errors import MuspsyError
from muspsy_sim.records.files import storage_error
from muspsy_sim.records.state import StateValues

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072b2", "#7f7f7f", "#d55e00", "#b8860b", "#cc79a7", "#009e73")
"""Told apart by colour-blind readers too (after Okabe and Ito 2008)."""

_GRID = "#e4e4e4"
_WAITING = "#000000"
_PHQ9_MOST = 27


class PictureError(MuspsyError):
    """A picture cannot be drawn."""


def draw_dynamics(
    courses: Sequence[WordlessCourse],
    folder: Path,
    *,
    sessions: int,
    exchanges: int,
    formats: Sequence[str] = ("svg", "png"),
) -> list[Path]:
    """Write `ID-turns` and `ID-weeks` in every format, and return what was written.

    `courses`: one client's by different counselors, of the same luck; one without sessions is a
    dashed line.

    Raises:
        PictureError: matplotlib is not installed, or there is nothing to draw.
        StorageError: the disk refuses.
    """
    if not courses:
        raise PictureError("there is no course to draw")
    _matplotlib()
    persona = courses[0].persona
    drawn = {
        f"{persona}-turns": _over_turns(courses, sessions, exchanges),
        f"{persona}-weeks": _over_weeks(courses, sessions),
    }
    written = []
    for name, figure in drawn.items():
        for each in formats:
            path = folder / f"{name}.{each}"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                # Without a date, so that the same courses give the same bytes.
                told = {"Date": None} if each == "svg" else {"Software": None}
                figure.savefig(path, format=each, metadata=told, dpi=120)
            except OSError as error:
                raise storage_error(path, error, "write") from error
            written.append(path)
    return written


def _matplotlib() -> None:
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise PictureError(
            "pictures need matplotlib, which is not installed",
            hint="pip install 'muspsy-sim[report]', or ask for --no-pictures",
        ) from error
    mpl.use("Agg")
    mpl.rcParams.update(
        {
            "svg.hashsalt": "muspsy",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.size": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )


def _panels(rows: int, title: str) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 1.0 + 1.9 * rows), layout="constrained")
    axes = figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]
    figure.suptitle(title, x=0.02, ha="left", fontsize=10)
    return figure, list(axes)


def _over_turns(courses: Sequence[WordlessCourse], sessions: int, exchanges: int) -> Figure:
    persona = courses[0].persona
    figure, axes = _panels(2, f"{persona}: after each of the counselor's turns")
    for axis, name in zip(axes, ("trust", "distress"), strict=True):
        _frame(axis, name, 1.0)
        for session in range(sessions + 1):
            # Where a session begins.
            axis.axvline(session * exchanges + 0.5, color=_GRID, linewidth=1.0, zorder=0)
        for number, course in enumerate(_with_sessions(courses)):
            _turn_lines(axis, course, name, exchanges, COLOURS[number % len(COLOURS)])
    last = axes[-1]
    last.set_xticks([(n + 0.5) * exchanges + 0.5 for n in range(sessions)])
    last.set_xticklabels([f"session {n + 1}" for n in range(sessions)])
    last.tick_params(axis="x", length=0)
    last.set_xlim(0.0, sessions * exchanges + 1.0)
    _legend(figure, axes[0])
    return figure


def _turn_lines(axis: Axes, course: WordlessCourse, name: str, exchanges: int, colour: str) -> None:
    for session in course.held:
        points = [point for point in course.instants if point.session == session]
        at = [(session - 1) * exchanges + point.exchange for point in points]
        values = [_value(point.values, name) for point in points]
        label = course.counselor if session == course.held[0] else None
        axis.plot(at, values, color=colour, linewidth=1.6, label=label)
    if course.instants and course.end is CourseEnd.CLIENT_DROPPED_OUT:
        last = course.instants[-1]
        at_end = (last.session - 1) * exchanges + last.exchange
        _left(axis, at_end, _value(last.values, name), colour)


def _over_weeks(courses: Sequence[WordlessCourse], sessions: int) -> Figure:
    persona = courses[0].persona
    figure, axes = _panels(3, f"{persona}: at the end of each week")
    horizon = len(courses[0].weeks) - 1
    numbers = {id(course): n for n, course in enumerate(_with_sessions(courses))}
    for axis, name in zip(axes, ("trust", "distress", "PHQ-9"), strict=True):
        _frame(axis, name if name != "PHQ-9" else "PHQ-9 reported", 1.0)
        axis.axvspan(sessions + 0.5, horizon + 0.4, color="#f4f4f4", zorder=0)
        for course in courses:
            number = numbers.get(id(course))
            colour = _WAITING if number is None else COLOURS[number % len(COLOURS)]
            values = _weekly(course, name)
            style = "--" if number is None else "-"
            width = 1.2 if number is None else 1.6
            axis.plot(
                range(horizon + 1),
                values,
                style,
                color=colour,
                linewidth=width,
                label=course.counselor,
            )
            if course.end is CourseEnd.CLIENT_DROPPED_OUT:
                # It was after the last week with a session that it came no more.
                week = course.end_week - 1
                _left(axis, week, values[week], colour)
    axes[2].set_ylim(0, _PHQ9_MOST)
    axes[2].set_yticks([0, 5, 10, 15, 20, 25])
    axes[-1].set_xlim(-0.2, horizon + 0.4)
    axes[-1].set_xticks(range(horizon + 1))
    axes[-1].set_xlabel("week (grey: after the last session's week)")
    _legend(figure, axes[0])
    return figure


def _weekly(course: WordlessCourse, name: str) -> list[float]:
    if name == "PHQ-9":
        return [float(report.phq9_total) for report in course.reports]
    return [_value(values, name) for values in course.weeks]


def _with_sessions(courses: Sequence[WordlessCourse]) -> list[WordlessCourse]:
    return [course for course in courses if course.end is not CourseEnd.WAITED]


def _value(values: StateValues, name: str) -> float:
    return values.trust if name == "trust" else values.distress


def _frame(axis: Axes, name: str, highest: float) -> None:
    axis.set_ylabel(name)
    axis.set_ylim(0.0, highest)
    axis.grid(axis="y", color=_GRID, linewidth=0.8)
    axis.set_axisbelow(True)


def _left(axis: Axes, at: float, value: float, colour: str) -> None:
    """A cross where the client came no more."""
    axis.plot([at], [value], marker="x", markersize=8, markeredgewidth=2.0, color=colour)


def _legend(figure: Figure, axis: Axes) -> None:
    handles, labels = axis.get_legend_handles_labels()
    from matplotlib.lines import Line2D

    cross: Any = Line2D([], [], marker="x", linestyle="", color="#444444", markeredgewidth=2.0)
    figure.legend(
        [*handles, cross],
        [*labels, "left the course"],
        loc="outside lower center",
        ncols=min(6, len(labels) + 1),
        frameon=False,
    )
