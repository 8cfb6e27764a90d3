"""Endpoints from judges' scores: `INSTRUMENT.ITEM`, one value an episode, failures counted.

The median over judges stands for each session (or the course), and the mean over sessions for the
episode. What did not apply is left out; what failed or was voided is counted and never a number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

import orjson

from muspsy_sim.records.errors import RunError
from muspsy_sim.records.files import storage_error

SELF_REPORT = "self-report"
"""The judge of scores that were computed from the client's own reports."""


@dataclass(slots=True)
class EpisodeJudged:
    """What the judges made of one episode."""

    values: dict[str, float] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    """Scores asked for, by endpoint; what did not apply is not among them."""
    failed: Counter[str] = field(default_factory=Counter)
    """Of these, how many failed or were voided."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Endpoint -> why its first failure failed."""
    judges: set[str] = field(default_factory=set)


def read_scores(file: Path) -> EpisodeJudged | None:
    """The scores of one episode, `None` where it was not evaluated.

    Raises `RunError` for a file that does not hold scores.
    """
    try:
        raw = orjson.loads(file.read_bytes())
        scores = raw["scores"] if isinstance(raw, dict) else raw
        return _judged(scores)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise storage_error(file, error, "read") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(
            "does not hold scores", file=file, hint="delete it and evaluate the run again"
        ) from error


def _judged(scores: list[dict[str, Any]]) -> EpisodeJudged:
    found = EpisodeJudged()
    by_unit: dict[tuple[str, int | None], list[float]] = defaultdict(list)
    for score in scores:
        if score.get("repeat", 0):
            continue  # asked again to see whether the judge repeats itself
        name = f"{score['instrument']}.{score['item']}"
        if score["judge"] != SELF_REPORT:
            found.judges.add(score["judge"])
        if score["value"] is not None:
            found.asked[name] += 1
            by_unit[name, score.get("session")].append(float(score["value"]))
        elif score.get("state") != "not_applicable":
            found.asked[name] += 1
            found.failed[name] += 1
            found.reasons.setdefault(name, score.get("reason", ""))
    of_sessions: dict[str, list[float]] = defaultdict(list)
    for (name, _), values in by_unit.items():
        of_sessions[name].append(median(values))
    found.values = {name: mean(values) for name, values in of_sessions.items()}
    return found
