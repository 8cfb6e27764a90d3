"""How much was said: words in English, characters of Chinese; judges are known to reward it."""

from __future__ import annotations

import re

from muspsy_sim.records.episode import Episode, Session
from muspsy_sim.records.scores import SessionLength

_WORD = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9]+(?:['’-][A-Za-z0-9]+)*")


def words(text: str) -> int:
    """Words of a text: Latin words, and each Chinese character for one."""
    return len(_WORD.findall(text))


def lengths_of(episode: Episode) -> list[SessionLength]:
    """The lengths of all sessions that were held."""
    return [_length(session) for session in episode.sessions if session.turns]


def _length(session: Session) -> SessionLength:
    said = {"counselor": [0, 0], "client": [0, 0]}
    for turn in session.turns:
        said[turn.speaker][0] += words(turn.text)
        said[turn.speaker][1] += 1
    return SessionLength(
        session=session.number,
        counselor_words=said["counselor"][0],
        client_words=said["client"][0],
        counselor_turns=said["counselor"][1],
        client_turns=said["client"][1],
    )
