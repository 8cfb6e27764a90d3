"""Comparing a run's arms: every effect on every endpoint, with what qualifies it.

By intention to treat: an episode counts for the arm that it was begun under and by what stood at
the horizon. What a model's failure stopped has no endpoint; it is counted against its arm instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from muspsy_sim.evaluation.checking.kept import marks, told
from muspsy_sim.evaluation.comparing.adjustments import alliance_adjustments
from muspsy_sim.evaluation.comparing.asking import Asked, questions
from muspsy_sim.evaluation.comparing.beside import gate_lines, pitfall_rates
from muspsy_sim.evaluation.comparing.comparison import (
    MANY_FAILURES,
    ArmSummary,
    Check,
    Comparison,
    ComparisonReport,
    WorstCase,
)
from muspsy_sim.evaluation.comparing.courses import points, worst_cases
from muspsy_sim.evaluation.comparing.design import (
    DEFAULT_PRIMARY,
    Declared,
    choose_baseline,
    confirming,
    crossing,
    declared_of,
)
from muspsy_sim.evaluation.comparing.families import corrected
from muspsy_sim.evaluation.comparing.reading import Sample, cube_of, read_run
from muspsy_sim.evaluation.comparing.warning import warnings_of
from muspsy_sim.evaluation.statistics.cube import Cube, arm_means, contrast
from muspsy_sim.evaluation.statistics.effects import effect_of
from muspsy_sim.evaluation.statistics.mixed import MixedModel
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.store import Run, read_run_file


def compare(
    run: Run,
    *,
    baseline: str | None = None,
    primary: str | None = None,
    sample: Sample | None = None,
    mixed: bool = True,
    gate: Path | None = None,
) -> ComparisonReport:
    """Compare the arms of a run.

    `sample`: its rows, where they are read already; `gate`: where the validity gate's results lie,
    if not beside it. Raises `RunError` for a run with nothing to
    compare, an unknown baseline, or a primary endpoint that no episode has.
    """
    declared = declared_of(read_run_file(run))
    sample = sample if sample is not None else read_run(run)
    arms = _arms(run, declared, sample)
    clients = sorted({row.persona for row in sample.rows})
    main = _primary(run, declared, sample, primary)
    base = choose_baseline(run, declared, arms, baseline)
    crossed = crossing(declared, arms)
    cubes = {name: cube_of(sample.rows, name, arms, clients) for name in sample.endpoints()}
    asked = questions(declared, arms, base, crossed)
    confirmed = confirming(declared, main, primary, base)
    found = _comparisons(sample, cubes, asked, declared, confirmed, mixed)
    report = ComparisonReport(
        run=str(run.folder),
        baseline=base,
        primary=main,
        primary_declared=main in confirmed,
        family=confirmed,
        tests_in_family=_correct(found, confirmed),
        cases=len({row.case for row in sample.rows}),
        clients=len(clients),
        clients_declared=declared.clients,
        seeds=sorted({row.seed for row in sample.rows}),
        factors=crossed.levels if crossed else {},
        arms=[_summary(arm, declared, sample, cubes, run) for arm in arms],
        comparisons=found,
        adjustments=alliance_adjustments(cubes, [a for a in asked if a.question != "interaction"]),
        trajectories=points(sample.rows, arms),
        worst=_worst(sample, arms, main),
        models={role: sorted(models) for role, models in sorted(sample.models.items())},
        judges=sorted(sample.judges),
        evaluated=sample.evaluated,
        unusable=told(marks(run, sample.judges)),
        unscored=_unscored(sample, cubes),
        gate=gate_lines(run, sample.models, gate),
    )
    rates, report.pitfalls_note = pitfall_rates(run)
    for arm in report.arms:
        arm.pitfalls = rates.get(arm.arm, {})
    report.warnings = warnings_of(report, declared, crossed, baseline, primary)
    return report


def _arms(run: Run, declared: Declared, sample: Sample) -> list[str]:
    """The arms in the order of `run.yaml`. Raises `RunError` for fewer than two."""
    had = sample.arms()
    arms = [arm for arm in declared.arms if arm in had]
    arms += [arm for arm in had if arm not in arms]
    if not arms:
        raise RunError("no episode is whole yet", file=run.folder, hint="see `muspsy status`")
    if len(arms) == 1:
        raise RunError(
            f"all whole episodes are of one arm, {arms[0]!r}: there is nothing to compare it with",
            file=run.folder,
            hint="add an arm to the recipe and run it again, or run what is owed",
        )
    return arms


def _primary(run: Run, declared: Declared, sample: Sample, asked: str | None) -> str:
    """The endpoint that the comparison is about."""
    name = asked or declared.primary or DEFAULT_PRIMARY
    known = sample.endpoints()
    if not known:
        raise RunError(
            "no episode reached its horizon, so there is no endpoint to compare",
            file=run.folder,
            hint="see `muspsy status` for what stopped them; --retry-failed goes on with them",
        )
    if name in known:
        if sample.endpoint(name).kind == "process":
            raise RunError(
                f"{name} is rated with sight of the counselor's plan or notes: it is a process, "
                "and no outcome that a comparison could be about",
                file=run.folder,
                field="--primary" if asked else "primary",
                hint=f"name an outcome with --primary, such as {DEFAULT_PRIMARY}",
            )
        return name
    near = get_close_matches(name, known, 1)
    judged = "evaluate the run first (`muspsy evaluate`), or " if "." in name else ""
    hint = f"did you mean {near[0]!r}?" if near else f"{judged}choose one of {', '.join(known)}"
    raise RunError(
        f"no episode has the endpoint {name!r}",
        file=run.folder,
        field="--primary" if asked else "primary",
        hint=hint,
    )


def _comparisons(
    sample: Sample,
    cubes: dict[str, Cube],
    asked: Sequence[Asked],
    declared: Declared,
    confirmed: Sequence[str],
    mixed: bool,
) -> list[Comparison]:
    found = []
    for name, cube in cubes.items():
        endpoint = sample.endpoint(name)
        standing = declared.standing(name) if name in confirmed else "exploratory"
        checked = mixed and (name in confirmed or (not confirmed and name == DEFAULT_PRIMARY))
        model = MixedModel(cube, cube.arms) if checked else None
        for one in asked:
            effect = effect_of(contrast(cube, one.weights))
            found.append(
                Comparison(
                    endpoint=name,
                    kind=endpoint.kind,
                    better=endpoint.better,
                    standing=standing,
                    question=one.question,
                    contrast=one.name,
                    effect=effect,
                    mixed=_check(model, one.weights),
                )
            )
    return found


def _check(model: MixedModel | None, weights: dict[str, float]) -> Check | None:
    if model is None:
        return None
    found = model.estimate(weights)
    return Check(estimate=found.estimate, error=found.error, p=found.p, note=found.note)


def _correct(found: Sequence[Comparison], confirmed: Sequence[str]) -> dict[str, int]:
    """Put Holm's correction on the declared endpoints; returns how many tests each family has."""
    declared = [one for one in found if one.endpoint in confirmed]
    after, sizes = corrected([(one.question, one.effect.p) for one in declared])
    for one, p in zip(declared, after, strict=True):
        one.effect.p_holm = p
    return sizes


