"""The typed answers of the prompts by which corpora are made and labelled.

Label lists are closed and in English in both languages; texts are in the dialogue's own.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from muspsy_sim.records.answers import Spoken
from muspsy_sim.records.base import Record, Speaker
from muspsy_sim.records.memory import Stage

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
"""A paragraph or a few."""

StrategyName = Literal[
    "Question",
    "Reflection of Feelings",
    "Restatement or Paraphrasing",
    "Affirmation and Reassurance",
    "Providing Suggestions",
    "Information",
    "Self-disclosure",
    "Role-play",
    "Others",
    "Unknown",
]
"""Psy-Insight's labels of what a counselor's turn does."""

EmotionName = Literal[
    "Neutral",
    "Anxiety",
    "Happiness",
    "Anger",
    "Sadness",
    "Depression",
    "Fear",
    "Guilty",
    "Shame",
    "Others",
    "Unknown",
]
"""Psy-Insight's labels of what a client's turn shows."""

TopicName = Literal[
    "Partner Relationship Issues",
    "Ongoing Depression",
    "Child-Parent Relationship Issues",
    "Appearance Anxiety",
    "Job Crisis",
    "Academic Pressure",
    "Procrastination",
    "Friend Problems",
    "School Bullying",
    "Substance Abuse",
    "Sleep Problems",
    "Others",
    "Unknown",
]
"""Psy-Insight's topics, and two for what none of them names."""

TherapyName = Literal[
    "Cognitive Behavioral Therapy",
    "Person-Centered Therapy",
    "Psychodynamic Therapy",
    "Solution-Focused Brief Therapy",
    "Acceptance and Commitment Therapy",
    "Motivational Interviewing",
    "Family Therapy",
    "Others",
    "Unknown",
]
"""Schools of counseling, spelt one way in both languages."""

TechniqueName = Literal[
    "Weighing the Evidence",
    "Alternative Perspective",
    "Decatastrophizing",
    "Pros and Cons",
    "Responsibility Pie",
    "Continuum",
    "Rules into Wishes",
    "Behavioral Experiment",
    "Activity Scheduling",
    "Problem Solving",
    "Graded Exposure",
    "Usefulness of a Thought",
]
"""Techniques of cognitive behavioral therapy that a session can be planned round."""

PatternName = Literal[
    "all-or-nothing thinking",
    "catastrophizing",
    "mind reading",
    "fortune telling",
    "overgeneralization",
    "personalization",
    "should statements",
    "labeling",
    "discounting the positive",
    "emotional reasoning",
]
"""Patterns of thought that cognitive behavioral therapy names."""

STRATEGIES: tuple[str, ...] = get_args(StrategyName)
EMOTIONS: tuple[str, ...] = get_args(EmotionName)
TOPICS: tuple[str, ...] = get_args(TopicName)
THERAPIES: tuple[str, ...] = get_args(TherapyName)
TECHNIQUES: tuple[str, ...] = get_args(TechniqueName)
PATTERNS: tuple[str, ...] = get_args(PatternName)


class ScriptLine(Record):
    """One turn of a written session."""

    speaker: Speaker
    text: Spoken


class Script(Record):
    """A session written at once."""

    lines: list[ScriptLine] = Field(min_length=2, max_length=400)


class StagedLine(ScriptLine):
    """One turn, and the stage of the session that it belongs to."""

    stage: Stage


class StagedScript(Record):
    """A session in four stages, written at once."""

    lines: list[StagedLine] = Field(min_length=2, max_length=400)


class Card(Record):
    """What a user card says of the time round one session, in the client's words."""

    life_events: Text
    emotional_state: Text
    cognitive_state: Text
    goal: Text
    method: Text


class CardsAnswer(Record):
    """A user card a session, and what stays the same over all of them."""

    basic_info: Text
    cards: list[Card] = Field(min_length=1, max_length=104)


class DraftAnswer(Record):
    """A few lines on each session of the course, in order."""

    sessions: list[Text] = Field(min_length=1, max_length=104)


class TechniqueAnswer(Record):
    """What a session is planned round."""

    patterns: list[PatternName] = Field(default_factory=list, max_length=4)
    technique: TechniqueName
    plan: list[Text] = Field(min_length=1, max_length=8)


class CounselorNote(Record):
    """A counselor's note of a case: what is so, what troubles, what is to be done, thoughts."""

    situation: Text
    problem: Text
    plan: Text
    reflection: Text


class OneText(Record):
    """A text and nothing else."""

    text: Text


class Reply(Record):
    """A turn of a role-playing agent. `closes`: it says goodbye with this turn."""

    text: Spoken
    closes: bool = False


class Verdict(Record):
    """What a reader finds of a reconstructed turn."""

    answers: bool = Field(description="it answers what the counselor said or asked")
    outside: list[str] = Field(
        default_factory=list, description="words of the turn that the complaint does not bear out"
    )


class TurnLabels(Record):
    """The labels of one turn: strategies of a counselor's, emotions of a client's."""

    turn: str
    strategy: list[StrategyName] = Field(default_factory=list, max_length=4)
    emotion: list[EmotionName] = Field(default_factory=list, max_length=4)
    reasoning: str = Field(default="", max_length=2_000)


class LabelsAnswer(Record):
    """The labels of the turns that were asked about."""

    turns: list[TurnLabels]


class SessionLabels(Record):
    """What a session as a whole is labelled with."""

    topic: TopicName
    psychotherapy: TherapyName
    stage: Stage
    guide: Text
    background: Text
    summary: Text
