"""An episode's scores as Inspect takes them: a number with its evidence, or a reason for none.

Names and values are those of `muspsy compare`: `INSTRUMENT.ITEM` is the median over judges in each
session and the mean over sessions; what the client reported and what happened stand under their own
names. What was not scored is left out of the scores, and its reason is kept beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from muspsy_sim.evaluation.comparing.endpoints import ENDPOINTS, values_of
from muspsy_sim.evaluation.comparing.scored import Used, judged_of
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.scores import Score

NO_ENDPOINT = "does not apply to this course"


@dataclass(frozen=True, slots=True)
class Valued:
    """One score: its value, what it rests on in words, and the same for programs."""

    value: float
    explanation: str
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Scored:
    """The scores of one episode by name, and why others have no value."""

    values: dict[str, Valued] = field(default_factory=dict)
    not_scored: dict[str, str] = field(default_factory=dict)


def course_scores(episode: Episode) -> Scored:
    """What the client reported, what happened and what was coded, at the horizon."""
    found = Scored()
    if not episode.end.complete:
        why = f"the course was stopped: {episode.end.value}"
        found.not_scored = dict.fromkeys(ENDPOINTS, why)
        return found
    for name, value in values_of(episode.model_dump(mode="json")).items():
        endpoint = ENDPOINTS[name]
        if value is None:
            found.not_scored[name] = NO_ENDPOINT
        else:
            about = {"kind": endpoint.kind, "better": endpoint.better}
            found.values[name] = Valued(value, f"{endpoint.about} ({endpoint.kind})", about)
    return found


def judged_scores(scores: Sequence[Score], instruments: dict[str, Used]) -> Scored:
    """What judges and self-reports say, each with the quotes that it rests on."""
    found = Scored()
    judged = judged_of([score.model_dump(mode="json") for score in scores], instruments)
    given: dict[str, list[Score]] = {}
    for score in scores:
        if score.repeat == 0:
            given.setdefault(f"{score.instrument}.{score.item}", []).append(score)
    for name, those in given.items():
        if name in judged.values:
            about = {
                **_about(those[0].instrument, those[0].item, instruments),
                "version": those[0].version,
                "given": [_given(score) for score in those],
            }
            found.values[name] = Valued(judged.values[name], _explained(those), about)
        else:
            reasons = dict.fromkeys(f"{score.state}: {score.reason}" for score in those)
            found.not_scored[name] = "; ".join(reasons)
    for name in sorted(set(judged.values) - set(given)):  # an instrument's summaries
        instrument, _, item = name.partition(".")
        parts = instruments[instrument].summaries[item]
        about = {**_about(instrument, item, instruments), "mean_of": parts}
        found.values[name] = Valued(judged.values[name], f"mean of {', '.join(parts)}", about)
    return found


def together(parts: Iterable[Scored]) -> Scored:
    """Scores of several sources as one."""
    found = Scored()
    for part in parts:
        found.values |= part.values
        found.not_scored |= part.not_scored
    return found


def _about(instrument: str, item: str, instruments: dict[str, Used]) -> dict[str, Any]:
    used = instruments.get(instrument)
    kind = "process" if used is not None and used.process else "judged"
    better = used.better.get(item, "neither") if used is not None else "neither"
    return {"kind": kind, "instrument": instrument, "better": better}


def _given(score: Score) -> dict[str, Any]:
    return score.model_dump(
        mode="json", exclude={"instrument", "version", "item", "repeat"}, exclude_none=True
    )


def _explained(scores: Sequence[Score]) -> str:
    """What each judge said of each session, as Markdown."""
    told: list[str] = []
    for score in scores:
        where = "the course" if score.session is None else f"session {score.session}"
        value = score.state if score.value is None else f"{score.value:g}"
        said = score.reason if score.value is None else score.reasoning
        told.append(f"**{where}, {score.judge}: {value}** {said}".rstrip())
        told += [f"“{_line(quote.text)}” ({quote.turn})" for quote in score.quotes]
        told += [f"against: “{_line(quote.text)}” ({quote.turn})" for quote in score.counter]
    return "\n\n".join(told)


def _line(text: str) -> str:
    return " ".join(text.split())
