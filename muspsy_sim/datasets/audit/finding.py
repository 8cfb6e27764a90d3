"""What an audit says: which rule, how bad, where, the words, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from muspsy_sim.records.corpus import Dialogue

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""`error`: training or measuring on this teaches something false; `warning`: look at it;
`note`: know that it is there."""

Kind = Literal["structure", "course", "training", "leak", "content", "privacy", "format"]

QUOTED = 160
"""Characters of the corpus that a finding shows."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name, how bad a finding of it is, what it finds, and what to do about one."""

    name: str
    severity: Severity
    kind: Kind
    about: str
    todo: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where, and in whose words."""

    rule: Rule
    dialogue: str
    file: str
    line: int | None
    message: str
    words: str = ""
    session: int | None = None
    turn: int | None = None
    """Its number within its session, from 1."""

    def as_json(self) -> dict[str, object]:
        """The finding as a row."""
        return {
            "rule": self.rule.name,
            "severity": self.rule.severity,
            "kind": self.rule.kind,
            "file": self.file,
            "line": self.line,
            "dialogue": self.dialogue,
            "session": self.session,
            "turn": self.turn,
            "message": self.message,
            "words": self.words,
            "todo": self.rule.todo,
        }


def found(
    rule: Rule,
    dialogue: Dialogue,
    message: str,
    words: str = "",
    *,
    session: int | None = None,
    turn: int | None = None,
    line: int | None = None,
) -> Finding:
    """A finding in a dialogue. The words are cut to `QUOTED` characters."""
    shown = " ".join(words.split())
    return Finding(
        rule=rule,
        dialogue=dialogue.id,
        file=dialogue.file,
        line=line or dialogue.line,
        message=message,
        words=shown if len(shown) <= QUOTED else shown[: QUOTED - 3] + "...",
        session=session,
        turn=turn,
    )
