"""`muspsy.cards`, `muspsy.draft` and `muspsy.expand` offline."""

from __future__ import annotations

from random import Random
from typing import Literal

from muspsy_sim.llm.offline.corpora.cast import Cast, of_report, sayable
from muspsy_sim.llm.offline.corpora.duet import Hour, play
from muspsy_sim.llm.offline.corpora.material import corpus_material
from muspsy_sim.records.corpus_answers import Card, CardsAnswer, DraftAnswer, Script
from muspsy_sim.records.corpus_views import CardsView, DraftView, ExpandView
from muspsy_sim.records.memory import SessionPlan
from muspsy_sim.records.profile import Demographics
from muspsy_sim.records.views import HomeworkWord


def cards(view: CardsView, rng: Random) -> CardsAnswer:
    """The report's facts dealt out over the sessions, each to one card; feelings are general."""
    words = corpus_material(view.language)
    cast = of_report(view.report, view.language)
    glue = "" if view.language == "zh" else " "
    facts = [*cast.facts]
    dealt = [facts[n :: view.sessions] for n in range(view.sessions)]
    made: list[Card] = []
    for n in range(view.sessions):
        told = glue.join([*([cast.presenting] if n == 0 else []), *dealt[n]])
        believed = cast.beliefs[n] if n < len(cast.beliefs) else _of(words.cognitive, n)
        last = n == view.sessions - 1 and n > 0
        made.append(
            Card(
                life_events=told or _of(words.events, n),
                emotional_state=_of(words.emotional, n),
                cognitive_state=believed,
                goal=words.goals[-1] if last else words.goals[n % (len(words.goals) - 1)],
                method=words.methods[-1] if last else words.methods[n % (len(words.methods) - 1)],
            )
        )
    return CardsAnswer(basic_info=_basics(cast), cards=made)


def draft(view: DraftView, rng: Random) -> DraftAnswer:
    """A general line a session, round its card's goal."""
    words = corpus_material(view.language)
    return DraftAnswer(
        sessions=[
            _of(words.drafts, n).replace("{goal}", card.goal) for n, card in enumerate(view.cards)
        ]
    )


def expand(view: ExpandView, rng: Random) -> Script:
    """The session over its card; what is remembered comes back in the counselor's words."""
    language = view.language
    said = sayable(view.card.life_events, language)
    own = [*said, *sayable(view.card.emotional_state, language)]
    first = own[:1]
    thought = sayable(view.card.cognitive_state, language)
    cast = Cast(
        language=language,
        demographics=Demographics(name=""),
        presenting=" ".join(first) or view.card.life_events[:80],
        facts=tuple(own[1:]) if view.session == 1 else tuple(own),
        beliefs=tuple(thought),
    )
    hour = Hour(
        exchanges=view.exchanges,
        session=view.session,
        recalled=tuple(view.recalled),
        plan=SessionPlan(goal=view.card.goal, finish=view.session == view.sessions > 1),
        homework=_homework(view, rng),
    )
    return Script(lines=play(cast, hour, rng))


Outcome = Literal["done", "partly", "not_done"]


def _homework(view: ExpandView, rng: Random) -> HomeworkWord | None:
    """What the last note says was agreed, and, by chance, what came of it."""
    for each in reversed(view.recalled):
        for statement in each.statements:
            if statement.basis == "plan":
                outcomes: tuple[Outcome, ...] = ("done", "partly", "not_done")
                return HomeworkWord(text=statement.text, outcome=rng.choice(outcomes))
    return None


def _basics(cast: Cast) -> str:
    who = cast.demographics
    years = f"{who.age}岁" if cast.language == "zh" else f"{who.age} years old"
    age = years if who.age else ""
    parts = [age, who.gender, who.occupation, who.relationship_status, who.living_situation]
    said = ("，" if cast.language == "zh" else ", ").join(p for p in parts if p)
    return said or ("成年来访者" if cast.language == "zh" else "an adult client")


def _of(said: list[str], n: int) -> str:
    return said[n % len(said)]