def _summary(
    arm: str, declared: Declared, sample: Sample, cubes: dict[str, Cube], run: Run
) -> ArmSummary:
    rows = [row for row in sample.rows if row.arm == arm]
    failed = sum(not row.end.complete for row in rows)
    asked = sum(n for (a, _), n in sample.asked.items() if a == arm)
    lost = sum(n for (a, _), n in sample.failed.items() if a == arm)
    share = failed / len(rows)
    ends: dict[str, int] = {}
    for row in rows:
        ends[row.end.value] = ends.get(row.end.value, 0) + 1
    means = {name: _mean(cube, arm) for name, cube in cubes.items()}
    known = {name: mean for name, mean in means.items() if mean is not None}
    return ArmSummary(
        arm=arm,
        control=declared.is_control(arm),
        planned=_planned(run, arm) or len(rows),
        episodes=len(rows),
        clients=len({row.persona for row in rows}),
        complete=len(rows) - failed,
        failed=failed,
        failed_share=share,
        many_failures=share > MANY_FAILURES or (asked > 0 and lost / asked > MANY_FAILURES),
        scores_asked=asked,
        scores_failed=lost,
        ends=dict(sorted(ends.items(), key=lambda each: -each[1])),
        dropout=known.get("dropped_out"),
        deteriorated=known.get("deteriorated"),
        means=known,
    )


def _planned(run: Run, arm: str) -> int:
    names = read_run_file(run).get("episodes") or []
    return sum(str(name).rpartition("--")[0].endswith(f"--{arm}") for name in names)


def _mean(cube: Cube, arm: str) -> float | None:
    """The arm's mean, each source case weighing the same."""
    column = arm_means(cube)[:, cube.arms.index(arm)]
    of_case: dict[str, list[float]] = {}
    for case, value in zip(cube.cases, column, strict=True):
        if np.isfinite(value):
            of_case.setdefault(case, []).append(float(value))
    if not of_case:
        return None
    return float(np.mean([np.mean(values) for values in of_case.values()]))


def _worst(sample: Sample, arms: Sequence[str], main: str) -> list[WorstCase]:
    endpoint = sample.endpoint(main)
    return worst_cases(sample.rows, arms, main, lower_is_better=endpoint.better == "lower")


def _unscored(sample: Sample, cubes: dict[str, Cube]) -> dict[str, str]:
    """Judged endpoints that were asked for and have no value in any episode."""
    names = dict.fromkeys(name for _, name in sample.asked)
    found = {}
    for name in names:
        if not np.isfinite(cubes[name].values).any():
            asked = sum(n for (_, other), n in sample.asked.items() if other == name)
            found[name] = f"all {asked} judgments failed: {sample.reasons.get(name) or 'no reason'}"
    return found
