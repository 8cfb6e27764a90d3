"""A source's sentences as the client's, with a record of what was done to them.

Chinese sentences are turned (`first_person`); English ones are kept as they are, since their verbs
would have to change too, and are marked where nothing in them speaks of the client itself.
"""

from __future__ import annotations

import re

from pydantic import JsonValue

from muspsy_sim.personas.first_person import Turned, sentences_of, to_first_person, what_was_done
from muspsy_sim.personas.wording import speaks_of_itself
from muspsy_sim.records.base import Language


class Teller:
    """Tells sentences of one source. `gender` is as the source has it (`男`, `女`), or empty."""

    def __init__(self, name: str, gender: str, language: Language) -> None:
        self.name = name
        self.language = language
        self.pronoun = {"男": "他", "女": "她"}.get(gender[:1], "")
        self.told: list[Turned] = []

    def tell(self, text: str) -> list[str]:
        """Sentences about the client; one that leaves its subject out is the client's."""
        return self._kept(text, "", add_subject=True)

    def feel(self, text: str) -> list[str]:
        """Sentences about the client's inner life, where a leading pronoun is the client too."""
        return self._kept(text, self.pronoun, add_subject=True)

    def aim(self, text: str) -> list[str]:
        """A goal, which is the counselor's: one that leaves its subject out is not the client's."""
        return self._kept(text, "", add_subject=False)

    def joined(self, sentences: list[str]) -> str:
        """Sentences one after another, as the language writes them."""
        return ("" if self.language == "zh" else " ").join(sentences)

    def done(self) -> dict[str, JsonValue]:
        """What was done to the sentences, for a profile's `extra`."""
        return {
            key: list(value) if isinstance(value, list) else value
            for key, value in what_was_done(self.told).items()
        }

    def _kept(self, text: str, pronoun: str, *, add_subject: bool) -> list[str]:
        parts = split_sentences(text, self.language)
        turned = [self._turned(sentence, pronoun, add_subject) for sentence in parts]
        self.told.extend(each for each in turned if each not in self.told)
        return [each.text for each in turned]

    def _turned(self, sentence: str, pronoun: str, add_subject: bool) -> Turned:
        if self.language == "zh":
            return to_first_person(sentence, self.name, pronoun=pronoun, add_subject=add_subject)
        itself = speaks_of_itself(sentence, "en")
        return Turned(text=sentence, named=False, added=False, uncertain=not itself)


def split_sentences(text: str, language: Language) -> list[str]:
    """The sentences of a text, each with its end mark."""
    if language == "zh":
        return sentences_of(text)
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n", text) if part.strip()]
