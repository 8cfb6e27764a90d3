"""What whole courses came to, counted as `outcome_bands.yaml` defines it, beside the bands.

Reads plain endpoints, so that courses lived with and without words are counted alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from muspsy_sim.agents.client.outcome_bands import Band, Definitions, Outcome, OutcomeBands
from muspsy_sim.agents.client.wordless import WordlessCourse
from muspsy_sim.records.episode import CourseEnd, Episode
from muspsy_sim.records.state import StateValues

_Z = 1.96
_FEWEST = 8
"""Courses below which a correlation is not told."""

Verdict = Literal["in", "below", "above", "not measured"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What one course came to."""

    baseline: int
    """PHQ-9 total reported before session one."""
    horizon: int
    """PHQ-9 total reported at the horizon."""
    held: int
    """Sessions held."""
    dropped_out: bool
    alliance: float | None
    """After the session that the definitions name, or the last one held before it; 0 to 1."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured share or correlation with its 95% interval; `value` is `None` with a reason."""

    value: float | None
    low: float = math.nan
    high: float = math.nan
    courses: int = 0
    reason: str = ""


def endpoint_of_wordless(course: WordlessCourse, definitions: Definitions) -> Endpoint:
    """The endpoint of a course without words."""
    return Endpoint(
        baseline=course.reports[0].phq9_total,
        horizon=course.reports[definitions.horizon].phq9_total,
        held=len(course.held),
        dropped_out=course.end is CourseEnd.CLIENT_DROPPED_OUT,
        alliance=_alliance(course.after_session, definitions),
    )


def endpoint_of_episode(episode: Episode, definitions: Definitions) -> Endpoint:
    """The endpoint of a recorded course. Raises `ValueError` where it has none."""
    if episode.baseline is None or not episode.end.complete:
        raise ValueError(f"episode {episode.id} was not lived to its horizon")
    horizon = [week for week in episode.weeks if week.number == definitions.horizon]
    if not horizon:
        raise ValueError(f"episode {episode.id} has no week {definitions.horizon}")
    after = {s.number: s.state_after.values for s in episode.sessions if s.turns and s.state_after}
    return Endpoint(
        baseline=episode.baseline.phq9_total,
        horizon=horizon[0].report.phq9_total,
        held=len(after),
        dropped_out=episode.end is CourseEnd.CLIENT_DROPPED_OUT,
        alliance=_alliance(after, definitions),
    )


def _alliance(after: dict[int, StateValues], definitions: Definitions) -> float | None:
    early = [n for n in after if n <= definitions.alliance_session]
    if not early:
        return None
    alliance = after[max(early)].alliance
    return (alliance.goal + alliance.task + alliance.bond) / 3.0


_RUPTURE = 0.25
"""Strain from which a rupture is counted: where a dismissive turn is answered with hurt."""


def along_the_way(courses: Sequence[WordlessCourse], definitions: Definitions) -> list[str]:
    """What has no band: how much scores fell, how often things happened, whom a course lost.

    Scores over the same courses as response; `d` is the alliance of those who stayed less that of
    those who left, in standard deviations (Sharf and others 2010 found 0.55).
    """
    ends = [endpoint_of_wordless(course, definitions) for course in courses]
    counted = [end for end in ends if end.baseline >= definitions.baseline_at_least]
    told = []
    if first := sum(end.baseline for end in counted):
        told.append(f"score down {1.0 - sum(end.horizon for end in counted) / first:.0%}")
    rules = [{change.rule for _, change in course.changes} for course in courses]
    strained = [any(x.values.strain >= _RUPTURE for x in c.instants) for c in courses]
    for name, happened in (
        ("rupture", strained),
        ("sudden gain", ["week.sudden_gain_size" in each for each in rules]),
        ("relapse", ["week.relapse_size" in each for each in rules]),
    ):
        told.append(f"{name} {sum(happened) / len(courses):.0%}")
    stayed, left = (
        np.array([e.alliance for e in ends if e.alliance is not None and e.dropped_out is gone])
        for gone in (False, True)
    )
    if min(len(stayed), len(left)) >= _FEWEST:
        spread = math.sqrt((float(stayed.var()) + float(left.var())) / 2.0)
        if spread:
            told.append(f"d {float(stayed.mean() - left.mean()) / spread:.2f}")
    return told


