"""What qualifies a comparison: departures from what was declared, few cases, losses, odd data."""

from __future__ import annotations

from muspsy_sim.evaluation.comparing.comparison import MANY_FAILURES, ComparisonReport
from muspsy_sim.evaluation.comparing.design import Crossed, Declared
from muspsy_sim.evaluation.comparing.wording import ALPHA, p_value
from muspsy_sim.evaluation.statistics.intervals import FEW
from muspsy_sim.evaluation.statistics.testing import least_p


def warnings_of(
    report: ComparisonReport,
    declared: Declared,
    crossed: Crossed | None,
    baseline: str | None,
    primary: str | None,
) -> list[str]:
    """All warnings; `baseline` and `primary` as the user named them, if so."""
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
    told += _vain(report)
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


def _vain(report: ComparisonReport) -> list[str]:
    """The families in which Holm's correction leaves nothing to be found with so few cases."""
    least = least_p(report.cases)
    if report.cases < 2 or least > ALPHA:
        return []  # Told by itself.
    vain = [(name, n) for name, n in report.tests_in_family.items() if n * least > ALPHA]
    if not vain:
        return []
    which = ", ".join(f"{min(1.0, n * least):.2f} over {n} tests ({name})" for name, n in vain)
    told = f"With {report.cases} source cases no corrected p can fall below {which}: there nothing "
    return [told + "can be found, whatever there is."]


def _disagreeing(report: ComparisonReport) -> list[str]:
    """Confirming effects on which the mixed model comes to another conclusion."""
    told: list[str] = []
    if least_p(report.cases) > ALPHA:
        return told  # The paired test can find nothing, which is told by itself.
    for one in report.comparisons:
        check, effect = one.mixed, one.effect
        if check is None or check.p is None or effect.p is None or one.standing == "exploratory":
            continue
        if (check.p <= ALPHA) != (effect.p <= ALPHA):
            told.append(
                f"{one.endpoint}, {one.contrast}: the mixed model (p {p_value(check.p)}) and the "
                f"paired test (p {p_value(effect.p)}) disagree."
            )
    return told
