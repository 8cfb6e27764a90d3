"""What instruments measure, and what several judges together say of it.

The median over judges stands for each unit. A metric is an item, or a summary that its instrument
declares; a checklist has items alone, since it is never averaged into anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Literal

from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.records.scores import EpisodeScores, Score


@dataclass(frozen=True, slots=True)
class Metric:
    """One number that an episode can have, called `INSTRUMENT.ITEM` or `INSTRUMENT.SUMMARY`."""

    name: str
    title: str
    instrument: str
    items: tuple[str, ...]
    better: Literal["higher", "lower"]
    outcome: bool
    """Whether it may stand as an outcome: a process never does."""
    summary: bool
    """Whether it is the mean of several items."""


def metrics_of(instrument: Instrument) -> list[Metric]:
    """The metrics of an instrument: its summaries first, then its items."""
    outcome = instrument.measures == "outcome"
    found = [
        Metric(
            f"{instrument.id}.{summary.id}",
            summary.title,
            instrument.id,
            tuple(summary.items),
            instrument.better,
            outcome,
            True,
        )
        for summary in instrument.summaries
    ]
    found += [
        Metric(
            f"{instrument.id}.{item.id}",
            item.asks.strip(),
            instrument.id,
            (item.id,),
            instrument.better_of(item),
            outcome,
            False,
        )
        for item in instrument.items
    ]
    return found


Unit = tuple[str, str, int | None]
"""Instrument, item, session (`None` for the course)."""


def consensus(scores: Iterable[Score]) -> dict[Unit, float]:
    """The median over judges of each unit that any of them gave a value; repeats left out."""
    given: dict[Unit, list[float]] = {}
    for score in scores:
        if score.value is not None and score.repeat == 0:
            given.setdefault((score.instrument, score.item, score.session), []).append(score.value)
    return {unit: float(median(values)) for unit, values in given.items()}


def by_session(metric: Metric, agreed: dict[Unit, float]) -> dict[int | None, float]:
    """A metric's value in each unit: the mean of its items that have one there."""
    found: dict[int | None, list[float]] = {}
    for (instrument, item, session), value in agreed.items():
        if instrument == metric.instrument and item in metric.items:
            found.setdefault(session, []).append(value)
    return {session: mean(values) for session, values in found.items()}


def episode_value(metric: Metric, scores: EpisodeScores | Sequence[Score]) -> float | None:
    """A metric's value for an episode: the mean over its units; `None` where it has none."""
    listed = scores.scores if isinstance(scores, EpisodeScores) else scores
    values = by_session(metric, consensus(listed)).values()
    return mean(values) if values else None
