"""Tables of who came and what was said: clients, episodes, sessions, turns."""

from __future__ import annotations

from collections.abc import Iterator

from muspsy_sim.datasets.reading import Source
from muspsy_sim.datasets.table import WHERE, Columns, TableRow, all_sessions, json_text, where
from muspsy_sim.records.episode import Turn

CLIENTS: Columns = {
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


def clients(source: Source) -> Iterator[TableRow]:
    """A row for the client."""
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


EPISODES: Columns = {
    **WHERE,
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


def episodes(source: Source) -> Iterator[TableRow]:
    """A row for the episode."""
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


SESSIONS: Columns = {
    **WHERE,
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


def sessions(source: Source) -> Iterator[TableRow]:
    """A row a session."""
    episode = source.episode
    weeks = {week.number: week for week in episode.weeks}
    for session in all_sessions(episode):
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


TURNS: Columns = {
    **WHERE,
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


def turns(source: Source) -> Iterator[TableRow]:
    """A row a turn."""
    for session in all_sessions(source.episode):
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
