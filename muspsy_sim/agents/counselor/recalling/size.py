"""How many tokens a memory takes in a prompt, estimated from the lines as they stand there.

A statement is shown with its quote, its basis and the turns it cites, and all of that is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from muspsy_sim.llm.tokens import estimate_tokens
from muspsy_sim.records.memory import Statement
from muspsy_sim.records.views import Line, Recalled


def tokens_of(item: Recalled) -> int:
    """Tokens of a whole item, its heading included."""
    return (
        head_tokens(item.session_goal)
        + sum(map(statement_tokens, item.statements))
        + sum(map(_line_tokens, item.lines))
        + estimate_tokens(item.text)
    )


def head_tokens(session_goal: str = "") -> int:
    """Tokens of the line that says which session is remembered."""
    goal = f" (its goal: {session_goal})" if session_goal else ""
    return estimate_tokens(f"What you remember of session 1{goal}:")


def statement_tokens(statement: Statement) -> int:
    """Tokens of a statement as it is shown."""
    quote = f' "{statement.quote}"' if statement.quote else ""
    turns = f"; {', '.join(statement.turns)}" if statement.turns else ""
    return estimate_tokens(f"- {statement.text}{quote} ({statement.basis}{turns})")


def _line_tokens(line: Line) -> int:
    return estimate_tokens(f"[{line.id}] {line.speaker}: {line.text}")


def newest_within(sizes: Sequence[int], budget: int) -> int:
    """How many items, counted from the newest (the last), fit into a budget; always at least one.

    An item too large for what is left ends the count, so that memory has no holes.
    """
    kept = 0
    for size in reversed(sizes):
        budget -= size
        if budget < 0 and kept:
            break
        kept += 1
    return kept
