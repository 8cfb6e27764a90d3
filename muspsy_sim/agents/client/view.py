"""What the client's voice sees: itself as it knows itself today, and nothing that it holds back.

Built from the client's side alone. Facts, core beliefs and thoughts of self-harm cross only when
they are unlocked; of a locked fact only its hint does. Numbers never cross: the state is a stance
in words, and so is the last report.
"""

from __future__ import annotations

from collections.abc import Sequence

from muspsy_sim.agents.client.cues import touched
from muspsy_sim.agents.client.disclosure import (
    risk_unlocked,
    unlocked_beliefs,
    unlocked_facts,
)
from muspsy_sim.agents.client.feeling import Progress
from muspsy_sim.agents.client.own_words import OwnWords
from muspsy_sim.agents.client.parameters import Dynamics
from muspsy_sim.agents.client.scripted import arc_session
from muspsy_sim.agents.client.stance import Decision, stance_of
from muspsy_sim.agents.client.symptom_words import report_in_words
from muspsy_sim.records.profile import Fact, Profile
from muspsy_sim.records.ready import Ready
from muspsy_sim.records.state import ClientState, SymptomReport
from muspsy_sim.records.values import made
from muspsy_sim.records.views import (
    HomeworkWord,
    Line,
    ReflectView,
    SpeakView,
    UnlockedFact,
)

_MOST_HINTS = 3
_HARD = 2
"""Sensitivity from which a fact is hard to tell."""


def speak_view(
    state: ClientState,
    profile: Profile,
    dynamics: Dynamics,
    decision: Decision,
    *,
    session: int,
    turn: int,
    dialogue: Sequence[Line],
    report: SymptomReport | None = None,
    progress: Progress = "responsive",
    earlier: str = "",
    own_words: OwnWords | None = None,
    last: bool = False,
    began_as: ClientState | None = None,
) -> SpeakView:
    """The view for the client's turn `turn` of `session`. `report`: its last, if it made one.

    `earlier`: all that the client itself said in earlier sessions. `own_words` keeps what was found
    in them for the turns to come. `last`: the course ends with this session. `began_as`: the state
    that the session began with.
    """
    voice, words = profile.temperament.voice, _words(profile.facts)
    open_now = set(unlocked_facts(state, profile, dynamics))
    early = set(unlocked_facts(began_as, profile, dynamics)) if began_as is not None else set()
    told = {entry.fact for entry in state.disclosed}
    today = f"s{session}t"
    before = {e.fact: _session(e.turn) for e in state.disclosed if not e.turn.startswith(today)}
    beliefs = set(unlocked_beliefs(state, profile, dynamics))
    says_risk = risk_unlocked(state, profile, dynamics, decision.asked_about_risk)
    values = {
        "language": profile.language,
        "session": session,
        "turn": turn,
        "demographics": profile.demographics,
        "presenting_problem": profile.presenting_problem,
        "voice_style": voice.style,
        "fillers": voice.fillers,
        "lines": voice.lines,
        "situations": profile.formulation.situations,
        "goals": profile.goals,
        "supports": profile.supports,
        "strengths": profile.strengths,
        "stance": stance_of(state, decision, profile, dynamics),
        "unlocked": [
            words(n, fact.id in told, before.get(fact.id, 0), fact.id in early)
            for n, fact in enumerate(profile.facts)
            if fact.id in open_now
        ],
        "tell": decision.tell if decision.tell in open_now else None,
        "hints": _hints(profile, open_now, dialogue),
        "beliefs": [b.belief for b in profile.formulation.core_beliefs if b.id in beliefs],
        "risk_words": profile.risk.words if says_risk else "",
        "memories": [memory.text for memory in state.memories if memory.session < session],
        "events": list(state.events),
        "arc": _arc(profile, session) if progress == "scripted" else "",
        "homework": _homework(state),
        "symptoms": report_in_words(report, profile.language, risk=says_risk) if report else [],
        "said_before": (own_words or OwnWords()).repeatable(profile, told, beliefs, earlier),
        "last": last,
        "dialogue": list(dialogue),
    }
    return made(SpeakView, values)


class _Words:
    """The facts of one profile as a view holds them: the same records turn after turn.

    What was rendered of them is taken again where they are the same, which is seen at once.
    """

    def __init__(self, facts: list[Fact]) -> None:
        self._facts = facts
        self._made: dict[tuple[int, bool, int, bool], UnlockedFact] = {}

    def __call__(self, place: int, told: bool, told_in: int, early: bool) -> UnlockedFact:
        """The fact at a place of the profile."""
        key = (place, told, told_in, early)
        made = self._made.get(key)
        if made is None:
            fact = self._facts[place]
            made = self._made[key] = UnlockedFact(
                id=fact.id,
                topic=fact.topic,
                text=fact.text,
                details=fact.details,
                told=told,
                told_in=told_in,
                guarded=fact.sensitivity >= _HARD,
                early=early,
            )
        return made


_words = Ready(_Words)


def reflect_view(
    state: ClientState,
    profile: Profile,
    dynamics: Dynamics,
    *,
    session: int,
    dialogue: Sequence[Line],
) -> ReflectView:
    """The view from which the client thinks back over the session just held."""
    thinking = Decision("consider", reason="the hour is over and you think back on it")
    return ReflectView(
        language=profile.language,
        session=session,
        demographics=profile.demographics,
        voice_style=profile.temperament.voice.style,
        stance=stance_of(state, thinking, profile, dynamics),
        homework=_homework(state),
        memories=[memory.text for memory in state.memories if memory.session < session],
        dialogue=list(dialogue),
    )


def _session(turn: str) -> int:
    """The session of a turn's id, such as 3 of `s3t4`."""
    return int(turn[1:].partition("t")[0])


def _hints(profile: Profile, open_now: set[str], dialogue: Sequence[Line]) -> list[str]:
    """Hints of what is held back, first of what the counselor just touched."""
    said = dialogue[-1].text if dialogue and dialogue[-1].speaker == "counselor" else ""
    held = [fact for fact in profile.facts if fact.hint and fact.id not in open_now]
    if named := {fact.id for fact in touched(profile, said)}:
        held.sort(key=lambda fact: fact.id not in named)
    return [fact.hint for fact in held[:_MOST_HINTS]]


def _homework(state: ClientState) -> HomeworkWord | None:
    """What was agreed last, this session or an earlier one."""
    if not state.homework:
        return None
    last = state.homework[-1]
    return HomeworkWord(text=last.text, outcome=last.status)


def _arc(profile: Profile, session: int) -> str:
    entry = arc_session(profile, session)
    if entry is None:
        return ""
    told = (entry.life_events, entry.emotional_state, entry.cognitive_state, entry.goal)
    return "\n".join(part for part in told if part)
