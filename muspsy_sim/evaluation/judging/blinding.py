"""An episode as a judge may see it: what was said, and nothing of who or what said it.

A transcript holds lines alone. Where a line itself names a model or an arm, the name is masked;
what a model thought aloud is cut. Plan and notes are kept apart, for process instruments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from muspsy_sim.llm.parsing import split_reasoning
from muspsy_sim.records.base import Language
from muspsy_sim.records.episode import Episode, Session
from muspsy_sim.records.judging import SessionLines, ShownPlan
from muspsy_sim.records.views import Line

MASK = "[…]"
_ORDINARY = re.compile(r"[a-z]*", re.IGNORECASE)
_THOUGHT = re.compile(r"<\s*/?\s*think", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Transcript:
    """The sessions that were held, blinded; plan and notes by session number."""

    language: Language
    sessions: list[SessionLines]
    plans: dict[int, ShownPlan] = field(default_factory=dict)
    notes: dict[int, list[str]] = field(default_factory=dict)


def transcript_of(episode: Episode, names: re.Pattern[str] | None = None) -> Transcript:
    """The blinded transcript of an episode. `names`: what to mask, from `names_to_mask`."""
    held = [session for session in episode.sessions if session.turns]
    return Transcript(
        language=episode.language,
        sessions=[
            SessionLines(
                number=session.number,
                lines=[
                    Line(id=turn.id, speaker=turn.speaker, text=_blinded(turn.text, names))
                    for turn in session.turns
                ],
            )
            for session in held
        ],
        plans={s.number: _plan(s, names) for s in held if s.plan is not None},
        notes={
            s.number: [_inert(_blinded(one.text, names)) for one in s.note.statements()]
            for s in held
            if s.note is not None
        },
    )


def names_to_mask(described: Mapping[str, Any]) -> re.Pattern[str] | None:
    """What would tell a judge who spoke, from `run.yaml`: model names, and names of arms.

    Ordinary words ("full", "neutral", "offline") are left alone: they tell nothing, and masking
    them would garble what was said.
    """
    found: set[str] = set()
    for text in _strings(described.get("recipe", {}).get("models")):
        found |= _model_names(text)
    for use in described.get("recipe", {}).get("arms") or []:
        if isinstance(use, dict):
            for text in _strings(use.get("models")):
                found |= _model_names(text)
            found.add(str(use.get("name") or use.get("graph") or ""))
        else:
            found.add(str(use))
    arms = described.get("arms")
    found |= set(arms) if isinstance(arms, dict) else set()
    telling = sorted((n for n in found if _telling(n)), key=lambda n: (-len(n), n))
    if not telling:
        return None
    return re.compile(
        r"(?<![A-Za-z0-9])(?:" + "|".join(map(re.escape, telling)) + r")(?![A-Za-z0-9])",
        re.IGNORECASE,
    )


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        return [str(v) for v in value.values()]
    return []


def _model_names(text: str) -> set[str]:
    """A model string and its parts: `http://h/v1#Qwen/Qwen3-8B` is called Qwen3-8B too."""
    name = text.partition("#")[2] or text.partition(":")[2] or text
    return {text, name, name.rpartition("/")[2]}


def _telling(name: str) -> bool:
    return len(name) >= 3 and _ORDINARY.fullmatch(name) is None


def _blinded(text: str, names: re.Pattern[str] | None) -> str:
    if _THOUGHT.search(text):
        text = split_reasoning(text)[1]
    return names.sub(MASK, text) if names is not None else text


def _plan(session: Session, names: re.Pattern[str] | None) -> ShownPlan:
    plan = session.plan
    if plan is None:
        raise ValueError("there is no plan")
    return ShownPlan(
        goal=_inert(_blinded(plan.goal, names)),
        focus=_inert(_blinded(plan.focus, names)),
        techniques=[_inert(_blinded(one, names)) for one in plan.techniques],
    )


def _inert(text: str) -> str:
    """Text that can close no tag around it."""
    return " ".join(text.replace("<", "‹").split())
