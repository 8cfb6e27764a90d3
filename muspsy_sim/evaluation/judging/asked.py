"""What an evaluation is asked to find out, of whom, and how judges are opened and sampled."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from muspsy_sim.evaluation.instruments.loading import chosen_instruments
from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.llm.budget import Budget
from muspsy_sim.llm.counting import UsageCount
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.seam import Model, Sampling
from muspsy_sim.records.errors import RunError
from muspsy_sim.records.scores import SELF_REPORT, Evaluated
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import Run, read_run_file

JUDGE_TOKENS = 4096
"""Completion tokens of a judge where the recipe names no sampling for it: quotes take room."""


@dataclass(slots=True)
class EvaluationProgress:
    """Where an evaluation stands; displays only read it."""

    episodes: int
    done: int = 0
    kept: int = 0
    """Episodes whose scores were whole already."""
    scores: int = 0
    failed: int = 0
    renewed: int = 0
    """Episodes that changed since they were scored, and were scored anew."""
    different: list[str] = field(default_factory=list)
    """Episodes that a replay did not find as they are on the disk, and why."""
    count: UsageCount = field(default_factory=UsageCount)
    budget: Budget = field(default_factory=Budget)
    began: float = field(default_factory=time.monotonic)


Mode = Literal["go on", "restart", "retry failed", "replay"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an evaluation is to find out."""

    instruments: Sequence[Instrument]
    judges: Sequence[str]
    repeat_share: float = 0.0
    concurrency: int = 8
    mode: Mode = "go on"
    overrides: Mapping[str, Model] = field(default_factory=dict)
    """Judges by name that are not opened but given, for callers from Python and tests."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Model strings of judges whose name leaves out what nobody may see."""


def asked_for(
    run: Run,
    instruments: Sequence[str] = (),
    judges: Sequence[str] = (),
    *,
    repeat_share: float = 0.0,
    concurrency: int = 8,
    mode: Mode = "go on",
) -> Asked:
    """What to ask, from names as a user gives them; the run's own judge where none is named.

    Raises `ContentError` for an unknown instrument, `ModelSetupError` for what is no model.
    """
    strings = judges or (recipe_of(run, read_run_file(run)).model_of("judge"),)
    addresses = {parse_model(text).name: text for text in strings}
    return Asked(
        instruments=chosen_instruments(instruments),
        judges=list(addresses),
        repeat_share=repeat_share,
        concurrency=concurrency,
        mode=mode,
        addresses=addresses,
    )


def wanted(asked: Asked) -> list[Evaluated]:
    """What is asked for, as an episode's scores list it."""
    found: list[Evaluated] = []
    for instrument in asked.instruments:
        judges = [SELF_REPORT] if instrument.reported is not None else asked.judges
        share = 0.0 if instrument.reported is not None else asked.repeat_share
        found += [
            Evaluated(
                judge=judge,
                instrument=instrument.id,
                version=instrument.version,
                repeat_share=share,
            )
            for judge in judges
        ]
    return sorted(found, key=lambda one: (one.judge, one.instrument))


def open_judges(
    asked: Asked, endpoints: Endpoints, timeout_s: float, progress: EvaluationProgress
) -> dict[str, Model]:
    """The judges, opened by name or as given. Raises `ModelSetupError`."""
    return {
        judge: asked.overrides[judge]
        if judge in asked.overrides
        else open_model(
            parse_model(asked.addresses.get(judge, judge)),
            endpoints,
            timeout_s=timeout_s,
            budget=progress.budget,
        )
        for judge in asked.judges
    }


def recipe_of(run: Run, described: Mapping[str, Any]) -> Recipe:
    """The recipe that a run was made by. Raises `RunError` where `run.yaml` holds none."""
    try:
        return Recipe.model_validate(described["recipe"])
    except ValidationError as error:
        first = error.errors()[0]
        raise RunError(
            f"holds no recipe that can be read: {first['msg']}",
            file=run.file,
            field=".".join(map(str, first["loc"])),
            hint="restore it",
        ) from error


def sampling_of(recipe: Recipe) -> Sampling:
    """How judges are sampled: as the recipe says for `judge`, else at temperature 0."""
    how = recipe.sampling_of("judge")
    named = "judge" in recipe.sampling
    return Sampling(how.temperature, how.top_p, how.max_tokens if named else JUDGE_TOKENS)
