"""What a design can see and what it will cost, as one record.

Cost comes from a measured offline pilot, power from the design's clients, cases and seeds, with the
split of a difference's variance either assumed (and said so) or measured on an earlier run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from muspsy_sim.evaluation.comparing.design import (
    DEFAULT_PRIMARY,
    check_endpoint,
    choose_baseline,
    declared_of,
)
from muspsy_sim.evaluation.comparing.reading import cube_of, read_run
from muspsy_sim.evaluation.planning.pilot import Pilot, most_calls
from muspsy_sim.evaluation.statistics.factorial import factor_effects
from muspsy_sim.evaluation.statistics.power import (
    HALF,
    ONE_EACH,
    Design,
    Spread,
    detectable,
    power,
    spread_of,
)
from muspsy_sim.evaluation.statistics.testing import least_p
from muspsy_sim.records.base import Record
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.plan import RunPlan, budget_of
from muspsy_sim.runs.store import Run, read_run_file

ALPHA = 0.05
WANTED = 0.8
TABLE = (0.2, 0.3, 0.5, 0.8)


class Sight(Record):
    """What one kind of question can see, in sd of one paired difference (one client, one seed)."""

    question: str
    alpha: float
    detectable: float | None = Field(description="smallest effect seen with power 0.8")
    powers: dict[str, float] = Field(description="effect -> power")


class Cost(Record):
    """What an arm will take, over all its episodes."""

    arm: str
    episodes: int
    calls: float
    most_calls: int
    prompt_tokens: float
    completion_tokens: float
    money: float | None


class Forecast(Record):
    """All that can be said of a recipe before it is run."""

    primary: str
    clients: int
    cases: int
    seeds: int
    tests: dict[str, int] = Field(
        description="declared tests that Holm's correction runs over: arms, and factors if crossed"
    )
    spread: dict[str, Any]
    sd_points: float | None = Field(
        default=None, description="sd of one paired difference, measured on the pilot run"
    )
    sight: list[Sight]
    costs: list[Cost]
    pilot_courses: int
    scale: float
    unpriced: list[str]
    notes: list[str] = Field(default_factory=list)


def forecast(
    plan: RunPlan, pilot: Pilot, *, effect: float | None = None, measured: Run | None = None
) -> Forecast:
    """Forecast a planned run.

    `effect`: in sd of one paired difference. `measured`: an earlier run to measure variances on.
    Raises `RunError` where that run cannot give them.
    """
    recipe = plan.recipe
    primary = recipe.primary or DEFAULT_PRIMARY
    check_endpoint(primary, "primary")
    cases = len({profile.source_case for profile in plan.profiles})
    design = Design(cases, len(plan.profiles), len(recipe.seeds))
    spread, sd = HALF if design.clients > cases else ONE_EACH, None
    if measured is not None:
        spread, sd = measure(measured, primary)
    crossed = _crossed(plan)
    endpoints = max(1, len(recipe.declared_endpoints()))
    tests = {"arms": endpoints * max(1, len(plan.arms) - 1)}
    if crossed:
        tests["factors"] = endpoints * len(crossed)
    effects = sorted({*TABLE, *([effect] if effect is not None else [])})
    return Forecast(
        primary=primary,
        clients=design.clients,
        cases=cases,
        seeds=design.seeds,
        tests=tests,
        spread={
            "case": spread.case,
            "client": spread.client,
            "seed": spread.seed,
            "basis": spread.basis,
        },
        sd_points=sd,
        sight=_sight(design, spread, effects, tests, crossed),
        costs=_costs(plan, pilot),
        pilot_courses=pilot.courses,
        scale=pilot.scale,
        unpriced=_unpriced(plan),
        notes=_notes(plan, design, tests),
    )


def measure(run: Run, endpoint: str) -> tuple[Spread, float]:
    """The variance shares and the sd of one paired difference, measured on a run."""
    sample = read_run(run)
    declared = declared_of(read_run_file(run))
    arms = sample.arms()
    base = choose_baseline(run, declared, arms, None) if arms else ""
    others = [arm for arm in arms if arm != base]
    if not others or endpoint not in sample.endpoints():
        raise RunError(
            f"gives no paired differences in {endpoint!r}",
            file=run.folder,
            field="--measured",
            hint="name a run with two arms and two seeds whose episodes have that endpoint",
        )
    clients = sorted({row.persona for row in sample.rows})
    found = []
    for arm in others:
        cube = cube_of(sample.rows, endpoint, [arm, base], clients)
        differences = cube.values[:, 0, :] - cube.values[:, 1, :]
        basis = f"measured on {run.folder}, {arm} - {base}"
        spread = spread_of(differences, cube.cases, basis)
        known = differences[np.isfinite(differences)]
        if spread is not None and len(known) > 1:
            found.append((float(known.std(ddof=1)), spread))
    if not found:
        raise RunError(
            "its paired differences don't vary, or there is one seed: variances can't be measured",
            file=run.folder,
            field="--measured",
            hint="name a run with at least two seeds and two clients",
        )
    sd, spread = max(found, key=lambda each: each[0])
    return spread, sd


def _crossed(plan: RunPlan) -> list[tuple[str, int]]:
    """(question, pairs of arms averaged) for each factorial effect; none without factors."""
    listed = plan.recipe.factors.listed() if plan.recipe.factors else {}
    levels = {factor: own for factor, own in listed.items() if len(own) > 1}
    if not levels:
        return []
    arms = {
        arm.use.label: arm.use.factors
        for arm in plan.arms
        if arm.use.factors and all(arm.use.factors[f] in own for f, own in listed.items())
    }
    return [
        (effect.kind, sum(1 for w in effect.weights.values() if w > 0))
        for effect in factor_effects(arms, levels)
    ]


def _sight(
    design: Design,
    spread: Spread,
    effects: list[float],
    tests: dict[str, int],
    crossed: list[tuple[str, int]],
) -> list[Sight]:
    found = [("two arms", "arms", design, 1.0)]
    mains = [pairs for kind, pairs in crossed if kind == "main"]
    if mains:
        pairs = min(mains)
        averaged = Design(design.cases, design.clients, design.seeds * pairs)
        found.append((f"main effect (over {pairs} pairs of arms)", "factors", averaged, 1.0))
    if any(kind == "interaction" for kind, _ in crossed):
        found.append(("interaction", "factors", design, float(np.sqrt(2.0))))
    rows = []
    for strictest in (False, True):
        for name, family, at, wider in found:
            alpha = ALPHA / tests[family] if strictest else ALPHA
            if strictest and tests[family] == 1:
                continue
            least = detectable(at, spread, alpha, WANTED)
            rows.append(
                Sight(
                    question=name,
                    alpha=alpha,
                    detectable=least * wider if least is not None else None,
                    powers={f"{e:g}": power(e / wider, at, spread, alpha) for e in effects},
                )
            )
    return rows


def _costs(plan: RunPlan, pilot: Pilot) -> list[Cost]:
    prices = budget_of(plan.recipe)
    found = []
    for arm in plan.arms:
        label = arm.use.label
        number = sum(planned.arm.use.label == label for planned in plan.episodes)
        calls = prompt = completion = 0.0
        money: float | None = 0.0
        for role, used in pilot.usage.get(label, {}).items():
            each = [part * number * pilot.scale for part in used]
            usage = Usage(
                calls=round(each[0]),
                prompt_tokens=round(each[1]),
                completion_tokens=round(each[2]),
            )
            cost = prices.cost(arm.models[role], usage)
            money = None if cost is None or money is None else money + cost
            calls, prompt, completion = calls + each[0], prompt + each[1], completion + each[2]
        found.append(
            Cost(
                arm=label,
                episodes=number,
                calls=calls,
                most_calls=number * most_calls(arm.arm.nodes, plan.recipe),
                prompt_tokens=prompt,
                completion_tokens=completion,
                money=money,
            )
        )
    return found


def _unpriced(plan: RunPlan) -> list[str]:
    used = [model for arm in plan.arms for model in arm.models.values()]
    return budget_of(plan.recipe).unpriced(used)


def _notes(plan: RunPlan, design: Design, tests: dict[str, int]) -> list[str]:
    told: list[str] = []
    least = least_p(design.cases)
    if plan.recipe.clients is not None and plan.recipe.clients != design.clients:
        told.append(
            f"{plan.recipe.clients} clients are declared, and the recipe names {design.clients}."
        )
    if design.cases < 2:
        told.append("One source case: no test is possible, whatever the number of variants.")
    elif least > ALPHA:
        told.append(
            f"With {design.cases} source cases no p can fall below {least:.3f}: nothing can be "
            "found, whatever there is."
        )
    elif vain := [f"{n} tests ({name})" for name, n in tests.items() if n * least > ALPHA]:
        told.append(
            f"With {design.cases} source cases no p can fall below {least:.3f}: corrected over "
            f"{' or '.join(vain)}, nothing can be significant."
        )
    if design.clients > design.cases > 1:
        told.append(
            f"{design.clients} clients come from {design.cases} source cases; what cases do not "
            "share limits what more variants can bring."
        )
    if plan.recipe.primary is None:
        told.append(f"No `primary` is declared; {DEFAULT_PRIMARY} stands in for it.")
    if len(plan.arms) < 2:
        told.append("There is one arm: nothing to compare.")
    return told
