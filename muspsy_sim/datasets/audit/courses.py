"""Rules over a client's sessions: merged, missing, doubled, swapped, and what is known too early.

Memories are held against what was said by then, and claims of an earlier saying against what was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from muspsy_sim.datasets.audit.cues import Cues, cues_of
from muspsy_sim.datasets.audit.finding import Finding, Rule, found
from muspsy_sim.datasets.audit.words import content_words, facts, overlap
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document

MERGED = Rule(
    "merged-sessions",
    "error",
    "course",
    "two sessions stand in one: a farewell, then a greeting",
    "split it at the greeting, if the two speakers agree with it",
)
MISSING = Rule(
    "missing-session",
    "error",
    "course",
    "the numbers of the sessions have a gap",
    "find the session, or leave the client out of what spans sessions",
)
DOUBLED = Rule(
    "doubled-session",
    "error",
    "course",
    "the same session stands twice",
    "leave the second out",
)
SWAPPED = Rule(
    "swapped-sessions",
    "error",
    "course",
    "sessions stand in another order than they were held in",
    "put them in order by their numbers, where they have some",
)
EARLY_FACT = Rule(
    "early-memory",
    "error",
    "leak",
    "a memory tells what is only said in a later session",
    "write the memory again from its own session, or leave it out",
)
NEVER_SAID = Rule(
    "never-happened",
    "warning",
    "course",
    "'last time' about something that no earlier session holds",
    "leave the turn out of training for memory",
)

RULES = (MERGED, MISSING, DOUBLED, SWAPPED, EARLY_FACT, NEVER_SAID)

SAME = 0.8
"""Share of turns in common from which two sessions are one."""

CHANCE = 2
"""Things in common from which it is no chance."""

HEARD = 0.34
"""Share of a claim's content words that must have been said before."""

_DIGITS = re.compile(r"\d{1,3}")
_CLAUSE = re.compile(r"[.!?,;:。！？，；：\n]")
_NUMBERS = ("session_number", "session", "heading")


def look(dialogue: Dialogue) -> Iterator[Finding]:
    """All that these rules find in one client's sessions."""
    cues = cues_of(dialogue.language)
    yield from _merged(dialogue, cues)
    if len(dialogue.sessions) > 1:
        yield from _numbers(dialogue)
        yield from _doubled(dialogue)
        yield from _swapped(dialogue, cues)
    yield from early(dialogue)
    yield from _never_said(dialogue, cues)


def _merged(dialogue: Dialogue, cues: Cues) -> Iterator[Finding]:
    for session in dialogue.sessions:
        said = session.utterances
        for number in range(3, len(said)):
            before, turn = said[number - 1], said[number]
            ended = cues.farewell.search(before.text) or cues.farewell.search(said[number - 2].text)
            begins = cues.greeting.search(turn.text)
            if ended and begins and not cues.farewell.search(turn.text):
                yield found(
                    MERGED,
                    dialogue,
                    "a greeting after a farewell, in the middle",
                    f"{before.text} / {turn.text}",
                    session=session.number,
                    turn=number + 1,
                    line=turn.line,
                )


def stated_number(session: CorpusSession) -> int | None:
    """The number that a session bears in its corpus; None where it bears none."""
    for key in _NUMBERS:
        said = session.extra.get(key)
        digits = _DIGITS.search(str(said)) if isinstance(said, int | str) else None
        if digits:
            return int(digits[0])
    return None


def _numbers(dialogue: Dialogue) -> Iterator[Finding]:
    stated = [(session, stated_number(session)) for session in dialogue.sessions]
    last = 0
    for session, number in stated:
        place = number if number is not None else last + 1
        if place > last + 1:
            yield found(
                MISSING,
                dialogue,
                f"session {place} comes after session {last}",
                session=session.number,
                line=session.line,
            )
        elif number is not None and place < last:
            yield found(
                SWAPPED,
                dialogue,
                f"session {place} comes after session {last}",
                session=session.number,
                line=session.line,
            )
        last = max(last, place)


