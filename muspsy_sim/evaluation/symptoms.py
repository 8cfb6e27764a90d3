"""Symptom change from the client's own reports, judged as Jacobson & Truax (1991) do.

A change is reliable when it exceeds 1.96 standard errors of a difference, SE = SD sqrt(2 (1 - r));
it is clinically significant when it is a reliable improvement that also crosses the cut-off, from a
case to none. No judge is asked, and only what the client reported is used, never its latent state.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Literal

from muspsy_sim.evaluation.instruments.loading import read_instrument
from muspsy_sim.evaluation.instruments.spec import Instrument, ReportedChange
from muspsy_sim.records.content import content_path
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.scores import SELF_REPORT, Score
from muspsy_sim.records.state import SymptomReport

_Z = 1.96


def reliable_difference(how: ReportedChange) -> float:
    """The smallest difference in total score that measurement error alone seldom makes."""
    return _Z * how.sd.value * math.sqrt(2.0 * (1.0 - how.reliability.value))


def reported_change(report: Literal["phq9", "gad7"]) -> ReportedChange:
    """What the shipped instrument of this report says of its error and its cut-off.

    The one place where these figures stand: scores and endpoints both go by them. Raises
    `ContentError`.
    """
    return _read(content_path("agents", "judge", "instruments", f"{report}.yaml"))


@cache
def _read(path: Path) -> ReportedChange:
    how = read_instrument(path).reported
    if how is None:
        why = "endpoints of symptoms need its reliability, sd and cut-off"
        raise ContentError(path, None, "reported", why, "keep it as it ships")
    return how


def last_report(episode: Episode) -> SymptomReport | None:
    """The report at the horizon: the last of all, follow-up included; `None` before any week."""
    reports = [*(week.report for week in episode.weeks), *episode.follow_up]
    return max(reports, key=lambda report: report.week, default=None)


def symptom_scores(instrument: Instrument, episode: Episode) -> list[Score]:
    """The scores of a self-report instrument for one episode.

    `change` is start minus end, so that positive is better; `reliable` is 1 improved, 0 no reliable
    change, -1 deteriorated; `significant` is 1 or 0, and does not apply to who began below the
    cut-off.
    """
    how = instrument.reported
    if how is None:
        raise ValueError(f"{instrument.id} is no self-report")
    if not episode.end.complete:
        why = f"the course was stopped: {episode.end.value}"
        return [_scored(instrument, item.id, None, why, "failed") for item in instrument.items]
    first, last = episode.baseline, last_report(episode)
    if first is None or last is None:
        why = "there is no report before the first session, or none after it"
        return [_scored(instrument, item.id, None, why) for item in instrument.items]
    start, end = _total(how, first), _total(how, last)
    change, least = start - end, reliable_difference(how)
    reliable = 0.0 if abs(change) <= least else math.copysign(1.0, change)
    values: dict[str, float | None] = {
        "start": float(start),
        "end": float(end),
        "change": float(change),
        "reliable": reliable,
        "significant": None
        if start < how.cut_off.value
        else float(reliable == 1.0 and end < how.cut_off.value),
    }
    below = f"it began below the cut-off of {how.cut_off.value:g}"
    weeks = f"weeks {first.week} and {last.week}"
    return [
        _scored(instrument, item.id, values[item.id], below if values[item.id] is None else weeks)
        for item in instrument.items
    ]


def _total(how: ReportedChange, report: SymptomReport) -> int:
    return report.phq9_total if how.report == "phq9" else report.gad7_total


def _scored(
    instrument: Instrument, item: str, value: float | None, said: str, state: str = "not_applicable"
) -> Score:
    return Score.model_validate(
        {
            "instrument": instrument.id,
            "version": instrument.version,
            "item": item,
            "value": value,
            "state": state if value is None else "scored",
            "reason": said if value is None else "",
            "judge": SELF_REPORT,
            "reasoning": said if value is not None else "",
        }
    )
