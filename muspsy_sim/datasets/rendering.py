"""Records as the text of training rows: dialogue, notes, plans and reports.

Notes carry MusPsy's fields and heads. Text of a turn goes in as it is, unchanged and uncut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from muspsy_sim.datasets.seeing import Memory
from muspsy_sim.datasets.wording import Wording
from muspsy_sim.records.episode import Turn
from muspsy_sim.records.memory import SessionNote, SessionPlan, Statement, TreatmentPlan
from muspsy_sim.records.state import SymptomReport


def part(head: str, body: str) -> str:
    """A named part of a prompt."""
    return f"## {head}\n{body}"


def parts(*texts: str) -> str:
    """Parts below each other; empty ones are left out."""
    return "\n\n".join(text for text in texts if text)


def dialogue_text(turns: Iterable[Turn], words: Wording) -> str:
    """Turns as lines, each with who said it."""
    who = {"client": words.client, "counselor": words.counselor}
    return "\n".join(f"{who[turn.speaker]}{words.colon}{turn.text}" for turn in turns)


def spoken_lines(text: str, words: Wording) -> list[str]:
    """The lines of a rendered text without who said them, so that no words run on across turns."""
    labels = tuple(f"{who}{words.colon}" for who in (words.client, words.counselor))
    return [
        next((line[len(label) :] for label in labels if line.startswith(label)), line)
        for line in text.split("\n")
    ]


def note_text(note: SessionNote, words: Wording) -> str:
    """A session's note in MusPsy's memory fields."""

    def field(head: str, statements: Sequence[Statement]) -> str:
        return f"{head}\n{_lines([_stated(s, words) for s in statements], words)}"

    return "\n".join(
        [
            "Counseling Memory:",
            field("[Emotion and Cognitive State:]", note.emotion_and_cognition),
            field("[Counselor Observations:]", note.observations),
            field("[Counseling Assignments:]", note.assignments),
            f"[Session Goal:]\n{_lines([note.session_goal], words)}",
            field("Counseling Summary:", note.summary),
        ]
    )


def _stated(statement: Statement, words: Wording) -> str:
    """A statement with the words it quotes, where it does not hold them already."""
    if not statement.quote or statement.quote in statement.text:
        return statement.text
    return f"{statement.text}{words.colon}“{statement.quote}”"


def memory_text(memories: Iterable[Memory], words: Wording) -> str:
    """What is remembered, session by session."""
    texts: list[str] = []
    for memory in memories:
        head = words.recalled_session.format(number=memory.session)
        if memory.note is not None:
            body = note_text(memory.note, words)
        elif memory.statements:
            body = _lines([statement.text for statement in memory.statements], words)
        else:
            body = dialogue_text(memory.turns, words)
        texts.append(f"### {head}\n{body}")
    return "\n\n".join(texts)


def session_plan_text(plan: SessionPlan, words: Wording) -> str:
    """The plan of one session."""
    return "\n".join(
        [
            f"[Session Goal:] {plan.goal}",
            f"[Focus:] {plan.focus or words.nothing}",
            f"[Techniques:] {'; '.join(plan.techniques) or words.nothing}",
            f"[Stage:] {plan.stage}",
            f"[Last Session:] {words.yes if plan.finish else words.no}",
        ]
    )


def treatment_plan_text(plan: TreatmentPlan, words: Wording) -> str:
    """Long-term goals with their state and what comes before them, then the approach."""
    lines = ["[Long-Term Goals:]"]
    for goal in plan.goals:
        order = words.after.format(goals=", ".join(goal.requires)) if goal.requires else ""
        lines.append(f"- {goal.id} ({', '.join(filter(None, [goal.status, order]))}): {goal.text}")
    if not plan.goals:
        lines.append(f"- {words.nothing}")
    return "\n".join([*lines, f"[Approach:] {plan.approach or words.nothing}"])


def reports_text(reports: Iterable[SymptomReport], words: Wording) -> str:
    """Reported totals, a week a line."""
    return "\n".join(
        words.report.format(week=r.week, phq9=r.phq9_total, gad7=r.gad7_total) for r in reports
    )


def _lines(texts: Iterable[str], words: Wording) -> str:
    return "\n".join(f"- {text}" for text in texts if text) or f"- {words.nothing}"
