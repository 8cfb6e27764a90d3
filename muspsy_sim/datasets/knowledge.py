"""What a row's counselor had heard by then, what it wrote, and what in a text tells more than that.

This is what the checks hold rows against. It is built from the transcript, not from the row; what
a text could tell is looked up once a text, since rows of a session share their system message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from muspsy_sim.datasets.hidden import Hidden, HiddenSide, hidden_side
from muspsy_sim.datasets.reading import Source
from muspsy_sim.datasets.rendering import spoken_lines
from muspsy_sim.datasets.rows import Row
from muspsy_sim.datasets.seeing import intake_seen, remembers
from muspsy_sim.datasets.spans import LONG_SPAN, SPAN, Span, canaries, spans, tokens
from muspsy_sim.datasets.wording import wording
from muspsy_sim.records.episode import Episode, Session, Turn
from muspsy_sim.records.state import StateValues


@dataclass(frozen=True, slots=True)
class Place:
    """Where a turn stands: its session, its place in it from 0, and itself."""

    session: Session
    at: int
    turn: Turn


@dataclass(frozen=True, slots=True)
class Clues:
    """What in a text could tell too much, each with where it is from."""

    hidden: tuple[tuple[Span, list[Hidden]], ...]
    thoughts: tuple[tuple[Span, list[Hidden]], ...]
    said: tuple[tuple[Span, Place], ...]
    """Spans that the client was the first to say, with the turn."""
    canaries: tuple[tuple[str, Hidden], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """An episode, indexed for checking."""

    source: Source
    places: dict[str, Place]
    speakers_of: dict[Span, list[Place]]
    """Each span of the transcript with the turns that have it, the first one first."""
    hidden: HiddenSide
    state_numbers: frozenset[float]
    clues: dict[str, Clues] = field(default_factory=dict)

    @property
    def episode(self) -> Episode:
        """The episode."""
        return self.source.episode

    def session(self, number: int) -> Session:
        """The session with this number, which a row of it proves to be there."""
        return next(s for s in self.episode.sessions if s.number == number)


@dataclass(frozen=True, slots=True)
class Known:
    """What the counselor had heard, still knew, and had written when it came to a row's task."""

    turns: tuple[Turn, ...]
    ids: frozenset[str]
    told: frozenset[str]
    """Ids of the facts told in these turns."""
    tokens: frozenset[str]
    own: tuple[str, ...]
    """Its notes and plans, sentence by sentence."""

    def heard(self, places: Iterable[Place]) -> bool:
        """Whether one of these turns was heard."""
        return any(place.turn.id in self.ids for place in places)


def index(source: Source) -> Course:
    """Index an episode."""
    episode = source.episode
    held = ([episode.intake] if episode.intake else []) + episode.sessions
    places = {t.id: Place(s, at, t) for s in held for at, t in enumerate(s.turns)}
    hidden = hidden_side(episode)
    lengths = [SPAN[episode.language]]
    lengths += [LONG_SPAN[episode.language]] if hidden.long_spans else []
    speakers_of: dict[Span, list[Place]] = {}
    for place in places.values():
        for length in lengths:
            for span in spans(place.turn.text, length):
                speakers_of.setdefault(span, []).append(place)
    return Course(
        source=source,
        places=places,
        speakers_of=speakers_of,
        hidden=hidden,
        state_numbers=frozenset(_numbers(episode)),
    )


def known_for(course: Course, row: Row) -> Known:
    """What was known when it came to this row.

    For a row of a whole session: when it came to the first turn that the row teaches.
    """
    turns = tuple(_heard(course, row))
    return Known(
        turns=turns,
        ids=frozenset(turn.id for turn in turns),
        told=frozenset(told.fact for turn in turns for told in turn.disclosed),
        tokens=frozenset(token for turn in turns for token in tokens(turn.text)),
        own=tuple(_authored(course.episode, row.session)),
    )


def clues_in(course: Course, text: str) -> Clues:
    """What in a text could tell too much."""
    if text not in course.clues:
        language = course.episode.language
        lines = spoken_lines(text, wording(language))
        short = [span for line in lines for span in spans(line, SPAN[language])]
        thinks = LONG_SPAN[language] if course.hidden.long_spans else None
        long = [span for line in lines for span in spans(line, thinks)] if thinks else []
        hidden = course.hidden
        said = ((span, course.speakers_of[span][0]) for span in short if span in course.speakers_of)
        course.clues[text] = Clues(
            hidden=tuple((s, hidden.spans[s]) for s in short if s in hidden.spans),
            thoughts=tuple((s, hidden.long_spans[s]) for s in long if s in hidden.long_spans),
            said=tuple((s, place) for s, place in said if place.turn.speaker == "client"),
            canaries=tuple(
                (t, hidden.canaries[t]) for t in sorted(canaries(text)) if t in hidden.canaries
            ),
        )
    return course.clues[text]


def _heard(course: Course, row: Row) -> list[Turn]:
    episode = course.episode
    session = course.session(row.session)
    earlier = [s for s in episode.sessions if s.number < row.session]
    known = [t for s in earlier for t in s.turns] if remembers(course.source, session) else []
    known = [*intake_seen(course.source, session), *known]
    if row.task == "memory_extraction":
        return [*known, *session.turns]
    if row.task == "goal_planning":
        return known
    learnt = next((m.turn for m in row.messages if m.role == "assistant" and m.turn), None)
    place = course.places.get((learnt if row.whole else row.completion.turn) or "")
    return [*known, *session.turns[: place.at if place else 0]]


def _authored(episode: Episode, until: int) -> Iterator[str]:
    """What the counselor wrote itself up to this session: its notes and plans."""
    plans = [episode.intake.treatment_plan] if episode.intake else []
    for session in episode.sessions:
        if session.number > until:
            break
        plans.append(session.treatment_plan)
        if session.note is not None:
            yield session.note.session_goal
            for statement in session.note.statements():
                yield from (statement.text, statement.quote)
        if session.plan is not None:
            yield from (session.plan.goal, session.plan.focus, *session.plan.techniques)
    for plan in plans:
        if plan is not None:
            yield from (plan.approach, *(goal.text for goal in plan.goals))


def _numbers(episode: Episode) -> Iterator[float]:
    for session in episode.sessions:
        for state in (session.state_before, session.state_after):
            if state is not None:
                yield from _values(state.values)
                yield from (*state.phq9, *state.gad7)
        for turn in session.turns:
            if turn.state is not None:
                yield from _values(turn.state)
    for week in episode.weeks:
        yield from _values(week.values)
        yield from (*week.phq9_latent, *week.gad7_latent)


def _values(values: StateValues) -> Iterator[float]:
    alliance = values.alliance
    yield from (values.trust, alliance.goal, alliance.task, alliance.bond, values.strain)
    yield from (values.distress, values.readiness, values.self_efficacy, values.risk)
    yield from values.beliefs.values()
