"""The canonical tables: what a run recorded, as flat rows that any tool reads.

Each column is stated with its kind; `muspsy_sim.datasets.parquet` turns that into a schema. Every
row names its episode, client and arm. Private reasoning is in a column of its own, in `turns` and
`calls` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from muspsy_sim.datasets.reading import Source
from muspsy_sim.records.episode import Episode, Session, Turn
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.memory import SessionNote, Statement
from muspsy_sim.records.state import StateValues

Kind = str | list[Any]
"""`text`, `int`, `float`, `bool`, a list of one of them, or a list of one dict of them."""

Columns = dict[str, Kind]
TableRow = dict[str, Any]

_WHERE: Columns = {
    "episode": "text",
    "client": "text",
    "source_case": "text",
    "arm": "text",
    "seed": "int",
    "language": "text",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, and the rows that an episode gives it."""

    name: str
    columns: Columns
    rows: Callable[[Source], Iterator[TableRow]]


def where(episode: Episode) -> TableRow:
    """The columns that every row begins with."""
    return {
        "episode": episode.id,
        "client": episode.persona,
        "source_case": episode.source_case,
        "arm": episode.arm,
        "seed": episode.seed,
        "language": episode.language,
    }


def json_text(value: object) -> str:
    """Something nested as JSON text, the same bytes each time."""
    return canonical_json(value).decode().strip()


_CLIENTS: Columns = {
    "client": "text",
    "source_case": "text",
    "language": "text",
    "title": "text",
    "topic": "text",
    "name": "text",
    "age": "int",
    "gender": "text",
    "occupation": "text",
    "presenting_problem": "text",
    "goals": ["text"],
    "phq9_intake": "int",
    "gad7_intake": "int",
    "facts": "int",
    "licence": "text",
    "provenance": "text",
    "defaulted": ["text"],
    "assumed": ["text"],
    "profile": "text",
}


def _clients(source: Source) -> Iterator[TableRow]:
    profile = source.episode.profile
    who = profile.demographics
    yield {
        "client": profile.id,
        "source_case": profile.source_case,
        "language": profile.language,
        "title": profile.title,
        "topic": profile.topic,
        "name": who.name,
        "age": who.age,
        "gender": who.gender,
        "occupation": who.occupation,
        "presenting_problem": profile.presenting_problem,
        "goals": profile.goals,
        "phq9_intake": sum(profile.symptoms.phq9),
        "gad7_intake": sum(profile.symptoms.gad7),
        "facts": len(profile.facts),
        "licence": profile.licence,
        "provenance": profile.provenance,
        "defaulted": profile.defaulted,
        "assumed": profile.assumed,
        "profile": json_text(profile),
    }


_EPISODES: Columns = {
    **_WHERE,
    "control": "bool",
    "progress": "text",
    "factors": "text",
    "end": "text",
    "end_by": "text",
    "end_week": "int",
    "end_detail": "text",
    "sessions_held": "int",
    "weeks": "int",
    "phq9_baseline": "int",
    "gad7_baseline": "int",
    "phq9_last": "int",
    "gad7_last": "int",
    "models": "text",
    "offline_roles": ["text"],
    "code_version": "text",
    "provenance": "text",
    "forked_from": "text",
    "failures": [{"prompt": "text", "session": "int", "turn": "int", "kind": "text"}],
}


def _episodes(source: Source) -> Iterator[TableRow]:
    episode = source.episode
    made = episode.provenance
    last = episode.weeks[-1].report if episode.weeks else None
    yield {
        **where(episode),
        "control": episode.control,
        "progress": episode.progress,
        "factors": json_text(episode.factors),
        "end": episode.end.value,
        "end_by": episode.end.by,
        "end_week": episode.end_week,
        "end_detail": episode.end_detail,
        "sessions_held": sum(1 for session in episode.sessions if session.turns),
        "weeks": len(episode.weeks),
        "phq9_baseline": episode.baseline.phq9_total if episode.baseline else None,
        "gad7_baseline": episode.baseline.gad7_total if episode.baseline else None,
        "phq9_last": last.phq9_total if last else None,
        "gad7_last": last.gad7_total if last else None,
        "models": json_text(made.models),
        "offline_roles": made.offline,
        "code_version": made.code_version,
        "provenance": json_text(made),
        "forked_from": json_text(episode.forked_from) if episode.forked_from else None,
        "failures": [
            {"prompt": f.prompt, "session": f.session, "turn": f.turn, "kind": f.kind}
            for f in episode.failures
        ],
    }


_SESSIONS: Columns = {
    **_WHERE,
    "session": "int",
    "week": "int",
    "held_by": "text",
    "turns": "int",
    "end": "text",
    "end_by": "text",
    "end_detail": "text",
    "planned": "bool",
    "noted": "bool",
    "facts_told": "int",
    "phq9_after": "int",
    "gad7_after": "int",
    "homework_after": "text",
    "events_after": ["text"],
}


