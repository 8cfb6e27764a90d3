"""The parameters of an hour: where a client begins, how a turn is received, what it moves.

Names and shapes only; values stand in `agents/client/dynamics.yaml`.
"""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, model_validator

from muspsy_sim.agents.client.parameter import Parameter, complete
from muspsy_sim.records.base import Record
from muspsy_sim.records.profile import StageOfChange

Family = Literal[
    "attending",
    "understanding",
    "strengthening",
    "partnership",
    "evoking",
    "cognitive",
    "guiding",
    "homework",
    "comforting",
    "safety",
    "injury",
    "remembering",
    "repairing",
    "ending",
]
"""What kind of help (or harm) a behaviour is; behaviours of a family work on the same values."""

Moved = Literal[
    "trust",
    "goal",
    "task",
    "bond",
    "strain",
    "distress",
    "readiness",
    "self_efficacy",
    "beliefs",
    "work",
]
"""What a well received turn can move. `beliefs` = every core belief that is open to be spoken of;
`work` = the session's therapeutic work so far."""


class Start(Record):
    """Where a client begins."""

    item_noise: Parameter
    distress_base: Parameter
    distress_severity: Parameter
    distress_reactivity: Parameter
    distress_person: Parameter
    phq9_share: Parameter
    alliance_base: Parameter
    alliance_trust: Parameter
    self_efficacy_base: Parameter
    self_efficacy_severity: Parameter
    self_efficacy_support: Parameter
    readiness: dict[StageOfChange, Parameter]

    @model_validator(mode="after")
    def _every_stage(self) -> Start:
        complete(self.readiness, get_args(StageOfChange), "readiness")
        return self


class Reception(Record):
    """How a turn is received, from -1 (hurts) to 1 (lands)."""

    quality: Parameter
    mood: Parameter
    premature: Parameter
    untimely: Parameter
    repetition: Parameter
    praise_repetition: Parameter
    dilution: Parameter
    forgiving: Parameter
    strain_damping: Parameter
    reactivity_base: Parameter
    reactivity_slope: Parameter


class BehaviourRule(Record):
    """How one behaviour is received on the whole, and what it needs to be welcome."""

    family: Family
    skill: Parameter
    needs_trust: Parameter | None = None
    repetition: Parameter | None = None


class Harm(Record):
    """What a badly received turn does, per unit of how badly."""

    power: Parameter
    trust: Parameter
    goal: Parameter
    task: Parameter
    bond: Parameter
    strain: Parameter
    distress: Parameter
    readiness: Parameter


class Arousal(Record):
    """What stirs distress up within the hour, and how fast it settles."""

    touched: Parameter
    told: Parameter
    recovery: Parameter


class Rupture(Record):
    """Strain between the two, how it is mended and how it fades."""

    repair: Parameter
    repair_gain: Parameter
    easing: Parameter
    cooling: Parameter


class Remembered(Record):
    """Paths from the counselor's memory to the client's state; each may be 0."""

    recall_trust: Parameter
    recall_bond: Parameter
    review_task: Parameter
    review_trust: Parameter
    review_self_efficacy: Parameter
    nothing_to_review: Parameter


class Planned(Record):
    """Paths from the counselor's planning to the client's state; each may be 0."""

    coherence_goal: Parameter
    coherence_task: Parameter


class Disclosing(Record):
    """What has to hold before something is told, and how likely it then is."""

    thresholds: list[Parameter] = Field(min_length=4, max_length=4)
    strain: Parameter
    belief_trust: Parameter
    risk_asked: Parameter
    risk_unasked: Parameter
    risk_strain: Parameter
    on_cue: Parameter
    deflect: Parameter
    on_invitation: Parameter


class Speaking(Record):
    """How the client's next move is chosen."""

    minimal_quiet: Parameter
    minimal_talkative: Parameter
    agree: Parameter
    agree_deferring: Parameter
    resist: Parameter
    resist_strain: Parameter
    hurt_strain: Parameter
    walk_out_strain: Parameter
    walk_out: Parameter
    close_from: Parameter
    close: Parameter
    close_strain: Parameter
    elaborate: Parameter
