"""What judges said of an episode: one score for each item, unit, judge and repeat.

A score is a value, or `None` with the reason. What did not apply, what was voided and what failed
are three things, and none of them is a number. `RUN/scores/EPISODE.json` holds an `EpisodeScores`.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from muspsy_sim.records.base import Id, Language, Record, Root
from muspsy_sim.records.episode import CourseEnd, Usage

ScoreState = Literal["scored", "not_applicable", "void", "failed"]
"""`void`: the judge quoted what nobody said. `failed`: there was no answer that could be used."""

SELF_REPORT = "self-report"
"""The `judge` of scores that were computed from the client's own reports; nobody was asked."""


class Quote(Record):
    """Words of a turn, verbatim, and the turn that they are from."""

    turn: str
    text: str


class Score(Record):
    """A judgment: a value, or `None` with the reason. Never a number where nothing was measured.

    `session` is the session judged, `None` where the instrument judges the whole course. `repeat`
    is 0 for the judgment that counts; from 1 on the same judge was asked again (test-retest).
    """

    instrument: Id
    version: int
    item: str
    session: int | None = None
    value: float | None
    state: ScoreState
    reason: str = Field(default="", description="why there is no value, or why it was changed")
    judge: str = Field(description="the model's name, or `self-report`")
    repeat: int = Field(default=0, ge=0)
    quotes: list[Quote] = Field(default_factory=list, description="evidence for the value")
    counter: list[Quote] = Field(default_factory=list, description="evidence against; it caps")
    reasoning: str = ""
    raw: float | None = Field(
        default=None, description="what the judge gave, where neutral or cap changed it"
    )

    @model_validator(mode="after")
    def _a_value_or_its_reason(self) -> Self:
        if (self.value is None) == (self.state == "scored"):
            raise ValueError("a score is a value, or no value and the state that says why")
        if self.value is None and not self.reason:
            raise ValueError("a score without a value says why in `reason`")
        return self


class SessionLength(Record):
    """How much was said in a session: words (in Chinese, characters) and turns of each party."""

    session: int = Field(ge=0)
    counselor_words: int = Field(ge=0)
    client_words: int = Field(ge=0)
    counselor_turns: int = Field(ge=0)
    client_turns: int = Field(ge=0)


class Evaluated(Record):
    """One judge with one instrument: what an episode's scores hold whole."""

    judge: str
    instrument: Id
    version: int
    repeat_share: float = Field(default=0.0, ge=0.0, le=1.0)


class EpisodeScores(Root):
    """All scores of one episode, with what is needed to compare without reading the episode."""

    episode: Id
    made_from: str = Field(description="hash of the episode that was judged")
    evaluated: list[Evaluated] = Field(default_factory=list)
    persona: Id
    source_case: Id
    arm: str
    factors: dict[str, JsonValue] = Field(default_factory=dict)
    control: bool = False
    seed: int = Field(ge=0)
    language: Language
    end: CourseEnd
    lengths: list[SessionLength] = Field(default_factory=list)
    scores: list[Score] = Field(default_factory=list)
    usage: dict[str, Usage] = Field(default_factory=dict, description="by judge")
