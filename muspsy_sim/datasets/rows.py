"""A training row before it takes a format: chat messages, each with the turn that it came from.

Every format is a way of writing the same row down. The last message is always the counselor's;
`whole` says whether every counselor message is to be learnt or only the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from muspsy_sim.records.base import Language

Task = Literal["memory_extraction", "goal_planning", "counseling"]
TASKS: tuple[Task, ...] = get_args(Task)

Opening = Literal["system_opening", "synthetic_user", "drop_opening"]
"""What becomes of a counselor's opening, since trainers want the user first: it stands in the
system message, after a stated neutral user message, or nowhere."""
OPENINGS: tuple[Opening, ...] = get_args(Opening)

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message. `turn` is the id of the turn whose text it is, where it is one's."""

    role: Role
    content: str
    turn: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One training row of one task."""

    id: str
    task: Task
    episode: str
    source_case: str
    arm: str
    language: Language
    session: int
    messages: tuple[Message, ...]
    whole: bool = False
    recalled: tuple[str, ...] = ()
    """References to what of earlier sessions stands in it."""
    opening: Opening = "system_opening"

    @property
    def system(self) -> str:
        """The system message."""
        return self.messages[0].content

    @property
    def prompt(self) -> tuple[Message, ...]:
        """All but the last message."""
        return self.messages[:-1]

    @property
    def completion(self) -> Message:
        """The last message."""
        return self.messages[-1]
