"""What a counselor may not know until it is said: the client's side of an episode, as texts.

Facts, beliefs, hints, risk, situations, way of speaking, own memories, the week's events, and what
either party's model thought aloud. A text counts as said once the client told that fact, or once
its words stand in a turn that the counselor heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from muspsy_sim.datasets.spans import LONG_SPAN, SPAN, Span, canaries, in_blanks, spans, tokens
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.profile import Profile


@dataclass(frozen=True, slots=True)
class Hidden:
    """One hidden text and what it is. `fact` names the fact whose telling makes it known."""

    what: str
    text: str
    fact: str | None = None
    thought: bool = False
    """A model's reasoning: it shares phrases with what was then said, so its spans are long."""
    whole: bool = True
    """Whether it is also searched for whole, however short it is."""


@dataclass(frozen=True, slots=True)
class HiddenSide:
    """The hidden texts of an episode, indexed."""

    wholes: tuple[tuple[str, Hidden], ...]
    """Each text as its tokens between blanks, for finding it whole."""
    spans: dict[Span, list[Hidden]]
    long_spans: dict[Span, list[Hidden]]
    canaries: dict[str, Hidden]


def hidden_side(episode: Episode) -> HiddenSide:
    """Index all that the counselor of this episode may not know unsaid."""
    texts = [h for h in _all(episode) if h.text.strip()]
    short: dict[Span, list[Hidden]] = {}
    long: dict[Span, list[Hidden]] = {}
    for text in texts:
        length = (LONG_SPAN if text.thought else SPAN)[episode.language]
        for span in spans(text.text, length):
            (long if text.thought else short).setdefault(span, []).append(text)
    return HiddenSide(
        wholes=tuple((in_blanks(h.text), h) for h in texts if h.whole and tokens(h.text)),
        spans=short,
        long_spans=long,
        canaries={token: h for h in texts for token in canaries(h.text)},
    )


def _all(episode: Episode) -> Iterator[Hidden]:
    yield from _of_profile(episode.profile)
    for week in episode.weeks:
        yield from (Hidden("an event of the week", text) for text in week.events)
    for session in episode.sessions:
        if session.client_memory is not None:
            yield Hidden("the client's memory", session.client_memory.text)
        for turn in session.turns:
            if turn.reasoning:
                yield Hidden(f"what the {turn.speaker} thought aloud", turn.reasoning, thought=True)
            if turn.plan is not None:
                yield Hidden("the reason of a turn's plan", turn.plan.reason, thought=True)


def _of_profile(profile: Profile) -> Iterator[Hidden]:
    for fact in profile.facts:
        yield Hidden(f"fact {fact.id}", fact.text, fact=fact.id)
        yield Hidden(f"the hint of fact {fact.id}", fact.hint)
        yield from (Hidden(f"a detail of fact {fact.id}", text) for text in fact.details)
    for belief in profile.formulation.core_beliefs:
        yield Hidden(f"core belief {belief.id}", belief.belief)
    for situation in profile.formulation.situations:
        yield Hidden(f"situation {situation.id}", situation.situation)
        yield Hidden(f"the thought in situation {situation.id}", situation.automatic_thought)
        yield Hidden(f"the behaviour in situation {situation.id}", situation.behaviour)
    for pattern in profile.formulation.patterns:
        for text in (pattern.trigger, pattern.interpretation, pattern.defence, pattern.response):
            yield Hidden("a pattern", text)
    yield Hidden("the risk", profile.risk.words)
    yield Hidden("the client's history", profile.history)
    yield Hidden("the presenting problem", profile.presenting_problem)
    yield Hidden("the client's name", profile.demographics.name)
    yield Hidden("the way of speaking", profile.temperament.voice.style)
    for texts in profile.temperament.voice.lines.values():
        yield from (Hidden("a line of the client's voice", text, whole=False) for text in texts)
    yield from (Hidden("a goal in the client's words", text) for text in profile.goals)
    yield from (Hidden("an event that may come", event.text) for event in profile.life_events)
    for arc in profile.arc:
        for text in (arc.life_events, arc.emotional_state, arc.cognitive_state, arc.goal):
            yield Hidden(f"the arc of session {arc.session}", text)
