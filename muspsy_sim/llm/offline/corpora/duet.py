"""A whole session played by the offline client and counselor over a cast.

The client's stance moves with the attitude and the hour, not with an appraiser: this is a script,
and says nothing about what a counselor did. Pure given the cast and the random numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from muspsy_sim.llm.offline.client import speak
from muspsy_sim.llm.offline.corpora.cast import Cast
from muspsy_sim.llm.offline.counselor import respond
from muspsy_sim.records.corpus_answers import ScriptLine
from muspsy_sim.records.corpus_views import Attitude
from muspsy_sim.records.memory import SessionPlan
from muspsy_sim.records.views import (
    DistressWord,
    HomeworkWord,
    LengthWord,
    Line,
    Move,
    ReadinessWord,
    Recalled,
    RespondView,
    SpeakView,
    Stance,
    TrustWord,
)

_TRUST: dict[Attitude, tuple[TrustWord, ...]] = {
    "positive": ("cautious", "open", "open", "trusting"),
    "neutral": ("wary", "cautious", "cautious", "open"),
    "negative": ("closed", "wary", "wary", "cautious"),
}
_READY: dict[Attitude, tuple[ReadinessWord, ...]] = {
    "positive": ("torn", "torn", "getting ready", "getting ready"),
    "neutral": ("torn", "torn", "torn", "getting ready"),
    "negative": ("not considering change", "not considering change", "torn", "torn"),
}
_DISTRESS: tuple[DistressWord, ...] = ("heavy", "troubled", "troubled", "uneasy")
_MOVES: dict[Attitude, tuple[tuple[Move, float], ...]] = {
    "positive": (
        ("answer", 4),
        ("elaborate", 4),
        ("consider", 2),
        ("agree", 0.6),
        ("minimal", 0.5),
    ),
    "neutral": (
        ("answer", 5),
        ("elaborate", 3),
        ("consider", 1.5),
        ("minimal", 0.7),
        ("deflect", 0.4),
    ),
    "negative": (("answer", 4), ("minimal", 2), ("resist", 2), ("deflect", 1.6), ("elaborate", 1)),
}
_LENGTHS: dict[Attitude, tuple[tuple[LengthWord, float], ...]] = {
    "positive": (("one short sentence", 2), ("a sentence or two", 5), ("a few sentences", 3)),
    "neutral": (("one short sentence", 3), ("a sentence or two", 6), ("a few sentences", 2)),
    "negative": (("a word or two", 1), ("one short sentence", 5), ("a sentence or two", 3)),
}


@dataclass(frozen=True, slots=True)
class Hour:
    """What a session is played with, beside its cast."""

    exchanges: int
    attitude: Attitude = "neutral"
    session: int = 1
    events: tuple[str, ...] = ()
    recalled: tuple[Recalled, ...] = ()
    plan: SessionPlan | None = None
    homework: HomeworkWord | None = None
    client_opens: bool = False
    most_facts: int | None = None
    inserts: Mapping[int, str] = field(default_factory=dict)
    """What the counselor says at an exchange, in place of what it would have said."""


def play(cast: Cast, hour: Hour, rng: Random) -> list[ScriptLine]:
    """The session's lines: alternating, closed by the counselor, the client's goodbye last."""
    dialogue: list[Line] = []
    told = 0
    due = _due(len(cast.facts), hour)
    if hour.client_opens:
        dialogue.append(_client(cast, hour, dialogue, rng, "greet", "a sentence or two", 0, 0))
    for exchange in range(1, hour.exchanges + 1):
        line, closes = counselor_line(cast, hour, dialogue, exchange, rng)
        dialogue.append(line)
        if closes:
            dialogue.append(
                _client(cast, hour, dialogue, rng, "close", "one short sentence", told, exchange)
            )
            break
        tells = told < len(due) and exchange >= due[told]
        move: Move = "disclose" if tells else move_of(hour.attitude, exchange, rng)
        dialogue.append(
            _client(cast, hour, dialogue, rng, move, length_of(hour.attitude, rng), told, exchange)
        )
        told += tells
    return [ScriptLine(speaker=line.speaker, text=line.text) for line in dialogue]


def counselor_line(
    cast: Cast, hour: Hour, dialogue: Sequence[Line], exchange: int, rng: Random
) -> tuple[Line, bool]:
    """The counselor's next line, and whether it closes the session."""
    name = f"t{len(dialogue) + 1}"
    if exchange in hour.inserts:
        return Line(id=name, speaker="counselor", text=hour.inserts[exchange]), False
    view = RespondView(
        language=cast.language,
        session=hour.session,
        manner="attuned",
        manner_text="",
        recalled=list(hour.recalled),
        session_plan=hour.plan,
        exchange=exchange,
        exchanges_left=hour.exchanges - exchange,
        dialogue=list(dialogue),
    )
    said = respond(view, rng)
    return Line(id=name, speaker="counselor", text=said.text), said.close


