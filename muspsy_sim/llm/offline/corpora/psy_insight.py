"""`psy-insight.labels` and `psy-insight.session` offline.

By the cues that the offline annotator has for emotions, and the offline appraiser and counselor for
behaviours, feelings and themes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from muspsy_sim.llm.offline.annotator.band_clauses import clause_at
from muspsy_sim.llm.offline.annotator.emotions import emotions_in
from muspsy_sim.llm.offline.appraiser import appraise
from muspsy_sim.llm.offline.corpora.material import CorpusMaterial, corpus_material
from muspsy_sim.llm.offline.counselor_material import material
from muspsy_sim.llm.offline.listening import Heard, hear
from muspsy_sim.records.appraisal import Behaviour
from muspsy_sim.records.corpus_answers import (
    LabelsAnswer,
    SessionLabels,
    StrategyName,
    TherapyName,
    TopicName,
    TurnLabels,
)
from muspsy_sim.records.corpus_views import LabelsView, SessionLabelsView
from muspsy_sim.records.memory import Stage
from muspsy_sim.records.views import AppraiseView, Line

_STRATEGIES: dict[Behaviour, StrategyName] = {
    "open_question": "Question",
    "closed_question": "Question",
    "elicit_change": "Question",
    "explore_thought": "Question",
    "probe_risk": "Question",
    "review_homework": "Question",
    "empathy": "Reflection of Feelings",
    "complex_reflection": "Reflection of Feelings",
    "simple_reflection": "Restatement or Paraphrasing",
    "summarise": "Restatement or Paraphrasing",
    "recall": "Restatement or Paraphrasing",
    "affirm": "Affirmation and Reassurance",
    "reassure": "Affirmation and Reassurance",
    "flatter": "Affirmation and Reassurance",
    "advise": "Providing Suggestions",
    "suggest_with_permission": "Providing Suggestions",
    "assign_homework": "Providing Suggestions",
    "refer_on": "Providing Suggestions",
    "inform": "Information",
    "reframe": "Information",
    "self_disclosure": "Self-disclosure",
}
"""What the appraiser's codes come to in Psy-Insight's list; the others are `Others`."""

_TOPICS: dict[str, TopicName] = {
    "sleep": "Sleep Problems",
    "work": "Job Crisis",
    "study": "Academic Pressure",
    "procrastination": "Procrastination",
    "relationship": "Partner Relationship Issues",
    "family": "Child-Parent Relationship Issues",
    "appearance": "Appearance Anxiety",
    "drinking": "Substance Abuse",
    "friends": "Friend Problems",
    "mood": "Ongoing Depression",
}

_COGNITIVE: tuple[Behaviour, ...] = ("explore_thought", "reframe", "assign_homework")
_QUOTED = {"en": 90, "zh": 40}
_MOST = 3


def labels(view: LabelsView, rng: Random) -> LabelsAnswer:
    """Each turn that is asked for by its own words and those before it."""
    words = corpus_material(view.language)
    turns = []
    for at, line in enumerate(view.dialogue):
        if line.id in view.wanted:
            before = view.dialogue[:at]
            turns.append(
                _counselors(view, words, before, line)
                if line.speaker == "counselor"
                else _clients(view, words, line)
            )
    return LabelsAnswer(turns=turns)


def _counselors(
    view: LabelsView, words: CorpusMaterial, before: Sequence[Line], line: Line
) -> TurnLabels:
    shown = AppraiseView(language=view.language, dialogue=[*before[-4:], line])
    coded = appraise(shown, Random(0)).behaviours
    found = dict.fromkeys(_STRATEGIES.get(each.behaviour, "Others") for each in coded)
    if len(found) > 1:
        found.pop("Others", None)
    elif "Others" in found and line.text.rstrip("”’\"' ").endswith(("?", "？")):
        # What is coded as no question for its tone or its errand asks something all the same.
        found = {"Question": None}
    heard = next((each.text for each in reversed(before) if each.speaker == "client"), "")
    reason = (
        words.reason_counselor.replace("{quote}", _cut(heard, view.language))
        if heard
        else words.reason_opening
    )
    return TurnLabels(turn=line.id, strategy=[*found][:_MOST] or ["Others"], reasoning=reason)


def _clients(view: LabelsView, words: CorpusMaterial, line: Line) -> TurnLabels:
    shown = emotions_in(line.text, view.language)
    if not shown:
        return TurnLabels(turn=line.id, emotion=["Neutral"], reasoning=words.reason_neutral)
    felt = clause_at(line.text, shown[0].start, view.language)
    reason = words.reason_client.replace("{quote}", _cut(felt, view.language))
    return TurnLabels(turn=line.id, emotion=[each.emotion for each in shown[:2]], reasoning=reason)


def session(view: SessionLabelsView, rng: Random) -> SessionLabels:
    """The session by what its client speaks of most, and what its counselor does most."""
    words = corpus_material(view.language)
    said = [line.text for line in view.dialogue if line.speaker == "client"]
    heard = [hear(text, view.language) for text in said]
    theme = _theme(heard)
    about = _of_another(material(view.language).themes[theme or "other"].name)
    telling = [h.telling for h in heard if h.telling]
    quote = _cut(telling[0] if telling else (said[0] if said else "…"), view.language)
    last = _cut(telling[-1] if telling else (said[-1] if said else "…"), view.language)
    slots = {"{theme}": about, "{quote}": quote, "{last}": last}
    return SessionLabels(
        topic=_TOPICS.get(theme, "Others"),
        psychotherapy=_therapy(view),
        stage=_stage(view),
        guide=words.guide,
        background=_filled(words.background, slots),
        summary=_filled(words.summary, slots),
    )


_OF_ANOTHER = (
    (re.compile(r"\byour\b"), "their"),
    (re.compile(r"\bhow you\b"), "how they"),
    (re.compile(r"\byou\b"), "them"),
    (re.compile("你们"), "两人"),
    (re.compile("你"), "它"),
)
"""Words to the client, told of the client: `your family`, `their family`."""


def _of_another(theme: str) -> str:
    for pattern, told in _OF_ANOTHER:
        theme = pattern.sub(told, theme)
    return theme


def _theme(heard: Sequence[Heard]) -> str:
    counts: dict[str, int] = {}
    for each in heard:
        for theme in each.themes:
            if theme != "other":
                counts[theme] = counts.get(theme, 0) + 1
    return max(counts, key=lambda theme: counts[theme]) if counts else ""


def _therapy(view: SessionLabelsView) -> TherapyName:
    """A school only where something of it is done more than once."""
    done = 0
    for at, line in enumerate(view.dialogue):
        if line.speaker == "counselor":
            shown = AppraiseView(language=view.language, dialogue=view.dialogue[: at + 1][-5:])
            coded = appraise(shown, Random(0)).behaviours
            done += any(each.behaviour in _COGNITIVE for each in coded)
    return "Cognitive Behavioral Therapy" if done >= 2 else "Person-Centered Therapy"


def _stage(view: SessionLabelsView) -> Stage:
    return "reception" if view.session == 1 else "consultation"


def _filled(text: str, slots: dict[str, str]) -> str:
    for slot, said in slots.items():
        text = text.replace(slot, said)
    return text


def _cut(text: str, language: str) -> str:
    line = " ".join(text.split())
    limit = _QUOTED[language]
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