def _doubled(dialogue: Dialogue) -> Iterator[Finding]:
    seen: list[tuple[CorpusSession, set[str]]] = []
    for session in dialogue.sessions:
        said = {turn.text.strip() for turn in session.utterances if len(turn.text) > 12}
        for earlier, texts in seen:
            smaller = min(len(said), len(texts))
            if smaller >= 2 and len(said & texts) / smaller >= SAME:
                yield found(
                    DOUBLED,
                    dialogue,
                    f"session {session.number} is session {earlier.number} again",
                    session.utterances[0].text,
                    session=session.number,
                    line=session.line,
                )
                break
        seen.append((session, said))


def _swapped(dialogue: Dialogue, cues: Cues) -> Iterator[Finding]:
    """By what is said in openings, where sessions bear no numbers."""
    if any(stated_number(session) is not None for session in dialogue.sessions):
        return
    first, *others = dialogue.sessions
    came_back = _opening_with(first, cues.came_back) or _opening_with(first, cues.last_time)
    for session in others:
        met = _opening_with(session, cues.first_meeting)
        if came_back and met:
            yield found(
                SWAPPED,
                dialogue,
                f"session {first.number} opens as a later one, {session.number} as the first",
                f"{came_back} / {met}",
                session=first.number,
                line=first.line,
            )
            return


def _opening_with(session: CorpusSession, cue: re.Pattern[str]) -> str:
    return next((t.text for t in session.utterances[:3] if cue.search(t.text)), "")


def early(dialogue: Dialogue) -> Iterator[Finding]:
    """Memories and summaries against what was said by then, and what is said only later."""
    cues = cues_of(dialogue.language)
    papers = [d for d in dialogue.documents if d.kind in ("memory", "summary") and d.session]
    if not papers or len(dialogue.sessions) < 2:
        return
    known = {
        session.number: {
            fact
            for turn in session.utterances
            for fact in facts(turn.text, dialogue.language, cues)
        }
        for session in dialogue.sessions
    }
    beside = {
        fact
        for paper in dialogue.documents
        if (paper.session is None and not _made_last(dialogue, paper))
        or (paper.session is not None and paper.kind in ("user_card", "goal", "plan"))
        for fact in facts(paper.text, dialogue.language, cues)
    }
    for paper in papers:
        at = paper.session or 0
        by_then = beside.union(*(said for number, said in known.items() if number <= at))
        told = {*facts(paper.text, dialogue.language, cues)} - by_then
        for number in sorted(number for number in known if number > at):
            early_facts = sorted(told & known[number])
            if len(early_facts) >= CHANCE:
                yield found(
                    EARLY_FACT,
                    dialogue,
                    f"the {paper.kind} of session {at} tells what session {number} says first",
                    "; ".join(early_facts),
                    session=at,
                )
                break


def _made_last(dialogue: Dialogue, paper: Document) -> bool:
    """Whether a paper of the whole course was written at its end: a run's treatment plan."""
    return dialogue.format == "run" and paper.kind == "plan"


def _never_said(dialogue: Dialogue, cues: Cues) -> Iterator[Finding]:
    if len(dialogue.sessions) < 2:
        return  # one session alone may be any of a course; what came before is not in the corpus
    earlier: list[set[str]] = [
        content_words(paper.text, dialogue.language, cues)
        for paper in dialogue.documents
        if paper.session is None and not _made_last(dialogue, paper)
    ]
    for place, session in enumerate(dialogue.sessions):
        here: list[set[str]] = []
        for number, turn in enumerate(session.utterances, start=1):
            claim = cues.last_time.search(turn.text)
            if claim:
                about = _CLAUSE.split(turn.text[claim.end() :])[0]
                words = content_words(about, dialogue.language, cues)
                if place == 0 or (len(words) >= CHANCE and overlap(words, earlier) < HEARD):
                    yield found(
                        NEVER_SAID,
                        dialogue,
                        "there was no earlier session"
                        if place == 0
                        else "no earlier session holds what is said of it",
                        turn.text[claim.start() :],
                        session=session.number,
                        turn=number,
                        line=turn.line,
                    )
            here.append(content_words(turn.text, dialogue.language, cues))
        earlier += here
