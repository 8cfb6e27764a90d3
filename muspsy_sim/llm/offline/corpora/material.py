"""The hand-written sentences of the offline writer, per language: `agents/corpora/offline/`.

What stands in braces is filled in: a goal, a technique, a quote, a theme, a feeling.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import Field

from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.corpus_answers import CounselorNote
from muspsy_sim.records.strict_yaml import load_strict

Sayings = list[str]


class CorpusMaterial(Record):
    """All that the offline writer and labeller know beside their views."""

    language: Language
    emotional: Sayings = Field(
        min_length=1, description="a user card's emotion, session by session"
    )
    cognitive: Sayings = Field(min_length=1)
    events: Sayings = Field(min_length=1, description="of a week in which a report tells nothing")
    goals: Sayings = Field(min_length=2, description="in order; the last is the last session's")
    methods: Sayings = Field(min_length=2)
    drafts: Sayings = Field(min_length=1, description="with {goal}")
    steps: Sayings = Field(min_length=1, max_length=8, description="of a plan, with {technique}")
    technique_questions: Sayings = Field(min_length=1)
    note: CounselorNote = Field(description="with {first} and {rest} of a report's sentences")
    letter_open: Sayings
    letter_view: Sayings = Field(description="with {quote}")
    letter_try: Sayings
    letter_close: Sayings
    close: Sayings = Field(min_length=1, description="the counselor ends a session")
    thanks: Sayings = Field(min_length=1, description="the client takes leave")
    returning: Sayings = Field(min_length=1)
    about: str = Field(description="with {theme} and {feeling}")
    plain_about: str = Field(description="with {theme}")
    unclear: str = Field(description="a counselor's turn of which nothing could be kept")
    hedges: dict[Literal["when", "yesno", "feeling", "other"], Sayings] = Field(
        description="what a client says to a question that its story does not answer"
    )
    leads: Sayings = Field(min_length=1, description="to what a client says of its own accord")
    reason_counselor: str
    reason_opening: str
    reason_client: str
    reason_neutral: str
    guide: str
    background: str = Field(description="with {theme} and {quote}")
    summary: str = Field(description="with {theme}, {quote} and {last}")


@cache
def corpus_material(language: Language) -> CorpusMaterial:
    """The material of one language. Raises `ContentError` naming file and line."""
    path = content_path("agents", "corpora", "offline", f"{language}.yaml")
    return load_strict(path, CorpusMaterial)
