"""One episode as one sample: who came, what was said, the events, and the scores.

The counselor is the assistant and the client the user; each message has its turn's id, so that a
quote's `(s2t3)` can be found. The sample's metadata names the client for clustered standard errors,
and holds the reason of each score that has no value.
"""

from __future__ import annotations

from typing import Any

from muspsy_sim.evaluation.inspect_logs.by_client import CLIENT
from muspsy_sim.evaluation.inspect_logs.clock import ABOUT, START
from muspsy_sim.evaluation.inspect_logs.events import Events, inspect_score, short_id
from muspsy_sim.evaluation.inspect_logs.scored import Scored
from muspsy_sim.evaluation.inspect_logs.steps import last_state, steps
from muspsy_sim.records.episode import Episode, Usage


def metadata_of(episode: Episode) -> dict[str, Any]:
    """What a sample says of its episode; nothing that the profile keeps from a counselor."""
    return {
        CLIENT: episode.source_case,
        "persona": episode.persona,
        "arm": episode.arm,
        "factors": episode.factors,
        "control": episode.control,
        "seed": episode.seed,
        "language": episode.language,
        "progress": episode.progress,
        "end": episode.end.value,
        "ended_by": episode.end.by,
        "end_week": episode.end_week,
        "offline": episode.provenance.offline,
    }


def messages_of(episode: Episode) -> list[Any]:
    """What was said, intake first, as chat messages that know their turn and session."""
    from inspect_ai.model import ChatMessageAssistant, ChatMessageUser

    kinds = {"counselor": ChatMessageAssistant, "client": ChatMessageUser}
    sessions = ([episode.intake] if episode.intake is not None else []) + episode.sessions
    return [
        kinds[turn.speaker](
            id=turn.id, content=turn.text, metadata={"session": session.number, "turn": turn.id}
        )
        for session in sessions
        for turn in session.turns
    ]


def sample_of(episode: Episode, scored: Scored) -> Any:
    """The `EvalSample` of an episode."""
    from inspect_ai.event import ErrorEvent
    from inspect_ai.log import EvalError, EvalSample
    from inspect_ai.model import ModelOutput

    made = Events(episode.id)
    events = list(made.of(steps(episode)))
    error = None
    if not episode.end.complete:
        error = EvalError(message=why_stopped(episode), traceback="", traceback_ansi="")
        events.append(ErrorEvent(error=error, **made.stamp()))
    events += made.scores(scored.values)
    usage = {
        episode.provenance.models.get(role, role): model_usage(used)
        for role, used in episode.usage.items()
        if used.calls
    }
    return EvalSample(
        id=episode.id,
        epoch=1,
        uuid=short_id("sample", episode.id, episode.provenance.recipe),
        input=episode.profile.presenting_problem,
        target="",
        messages=messages_of(episode),
        output=ModelOutput(model=episode.provenance.models.get("counselor", "")),
        scores={name: inspect_score(valued) for name, valued in scored.values.items()} or None,
        metadata={**metadata_of(episode), "not_scored": scored.not_scored, "times": ABOUT},
        store=last_state(episode),
        events=events,
        model_usage=usage,
        role_usage={role: model_usage(u) for role, u in episode.usage.items() if u.calls},
        started_at=START.isoformat(),
        completed_at=made.clock.now.isoformat(),
        error=error,
        turn_count=sum(t.speaker == "counselor" for s in episode.sessions for t in s.turns),
    )


def model_usage(used: Usage) -> Any:
    """Tokens as Inspect counts them."""
    from inspect_ai.model import ModelUsage

    return ModelUsage(
        input_tokens=used.prompt_tokens - used.cached_tokens,
        output_tokens=used.completion_tokens,
        total_tokens=used.prompt_tokens + used.completion_tokens,
        input_tokens_cache_read=used.cached_tokens or None,
    )


def why_stopped(episode: Episode) -> str:
    """What stopped a course before its end."""
    failed = [*episode.failures, *(f for s in episode.sessions for f in s.failures)]
    first = f": {failed[0].prompt}: {failed[0].kind}: {failed[0].message}" if failed else ""
    return f"the course was stopped: {episode.end.value}{first or ' ' + episode.end_detail}".strip()
