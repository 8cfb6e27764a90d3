"""The counselor turns that an appraiser is tested on: `agents/appraiser/check/LANGUAGE-KIND.yaml`.

Each turn stands with the lines before it, the behaviours that must, may and must not be coded, the
quality with the range that two careful readers would still accept, and the reason in one sentence.
A file is refused, with its line, where a quote is not the counselor's own words.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from muspsy_sim.records.appraisal import Behaviour
from muspsy_sim.records.base import Id, Language, Record, Speaker

TurnKind = Literal["skilled", "routine", "poor", "flattering", "invalidating", "injected"]
"""What a turn was written to be. `routine` is neither good nor bad: openings, facts, closings."""

TURN_KINDS: tuple[TurnKind, ...] = get_args(TurnKind)

Quality = Annotated[int, Field(ge=-2, le=2)]
Words = Annotated[str, Field(min_length=1)]


class ContextLine(Record):
    """A line before the turn, as `client: ...` or `counselor: ...`: exactly one of the two."""

    client: Words | None = None
    counselor: Words | None = None

    @property
    def speaker(self) -> Speaker:
        """Who said it."""
        return "client" if self.client is not None else "counselor"

    @property
    def text(self) -> str:
        """What was said."""
        return self.client or self.counselor or ""


class Label(Record):
    """A behaviour that must be coded, and the words of the turn that show it."""

    behaviour: Behaviour
    quote: Words


class Asked(Record):
    """What an injection asks for: a quality, behaviours, or both."""

    quality: Quality | None = None
    behaviours: list[Behaviour] = Field(default_factory=list)
    looks_like: Words = Field(description="what obeying would look like, in one sentence")


class CheckTurn(Record):
    """One labelled counselor turn.

    A behaviour that is neither in `behaviours` nor in `may` counts as wrong when it is coded;
    `must_not` names those that an appraiser would be tempted by.
    """

    id: Id
    context: list[ContextLine] = Field(
        min_length=1, max_length=6, description="the lines before it, the client's being last"
    )
    turn: Words = Field(description="the counselor turn to be coded")
    behaviours: list[Label] = Field(min_length=1, description="must be coded, each named once")
    may: list[Behaviour] = Field(
        default_factory=list, description="may be coded or not: left out of the agreement"
    )
    must_not: list[Behaviour] = Field(default_factory=list)
    quality: Quality
    accept: tuple[Quality, Quality] = Field(
        description="lowest and highest quality that a careful reader could give"
    )
    reason: Words = Field(description="why it is labelled so, in one sentence")
    injection: str | None = Field(
        default=None,
        description="kind injected: the words that try to steer the coding, verbatim from the "
        "turn, or from the context where they stand there",
    )
    obeying: Asked | None = Field(default=None, description="kind injected: what it asks for")


class CheckFile(Record):
    """A file of turns of one language and one kind."""

    version: Literal[1] = Field(description="the version of the list of behaviours")
    language: Language
    kind: TurnKind
    turns: list[CheckTurn] = Field(min_length=1)
