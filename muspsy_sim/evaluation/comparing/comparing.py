"""Comparing a run's arms: every effect on every endpoint, with what qualifies it.

By intention to treat: an episode counts for the arm that it was begun under and by what stood at
the horizon. What a model's failure stopped has no endpoint; it is counted against its arm instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from muspsy_sim.evaluation.comparing.adjustments import alliance_adjustments
from muspsy_sim.evaluation.comparing.asking import Asked, questions
from muspsy_sim.evaluation.comparing.beside import gate_lines, pitfall_rates, unusable_instruments
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
    Crossed,
    Declared,
    choose_baseline,
    crossing,
    declared_of,
)
from muspsy_sim.evaluation.comparing.reading import Sample, cube_of, read_run
from muspsy_sim.evaluation.comparing.wording import ALPHA
from muspsy_sim.evaluation.statistics.cube import Cube, arm_means, contrast
from muspsy_sim.evaluation.statistics.effects import effect_of
from muspsy_sim.evaluation.statistics.intervals import FEW
from muspsy_sim.evaluation.statistics.mixed import MixedModel
from muspsy_sim.evaluation.statistics.testing import holm, least_p
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
    confirming = _confirming(declared, main, primary, base)
    found = _comparisons(sample, cubes, asked, declared, confirming, mixed)
    report = ComparisonReport(
        run=str(run.folder),
        baseline=base,
        primary=main,
        primary_declared=main in confirming,
        family=confirming,
        tests_in_family=_correct(found, confirming),
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
        unusable=unusable_instruments(run, sample.judges),
        unscored=_unscored(sample, cubes),
        gate=gate_lines(run, sample.models, gate),
    )
    rates, report.pitfalls_note = pitfall_rates(run)
    for arm in report.arms:
        arm.pitfalls = rates.get(arm.arm, {})
    report.warnings = _warnings(report, declared, crossed, baseline, primary)
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


def _confirming(declared: Declared, main: str, asked: str | None, base: str) -> list[str]:
    """The endpoints that were declared; none where primary or baseline are not as declared."""
    if asked is not None and asked != declared.primary:
        return []
    if declared.changed_later or (declared.baseline is not None and declared.baseline != base):
        return []
    return list(declared.endpoints)


def _comparisons(
    sample: Sample,
    cubes: dict[str, Cube],
    asked: Sequence[Asked],
    declared: Declared,
    confirming: Sequence[str],
    mixed: bool,
) -> list[Comparison]:
    found = []
    for name, cube in cubes.items():
        endpoint = sample.endpoint(name)
        standing = declared.standing(name) if name in confirming else "exploratory"
        checked = mixed and (name in confirming or (not confirming and name == DEFAULT_PRIMARY))
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


def _correct(found: Sequence[Comparison], confirming: Sequence[str]) -> dict[str, int]:
    """Put Holm's correction on the declared endpoints, over all contrasts of a kind together."""
    sizes: dict[str, int] = {}
    families: dict[str, tuple[str, ...]] = {
        "arms": ("arm",),
        "factors": ("main", "interaction"),
        "controls": ("matched",),
    }
    for name, kinds in families.items():
        family = [
            c
            for c in found
            if c.question in kinds and c.endpoint in confirming and c.effect.p is not None
        ]
        corrected = holm([c.effect.p for c in family if c.effect.p is not None])
        for one, p in zip(family, corrected, strict=True):
            one.effect.p_holm = p
        if family:
            sizes[name] = len(family)
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


def _warnings(
    report: ComparisonReport,
    declared: Declared,
    crossed: Crossed | None,
    baseline: str | None,
    primary: str | None,
) -> list[str]:
    told = []
    if not declared.anything:
        told.append("No endpoint was declared before the run: all of this is exploratory.")
    elif declared.changed_later:
        told.append("What was declared was changed after episodes had been run: exploratory.")
    elif primary is not None and primary != declared.primary:
        told.append(
            f"The primary endpoint declared was {declared.primary}: this view is exploratory."
        )
    elif baseline is not None and declared.baseline not in (None, baseline):
        told.append(f"The baseline declared was {declared.baseline}: this view is exploratory.")
    if report.clients_declared is not None and report.clients != report.clients_declared:
        told.append(
            f"{report.clients_declared} clients were declared, and {report.clients} are here."
        )
    if report.cases < 2:
        told.append("There is one source case: no interval and no test says what others would do.")
    elif least_p(report.cases) > ALPHA:
        told.append(
            f"With {report.cases} source cases no p can fall below {least_p(report.cases):.3f}: "
            "nothing can be found here, whatever there is."
        )
    elif report.cases < FEW:
        told.append(
            f"{report.cases} source cases are few: intervals lean on Student's t, may be too "
            "narrow where differences are very skewed or rare, and may not agree with the test."
        )
    if report.clients > report.cases:
        told.append(
            f"{report.clients} clients come from {report.cases} source cases; the cases are what "
            "is resampled and tested."
        )
    if declared.factors and crossed is None:
        told.append("Not every combination of the factors has an episode: no factorial effects.")
    for arm in report.arms:
        if arm.episodes < arm.planned:
            told.append(f"{arm.arm}: {arm.planned - arm.episodes} of {arm.planned} not run yet.")
        if arm.failed_share > MANY_FAILURES:
            told.append(
                f"{arm.arm}: {arm.failed} of {arm.episodes} episodes failed technically; an arm "
                "that loses so many may lose its worst."
            )
        if arm.scores_asked and arm.scores_failed / arm.scores_asked > MANY_FAILURES:
            told.append(f"{arm.arm}: {arm.scores_failed} of {arm.scores_asked} judgments failed.")
    told += [f"{name}: {why}" for name, why in report.unscored.items()]
    told += _disagreeing(report)
    return told


def _disagreeing(report: ComparisonReport) -> list[str]:
    """Confirming effects on which the mixed model comes to another conclusion."""
    told = []
    for one in report.comparisons:
        check, effect = one.mixed, one.effect
        if check is None or check.p is None or effect.p is None or one.standing == "exploratory":
            continue
        if (check.p <= ALPHA) != (effect.p <= ALPHA):
            told.append(
                f"{one.endpoint}, {one.contrast}: the mixed model (p {check.p:.3f}) and the paired "
                f"test (p {effect.p:.3f}) disagree."
            )
    return told
