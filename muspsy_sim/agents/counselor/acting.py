"""What the counselor does: recall, plan, respond, and after the session remember and plan on.

Each function is a node of a graph: it takes the live course, asks at most one prompt, and writes
what came of it to the counselor's side and the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from muspsy_sim.agents.counselor import view as views
from muspsy_sim.agents.counselor.recalling.scrambled import scrambled
from muspsy_sim.agents.counselor.recalling.size import tokens_of
from muspsy_sim.agents.held import spoken
from muspsy_sim.agents.live import CounselorSide, LiveCourse
from muspsy_sim.agents.prompts import BARE, PLAN_NEXT, PLAN_TURN, REMEMBER, RESPOND
from muspsy_sim.records.answers import NoteAnswer
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import Label, Session, SessionEnd
from muspsy_sim.records.memory import SessionNote, Statement, Strategy, TurnPlan
from muspsy_sim.records.values import made
from muspsy_sim.records.views import Line

STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
DRAWN = "drawn at random"
"""The reason that the record gives for a strategy that nobody chose."""


async def recall(course: LiveCourse) -> None:
    """Pick what the counselor remembers for this turn."""
    now, side = course.now, course.counselor
    if side.levels.recall in views.SAME_ALL_SESSION and now.recalled_from == len(side.notes):
        return
    now.recalled_from = len(side.notes)
    now.recalled = views.recall(
        side,
        course.schedule.recall_tokens,
        heard=[line.text for line in now.lines()],
        session=now.number,
        turn=len(now.turns) + 1,
    )


async def plan(course: LiveCourse) -> None:
    """Decide what the next turn is for, at planning level `turn`.

    At level `random` the same call is made, its answer is thrown away and a strategy is drawn.
    """
    now, side = course.now, course.counselor
    now.turn_plan = None
    if side.levels.plan not in ("turn", "random"):
        return
    view = views.plan_turn_view(course)
    turn = len(now.turns) + 1
    asked = await course.ask(PLAN_TURN, view, session=now.number, turn=turn)
    now.turn_plan = (
        asked.answer if side.levels.plan == "turn" else drawn_plan(side.chance, now.number, turn)
    )


def drawn_plan(chance: Chance, session: int, turn: int) -> TurnPlan:
    """A strategy by chance, each as likely as another, keyed like every draw.

    `unknown` is left out: it labels what was done, and nobody can set out to do it.
    """
    known = [strategy for strategy in STRATEGIES if strategy != "unknown"]
    drawn = chance.rng(session, turn, "counselor.random_plan").choice(known)
    return TurnPlan(strategy=drawn, reason=DRAWN)


async def respond(course: LiveCourse) -> None:
    """Speak as the counselor, with all that this arm may know."""
    now = course.now
    view = views.respond_view(course)
    now.exchange += 1
    asked = await course.ask(RESPOND, view, session=now.number, turn=len(now.turns) + 1)
    now.closing = asked.answer.close
    planned = now.turn_plan
    now.turns.append(
        spoken(
            now.next_id(),
            "counselor",
            asked.answer.text.strip(),
            labels=([_planned(planned)] if planned else []),
            reasoning=asked.reasoning,
            plan=planned,
            recalled=_references(course),
            usage=asked.usage,
        )
    )


def _planned(plan: TurnPlan) -> Label:
    """What the turn was meant for, as its label."""
    return made(Label, {"kind": "strategy", "value": plan.strategy, "origin": "planned"})


def _references(course: LiveCourse) -> list[str]:
    """What of this course was recalled: neither filler nor notes on others are of it."""
    if course.counselor.levels.recall == "scrambled":
        return []
    return [item.ref for item in course.now.recalled if not item.text]


async def respond_bare(course: LiveCourse) -> None:
    """Put the plain conversation to the model or product under test and take its text."""
    now = course.now
    now.exchange += 1
    view = views.bare_view(course.counselor, now.lines(), course.bare_system)
    asked = await course.ask(BARE, view, session=now.number, turn=len(now.turns) + 1)
    now.turns.append(
        spoken(
            now.next_id(),
            "counselor",
            asked.answer.text.strip(),
            reasoning=asked.reasoning,
            usage=asked.usage,
        )
    )


async def remember(course: LiveCourse) -> None:
    """Write the note of the session just held. What is quoted wrongly is dropped and counted."""
    session = course.sessions[-1]
    if not session.turns:
        return
    earlier = views.recall(course.counselor, course.schedule.recall_tokens, session=session.number)
    asked = await course.ask(
        REMEMBER,
        views.remember_view(course.counselor, session.number, earlier, course.heard()),
        session=session.number,
    )
    note = settle_note(asked.answer, session.number, course.said)
    session.note = note
    keep_note(course.counselor, note)


def keep_note(side: CounselorSide, note: SessionNote) -> None:
    """Keep a note where the arm remembers it.

    Of a sham's, keep how long it is and no word; with recall `scrambled`, a note on somebody else.
    """
    match side.levels.recall:
        case "sham":
            side.note_tokens += note_lengths([note])
        case "scrambled":
            owed = sum(side.note_tokens) - sum(note_lengths(side.notes))
            side.notes.append(scrambled(note, side.notes, side.language, side.chance, owed))
            side.note_tokens += note_lengths([note])
        case _:
            side.notes.append(note)


def note_lengths(notes: Iterable[SessionNote]) -> list[int]:
    """What each note would take in a prompt, in tokens, estimated."""
    return [tokens_of(views.noted(note)) for note in notes]


async def plan_next(course: LiveCourse) -> None:
    """Revise the treatment plan and plan the next session; nothing when none is to come.

    At planning level `none` neither this nor `plan_first` asks anything.
    """
    session = course.sessions[-1] if course.sessions else None
    number = course.week + 1
    if number > course.schedule.sessions or course.end is not None:
        return
    if course.counselor.levels.plan == "none":
        return
    await _plan(course, number, course.heard())
    if session is not None:
        session.treatment_plan = course.counselor.treatment


async def plan_first(course: LiveCourse) -> None:
    """Plan the session about to open, where no plan was made for it (the first; after a miss)."""
    side = course.counselor
    if side.planned_session == course.week or side.levels.plan == "none":
        return
    await _plan(course, course.week, [])
    # The plan stands with what came before it: the session that was missed, or the intake, which
    # then is an empty one where the arm holds none.
    if course.sessions:
        course.sessions[-1].treatment_plan = side.treatment
        return
    if course.intake is None:
        course.intake = Session(number=0, week=0, end=SessionEnd.COUNSELOR_CLOSED)
    course.intake.treatment_plan = side.treatment


async def _plan(course: LiveCourse, number: int, lines: list[Line]) -> None:
    side = course.counselor
    notes = views.recall(side, course.schedule.recall_tokens, session=number)
    asked = await course.ask(
        PLAN_NEXT,
        views.plan_next_view(side, course.schedule, number, notes, lines),
        session=course.week,
        turn=0 if lines else 1,
    )
    side.treatment = asked.answer.treatment
    side.session_plan = asked.answer.session
    side.planned_session = number


def settle_note(answer: NoteAnswer, session: int, said: Mapping[str, str]) -> SessionNote:
    """The note as it is kept.

    A statement that claims a quote must quote a cited turn verbatim, and turns that do not exist
    are not cited. What fails is dropped and counted. `said` maps the ids of this session's and
    earlier sessions' turns to their text.
    """
    dropped = 0

    def sound(statements: list[Statement]) -> list[Statement]:
        nonlocal dropped
        kept: list[Statement] = []
        for statement in statements:
            cited = [t for t in statement.turns if t in said]
            quoted = statement.quote and any(statement.quote in said[t] for t in cited)
            if (statement.basis == "quote" or statement.quote) and not quoted:
                dropped += 1
                continue
            kept.append(statement.model_copy(update={"turns": cited}))
        return kept

    return SessionNote(
        session=session,
        emotion_and_cognition=sound(answer.emotion_and_cognition),
        observations=sound(answer.observations),
        assignments=sound(answer.assignments),
        session_goal=answer.session_goal,
        summary=sound(answer.summary),
        dropped=dropped,
    )
