"""Tables of what stood behind the words: states, memories, plans."""

from __future__ import annotations

from collections.abc import Iterator

from muspsy_sim.datasets.reading import Source
from muspsy_sim.datasets.table import WHERE, Columns, TableRow, all_sessions, where
from muspsy_sim.records.memory import SessionNote, Statement
from muspsy_sim.records.state import StateValues

STATES: Columns = {
    **WHERE,
    "at": "text",
    "session": "int",
    "week": "int",
    "turn": "text",
    "trust": "float",
    "alliance_goal": "float",
    "alliance_task": "float",
    "alliance_bond": "float",
    "strain": "float",
    "distress": "float",
    "readiness": "float",
    "self_efficacy": "float",
    "risk": "float",
    "beliefs": [{"belief": "text", "strength": "float"}],
    "phq9_latent": ["float"],
    "gad7_latent": ["float"],
    "phq9_reported": ["int"],
    "gad7_reported": ["int"],
}


def states(source: Source) -> Iterator[TableRow]:
    """Before a session, at each client turn, after it, and at the end of each week."""
    episode = source.episode
    empty: TableRow = dict.fromkeys(STATES)
    for session in episode.sessions:
        here = {**empty, **where(episode), "session": session.number, "week": session.week}
        before, after = session.state_before, session.state_after
        if before is not None:
            latent = {"phq9_latent": before.phq9, "gad7_latent": before.gad7}
            yield {**here, "at": "before", **_values(before.values), **latent}
        for turn in session.turns:
            if turn.state is not None:
                yield {**here, "at": "turn", "turn": turn.id, **_values(turn.state)}
        if after is not None:
            latent = {"phq9_latent": after.phq9, "gad7_latent": after.gad7}
            yield {**here, "at": "after", **_values(after.values), **latent}
    for week in episode.weeks:
        yield {
            **empty,
            **where(episode),
            "at": "week",
            "session": week.session,
            "week": week.number,
            **_values(week.values),
            "phq9_latent": week.phq9_latent,
            "gad7_latent": week.gad7_latent,
            "phq9_reported": week.report.phq9,
            "gad7_reported": week.report.gad7,
        }


def _values(values: StateValues) -> TableRow:
    return {
        "trust": values.trust,
        "alliance_goal": values.alliance.goal,
        "alliance_task": values.alliance.task,
        "alliance_bond": values.alliance.bond,
        "strain": values.strain,
        "distress": values.distress,
        "readiness": values.readiness,
        "self_efficacy": values.self_efficacy,
        "risk": values.risk,
        "beliefs": [{"belief": k, "strength": v} for k, v in sorted(values.beliefs.items())],
    }


MEMORIES: Columns = {
    **WHERE,
    "session": "int",
    "party": "text",
    "field": "text",
    "place": "int",
    "text": "text",
    "basis": "text",
    "turns": ["text"],
    "quote": "text",
}


def memories(source: Source) -> Iterator[TableRow]:
    """A row a statement of a note, and one for each memory of the client's."""
    episode = source.episode
    for session in episode.sessions:
        here = {**where(episode), "session": session.number}
        if session.note is not None:
            for field, place, said in _statements(session.note):
                row = {**here, "party": "counselor", "field": field, "place": place}
                yield {**row, **said.model_dump()}
        if session.client_memory is not None:
            row = {**here, "party": "client", "field": "memory", "place": 1, "basis": None}
            yield {**row, "text": session.client_memory.text, "turns": [], "quote": None}


def _statements(note: SessionNote) -> Iterator[tuple[str, int, Statement]]:
    goal = [Statement(text=note.session_goal, basis="plan")] if note.session_goal else []
    for field, statements in (
        ("emotion_and_cognition", note.emotion_and_cognition),
        ("observations", note.observations),
        ("assignments", note.assignments),
        ("session_goal", goal),
        ("summary", note.summary),
    ):
        for place, statement in enumerate(statements, start=1):
            yield field, place, statement


PLANS: Columns = {
    **WHERE,
    "session": "int",
    "plan": "text",
    "goal": "text",
    "focus": "text",
    "techniques": ["text"],
    "stage": "text",
    "finish": "bool",
    "approach": "text",
    "goals": [{"id": "text", "text": "text", "requires": "text", "status": "text"}],
}


def plans(source: Source) -> Iterator[TableRow]:
    """`session` plans were made for their session, `treatment` plans as revised after it."""
    empty: TableRow = dict.fromkeys(PLANS)
    for session in all_sessions(source.episode):
        here = {**empty, **where(source.episode), "session": session.number}
        if session.plan is not None:
            yield {**here, "plan": "session", **session.plan.model_dump(), "goals": []}
        if session.treatment_plan is not None:
            yield {
                **here,
                "plan": "treatment",
                "techniques": [],
                "approach": session.treatment_plan.approach,
                "goals": [
                    {**goal.model_dump(), "requires": ", ".join(goal.requires)}
                    for goal in session.treatment_plan.goals
                ],
            }
