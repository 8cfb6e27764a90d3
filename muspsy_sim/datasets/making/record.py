"""What is kept of one entry: the dialogue or why there is none, the checks, and the trail."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import Field

from muspsy_sim.records.base import Id, Record, Root, Speaker
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.episode import Usage

FailureKind = Literal["model", "check", "source"]
"""`model`: a call failed for good; `check`: a rule was broken to the last try; `source`: what it
was to be made from cannot be used."""

T = TypeVar("T")


class Check(Record):
    """A rule held against an entry: what it measured, and whether it is kept."""

    rule: str
    kept: bool
    found: str = ""
    where: str = ""


class EntryFailure(Record):
    """Why an entry has no dialogue."""

    kind: FailureKind
    message: str
    prompt: str = ""
    session: int = 0
    turn: int = 0


class TurnTrail(Record):
    """What can be shown of a reconstructed turn without its source.

    `source` is a hash keyed with that of the whole source dialogue, so that who holds the source
    can verify a turn, and nobody can guess a short one. Lengths are words or Chinese characters.
    """

    turn: int = Field(ge=1, description="its number in the source")
    speaker: Speaker
    source: str
    source_length: int
    length: int = Field(default=0, description="0: it was dropped")
    tries: int = Field(default=0, ge=0)
    kept: bool
    checks: list[Check] = Field(default_factory=list)


class Trail(Record):
    """The audit trail of a reconstructed dialogue."""

    source: str = Field(description="hash of the source dialogue")
    complaint: str = Field(description="hash of the complaint")
    retrieval: float = Field(description="similarity of summary and complaint, 0 to 1")
    passed_over: int = Field(
        default=0, ge=0, description="nearer complaints that told of the client itself"
    )
    summary_checks: list[Check] = Field(default_factory=list)
    turns: list[TurnTrail] = Field(default_factory=list)


class EntryFile(Root):
    """One entry of a corpus, as its file holds it."""

    id: Id
    way: str
    seed: int
    dialogue: Dialogue | None = None
    failure: EntryFailure | None = None
    checks: list[Check] = Field(default_factory=list)
    trail: Trail | None = None
    models: dict[str, str] = Field(default_factory=dict)
    offline: list[str] = Field(default_factory=list)
    usage: dict[str, Usage] = Field(default_factory=dict)


def given(value: T | None) -> T:
    """A value that the node before has made, or the source has checked. Raises `LookupError`."""
    if value is None:
        raise LookupError("a node was reached before what it needs was made")
    return value
