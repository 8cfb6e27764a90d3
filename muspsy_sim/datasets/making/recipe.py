"""A recipe for a corpus, as a YAML file of `runs/corpora/` says it.

What can change an answer is hashed into each journal; what cannot (how many at once, budget,
prices, which clients) is not, so that a corpus can be extended.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from muspsy_sim.records.base import Record
from muspsy_sim.records.corpus_views import Attitude
from muspsy_sim.runs.recipe import BudgetSpec, Limits, PriceSpec, Recipe, SamplingSpec, Seed

WayName = Literal["muspsy", "psydial", "psy-insight", "cactus", "cpsycoun", "smile", "simpsydial"]

MakerRole = Literal["default", "writer", "client", "counselor", "annotator", "appraiser"]


class MuspsyOptions(Record):
    """MusPsy's way. `scripted`: as published, from the draft; `simulated`: cards as arcs."""

    progress: Literal["scripted", "simulated"] = "scripted"
    sessions: int = Field(default=4, ge=1, le=52)
    graph: str = Field(default="full", description="simulated: the counselor's arm of `graphs/`")


class CactusOptions(Record):
    """CACTUS's way."""

    attitudes: list[Attitude] = Field(default=["positive", "neutral", "negative"], min_length=1)


class CpsycounOptions(Record):
    """CPsyCoun's way: exchanges of a dialogue."""

    fewest: int = Field(default=5, ge=4, le=100)
    most: int = Field(default=15, ge=4, le=100)

    @model_validator(mode="after")
    def _in_order(self) -> CpsycounOptions:
        if self.fewest > self.most:
            raise ValueError("fewest is more than most")
        return self


class PsydialOptions(Record):
    """PsyDial's way: what a reconstructed turn and a refined one must keep to."""

    complaints: list[str] = Field(
        default_factory=list,
        description="files or folders of complaints; none: what the personas come with",
    )
    shortest: float = Field(default=0.5, gt=0.0, le=1.0, description="of the masked turn's length")
    longest: float = Field(default=2.0, ge=1.0, le=10.0)
    edit_cap: float = Field(default=0.6, gt=0.0, le=1.0)
    most_dropped: float = Field(
        default=0.5, ge=0.0, le=1.0, description="share of turns after which an entry fails"
    )
    names: list[str] = Field(default_factory=list, description="names that must not survive")


class InsightOptions(Record):
    """Psy-Insight's way: turns labelled with one call."""

    turns_a_call: int = Field(default=16, ge=1, le=200)


class SmileOptions(Record):
    """SMILE's way."""

    pairs: str | None = Field(
        default=None,
        description="JSON or JSON lines of objects with `question` and, where there is one, "
        "`answer`; none: what the personas would write in",
    )


class CorpusRecipe(Record):
    """One file of `runs/corpora/`."""

    way: WayName
    about: str = ""
    personas: list[str] = Field(
        default_factory=lambda: ["all"],
        description="ids, paths, folders of personas; `all` = personas/",
    )
    reports: list[str] = Field(
        default_factory=list,
        description="case reports in place of personas' (muspsy, cpsycoun): files or folders",
    )
    source: str | None = Field(
        default=None,
        description="dialogues to work on (psydial, psy-insight): a corpus or a run; psy-insight "
        "without one simulates a session of each persona first",
    )
    source_format: str | None = None
    language: Literal["any", "en", "zh"] = "any"
    seeds: list[Seed] = Field(default_factory=lambda: [0], min_length=1)
    exchanges: int = Field(default=12, ge=4, le=200)
    tries: int = Field(default=3, ge=1, le=10, description="asked, until a rule is kept")
    muspsy: MuspsyOptions = Field(default_factory=MuspsyOptions)
    cactus: CactusOptions = Field(default_factory=CactusOptions)
    cpsycoun: CpsycounOptions = Field(default_factory=CpsycounOptions)
    psydial: PsydialOptions = Field(default_factory=PsydialOptions)
    psy_insight: InsightOptions = Field(default_factory=InsightOptions, alias="psy-insight")
    smile: SmileOptions = Field(default_factory=SmileOptions)
    models: dict[MakerRole, str] = Field(default_factory=dict)
    sampling: dict[MakerRole, SamplingSpec] = Field(default_factory=dict)
    concurrency: int = Field(default=16, ge=1, le=10000, description="entries at once")
    limits: Limits = Field(default_factory=Limits)
    budget: BudgetSpec = Field(default_factory=BudgetSpec)
    prices: dict[str, PriceSpec] = Field(default_factory=dict)
    allow_minors: bool = False

    @model_validator(mode="after")
    def _only_its_own(self) -> CorpusRecipe:
        """Options of another way would look as if they did something."""
        sections = {
            "muspsy": "muspsy",
            "cactus": "cactus",
            "cpsycoun": "cpsycoun",
            "psydial": "psydial",
            "psy_insight": "psy-insight",
            "smile": "smile",
        }
        for field, way in sections.items():
            if field in self.model_fields_set and way != self.way:
                raise ValueError(f"`{way}` has no place in a recipe whose way is {self.way}")
        if self.way == "psydial" and self.source is None:
            raise ValueError(f"the way {self.way} needs `source`: dialogues to work on")
        if self.source is not None and self.way not in ("psydial", "psy-insight"):
            raise ValueError(f"the way {self.way} has no use for `source`")
        if self.reports and self.muspsy.progress == "simulated":
            raise ValueError(
                "a report alone makes no client to simulate; make one with `muspsy personas "
                "extract`, and name it under `personas`"
            )
        if self.reports and self.way not in ("muspsy", "cpsycoun"):
            raise ValueError(f"the way {self.way} has no use for `reports`")
        return self

    @property
    def plays(self) -> bool:
        """Whether a session is simulated before it is labelled."""
        return self.way == "psy-insight" and self.source is None

    def model_of(self, role: str) -> str:
        """The model string of a role."""
        table: dict[str, str] = {str(r): m for r, m in self.models.items()}
        return table.get(role) or table.get("default", "offline")

    def course(self) -> Recipe:
        """What a simulated course of MusPsy's way runs with; also limits and prices of all ways."""
        roles = ("default", "client", "counselor", "appraiser", "annotator")
        return Recipe.model_validate(
            {
                "personas": self.personas,
                "arms": [{"graph": self.muspsy.graph, "levels": {"progress": "scripted"}}],
                "seeds": self.seeds,
                "sessions": self.muspsy.sessions,
                "exchanges": self.exchanges,
                "follow_up_weeks": 0,
                "progress": "scripted",
                "models": {r: m for r, m in self.models.items() if r in roles},
                "sampling": {r: s.model_dump() for r, s in self.sampling.items() if r in roles},
                "limits": self.limits.model_dump(),
                "budget": self.budget.model_dump(),
                "prices": {name: price.model_dump() for name, price in self.prices.items()},
            }
        )

    def sampling_of(self, role: str) -> SamplingSpec:
        """How a role is sampled; annotators default to temperature 0, writers to long answers."""
        table: dict[str, SamplingSpec] = {str(r): how for r, how in self.sampling.items()}
        if role in table:
            return table[role]
        base = table.get("default", SamplingSpec())
        if role == "annotator":
            return base.model_copy(update={"temperature": 0.0, "max_tokens": 8_192})
        return base.model_copy(update={"max_tokens": 8_192}) if role == "writer" else base
