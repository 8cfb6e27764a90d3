"""The results of all cases: means with intervals over dialogues, and what failed.

Cases of one dialogue share most of their history, so a dialogue is one observation: its cases are
averaged, and intervals are over dialogues. Nothing is given a number that was not measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median

import numpy as np
from pydantic import Field

from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.evaluation.responding.bertscore import Encoder
from muspsy_sim.evaluation.responding.outcomes import ReplyOutcome
from muspsy_sim.evaluation.responding.reference import reference_metrics
from muspsy_sim.evaluation.statistics.intervals import interval
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.files import write_atomic


class Measured(Record):
    """A mean over dialogues with its 95% interval, or why there is none."""

    name: str
    made_by: str
    language: Language
    value: float | None
    low: float | None = None
    high: float | None = None
    cases: int = Field(ge=0, description="cases that gave a value")
    dialogues: int = Field(ge=0)
    reason: str = ""


class Responded(Record):
    """A model's replies to a set of cases, in figures."""

    model: str
    judges: list[str] = Field(default_factory=list)
    cases: int
    dialogues: int
    failed: int
    failures: dict[str, int] = Field(default_factory=dict, description="by kind")
    left_out: dict[str, int] = Field(default_factory=dict, description="turns that make no case")
    reply_length: float | None = Field(description="median characters of a reply")
    gold_length: float | None = Field(description="median characters of what was really said")
    reference: list[Measured] = Field(default_factory=list)
    judged: list[Measured] = Field(default_factory=list)


def results_of(
    model: str,
    judges: Sequence[str],
    outcomes: Sequence[ReplyOutcome],
    left_out: dict[str, int],
    *,
    encoder: Encoder | None = None,
    instruments: Sequence[Instrument] = (),
) -> Responded:
    """All figures; `encoder` adds BERTScore, and no interval leaves the scales of `instruments`.

    Raises `ModelSetupError` where a library of the reference metrics is missing.
    """
    failures: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.failure is not None:
            kind = outcome.failure.partition(":")[0]
            failures[kind] = failures.get(kind, 0) + 1
    replied = [o for o in outcomes if o.reply is not None]
    return Responded(
        model=model,
        judges=list(judges),
        cases=len(outcomes),
        dialogues=len({o.case.dialogue for o in outcomes}),
        failed=sum(failures.values()),
        failures=failures,
        left_out=dict(sorted(left_out.items())),
        reply_length=median(len(o.reply or "") for o in replied) if replied else None,
        gold_length=median(len(o.case.gold) for o in outcomes) if outcomes else None,
        reference=_reference(replied, encoder),
        judged=_judged(outcomes, instruments),
    )


def _reference(replied: Sequence[ReplyOutcome], encoder: Encoder | None) -> list[Measured]:
    found = []
    languages: list[Language] = ["en", "zh"]
    for language in languages:
        these = [o for o in replied if o.case.language == language]
        if not these:
            continue
        replies, golds = [o.reply or "" for o in these], [o.case.gold for o in these]
        metrics = reference_metrics(replies, golds, language)
        if encoder is not None:
            metrics.append(encoder.nearness(replies, golds))
        for metric in metrics:
            valued = [
                (o.case.dialogue, value) for o, value in zip(these, metric.values, strict=True)
            ]
            found.append(_measured(metric.name, metric.made_by, language, valued, NEARNESS))
    return found


def _judged(outcomes: Sequence[ReplyOutcome], instruments: Sequence[Instrument]) -> list[Measured]:
    """Each item of each judge; a score without a value is left out, and counted by its reason."""
    scales = {(x.id, item.id): x.scale_of(item) for x in instruments for item in x.items}
    keys = {
        (s.instrument, s.version, s.item, s.judge, o.case.language)
        for o in outcomes
        for s in o.scores
    }
    found = []
    for instrument, version, item, judge, language in sorted(keys):
        mine = [
            (o.case.dialogue, s)
            for o in outcomes
            if o.case.language == language
            for s in o.scores
            if (s.instrument, s.item, s.judge) == (instrument, item, judge)
        ]
        valued = [(dialogue, s.value) for dialogue, s in mine if s.value is not None]
        without: dict[str, int] = {}
        for _, score in mine:
            if score.value is None:
                without[score.state] = without.get(score.state, 0) + 1
        name = f"{instrument}.{item}"
        scale = scales.get((instrument, item))
        within = (-np.inf, np.inf) if scale is None else (scale.low, scale.high)
        measured = _measured(name, f"{judge}, version {version}", language, valued, within)
        said = ", ".join(f"{n} {state}" for state, n in sorted(without.items()))
        found.append(measured.model_copy(update={"reason": measured.reason or said}))
    return found


NEARNESS = (0.0, 100.0)
"""What a reference metric can come to."""


def _measured(
    name: str,
    made_by: str,
    language: Language,
    valued: Sequence[tuple[str, float]],
    within: tuple[float, float],
) -> Measured:
    by_dialogue: dict[str, list[float]] = {}
    for dialogue, value in valued:
        by_dialogue.setdefault(dialogue, []).append(value)
    means = [mean(values) for values in by_dialogue.values()]
    found = interval(np.array(means)) if means else None
    return Measured(
        name=name,
        made_by=made_by,
        language=language,
        value=mean(means) if means else None,
        low=max(found.low, within[0]) if found else None,
        high=min(found.high, within[1]) if found else None,
        cases=len(valued),
        dialogues=len(means),
        reason="" if found else "nothing was scored" if not means else _why_no_interval(means),
    )


def _why_no_interval(means: Sequence[float]) -> str:
    return "one dialogue has no spread" if len(means) == 1 else "all dialogues came out the same"


def write_results(folder: Path, results: Responded, outcomes: Sequence[ReplyOutcome]) -> None:
    """Write `results.json` and `replies.jsonl` (a line a case). Raises `StorageError`."""
    write_atomic(folder / "results.json", (results.model_dump_json(indent=2) + "\n").encode())
    lines = "".join(outcome.model_dump_json() + "\n" for outcome in outcomes)
    write_atomic(folder / "replies.jsonl", lines.encode())