def client_view(
    cast: Cast, hour: Hour, dialogue: Sequence[Line], stance: Stance, told: int
) -> SpeakView:
    """The view from which the offline client speaks its next line."""
    facts = cast.unlocked(told)
    tell = facts[told].id if stance.move == "disclose" and told < len(facts) else None
    return SpeakView(
        language=cast.language,
        session=hour.session,
        turn=len(dialogue) + 1,
        demographics=cast.demographics,
        presenting_problem=cast.presenting,
        voice_style=cast.voice_style,
        fillers=list(cast.fillers),
        lines=cast.lines,
        situations=list(cast.situations),
        goals=list(cast.goals),
        supports=list(cast.supports),
        strengths=list(cast.strengths),
        stance=stance,
        unlocked=facts[: told + 1] if tell else facts[:told],
        tell=tell,
        beliefs=list(cast.beliefs),
        events=list(hour.events),
        homework=hour.homework,
        dialogue=list(dialogue),
    )


def stance_of(attitude: Attitude, move: Move, length: LengthWord, share: float) -> Stance:
    """A scripted stance at this share (0 to 1) of the hour."""
    at = min(3, int(4 * share))
    return Stance(
        move=move,
        trust=_TRUST[attitude][at],
        distress=_DISTRESS[at],
        readiness=_READY[attitude][at],
        length=length,
        manner="",
        reason="",
    )


def move_of(attitude: Attitude, exchange: int, rng: Random) -> Move:
    """What the client does in an exchange in which it tells no fact."""
    if exchange == 1:
        return "answer"
    moves = [move for move, _ in _MOVES[attitude]]
    return rng.choices(moves, [weight for _, weight in _MOVES[attitude]])[0]


def _client(
    cast: Cast,
    hour: Hour,
    dialogue: Sequence[Line],
    rng: Random,
    move: Move,
    length: LengthWord,
    told: int,
    exchange: int,
) -> Line:
    stance = stance_of(hour.attitude, move, length, exchange / max(1, hour.exchanges))
    speech = speak(client_view(cast, hour, dialogue, stance, told), rng)
    return Line(id=f"t{len(dialogue) + 1}", speaker="client", text=speech.text)


def length_of(attitude: Attitude, rng: Random) -> LengthWord:
    """How long the client's next turn is."""
    lengths = [length for length, _ in _LENGTHS[attitude]]
    return rng.choices(lengths, [weight for _, weight in _LENGTHS[attitude]])[0]


def _due(facts: int, hour: Hour) -> list[int]:
    """In which exchanges a fact is told: spread from the second to the last but two."""
    free = max(0, hour.exchanges - 3)
    share = {"positive": 0.6, "neutral": 0.45, "negative": 0.25}[hour.attitude]
    most = min(facts, max(1, round(share * free))) if facts and free else 0
    if hour.most_facts is not None:
        most = min(most, hour.most_facts)
    return [2 + (n * free) // most for n in range(most)] if most else []
