"""MusPsy's way: a report as user cards, the course drafted, each session written, its memory kept.

Published, the course is written from its draft (`scripted`): what becomes of the client is decided
before the first session. `simulated` keeps the cards as the arc of a client who then lives the
course against a counselor, turn by turn, as every course of this project.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from muspsy_sim.agents.counselor.acting import settle_note
from muspsy_sim.agents.counselor.view import noted
from muspsy_sim.agents.prompts import REMEMBER
from muspsy_sim.datasets.corpora.from_run import dialogue_of, note_text
from muspsy_sim.datasets.making.bench import Bench, CheckFailed
from muspsy_sim.datasets.making.prompts import CARDS, DRAFT, EXPAND
from muspsy_sim.datasets.making.record import given
from muspsy_sim.datasets.making.rules import Shape
from muspsy_sim.datasets.making.scripts import session_of, written
from muspsy_sim.datasets.making.way import Way
from muspsy_sim.llm.ask import CallFailed
from muspsy_sim.records.corpus import Dialogue, Document
from muspsy_sim.records.corpus_answers import CardsAnswer, ScriptLine
from muspsy_sim.records.corpus_views import CardsView, DraftView, ExpandView
from muspsy_sim.records.episode import CourseEnd, Episode
from muspsy_sim.records.memory import SessionNote
from muspsy_sim.records.profile import ArcSession
from muspsy_sim.records.views import Line, RememberView
from muspsy_sim.runs.course import begin as begin_course
from muspsy_sim.runs.course import cover_of, episode_of, live
from muspsy_sim.runs.plan import plan_run, provenance_of

FORMAT = "muspsy-made"

T = TypeVar("T")


@dataclass(slots=True)
class Work:
    """One course in the making."""

    bench: Bench
    cards: CardsAnswer | None = None
    drafts: list[str] = field(default_factory=list)
    sessions: list[list[ScriptLine]] = field(default_factory=list)
    notes: list[SessionNote] = field(default_factory=list)
    lived: Episode | None = None

    @property
    def number(self) -> int:
        """Of the session under way, from 1."""
        return len(self.notes) + 1


async def cards(work: Work) -> str:
    """A user card a session, until there are as many as sessions; which of the two ways goes on."""
    bench, how = work.bench, work.bench.recipe.muspsy
    view = CardsView(language=bench.language, report=bench.entry.report, sessions=how.sessions)
    work.cards = await _counted(
        bench,
        "cards",
        how.sessions,
        lambda number: bench.ask(CARDS, view, turn=number),
        lambda answer: len(answer.cards),
    )
    return how.progress


async def draft(work: Work) -> None:
    """The whole course in a few lines a session."""
    bench, made = work.bench, given(work.cards)
    view = DraftView(language=bench.language, basic_info=made.basic_info, cards=made.cards)
    answer = await _counted(
        bench,
        "draft",
        len(made.cards),
        lambda number: bench.ask(DRAFT, view, turn=number),
        lambda answer: len(answer.sessions),
    )
    work.drafts = list(answer.sessions)


async def expand(work: Work) -> None:
    """The next session written out, until it keeps the rules; it knows the notes of the others."""
    bench, made, number = work.bench, given(work.cards), work.number

    async def one(why: list[str], tried: int) -> list[ScriptLine]:
        view = ExpandView(
            language=bench.language,
            session=number,
            sessions=len(made.cards),
            basic_info=made.basic_info,
            card=made.cards[number - 1],
            outline=work.drafts[number - 1],
            recalled=[noted(note) for note in work.notes],
            exchanges=bench.recipe.exchanges,
            broken=why,
        )
        return (await bench.ask(EXPAND, view, session=number, turn=tried)).lines

    most = 2 * bench.recipe.exchanges
    shape = Shape(bench.language, fewest=4, most=most)
    work.sessions.append(await written(bench, one, shape, where=f"session {number}"))


async def remember(work: Work) -> str:
    """The note of the session just written, in MusPsy's fields, each quote held to the words."""
    bench, number = work.bench, work.number
    lines = [
        Line(id=f"s{number}t{at}", speaker=said.speaker, text=said.text)
        for at, said in enumerate(work.sessions[-1], start=1)
    ]
    view = RememberView(
        language=bench.language,
        session=number,
        earlier=[noted(note) for note in work.notes],
        dialogue=lines,
    )
    answer = await bench.ask(REMEMBER, view, session=number)
    said = {
        f"s{n}t{at}": line.text
        for n, session in enumerate(work.sessions, start=1)
        for at, line in enumerate(session, start=1)
    }
    note = settle_note(answer, number, said)
    work.notes.append(note)
    bench.checked(
        "note",
        [f"{note.dropped} statements quoted what nobody said"] if note.dropped else [],
        f"session {number}",
    )
    return "over" if len(work.sessions) == len(given(work.cards).cards) else "again"


