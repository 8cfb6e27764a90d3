"""The parameters of the client's dynamics, read from `agents/client/dynamics.yaml`.

Each carries its value, its plausible range, what it means and where it comes from; a value outside
its range, an unknown key or an unnamed source is refused. `Dynamics` holds no state and no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from muspsy_sim.records.appraisal import BEHAVIOURS, Behaviour
from muspsy_sim.records.base import Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.profile import ResistanceStyle, StageOfChange
from muspsy_sim.records.strict_yaml import load_strict

Basis = Literal["figure", "calibrated", "bound", "direction", "analogy"]
"""`figure`: the source gives the number; `calibrated`: it gives a figure of whole courses, and the
value is set so that courses come out there; `bound`: it gives a figure nearby or limits, from which
the range follows; `direction`: it supports that the effect exists and its sign, and the size is
ours; `analogy`: it shows the like of something other than counseling (`Dynamics.elsewhere`), and
the step to a client is ours, the size too."""

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


class Parameter(Record):
    """One number of the model: its value, plausible range, meaning and source.

    Only where a source gives the number itself may the range be that one number.
    """

    value: float
    low: float
    high: float
    meaning: str = Field(min_length=1)
    source: str = Field(min_length=1, description="keys of `sources`, `; ` between them")
    basis: Basis

    @model_validator(mode="after")
    def _in_range(self) -> Parameter:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value} is outside its range {self.low} to {self.high}")
        if self.low == self.high and self.basis != "figure":
            raise ValueError(f"low and high are both {self.low:g}, which is no range")
        return self

    def sources(self) -> list[str]:
        """The keys of `sources` that it names, in its order."""
        return [key.strip() for key in self.source.split(";")]


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
        _complete(self.readiness, get_args(StageOfChange), "readiness")
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


class Dynamics(Record):
    """All parameters of the client's dynamics."""

    version: Literal[1]
    sources: dict[str, str]
    from_memory: list[str] = Field(
        default=[], description="keys of `sources` that nobody looked up for this file"
    )
    elsewhere: list[str] = Field(
        default=[], description="keys of `sources` about something other than counseling"
    )
    start: Start
    reception: Reception
    behaviours: dict[Behaviour, BehaviourRule]
    families: dict[Family, dict[Moved, Parameter]]
    stage_fit: dict[StageOfChange, dict[Behaviour, Parameter]]
    style_fit: dict[ResistanceStyle, dict[Behaviour, Parameter]]
    harm: Harm
    arousal: Arousal
    rupture: Rupture
    remembered: Remembered
    planned: Planned
    disclosing: Disclosing
    speaking: Speaking
    attending: Attending
    week: Weekly
    report: Reporting
    scripted: Scripted
    words: Words

    @model_validator(mode="after")
    def _whole(self) -> Dynamics:
        _complete(self.behaviours, BEHAVIOURS, "behaviours")
        _complete(self.families, get_args(Family), "families")
        _complete(self.stage_fit, get_args(StageOfChange), "stage_fit")
        _complete(self.style_fit, get_args(ResistanceStyle), "style_fit")
        for path, parameter in self.parameters().items():
            if unknown := set(parameter.sources()) - set(self.sources):
                raise ValueError(f"{path} names sources that are not listed: {sorted(unknown)}")
            if (set(parameter.sources()) <= set(self.elsewhere)) != (parameter.basis == "analogy"):
                raise ValueError(
                    f"{path}: `basis: analogy` goes with sources that are all in `elsewhere`, and "
                    "such sources with no other basis"
                )
        for name in ("from_memory", "elsewhere"):
            if unknown := set(getattr(self, name)) - set(self.sources):
                raise ValueError(f"{name} names sources that are not listed: {sorted(unknown)}")
        return self

    @property
    def crisis_level(self) -> float:
        """Risk, 0 to 1, from which a client who has told of it can be referred on as in crisis."""
        return self.attending.crisis.value

    def parameters(self) -> dict[str, Parameter]:
        """Every parameter by its path, such as `week.natural`, in the file's order."""
        found: dict[str, Parameter] = {}
        _collect("", self, found)
        return found

    def changed(self, values: Mapping[str, float]) -> Dynamics:
        """A copy with other values, by path: `dynamics.changed({"week.natural": 0.0})`.

        Raises:
            ContentError: a path names no parameter, or a value is outside its range.
        """
        tree = self.model_dump()
        known = self.parameters()
        for path, value in values.items():
            if path not in known:
                raise ContentError(
                    _path(), None, path, "names no parameter of the client's dynamics"
                )
            _set(tree, path, value)
        try:
            return Dynamics.model_validate(tree)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(step) for step in first["loc"])
            raise ContentError(_path(), None, place, first["msg"]) from error


def load_dynamics() -> Dynamics:
    """The parameters in `agents/client/dynamics.yaml`, read once.

    Raises:
        ContentError: the file is missing, is not YAML, or does not fit (each problem at its line).
    """
    return _load(str(_path()))


def _path() -> Path:
    return content_path("agents", "client", "dynamics.yaml")


@cache
def _load(path: str) -> Dynamics:
    return load_strict(path, Dynamics)


def _complete(given: Mapping[Any, object], expected: tuple[Any, ...], what: str) -> None:
    if missing := [name for name in expected if name not in given]:
        raise ValueError(f"{what} lacks {', '.join(missing)}")


def _collect(path: str, value: object, found: dict[str, Parameter]) -> None:
    if isinstance(value, Parameter):
        found[path] = value
        return
    children: list[tuple[str, object]] = []
    if isinstance(value, Record):
        children = [(name, getattr(value, name)) for name in type(value).model_fields]
    elif isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = [(str(n), child) for n, child in enumerate(value)]
    for name, child in children:
        _collect(f"{path}.{name}" if path else name, child, found)


def _set(tree: Any, path: str, value: float) -> None:
    for step in path.split("."):
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    tree["value"] = value
