"""One instrument's file: items, scale, direction, what may be seen, anchors, source and licence.

A process instrument may see the plan or the notes; it is then unblinded, and no outcome. A
checklist is answered yes (1) or no (0) and never averaged into anything.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from muspsy_sim.records.base import Id, Record
from muspsy_sim.records.judging import Rated

Sees = Literal["session", "earlier", "plan", "notes"]
"""`earlier`: the course so far, as context. `plan` and `notes` are for process instruments."""

ReportItem = Literal["start", "end", "change", "reliable", "significant"]
"""What is worked out from a client's own reports; see `muspsy_sim.evaluation.symptoms`."""

REPORT_ITEMS: tuple[str, ...] = ("start", "end", "change", "reliable", "significant")


class Scale(Record):
    """From `low` to `high`, both included, in steps."""

    low: float
    high: float
    step: float = Field(default=1.0, gt=0.0)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.low >= self.high:
            raise ValueError("`low` should be below `high`")
        return self

    def holds(self, value: float) -> bool:
        """Whether a value is on the scale and on one of its steps."""
        steps = (value - self.low) / self.step
        return self.low <= value <= self.high and abs(steps - round(steps)) < 1e-6


class Anchor(Record):
    """What the values from `low` to `high` mean, with an example of the project's own."""

    low: float
    high: float
    text: str = Field(min_length=1)
    example: str = ""


class Item(Record):
    """One item. `neutral` is what it scores without evidence; `cap` the best with evidence against.

    `may_not_apply` says when it does not apply; without it a judge has to give a score. `rule` is
    how the offline judge reads it; without one, offline can't judge the item, and says so.
    """

    id: Id
    asks: str = Field(min_length=1)
    scale: Scale | None = Field(default=None, description="the instrument's if none")
    better: Literal["higher", "lower"] | None = Field(default=None, description="as `scale`")
    neutral: float | None = Field(default=None, description="required unless self-reported")
    cap: float | None = None
    may_not_apply: str = ""
    anchors: list[Anchor] = Field(default_factory=list)
    rule: str = ""


class Summary(Record):
    """The mean of some items, under a name of its own."""

    id: Id
    title: str
    items: list[Id] = Field(min_length=1)


class Reference(Record):
    """A figure and where it was published."""

    value: float
    source: str = Field(min_length=1)


class ReportedChange(Record):
    """How change in a self-report is judged (Jacobson & Truax, 1991)."""

    report: Literal["phq9", "gad7"]
    reliability: Reference
    sd: Reference
    cut_off: Reference = Field(description="a total of this or more is a case")
    questions: list[str] = Field(default_factory=list)
    answers: list[str] = Field(default_factory=list)


def _session_alone() -> list[Sees]:
    return ["session"]


class Instrument(Record):
    """One file of `agents/judge/instruments/`."""

    id: Id
    version: int = Field(ge=1)
    title: str = Field(min_length=1)
    about: str = ""
    guidance: str = Field(default="", description="what a judge is told before the items")
    measures: Literal["outcome", "process"] = "outcome"
    rates: Rated
    unit: Literal["session", "course"]
    first_session: int = Field(default=1, ge=1, description="sessions before it do not apply")
    sees: list[Sees] = Field(default_factory=_session_alone)
    scale: Scale
    better: Literal["higher", "lower"] = "higher"
    checklist: bool = Field(default=False, description="yes or no; never averaged into anything")
    items: list[Item] = Field(min_length=1)
    summaries: list[Summary] = Field(default_factory=list)
    reported: ReportedChange | None = Field(
        default=None, description="computed from the client's own reports; no judge is asked"
    )
    source: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    must_lower: list[Id] = Field(default_factory=list, description="spoilers that make it worse")
    must_not_touch: list[Id] = Field(default_factory=list, description="spoilers that leave it")

    @property
    def blinded(self) -> bool:
        """Whether a judge sees nothing of the counselor's private papers."""
        return not {"plan", "notes"} & set(self.sees)

    @property
    def name(self) -> str:
        """Id and version, as journals and reports name it."""
        return f"{self.id}.{self.version}"

    def scale_of(self, item: Item) -> Scale:
        """An item's scale."""
        return item.scale or self.scale

    def better_of(self, item: Item) -> Literal["higher", "lower"]:
        """An item's direction."""
        return item.better or self.better

    def item(self, name: str) -> Item:
        """The item of this id. Raises `KeyError` for none."""
        return {item.id: item for item in self.items}[name]
