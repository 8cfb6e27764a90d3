"""What the counselor just did, coded from a closed, versioned list of behaviours.

The list follows the behaviour codes of motivational interviewing research (Moyers and others,
MITI 4.2.1) and adds what rupture research (Eubanks and others, 3RS) and cognitive therapy need;
names and descriptions are the project's own.
"""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from muspsy_sim.records.base import Record

BEHAVIOURS_VERSION = 1

Behaviour = Literal[
    "open_question",
    "closed_question",
    "simple_reflection",
    "complex_reflection",
    "empathy",
    "affirm",
    "autonomy",
    "collaborate",
    "summarise",
    "elicit_change",
    "explore_thought",
    "reframe",
    "inform",
    "suggest_with_permission",
    "advise",
    "reassure",
    "confront",
    "dismiss",
    "flatter",
    "recall",
    "assign_homework",
    "review_homework",
    "repair",
    "self_disclosure",
    "probe_risk",
    "refer_on",
    "social",
    "close_session",
    "other",
]
"""The closed list. `agents/appraiser/behaviours.yaml` describes each."""

BEHAVIOURS: tuple[str, ...] = get_args(Behaviour)


class Coded(Record):
    """One behaviour with the counselor's words that show it."""

    behaviour: Behaviour
    quote: str


class Appraisal(Record):
    """The coding of one counselor turn.

    `quality` is how well the turn met this client at this moment: -2 harmful, -1 off,
    0 neutral, 1 good, 2 excellent.
    """

    version: int = BEHAVIOURS_VERSION
    behaviours: list[Coded] = Field(default_factory=list)
    quality: int = Field(default=0, ge=-2, le=2)
    dropped: int = Field(default=0, ge=0, description="codes dropped: their quote is not verbatim")

    def shows(self, *names: Behaviour) -> bool:
        """Whether any of these behaviours was coded."""
        for coded in self.behaviours:  # noqa: SIM110 - asked ten times a turn, and `any` takes longer
            if coded.behaviour in names:
                return True
        return False