def _sessions(source: Source) -> Iterator[TableRow]:
    episode = source.episode
    weeks = {week.number: week for week in episode.weeks}
    for session in _all_sessions(episode):
        after = weeks.get(session.week)
        yield {
            **where(episode),
            "session": session.number,
            "week": session.week,
            "held_by": source.arm_of(session),
            "turns": len(session.turns),
            "end": session.end.value,
            "end_by": session.end.by,
            "end_detail": session.end_detail,
            "planned": session.plan is not None,
            "noted": session.note is not None,
            "facts_told": sum(len(turn.disclosed) for turn in session.turns),
            "phq9_after": after.report.phq9_total if after else None,
            "gad7_after": after.report.gad7_total if after else None,
            "homework_after": after.homework if after else None,
            "events_after": after.events if after else [],
        }


_TURNS: Columns = {
    **_WHERE,
    "session": "int",
    "turn": "int",
    "id": "text",
    "speaker": "text",
    "text": "text",
    "reasoning": "text",
    "labels": [{"kind": "text", "value": "text", "origin": "text"}],
    "plan_strategy": "text",
    "plan_aim": "text",
    "plan_reason": "text",
    "recalled": ["text"],
    "behaviours": [{"behaviour": "text", "quote": "text"}],
    "quality": "int",
    "changes": [{"value": "text", "by": "float", "rule": "text"}],
    "move": "text",
    "disclosed": [{"fact": "text", "quote": "text"}],
    "unlicensed": ["text"],
    "prompt_tokens": "int",
    "completion_tokens": "int",
}


def _turns(source: Source) -> Iterator[TableRow]:
    for session in _all_sessions(source.episode):
        for number, turn in enumerate(session.turns, start=1):
            yield {
                **where(source.episode),
                "session": session.number,
                "turn": number,
                **_turn(turn),
            }


def _turn(turn: Turn) -> TableRow:
    plan, appraisal, usage = turn.plan, turn.appraisal, turn.usage
    return {
        "id": turn.id,
        "speaker": turn.speaker,
        "text": turn.text,
        "reasoning": turn.reasoning,
        "labels": [label.model_dump() for label in turn.labels],
        "plan_strategy": plan.strategy if plan else None,
        "plan_aim": plan.aim if plan else None,
        "plan_reason": plan.reason if plan else None,
        "recalled": turn.recalled,
        "behaviours": [coded.model_dump() for coded in appraisal.behaviours] if appraisal else [],
        "quality": appraisal.quality if appraisal else None,
        "changes": [change.model_dump() for change in turn.changes],
        "move": turn.move,
        "disclosed": [{"fact": told.fact, "quote": told.quote} for told in turn.disclosed],
        "unlicensed": turn.unlicensed,
        "prompt_tokens": usage.prompt_tokens if usage else None,
        "completion_tokens": usage.completion_tokens if usage else None,
    }


_STATES: Columns = {
    **_WHERE,
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


def _states(source: Source) -> Iterator[TableRow]:
    """Before a session, at each client turn, after it, and at the end of each week."""
    episode = source.episode
    empty: TableRow = dict.fromkeys(_STATES)
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


_MEMORIES: Columns = {
    **_WHERE,
    "session": "int",
    "party": "text",
    "field": "text",
    "place": "int",
    "text": "text",
    "basis": "text",
    "turns": ["text"],
    "quote": "text",
}


def _memories(source: Source) -> Iterator[TableRow]:
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


_PLANS: Columns = {
    **_WHERE,
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


def _plans(source: Source) -> Iterator[TableRow]:
    """`session` plans were made for their session, `treatment` plans as revised after it."""
    empty: TableRow = dict.fromkeys(_PLANS)
    for session in _all_sessions(source.episode):
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


CALLS: Columns = {
    **_WHERE,
    "key": "text",
    "session": "int",
    "turn": "int",
    "prompt": "text",
    "attempt": "int",
    "role": "text",
    "model": "text",
    "request": "text",
    "outcome": "text",
    "error_kind": "text",
    "error_message": "text",
    "text": "text",
    "reasoning": "text",
    "prompt_tokens": "int",
    "completion_tokens": "int",
    "cached_tokens": "int",
    "estimated": "int",
    "at": "float",
    "ms": "float",
}

CLIENTS = Table("clients", _CLIENTS, _clients)
"""Once for each client, not for each episode."""

TABLES = (
    Table("episodes", _EPISODES, _episodes),
    Table("sessions", _SESSIONS, _sessions),
    Table("turns", _TURNS, _turns),
    Table("states", _STATES, _states),
    Table("memories", _MEMORIES, _memories),
    Table("plans", _PLANS, _plans),
)
"""The tables that each episode adds to."""


def _all_sessions(episode: Episode) -> list[Session]:
    return ([episode.intake] if episode.intake else []) + episode.sessions
