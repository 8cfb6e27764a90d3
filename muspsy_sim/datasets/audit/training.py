"""Rules over training pairs: whether what is learnt was said by the counselor, to the client.

The published MusPsy rows state no speakers. Where the same corpus holds transcripts that do (the
inputs of task 1, or dialogue files), each text is looked up there; nothing is judged by its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from muspsy_sim.datasets.audit.finding import Finding, Rule, found
from muspsy_sim.formats.corpora.marked_text import marked_turns, numbered_lines
from muspsy_sim.formats.corpora.muspsy_dialogue import MARKS
from muspsy_sim.records.corpus import Dialogue, Utterance

SAME_SPEAKER = Rule(
    "same-speaker-pair",
    "error",
    "training",
    "what is to be learnt and what it answers were said by one party",
    "`muspsy repair` pairs them again from the transcripts",
)
REVERSED = Rule(
    "reversed-history",
    "error",
    "training",
    "the client's and the counselor's turns stand in each other's place",
    "`muspsy repair` pairs them again from the transcripts",
)
UNPROVED = Rule(
    "unproved-speakers",
    "note",
    "training",
    "no transcript in the corpus says who said these turns",
    "audit the rows together with the transcripts that they were made from",
)

RULES = (SAME_SPEAKER, REVERSED, UNPROVED)

Party = Literal["client", "counselor"]

TRAIN = "muspsy-train"
_LABELLED = ("muspsy-dialogue", "muspsy-transcript")


def key_of(text: str) -> bytes:
    """What a text is known by, whatever its spaces: 8 bytes."""
    return hashlib.blake2b(" ".join(text.split()).encode(), digest_size=8).digest()


@dataclass(slots=True)
class Speakers:
    """Who said each text, as the transcripts of a corpus state it."""

    of: dict[bytes, Party | None] = field(default_factory=dict)
    """None: both parties said it."""

    def learn(self, dialogue: Dialogue) -> None:
        """Take the speakers of a dialogue whose roles are stated."""
        for turn in transcript(dialogue):
            if turn.speaker == "other" or not turn.text.strip():
                continue
            key = key_of(turn.text)
            known = self.of.setdefault(key, turn.speaker)
            if known != turn.speaker:
                self.of[key] = None

    def who(self, text: str) -> Party | None:
        """Who said it; None where the transcripts do not say, or name both."""
        return self.of.get(key_of(text))


def transcript(dialogue: Dialogue) -> Iterator[Utterance]:
    """The turns whose roles are stated: those of a transcript, or of a task 1 row's input."""
    if dialogue.format in _LABELLED:
        yield from dialogue.utterances()
    elif dialogue.format == TRAIN and dialogue.extra.get("task") != 3:
        for paper in dialogue.documents:
            if paper.kind == "input":
                yield from marked_turns(numbered_lines(paper.text), MARKS).turns


def speakers_of(dialogues: Iterable[Dialogue]) -> Speakers:
    """Who said what, from all transcripts of a corpus."""
    known = Speakers()
    for dialogue in dialogues:
        known.learn(dialogue)
    return known


def look(dialogue: Dialogue, known: Speakers) -> Iterator[Finding]:
    """All that these rules find in one training row."""
    if dialogue.format != TRAIN or dialogue.extra.get("task") != 3:
        return
    turns = [*dialogue.utterances()]
    by_role = {turn.role: turn for turn in turns}
    asked, answered = by_role.get("input"), by_role.get("output")
    who_asked = known.who(asked.text) if asked else None
    who_answered = known.who(answered.text) if answered else None
    if who_asked is None or who_answered is None:
        yield found(UNPROVED, dialogue, "no transcript says who said its input and its output")
    elif who_asked == who_answered:
        yield found(
            SAME_SPEAKER,
            dialogue,
            f"the {who_asked} said both input and output",
            f"{asked.text if asked else ''} / {answered.text if answered else ''}",
        )
    swapped = [
        turn
        for turn in turns
        if turn.role.startswith("history[") and known.who(turn.text) not in (None, turn.speaker)
    ]
    if swapped:
        yield found(
            REVERSED,
            dialogue,
            f"{len(swapped)} turns of the history stand in the other party's place",
            swapped[0].text,
        )
