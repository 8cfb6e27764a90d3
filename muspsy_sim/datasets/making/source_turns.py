"""The dialogue that a reconstruction begins from: its turns, and what in it names its client.

Nothing of this leaves the process but lengths and keyed hashes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from muspsy_sim.datasets.making.plain_words import tells
from muspsy_sim.datasets.privacy.attacks import holds
from muspsy_sim.datasets.privacy.masking import Masker
from muspsy_sim.records.base import Language, Speaker
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.corpus_views import MASK
from muspsy_sim.records.files import canonical_json

_PLACEHOLDER = re.compile(r"\[[A-Z]+_\d+\]")
_INSIDE = re.compile(r"(?<=[a-z,;’'] )([A-Z][a-z]+(?:[-'’][A-Z][a-z]+)?)\b")
_RARE_KIN = re.compile(
    r"(?<!\w)(?:step|half-|god|great-|foster |adoptive |twin )[a-z]+|(?<!\w)[a-z]+-in-law"
    r"|[继养岳堂表干][父母女子姐妹哥弟爸妈]|双胞胎[姐妹哥弟]{1,2}",
    re.IGNORECASE,
)
"""A stepdaughter, a twin, a father-in-law: few have one, so one more of them would point back."""
_FIGURE = re.compile(r"(?<!\d)\d{2,}(?!\d)")


@dataclass(frozen=True, slots=True)
class SourceTurn:
    """One turn, neighbours of one speaker as one. `masked`: identifiers are holes."""

    number: int
    session: int
    speaker: Speaker
    text: str
    masked: str


@dataclass(frozen=True, slots=True)
class Source:
    """The turns, the client's own words, and what may stand in no turn of the new dialogue."""

    turns: tuple[SourceTurn, ...]
    client: tuple[str, ...]
    identifiers: tuple[str, ...]
    """Declared names, and what masking puts a placeholder for."""
    traces: tuple[str, ...]
    """Names by their capital, and figures: nobody else's may look the same either."""
    others: int
    """Turns of neither client nor counselor, which are left out."""
    hash: str
    key: bytes

    def keyed(self, text: str) -> str:
        """A turn's hash. Its key comes from the whole source, so short turns cannot be guessed."""
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def left_in(self, text: str, allowed: str = "") -> int:
        """How many identifiers and traces a text holds that `allowed` does not."""
        found = [x for x in self.identifiers if holds(text, x)]
        found += [x for x in self.traces if holds(text, x) and not holds(allowed, x)]
        return len(found)


def source_hash(dialogue: Dialogue) -> str:
    """What a source dialogue is known by afterwards: only who holds it can find it out."""
    return hashlib.sha256(b"source\n" + _bytes(dialogue)).hexdigest()


def source_of(dialogue: Dialogue, names: Sequence[str]) -> Source:
    """Read a dialogue as a source."""
    language: Language = dialogue.language or "en"
    masker = Masker(names)
    said = [turn.text for turn in dialogue.utterances()]
    masker.learn(said + [paper.text for paper in dialogue.documents])
    turns: list[SourceTurn] = []
    others = 0
    for session in dialogue.sessions:
        for turn in session.utterances:
            if turn.speaker == "other" or not turn.text.strip():
                others += turn.speaker == "other"
                continue
            masked = _PLACEHOLDER.sub(MASK, masker.mask(turn.text, language))
            last = turns[-1] if turns else None
            if last and last.speaker == turn.speaker and last.session == session.number:
                glue = "" if language == "zh" else " "
                turns[-1] = SourceTurn(
                    last.number,
                    last.session,
                    last.speaker,
                    f"{last.text}{glue}{turn.text}",
                    f"{last.masked}{glue}{masked}",
                )
                continue
            turns.append(
                SourceTurn(len(turns) + 1, session.number, turn.speaker, turn.text, masked)
            )
    given = [x for x in (*masker.given().values(), *masker.learned) if tells(x, language)]
    given += _RARE_KIN.findall("\n".join(said))
    traces = [*_INSIDE.findall("\n".join(said)), *_FIGURE.findall("\n".join(said))]
    return Source(
        turns=tuple(turns),
        client=tuple(turn.text for turn in turns if turn.speaker == "client"),
        identifiers=tuple(dict.fromkeys((*names, *given))),
        traces=tuple(dict.fromkeys(traces)),
        others=others,
        hash=source_hash(dialogue),
        key=hashlib.sha256(b"turns\n" + _bytes(dialogue)).digest(),
    )


def _bytes(dialogue: Dialogue) -> bytes:
    return canonical_json([[t.speaker, t.text] for t in dialogue.utterances()])