def figure(endpoints: Iterable[Endpoint], outcome: Outcome, definitions: Definitions) -> Figure:
    """One outcome over the courses of an arm."""
    courses = list(endpoints)
    if outcome == "dropout":
        return share([e.dropped_out for e in courses if e.held])
    counted = [e for e in courses if e.baseline >= definitions.baseline_at_least]
    if outcome == "response":
        left = 1.0 - definitions.response_share
        return share([e.horizon <= left * e.baseline for e in counted])
    if outcome == "deterioration":
        points = definitions.deterioration_points
        return share([e.horizon - e.baseline >= points for e in counted])
    return _alliance_outcome(counted)


def share(met: Sequence[bool]) -> Figure:
    """A share with its 95% Wilson interval (Wilson 1927), courses taken as independent."""
    n = len(met)
    if not n:
        return Figure(None, reason="no course to count")
    p = sum(met) / n
    middle = (p + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    half = _Z * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n)) / (1 + _Z * _Z / n)
    return Figure(p, max(0.0, middle - half), min(1.0, middle + half), n)


def _alliance_outcome(endpoints: list[Endpoint]) -> Figure:
    """Partial correlation of alliance with a better endpoint, given baseline; Fisher's interval."""
    rows = [(e.alliance, e.baseline, e.horizon) for e in endpoints if e.alliance is not None]
    if len(rows) < _FEWEST:
        return Figure(None, courses=len(rows), reason=f"fewer than {_FEWEST} courses")
    alliance, baseline, horizon = np.array(rows, dtype=float).T
    if not (alliance.std() and horizon.std()):
        return Figure(None, courses=len(rows), reason="no spread")
    given = np.column_stack([np.ones_like(baseline), baseline])
    better = -_residual(horizon, given)
    warmer = _residual(alliance, given)
    r = float(np.corrcoef(warmer, better)[0, 1])
    half = _Z / math.sqrt(len(rows) - 4)
    z = math.atanh(max(-0.999999, min(0.999999, r)))
    return Figure(r, math.tanh(z - half), math.tanh(z + half), len(rows))


def _residual(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
    given: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    fitted, *_ = np.linalg.lstsq(given, values, rcond=None)
    return values - given @ fitted


def verdict(measured: Figure, band: Band) -> Verdict:
    """Whether the figure itself lies in the band."""
    if measured.value is None:
        return "not measured"
    if measured.value < band.low:
        return "below"
    return "above" if measured.value > band.high else "in"


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure beside its band."""

    band: Band
    figure: Figure
    verdict: Verdict


def compared(endpoints: Mapping[str, Sequence[Endpoint]], bands: OutcomeBands) -> list[Compared]:
    """Every band whose arm has courses, in the file's order, beside what was measured."""
    found = []
    for band in bands.bands:
        if band.arm not in endpoints:
            continue
        measured = figure(endpoints[band.arm], band.outcome, bands.definitions)
        found.append(Compared(band, measured, verdict(measured, band)))
    return found


def as_text(rows: Sequence[Compared]) -> list[str]:
    """A plain table, one line a band: figure, its interval, band, verdict."""
    heads = ("arm", "outcome", "n", "figure", "95% interval", "band")
    lines = ["{:<12} {:<17} {:>5} {:>7}  {:<14} {:<14} verdict".format(*heads)]
    for row in rows:
        band, seen = row.band, row.figure
        if seen.value is None:
            figure_text, interval = "-", seen.reason
        else:
            figure_text, interval = f"{seen.value:.3f}", f"{seen.low:.3f} to {seen.high:.3f}"
        lines.append(
            f"{band.arm:<12} {band.outcome:<17} {seen.courses:>5} {figure_text:>7}  "
            f"{interval:<14} {f'{band.low:.2f} to {band.high:.2f}':<14} {row.verdict}"
        )
    return lines
