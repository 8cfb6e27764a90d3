"""The parameters of weeks: coming and leaving, what a week does, reports, words for values.

Names and shapes only; values stand in `agents/client/dynamics.yaml`.
"""

from __future__ import annotations

from pydantic import Field

from muspsy_sim.agents.client.parameter import Parameter
from muspsy_sim.records.base import Record


class Attending(Record):
    """Missing, dropping out, and stopping because it is enough. Weights are in log odds."""

    miss_base: Parameter
    miss_alliance: Parameter
    miss_distress: Parameter
    drop_base: Parameter
    drop_alliance: Parameter
    drop_strain: Parameter
    drop_stage: Parameter
    drop_worse: Parameter
    remission: Parameter
    crisis: Parameter
    stop_wish: Parameter


class Weekly(Record):
    """What a week does. Rates are shares of the latent items per week."""

    responsiveness_sd: Parameter
    natural: Parameter
    natural_sd: Parameter
    work: Parameter
    alliance_share: Parameter
    homework: Parameter
    beliefs: Parameter
    carry_over: Parameter
    strain: Parameter
    noise_common: Parameter
    noise_item: Parameter
    sudden_gain_chance: Parameter
    sudden_gain_size: Parameter
    relapse_chance: Parameter
    relapse_protection: Parameter
    relapse_size: Parameter
    relapse_from: Parameter
    event_chance: Parameter
    event_distress: Parameter
    event_symptoms: Parameter
    distress_pull: Parameter
    distress_swing: Parameter
    trust_fade: Parameter
    homework_base: Parameter
    homework_propensity: Parameter
    homework_task: Parameter
    homework_readiness: Parameter
    homework_partly: Parameter
    homework_self_efficacy: Parameter
    homework_readiness_gain: Parameter
    homework_beliefs: Parameter
    risk_distress: Parameter
    risk_protection: Parameter


class Reporting(Record):
    """How latent items become a self-report."""

    phq9_reliability: Parameter
    phq9_sd: Parameter
    gad7_reliability: Parameter
    gad7_sd: Parameter
    common_share: Parameter
    bias_sd: Parameter
    minimising: Parameter


class Scripted(Record):
    """Where scripted progress leads: a control, not a finding."""

    sessions: Parameter
    improvement: Parameter
    trust: Parameter
    alliance: Parameter
    readiness: Parameter
    self_efficacy: Parameter


class Words(Record):
    """Where one word for a value ends and the next begins, ascending."""

    trust: list[Parameter] = Field(min_length=4, max_length=4)
    distress: list[Parameter] = Field(min_length=4, max_length=4)
    readiness: list[Parameter] = Field(min_length=3, max_length=3)
