"""Where a client begins, and how its latent symptoms become a self-report.

Latent items lie in [0, 1]; a report is an observation of them: a lasting bias of the client, error
that all items of a report share, and error of each item, sized by the instruments' published
reliability (Kroenke and others 2001; Spitzer and others 2006; Jacobson and Truax 1991).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from muspsy_sim.agents.client.ledger import unit
from muspsy_sim.agents.client.parameter import Parameter
from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import Profile, StageOfChange
from muspsy_sim.records.state import Alliance, ClientState, StateValues, SymptomReport

PHQ9_ITEMS, GAD7_ITEMS, ITEM_MAX = 9, 7, 3
_COUNTED_SUPPORTS = 5
_MIDDLE = 0.5
_ROUNDING_VARIANCE = 1.0 / 12.0
"""Variance that rounding to whole points adds to an item (a uniform error one point wide)."""


def initial_state(profile: Profile, dynamics: Dynamics, chance: Chance) -> ClientState:
    """The client before its first session, from the profile alone (items with a little noise)."""
    sd = dynamics.start.item_noise.value
    phq9 = _latent(profile.symptoms.phq9, "phq9", sd, chance)
    gad7 = _latent(profile.symptoms.gad7, "gad7", sd, chance)
    temperament = profile.temperament
    alliance = unit(
        dynamics.start.alliance_base.value
        + dynamics.start.alliance_trust.value * temperament.starting_trust
    )
    values = StateValues(
        trust=unit(temperament.starting_trust),
        alliance=Alliance(goal=alliance, task=alliance, bond=alliance),
        strain=0.0,
        distress=_first_distress(phq9, gad7, profile, dynamics, chance),
        readiness=unit(starting_readiness(temperament.stage_of_change, dynamics)),
        self_efficacy=starting_self_efficacy(profile, dynamics),
        beliefs={b.id: unit(b.strength) for b in profile.formulation.core_beliefs},
        risk=unit(profile.risk.level),
    )
    return ClientState(values=values, phq9=phq9, gad7=gad7)


def severity(phq9: Sequence[float], gad7: Sequence[float], dynamics: Dynamics) -> float:
    """How heavy the items weigh together, 0 to 1; items lie in [0, 1]."""
    share = dynamics.start.phq9_share.value
    return share * sum(phq9) / PHQ9_ITEMS + (1.0 - share) * sum(gad7) / GAD7_ITEMS


def resting_distress(
    phq9: Sequence[float],
    gad7: Sequence[float],
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
) -> float:
    """Where this client's distress settles when nothing stirs it, 0 to 1.

    Symptoms set it, reactivity and a lasting difference between people (one draw an episode) shift
    it: momentary negative affect differs between people of equal symptoms.
    """
    start = dynamics.start
    return unit(
        start.distress_base.value
        + start.distress_severity.value * severity(phq9, gad7, dynamics)
        + start.distress_reactivity.value * (profile.temperament.reactivity - _MIDDLE)
        + start.distress_person.value * chance.lasting("distress/person")
    )


def distress_swing(profile: Profile, dynamics: Dynamics, chance: Chance, week: int) -> float:
    """What this week adds to distress or takes from it; more for the reactive."""
    sd = dynamics.week.distress_swing.value * reactivity(profile, dynamics)
    return sd * chance.normal(week, 0, "distress/week")


def reactivity(profile: Profile, dynamics: Dynamics) -> float:
    """How strongly this client is moved; 1 for one of middling reactivity at the shipped values."""
    rules = dynamics.reception
    return rules.reactivity_base.value + rules.reactivity_slope.value * (
        profile.temperament.reactivity
    )


def _first_distress(
    phq9: Sequence[float],
    gad7: Sequence[float],
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
) -> float:
    """Distress before session one: at rest, and off it as after many such weeks."""
    kept = 1.0 - dynamics.week.distress_pull.value
    swing = distress_swing(profile, dynamics, chance, 0) / math.sqrt(1.0 - kept * kept)
    return unit(resting_distress(phq9, gad7, profile, dynamics, chance) + swing)


def starting_readiness(stage: StageOfChange, dynamics: Dynamics) -> float:
    """Readiness of a client at this stage of change, 0 to 1."""
    return dynamics.start.readiness[stage].value


def starting_self_efficacy(profile: Profile, dynamics: Dynamics) -> float:
    """Self-efficacy at intake, 0 to 1: less with symptoms, more with strengths and supports."""
    start = dynamics.start
    phq9 = [item / ITEM_MAX for item in profile.symptoms.phq9]
    gad7 = [item / ITEM_MAX for item in profile.symptoms.gad7]
    supports = min(_COUNTED_SUPPORTS, len(profile.strengths) + len(profile.supports))
    return unit(
        start.self_efficacy_base.value
        - start.self_efficacy_severity.value * severity(phq9, gad7, dynamics)
        + start.self_efficacy_support.value * supports
    )


def observe(
    state: ClientState, profile: Profile, dynamics: Dynamics, chance: Chance, week: int
) -> SymptomReport:
    """What the client reports at the end of a week (0 = before session one): items 0 to 3."""
    rules = dynamics.report
    bias = rules.bias_sd.value * chance.lasting("report/bias")
    if profile.temperament.resistance_style == "minimising":
        bias += rules.minimising.value
    shared = chance.normal(week, 0, "report/common")
    return SymptomReport(
        week=week,
        phq9=_reported(
            state.phq9,
            "phq9",
            bias,
            shared,
            rules.phq9_reliability,
            rules.phq9_sd,
            week,
            dynamics,
            chance,
        ),
        gad7=_reported(
            state.gad7,
            "gad7",
            bias,
            shared,
            rules.gad7_reliability,
            rules.gad7_sd,
            week,
            dynamics,
            chance,
        ),
    )


def error_sd(reliability: float, sd: float, items: int, common: float) -> tuple[float, float]:
    """The sd of the error that all items share and of each item's own, in points per item.

    The total's standard error of measurement is sd x root(1 - reliability) (Jacobson and Truax
    1991); `common` of its variance is shared. Rounding to whole points adds error of its own, which
    is taken off.
    """
    variance = sd * sd * (1.0 - reliability)
    shared = math.sqrt(common * variance) / items
    own = math.sqrt(max(0.0, (1.0 - common) * variance / items - _ROUNDING_VARIANCE))
    return shared, own


def _latent(reported: Sequence[int], scale: str, sd: float, chance: Chance) -> list[float]:
    return [
        unit(item / ITEM_MAX + sd * drawn)
        for item, drawn in zip(
            reported, chance.normals(0, 0, f"start/{scale}", len(reported)), strict=True
        )
    ]


def _reported(
    latent: Sequence[float],
    scale: str,
    bias: float,
    shared: float,
    reliability: Parameter,
    sd: Parameter,
    week: int,
    dynamics: Dynamics,
    chance: Chance,
) -> list[int]:
    common, own = error_sd(
        reliability.value, sd.value, len(latent), dynamics.report.common_share.value
    )
    points = [
        ITEM_MAX * (item + bias) + common * shared + own * drawn
        for item, drawn in zip(
            latent, chance.normals(week, 0, f"report/{scale}", len(latent)), strict=True
        )
    ]
    return [min(ITEM_MAX, max(0, math.floor(point + 0.5))) for point in points]
