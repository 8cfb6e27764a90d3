"""Clients, fixed streams of appraisals, and whole courses lived by the dynamics alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from muspsy_sim.agents.client.attendance import Attendance
from muspsy_sim.agents.client.dynamics import (
    CounselorTurn,
    Dynamics,
    Progress,
    arc_session,
    attends,
    feel,
    initial_state,
    live_week,
    load_dynamics,
    observe,
    open_session,
    record_speech,
)
from muspsy_sim.agents.client.stance import Context, decide
from muspsy_sim.records.answers import Told
from muspsy_sim.records.appraisal import Appraisal, Behaviour, Coded
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.state import ClientState, StateValues, SymptomReport

EXCHANGES = 12


def client(name: str = "case", **changes: Any) -> Profile:
    """A client of middling everything. Temperament fields and profile fields may be given."""
    temperament: dict[str, Any] = {
        "starting_trust": 0.4,
        "reactivity": 0.5,
        "resistance_style": "minimising",
        "stage_of_change": "contemplation",
        "talkativeness": 0.5,
        "homework_propensity": 0.5,
        "voice": {"style": "plain"},
    }
    given: dict[str, Any] = {
        "id": name,
        "source_case": name,
        "language": "en",
        "title": "A client",
        "topic": "anxiety",
        "demographics": {"name": "Ada", "age": 41},
        "presenting_problem": "I can't rest.",
        "formulation": {
            "core_beliefs": [
                {"id": "b1", "belief": "BELIEF-ONE", "strength": 0.8},
                {"id": "b2", "belief": "BELIEF-TWO", "strength": 0.6},
            ]
        },
        "facts": [
            {
                "id": f"f{sensitivity}{letter}",
                "topic": "home",
                "text": f"FACT-{sensitivity}{letter}",
                "details": [f"DETAIL-{sensitivity}{letter}"],
                "sensitivity": sensitivity,
                "hint": f"hint {sensitivity}{letter}",
                "cues": [f"cue{sensitivity}{letter}"],
            }
            for sensitivity in range(4)
            for letter in "ab"
        ],
        "strengths": ["walks"],
        "supports": ["a sister"],
        "symptoms": {"phq9": [2, 2, 2, 2, 1, 2, 2, 1, 1], "gad7": [2, 2, 2, 2, 1, 1, 1]},
        "goals": ["to sleep"],
        "life_events": [
            {"text": "The boiler broke.", "weight": 0.4},
            {"text": "An old friend rang.", "weight": -0.4},
            {"text": "The shift was changed.", "weight": 0.2},
        ],
    }
    for key, value in changes.items():
        (temperament if key in temperament else given)[key] = value
    return Profile.model_validate({**given, "temperament": temperament})


def clients() -> list[Profile]:
    """Four clients unlike each other in all that the dynamics read."""
    return [
        client("one", stage_of_change="precontemplation", starting_trust=0.3, reactivity=0.35),
        client("two", resistance_style="deferring", starting_trust=0.45, talkativeness=0.3),
        client("three", resistance_style="externalising", stage_of_change="preparation"),
        client(
            "four",
            resistance_style="intellectualising",
            stage_of_change="action",
            starting_trust=0.5,
            homework_propensity=0.7,
        ),
    ]


def coded(*behaviours: Behaviour, quality: int = 0) -> Appraisal:
    """An appraisal with these behaviours, each quoted in made-up words."""
    return Appraisal(
        behaviours=[Coded(behaviour=name, quote=f"words of {name}") for name in behaviours],
        quality=quality,
    )


GOOD = (
    coded("open_question", "review_homework", "recall", quality=1),
    coded("open_question", quality=1),
    coded("empathy", "open_question", quality=1),
    coded("complex_reflection", quality=2),
    coded("simple_reflection", "open_question", quality=1),
    coded("explore_thought", quality=1),
    coded("affirm", "open_question", quality=1),
    coded("collaborate", quality=1),
    coded("complex_reflection", "elicit_change", quality=2),
    coded("suggest_with_permission", quality=1),
    coded("assign_homework", "autonomy", quality=1),
    coded("summarise", quality=1),
)
NEUTRAL = (
    coded("social", "closed_question"),
    coded("closed_question"),
    coded("simple_reflection"),
    coded("open_question"),
    coded("inform"),
    coded("closed_question"),
    coded("simple_reflection"),
    coded("reassure"),
    coded("closed_question"),
    coded("advise"),
    coded("simple_reflection"),
    coded("closed_question"),
)
DISMISSIVE = (
    coded("closed_question", quality=-1),
    coded("dismiss", quality=-2),
    coded("advise", quality=-1),
    coded("closed_question"),
    coded("reassure", quality=-1),
    coded("advise", quality=-1),
    coded("dismiss", quality=-2),
    coded("inform", quality=-1),
    coded("confront", quality=-2),
    coded("closed_question"),
    coded("advise", quality=-1),
    coded("other", quality=-1),
)
NODDING = (coded("simple_reflection"),) * EXCHANGES


@dataclass
class Lived:
    """A course as it was lived."""

    state: ClientState
    reports: list[SymptomReport]
    ended: Attendance | None = None
    sessions: int = 0
    events: list[list[str]] = field(default_factory=list)
    values: list[StateValues] = field(default_factory=list)
    moves: Counter[str] = field(default_factory=Counter)
    changes: list[Any] = field(default_factory=list)

    @property
    def phq9_drop(self) -> int:
        return self.reports[0].phq9_total - self.reports[-1].phq9_total

    @property
    def responded(self) -> bool:
        return self.reports[-1].phq9_total <= self.reports[0].phq9_total / 2


def exchange(
    state: ClientState,
    appraisal: Appraisal,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    session: int,
    number: int,
    progress: Progress = "responsive",
    text: str = "words",
) -> ClientState:
    """One counselor turn, felt."""
    turn = 2 * number - 1
    heard = CounselorTurn(session, turn, number, f"s{session}t{turn}", text)
    return feel(state, appraisal, heard, profile, dynamics, chance, progress).state


def live(
    profile: Profile,
    seed: int,
    stream: Sequence[Appraisal] | None,
    *,
    sessions: int = 4,
    weeks: int = 6,
    progress: Progress = "responsive",
    dynamics: Dynamics | None = None,
    chance: Chance | None = None,
    attending: bool = True,
) -> Lived:
    """A course: a session a week of twelve exchanges from `stream`; `None` is a waiting list."""
    dynamics = dynamics or load_dynamics()
    chance = chance or Chance(profile.source_case, seed)
    state = initial_state(profile, dynamics, chance)
    course = Lived(state, [observe(state, profile, dynamics, chance, 0)])
    for week in range(1, weeks + 1):
        held = stream is not None and week <= sessions and course.ended is None
        if held and attending:
            there = attends(course.state, profile, dynamics, chance, week, course.reports, progress)
            held = there == "comes"
            course.ended = there if there in ("drops_out", "goals_met") else None
        if held and stream is not None:
            course.sessions += 1
            _hold(course, profile, stream, week, dynamics, chance, progress)
        told = arc_session(profile, week + 1)
        lived = live_week(course.state, profile, dynamics, chance, week, held, progress, told)
        course.state = lived.state
        course.events.append(lived.events)
        course.changes.extend(lived.changes)
        course.values.append(lived.state.values)
        course.reports.append(observe(course.state, profile, dynamics, chance, week))
    return course


def _hold(
    course: Lived,
    profile: Profile,
    stream: Sequence[Appraisal],
    session: int,
    dynamics: Dynamics,
    chance: Chance,
    progress: Progress,
) -> None:
    state, changes = open_session(course.state, profile, dynamics, chance, session)
    course.changes.extend(changes)
    for number in range(1, EXCHANGES + 1):
        turn = 2 * number - 1
        appraisal = stream[(number - 1) % len(stream)]
        heard = CounselorTurn(session, turn, number, f"s{session}t{turn}", "words")
        felt = feel(state, appraisal, heard, profile, dynamics, chance, progress)
        state = felt.state
        course.changes.extend(felt.changes)
        context = Context(session, turn + 1, number, "words")
        decision = decide(state, appraisal, profile, dynamics, chance, context)
        course.moves[decision.move] += 1
        if decision.tell:
            told = [Told(fact=decision.tell, quote="so it is")]
            turn_id = f"s{session}t{turn + 1}"
            state = record_speech(state, told, turn_id, "so it is", profile, dynamics)
        if decision.leaves:
            break
    course.state = state
