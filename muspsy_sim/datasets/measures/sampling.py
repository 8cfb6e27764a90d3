"""A sample of a corpus: dialogues drawn in one pass, the same for the same seed.

Measures of vocabulary grow or shrink with the size of a corpus, so corpora are only set beside each
other on samples of one size. What is kept of a dialogue is its tokens, not the record.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from muspsy_sim.datasets.measures.tokens import Tokens, tokenizer, words
from muspsy_sim.records.base import Language
from muspsy_sim.records.claimed_labels import claimed_labels
from muspsy_sim.records.corpus import CorpusSpeaker, Dialogue
from muspsy_sim.records.errors import Problem


@dataclass(frozen=True, slots=True)
class Said:
    """One turn, measured."""

    speaker: CorpusSpeaker
    session: int
    tokens: Tokens
    """Its words: tokens that hold a letter or a digit."""
    signs: Tokens
    """All tokens, punctuation included."""
    characters: int
    question: bool
    strategies: tuple[str, ...]
    emotions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """One dialogue, as measures see it."""

    id: str
    case: str
    """What dialogues of one client share; its id where nothing is known to be shared."""
    language: Language
    turns: tuple[Said, ...]
    sessions: int
    text: str

    def tokens(self, speaker: CorpusSpeaker | None = None) -> Tokens:
        """All tokens in order, of one party or of all."""
        return [
            token for turn in self.turns if speaker in (None, turn.speaker) for token in turn.tokens
        ]


@dataclass(slots=True)
class Sample:
    """A sample of a corpus, and what it was drawn from."""

    name: str
    dialogues: list[Measured] = field(default_factory=list)
    of: int = 0
    """Dialogues in the corpus that hold a turn."""
    problems: int = 0
    formats: Counter[str] = field(default_factory=Counter)

    def languages(self) -> list[Language]:
        """The languages in it, sorted."""
        return sorted({dialogue.language for dialogue in self.dialogues})


def draw(name: str, found: Iterable[Dialogue | Problem], size: int, seed: int) -> Sample:
    """Draw `size` dialogues (or all, where there are fewer) in one pass: algorithm R, Vitter 1985.

    They are kept in the order of the corpus. A dialogue without a turn is not counted.
    """
    sample = Sample(name)
    drawn = random.Random(seed)
    kept: list[tuple[int, Dialogue]] = []
    for each in found:
        if isinstance(each, Problem):
            sample.problems += 1
            continue
        if not any(session.utterances for session in each.sessions):
            continue
        sample.formats[each.format] += 1
        if len(kept) < size:
            kept.append((sample.of, each))
        else:
            at = drawn.randrange(sample.of + 1)
            if at < size:
                kept[at] = (sample.of, each)
        sample.of += 1
    sample.dialogues = [measured(dialogue) for _, dialogue in sorted(kept, key=lambda k: k[0])]
    return sample


def measured(dialogue: Dialogue) -> Measured:
    """A dialogue's turns as tokens. A language that is not known is taken for English."""
    language: Language = dialogue.language or "en"
    _, cut = tokenizer(language)
    turns = [
        Said(
            speaker=turn.speaker,
            session=session.number,
            tokens=words(signs),
            signs=signs,
            characters=len(turn.text),
            question="？" in turn.text or "?" in turn.text,
            strategies=tuple(label.value for label in labels if label.kind == "strategy"),
            emotions=tuple(label.value for label in labels if label.kind == "emotion"),
        )
        for session in dialogue.sessions
        for turn in session.utterances
        for signs in (cut(turn.text),)
        for labels in (claimed_labels(turn),)
    ]
    return Measured(
        id=dialogue.id,
        case=dialogue.source_case or dialogue.id,
        language=language,
        turns=tuple(turns),
        sessions=len(dialogue.sessions),
        text="\n".join(turn.text for turn in dialogue.utterances()),
    )
