"""Whether the client comes: missing a session, dropping out, or stopping because it is enough.

All three follow from the state and the reports so far, and from a draw keyed by the week.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from muspsy_sim.agents.client.feeling import Progress
from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.state import ClientState, SymptomReport

Attendance = Literal["comes", "misses", "drops_out", "goals_met"]

MIDDLE = 0.5
"""Where a value has no effect on log odds, as the parameters' meanings say."""
_CONTEMPLATION = 0.3
"""Readiness at which `attending.drop_stage` has no effect, as its meaning says."""


def attends(
    state: ClientState,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    week: int,
    reports: Sequence[SymptomReport],
    progress: Progress = "responsive",
) -> Attendance:
    """Whether the client comes to this week's session. `reports`: all so far, baseline first.

    A scripted client always comes, since its arc has a session for each week. Nobody drops out
    before a first session: someone who never came has no course to leave.
    """
    if progress == "scripted":
        return "comes"
    if _well(reports, dynamics) and _wants_to_stop(state, dynamics, chance, week):
        return "goals_met"
    if week > 1 and chance.uniform(week, 0, "attend/drop-out") < logistic(
        _drop_out(state, dynamics, reports)
    ):
        return "drops_out"
    missing = logistic(_missing(state, dynamics))
    return "misses" if chance.uniform(week, 0, "attend/miss") < missing else "comes"


def _well(reports: Sequence[SymptomReport], dynamics: Dynamics) -> bool:
    """Whether the last two reports, of weeks lived, are both below both cut-offs."""
    below = dynamics.attending.remission.value
    lived = [report for report in reports if report.week > 0][-2:]
    return len(lived) == 2 and all(
        report.phq9_total < below and report.gad7_total < below for report in lived
    )


def _wants_to_stop(state: ClientState, dynamics: Dynamics, chance: Chance, week: int) -> bool:
    wish = dynamics.attending.stop_wish.value * state.values.self_efficacy
    return chance.uniform(week, 0, "attend/enough") < wish


def _alliance(state: ClientState) -> float:
    alliance = state.values.alliance
    return (alliance.goal + alliance.task + alliance.bond) / 3.0


def _missing(state: ClientState, dynamics: Dynamics) -> float:
    """Log odds of missing this week."""
    rules = dynamics.attending
    return (
        rules.miss_base.value
        + rules.miss_alliance.value * (_alliance(state) - MIDDLE)
        + rules.miss_distress.value * (state.values.distress - MIDDLE)
    )


def _drop_out(state: ClientState, dynamics: Dynamics, reports: Sequence[SymptomReport]) -> float:
    """Log odds of dropping out this week."""
    rules = dynamics.attending
    worse = 0.0
    if len(reports) > 1:
        first, last = reports[0].phq9_total, reports[-1].phq9_total
        worse = min(1.0, max(-1.0, math.log2((last + 1.0) / (first + 1.0))))
    return (
        rules.drop_base.value
        + rules.drop_alliance.value * (_alliance(state) - MIDDLE)
        + rules.drop_strain.value * state.values.strain
        + rules.drop_stage.value * (state.values.readiness - _CONTEMPLATION)
        + rules.drop_worse.value * worse
    )


def logistic(log_odds: float) -> float:
    """Log odds as a chance."""
    return 1.0 / (1.0 + math.exp(-log_odds))
