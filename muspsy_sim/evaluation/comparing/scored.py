"""Endpoints from judges' scores: `INSTRUMENT.ITEM`, one value an episode, failures counted.

The median over judges stands for each session (or the course), an instrument's summaries are means
of its items there, and the mean over sessions stands for the episode. What did not apply is left
out; what failed or was voided is counted and never a number. A checklist's items stay apart.
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

_MEND = "delete it and evaluate the run again"


@dataclass(frozen=True, slots=True)
class Used:
    """What a comparison needs of an instrument that was used."""

    id: str
    better: dict[str, str]
    """Item or summary to the direction that is better."""
    summaries: dict[str, list[str]]
    process: bool = False
    """It saw plans or notes: unblinded, and no outcome."""
    checklist: bool = False


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


def used_instruments(folder: Path) -> dict[str, Used]:
    """The instruments that scores were made with. Raises `RunError` for a file that is none."""
    return {file.stem: _used(file) for file in sorted((folder / "instruments").glob("*.json"))}


def read_scores(file: Path, instruments: dict[str, Used]) -> EpisodeJudged | None:
    """The scores of one episode, `None` where it was not evaluated.

    Raises `RunError` for a file that does not hold scores.
    """
    try:
        return judged_of(orjson.loads(file.read_bytes())["scores"], instruments)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise storage_error(file, error, "read") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError("does not hold scores", file=file, hint=_MEND) from error


def _used(file: Path) -> Used:
    try:
        return used_of(orjson.loads(file.read_bytes()))
    except OSError as error:
        raise storage_error(file, error, "read") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise RunError("holds no instrument", file=file, hint=_MEND) from error


def used_of(raw: dict[str, Any]) -> Used:
    """The same of an instrument as its file holds it."""
    better = {item["id"]: item.get("better") or raw["better"] for item in raw["items"]}
    summaries = {one["id"]: list(one["items"]) for one in raw.get("summaries") or []}
    return Used(
        id=raw["id"],
        better={**better, **{name: better[items[0]] for name, items in summaries.items()}},
        summaries=summaries,
        process=raw.get("measures") == "process",
        checklist=bool(raw.get("checklist")),
    )


def judged_of(scores: list[dict[str, Any]], instruments: dict[str, Used]) -> EpisodeJudged:
    """What a list of scores, as their file holds them, comes to."""
    found = EpisodeJudged()
    given: dict[tuple[str, str, int | None], list[float]] = defaultdict(list)
    for score in scores:
        if score.get("repeat", 0):
            continue  # asked again to see whether the judge repeats itself
        name = f"{score['instrument']}.{score['item']}"
        if score["judge"] != SELF_REPORT:
            found.judges.add(score["judge"])
        if score["value"] is not None:
            found.asked[name] += 1
            given[score["instrument"], score["item"], score.get("session")].append(
                float(score["value"])
            )
        elif score.get("state") != "not_applicable":
            found.asked[name] += 1
            found.failed[name] += 1
            found.reasons.setdefault(name, score.get("reason", ""))
    settled = {key: median(values) for key, values in given.items()}
    of_sessions: dict[str, list[float]] = defaultdict(list)
    for (instrument, item, _), value in settled.items():
        of_sessions[f"{instrument}.{item}"].append(value)
    for name, value in _summaries(settled, instruments):
        of_sessions[name].append(value)
    found.values = {name: mean(values) for name, values in of_sessions.items()}
    return found


def _summaries(
    settled: dict[tuple[str, str, int | None], float], instruments: dict[str, Used]
) -> list[tuple[str, float]]:
    """Each summary in each session or course where all of its items have a value."""
    found = []
    for instrument, session in dict.fromkeys((i, s) for i, _, s in settled):
        used = instruments.get(instrument)
        for name, items in (used.summaries if used else {}).items():
            values = [settled.get((instrument, item, session)) for item in items]
            known = [value for value in values if value is not None]
            if len(known) == len(items):
                found.append((f"{instrument}.{name}", mean(known)))
    return found