async def simulate(work: Work) -> None:
    """The cards as the arc of a client who lives the course. The entry holds a persona.

    Raises `CallFailed` and `BudgetSpent` where one of them ended it.
    """
    bench = work.bench
    made = given(work.cards)
    arc = [
        ArcSession(
            session=n,
            life_events=card.life_events,
            emotional_state=card.emotional_state,
            cognitive_state=card.cognitive_state,
            goal=card.goal,
            method=card.method,
        )
        for n, card in enumerate(made.cards, start=1)
    ]
    profile = given(bench.entry.profile).model_copy(update={"arc": arc})
    plan = plan_run(bench.recipe.course(), profiles=[profile])
    (arm,) = plan.arms
    seat = bench.connections.seat(arm, bench.journal, *bench.counts)
    course = begin_course(bench.entry.id, profile, seat, bench.entry.seed, plan.schedule)
    await live(course, seat)
    if course.end is CourseEnd.BUDGET_SPENT:
        bench.connections.budget.check()
    if course.failures:
        raise CallFailed(course.failures[-1])
    made_with = provenance_of(plan.recipe, arm)
    cover = cover_of(course, bench.entry.id, bench.entry.seed, seat, made_with, bench.counts[0])
    work.lived = episode_of(course, cover)


async def check(work: Work) -> None:
    """A course has a session: one that a client never came to is none to publish."""
    sessions = (
        [s for s in work.lived.sessions if s.turns] if work.lived is not None else work.sessions
    )
    if not work.bench.checked("course", [] if sessions else ["no session was held"]):
        raise CheckFailed("no session was held")


def finish(work: Work) -> Dialogue:
    """All sessions, with the report, a card and a draft a session, and the notes beside them."""
    entry, made = work.bench.entry, given(work.cards)
    papers = [Document(kind="case_report", text=entry.report)]
    papers += [
        Document(kind="user_card", text=_card(made, n), session=n + 1)
        for n in range(len(made.cards))
    ]
    if work.lived is not None:
        lived = dialogue_of(work.lived)
        kept = [d for d in lived.documents if d.kind in ("goal", "memory", "summary", "plan")]
        return lived.model_copy(update={"format": FORMAT, "documents": [*papers, *kept]})
    papers += [
        Document(kind="plan", text=text, session=n) for n, text in enumerate(work.drafts, start=1)
    ]
    for note in work.notes:
        papers.append(Document(kind="memory", text=note_text(note), session=note.session))
        if summary := " ".join(said.text for said in note.summary):
            papers.append(Document(kind="summary", text=summary, session=note.session))
    return Dialogue(
        id=entry.id,
        format=FORMAT,
        language=entry.language,
        source_case=entry.source_case,
        sessions=[session_of(lines, n) for n, lines in enumerate(work.sessions, start=1)],
        documents=papers,
    )


def _card(made: CardsAnswer, n: int) -> str:
    """A user card as JSON: what stays the same, and what this session's time is like."""
    told = {"basic_info": made.basic_info, **made.cards[n].model_dump()}
    return json.dumps(told, ensure_ascii=False)


async def _counted(
    bench: Bench,
    rule: str,
    wanted: int,
    ask: Callable[[int], Awaitable[T]],
    count: Callable[[T], int],
) -> T:
    """The first answer that holds as many parts as there are sessions.

    Raises `CheckFailed` where none of the recipe's tries does.
    """
    for number in range(1, bench.recipe.tries + 1):
        answer = await ask(number)
        found = count(answer)
        why = [] if found == wanted else [f"{found} parts for {wanted} sessions"]
        if bench.checked(rule, why, f"try {number}"):
            return answer
    raise CheckFailed(f"{rule}: not one a session, to the last try")


WAY = Way(
    name="muspsy",
    prompts=(CARDS, DRAFT, EXPAND, REMEMBER),
    nodes={
        "cards": cards,
        "draft": draft,
        "expand": expand,
        "remember": remember,
        "simulate": simulate,
        "check": check,
    },
    begin=Work,
    finish=finish,
    answers={
        "cards": frozenset({"scripted", "simulated"}),
        "remember": frozenset({"again", "over"}),
    },
    publishes_as="muspsy-dialogue",
)
