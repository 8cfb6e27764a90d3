"""Small edits of transcripts. Each gives a new transcript; turn ids are numbered anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from muspsy_sim.evaluation.judging.blinding import Transcript
from muspsy_sim.llm.offline.appraiser.client_line import hear
from muspsy_sim.llm.offline.appraiser.coding import code_turn
from muspsy_sim.llm.offline.appraiser.cues import cues_for
from muspsy_sim.llm.offline.appraiser.sentences import lowered, sentences
from muspsy_sim.records.base import Language, Speaker
from muspsy_sim.records.judging import SessionLines
from muspsy_sim.records.views import Line

Said = tuple[Speaker, str]
"""Who said what."""


def said_in(session: SessionLines) -> list[Said]:
    """The lines of a session, without ids."""
    return [(line.speaker, line.text) for line in session.lines]


def session_of(number: int, said: Iterable[Said]) -> SessionLines:
    """A session of these lines, numbered as turns of session `number`."""
    return SessionLines(
        number=number,
        lines=[
            Line(id=f"s{number}t{turn}", speaker=speaker, text=text)
            for turn, (speaker, text) in enumerate(said, start=1)
        ],
    )


def with_sessions(transcript: Transcript, sessions: Sequence[list[Said]]) -> Transcript:
    """The transcript with other words under the same session numbers."""
    numbers = [session.number for session in transcript.sessions]
    return replace(
        transcript,
        sessions=[session_of(n, said) for n, said in zip(numbers, sessions, strict=True)],
    )


def each_session(
    transcript: Transcript, edit: Callable[[int, list[Said]], list[Said]]
) -> Transcript:
    """Each session edited; `edit` takes its place (from 0) and its lines."""
    return with_sessions(
        transcript,
        [edit(place, said_in(session)) for place, session in enumerate(transcript.sessions)],
    )


def counselor_places(said: Sequence[Said]) -> list[int]:
    """Where the counselor speaks."""
    return [place for place, (speaker, _) in enumerate(said) if speaker == "counselor"]


def joined(language: Language, *parts: str) -> str:
    """Sentences in a row."""
    return ("" if language == "zh" else " ").join(part for part in parts if part)


def cut_sentences(text: str, language: Language) -> list[str]:
    """The sentences of a turn."""
    return [text[one.start : one.end] for one in sentences(lowered(text), language)]


def codes_of(said: Sequence[Said], place: int, language: Language) -> list[tuple[str, str]]:
    """What the counselor's turn at `place` does, with the words that show it."""
    cues = cues_for(language)
    before = [text for speaker, text in said[:place] if speaker == "client"]
    codes = code_turn(said[place][1], hear(before, cues), cues).codes
    return [(str(name), quote) for name, quote in codes]


def without(text: str, words: Iterable[str]) -> str:
    """The text without these stretches, tidied at the edges."""
    for stretch in words:
        text = text.replace(stretch, " ")
    text = " ".join(text.split()).strip(" ,;:，；：、")
    while text[:1] in (".", "。", "!", "！", "?", "？", "”", "」"):
        text = text[1:].strip(" ,;:，；：、")
    return text[:1].upper() + text[1:]


def without_sentences(text: str, words: Iterable[str], language: Language) -> str:
    """The text without the sentences that hold any of these stretches."""
    gone = [stretch for stretch in words if stretch]
    kept = [one for one in cut_sentences(text, language) if not any(w in one for w in gone)]
    return joined(language, *kept)
