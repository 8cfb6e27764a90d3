"""The third task, counseling generation: what the counselor saw and said.

One row per counselor turn for formats that train a completion, one per session for formats that
train every counselor message. In a row of a whole session the system message holds what was
recalled at each of its turns, so no turn learns from something that it did not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from muspsy_sim.datasets.reading import Source
from muspsy_sim.datasets.rendering import (
    dialogue_text,
    memory_text,
    part,
    parts,
    reports_text,
    session_plan_text,
)
from muspsy_sim.datasets.rows import Message, Opening, Row
from muspsy_sim.datasets.seeing import (
    intake_seen,
    is_bare,
    recalled,
    recalled_throughout,
    remembers,
    reports_seen,
    session_plan_seen,
)
from muspsy_sim.datasets.wording import wording
from muspsy_sim.records.episode import Session, Turn


def turn_rows(source: Source, opening: Opening, passed: Counter[str]) -> Iterator[Row]:
    """One row per counselor turn. `passed` counts the turns that give none, by reason."""
    for session in source.episode.sessions:
        first, opened = _after_opening(session)
        for at, turn in enumerate(session.turns):
            if turn.speaker != "counselor":
                continue
            if at < first and opening != "synthetic_user":
                passed[f"openings, by the policy {opening}"] += 1
            elif replayed(source, session, at):
                passed["turns that a fork shares with its parent"] += 1
            else:
                said = session.turns[: at + 1]
                yield _row(source, session, opening, said, opened, list(turn.recalled))


def session_rows(source: Source, opening: Opening, passed: Counter[str]) -> Iterator[Row]:
    """One row per session. `passed` counts the sessions that give none, by reason."""
    for session in source.episode.sessions:
        if not session.turns:
            passed["sessions that were missed"] += 1
            continue
        first, opened = _after_opening(session)
        start = 0 if opening == "synthetic_user" else first
        last = max((i for i, t in enumerate(session.turns) if t.speaker == "counselor"), default=-1)
        if last < start:
            passed["sessions without a counselor turn to learn"] += 1
        elif replayed(source, session, start):
            passed["sessions that a fork shares with its parent"] += 1
        else:
            said = session.turns[: last + 1]
            learnt = [turn for turn in said[start:] if turn.speaker == "counselor"]
            refs = recalled_throughout(learnt)
            if any(set(turn.recalled) != set(refs) for turn in learnt):
                passed["sessions whose row holds only what was recalled at every turn"] += 1
            yield _row(source, session, opening, said, opened, refs, whole=True)


def replayed(source: Source, session: Session, at: int) -> bool:
    """Whether the turn at this place is one that a fork only repeats from its parent."""
    left = source.episode.forked_from
    return left is not None and (session.number, at + 1) <= (left.session, left.turn)


def _after_opening(session: Session) -> tuple[int, list[Turn]]:
    """Where the client first speaks, and the counselor's turns before it."""
    first = next(
        (i for i, t in enumerate(session.turns) if t.speaker == "client"), len(session.turns)
    )
    return first, session.turns[:first]


def _row(
    source: Source,
    session: Session,
    opening: Opening,
    said: list[Turn],
    opened: list[Turn],
    refs: list[str],
    *,
    whole: bool = False,
) -> Row:
    episode = source.episode
    words = wording(episode.language)
    memories = recalled(source, session, refs)
    messages: list[Message] = []
    spoken = said if opening == "synthetic_user" else said[len(opened) :]
    if spoken[0].speaker == "counselor":
        messages.append(Message("user", words.synthetic_opener))
    messages += [
        Message("assistant" if turn.speaker == "counselor" else "user", turn.text, turn.id)
        for turn in spoken
    ]
    shown = opened if opening == "system_opening" else []
    system = Message("system", _system(source, session, refs, shown))
    last = said[-1].id
    return Row(
        id=f"{episode.id}/{f's{session.number}' if whole else last}",
        task="counseling",
        episode=episode.id,
        source_case=episode.source_case,
        arm=source.arm_of(session),
        language=episode.language,
        session=session.number,
        messages=(system, *messages),
        whole=whole,
        recalled=tuple(memory.ref for memory in memories),
        opening=opening,
    )


def _system(source: Source, session: Session, refs: list[str], opened: list[Turn]) -> str:
    words = wording(source.episode.language)
    memories = recalled(source, session, refs)
    intake = intake_seen(source, session)
    reports = reports_seen(source, session)
    plan = session_plan_seen(source, session)
    return parts(
        _brief(source, session),
        part(words.intake, dialogue_text(intake, words)) if intake else "",
        part(words.recalled, memory_text(memories, words)) if memories else "",
        part(words.reports, reports_text(reports, words)) if reports else "",
        part(words.session_plan, session_plan_text(plan, words)) if plan else "",
        part(words.opened, "\n".join(turn.text for turn in opened)) if opened else "",
    )


def _brief(source: Source, session: Session) -> str:
    """The first lines: a bare counselor's own system prompt, else the task and which session."""
    words = wording(source.episode.language)
    if is_bare(source, session):
        own = source.episode.provenance.settings.get("system")
        return own if isinstance(own, str) and own else words.counseling
    if not remembers(source, session):
        return words.counseling
    return words.counseling + words.gap + words.session.format(number=session.number)
