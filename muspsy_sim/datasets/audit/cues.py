"""The words by which an audit knows a farewell, a greeting, an age: content, in each language."""

from __future__ import annotations

import re
from functools import cache

from pydantic import Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict


class AuditCues(Record):
    """Regular expressions, searched for in a turn, letters of any case."""

    language: Language
    farewell: str
    greeting: str
    first_meeting: str
    came_back: str = Field(description="what is said where a client comes again")
    last_time: str = Field(description="a claim that something was said in an earlier session")
    client_as_counselor: str
    counselor_as_client: str
    risk: str
    own_age: str = Field(description="one's own age, as the first group")
    school_age: str
    stop_words: str = ""


class Cues:
    """The cues of a language, compiled."""

    def __init__(self, said: AuditCues) -> None:
        def compiled(pattern: str) -> re.Pattern[str]:
            return re.compile(pattern, re.IGNORECASE)

        self.farewell = compiled(said.farewell)
        self.greeting = compiled(said.greeting)
        self.first_meeting = compiled(said.first_meeting)
        self.came_back = compiled(said.came_back)
        self.last_time = compiled(said.last_time)
        self.client_as_counselor = compiled(said.client_as_counselor)
        self.counselor_as_client = compiled(said.counselor_as_client)
        self.risk = compiled(said.risk)
        self.own_age = compiled(said.own_age)
        self.school_age = compiled(said.school_age)
        self.stop_words = frozenset(said.stop_words.split())


@cache
def cues_of(language: Language | None) -> Cues:
    """The cues of a language; English where it is not known.

    Raises:
        ContentError: the file is missing or does not say what it should.
    """
    name = language or "en"
    return Cues(
        load_strict(content_path("agents", "annotator", "audit", f"{name}.yaml"), AuditCues)
    )
