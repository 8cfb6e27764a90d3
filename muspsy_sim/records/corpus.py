"""A dialogue of somebody's corpus, whatever format it was published in, with nothing lost.

A reader turns each published entry into one `Dialogue`. What the canonical shape has no place for
rides in `extra` under its published name, so that the entry can be written back as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, JsonValue

from muspsy_sim.records.base import Language, Record, Root
from muspsy_sim.records.episode import Label

CorpusSpeaker = Literal["client", "counselor", "other"]
"""Who said it, as the published role says; `other` is a third party, or a role nobody knows."""

DocumentKind = Literal[
    "background",
    "case_report",
    "complaint",
    "goal",
    "golden",
    "guide",
    "input",
    "instruction",
    "intake_form",
    "memory",
    "note",
    "output",
    "plan",
    "profile",
    "reasoning",
    "summary",
    "system",
    "technique",
    "user_card",
]
"""What a text beside the dialogue is. `golden` is the reply that a case is scored against."""


class Utterance(Record):
    """One turn as published: nothing merged, split or trimmed."""

    speaker: CorpusSpeaker
    text: str
    role: str = Field(default="", description="the role as published, such as 来访者 or Consultant")
    labels: list[Label] = Field(default_factory=list)
    reasoning: str | None = Field(default=None, description="thought aloud; private")
    line: int | None = Field(default=None, ge=1, description="its line in the file")
    extra: dict[str, JsonValue] = Field(default_factory=dict)


class CorpusSession(Record):
    """One session of a dialogue; most formats hold a single one."""

    number: int = Field(ge=1)
    utterances: list[Utterance] = Field(default_factory=list)
    line: int | None = Field(default=None, ge=1)
    extra: dict[str, JsonValue] = Field(default_factory=dict)


class Document(Record):
    """A text beside the dialogue: a card, a form, a memory, a plan, a golden reply."""

    kind: DocumentKind
    text: str
    session: int | None = Field(default=None, ge=1, description="None: of the whole dialogue")
    extra: dict[str, JsonValue] = Field(default_factory=dict)


class Dialogue(Root):
    """One published entry: a client, one or more sessions, and what came with them."""

    id: str = Field(min_length=1, description="unique within its corpus; not always a file name")
    format: str
    file: str = Field(default="", description="path below what was imported, with /")
    line: int | None = Field(default=None, ge=1)
    language: Language | None = Field(default=None, description="by script; None: no text to tell")
    split: str | None = None
    source_case: str | None = Field(
        default=None, description="what dialogues of one client or seed share, where it is known"
    )
    sessions: list[CorpusSession] = Field(default_factory=list)
    documents: list[Document] = Field(default_factory=list)
    extra: dict[str, JsonValue] = Field(default_factory=dict)

    def utterances(self) -> Iterator[Utterance]:
        """All utterances, session after session."""
        for session in self.sessions:
            yield from session.utterances

    def document(self, kind: DocumentKind, session: int | None = None) -> Document | None:
        """The first document of this kind, of the given session where one is given."""
        return next(
            (d for d in self.documents if d.kind == kind and session in (None, d.session)), None
        )


OFFLINE = "offline"
"""The field of `extra` that says which roles `offline` answered in a dialogue."""


def offline_roles(dialogue: Dialogue) -> list[str]:
    """The roles that `offline` answered in it, as `extra` says under `OFFLINE`."""
    said = dialogue.extra.get(OFFLINE)
    return [role for role in said if isinstance(role, str)] if isinstance(said, list) else []
