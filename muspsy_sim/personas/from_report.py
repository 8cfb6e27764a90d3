"""A case report and what an annotator drew from it, as a profile that rests on the report.

Each fact keeps the span of its quote; whatever has a quote that does not stand in the report,
letter for letter, is dropped, counted and told. The name and the age must stand there too. What the
report does not say is filled in and named in `defaulted`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import JsonValue

from muspsy_sim.personas import filled_in
from muspsy_sim.personas.cue_words import cues_of
from muspsy_sim.personas.quoting import place_of, stands_in
from muspsy_sim.personas.wording import in_language, own_names, third_person
from muspsy_sim.records.answers import ExtractAnswer, ExtractedFact, Sourced
from muspsy_sim.records.base import Language
from muspsy_sim.records.errors import Problem, ProfileError
from muspsy_sim.records.profile import (
    CaseReport,
    CoreBelief,
    Demographics,
    Fact,
    Formulation,
    Profile,
    Risk,
    Situation,
    SourceSpan,
)

BELIEF_STRENGTH = 0.7
"""How firmly a belief is held whose strength no report states, 0 to 1."""
RISK_LEVELS = {"none": 0.0, "passive": 0.4, "active": 0.6, "active_with_plan": 0.8}
"""A level for each kind of ideation, where a report gives no other measure; ours."""

_NAMELESS: dict[Language, str] = {"en": "the client", "zh": "来访者"}
_NO_GOAL: dict[Language, str] = {
    "en": "I do not know yet what I want.",
    "zh": "我还不知道想要什么。",
}
_ON_PAPER = ("gender", "occupation", "education", "relationship_status", "living_situation")
_ALWAYS_DEFAULTED = (
    "arc",
    "life_events",
    "symptoms",
    "temperament.homework_propensity",
    "temperament.reactivity",
    "temperament.starting_trust",
    "temperament.talkativeness",
    "temperament.voice.fillers",
    "temperament.voice.lines",
)


@dataclass(slots=True)
class Drawn:
    """A profile drawn from a report, and what was dropped on the way."""

    profile: Profile
    kept: int
    """Things that rest on words of the report."""
    dropped: list[Problem] = field(default_factory=list)
    """What had no quote in the report, was in another language, or was given twice."""
    odd: list[Problem] = field(default_factory=list)
    """What a person should look at."""


def profile_from_report(case: CaseReport, answer: ExtractAnswer, by: str) -> Drawn:
    """The profile of the client of `case`, drawn by the model `by`. The age is not judged here.

    Raises:
        ProfileError: no fact of the answer rests on the report. The error has no file.
    """
    sieve = _Sieve(case)
    name = _name(sieve, answer.name)
    age = _age(sieve, answer.age)
    facts = _facts(sieve, answer.facts)
    if not facts:
        raise ProfileError(
            f"no fact that {by} drew stands in the report ({len(sieve.dropped)} dropped)",
            hint="try again, or name another model with --model",
        )
    problem = sieve.texts("presenting_problem", answer.presenting_problem)
    goals = sieve.texts("goals", answer.goals)
    language = case.language
    temperament = filled_in.temperament(filled_in.MIDDLE, language)
    if answer.resistance_style:
        temperament.resistance_style = answer.resistance_style
    if answer.stage_of_change:
        temperament.stage_of_change = answer.stage_of_change
    style = answer.voice_style.strip()
    if style and in_language(style, language):
        temperament.voice.style = style
    profile = Profile(
        id=case.id,
        source_case=case.id,
        language=language,
        title=answer.title.strip() or name,
        topic=answer.topic,
        demographics=Demographics(
            name=name, age=age, **{key: getattr(answer, key) or None for key in _ON_PAPER}
        ),
        presenting_problem=_joined(problem, language) or facts[0].text,
        history=_joined(sieve.texts("history", answer.history), language),
        formulation=Formulation(
            core_beliefs=_beliefs(sieve, answer.core_beliefs), situations=_situations(sieve, answer)
        ),
        facts=facts,
        strengths=sieve.texts("strengths", answer.strengths),
        supports=sieve.texts("supports", answer.supports),
        temperament=temperament,
        symptoms=filled_in.symptoms(),
        risk=_risk(sieve, answer),
        goals=goals or [_NO_GOAL[language]],
        licence=case.licence,
        provenance=f"drawn from the case report {case.id} by {by} (annotator.extract)",
        defaulted=_defaulted(answer, sieve, has_goals=bool(goals), has_problem=bool(problem)),
    )
    spans: dict[str, JsonValue] = {
        place: [span.start, span.end] for place, span in sieve.spans.items()
    }
    extra: dict[str, JsonValue] = {
        "drawn_by": by,
        "spans": spans,
        "dropped": len(sieve.dropped),
    }
    if filled_in.of_suicide(case.text):
        extra["speaks_of_suicide"] = True
        if profile.risk.ideation == "none":
            sieve.look("risk", "the report speaks of suicide or self-harm, and none was drawn")
    planned = filled_in.of_a_plan(case.text) and profile.risk.ideation == "passive"
    if planned:
        sieve.look("risk", "the report may tell of a plan or means, and passive risk was drawn")
    _outside_voices(sieve, profile)
    return Drawn(profile.model_copy(update={"extra": extra}), sieve.kept, sieve.dropped, sieve.odd)


class _Sieve:
    """Lets through what rests on the report, and keeps count of the rest."""

    def __init__(self, case: CaseReport) -> None:
        self.case = case
        self.kept = 0
        self.dropped: list[Problem] = []
        self.odd: list[Problem] = []
        self.spans: dict[str, SourceSpan] = {}
        self._said: set[tuple[str, str]] = set()

    def span(self, place: str, text: str, quote: str) -> SourceSpan | None:
        """The span of what rests on `quote`, or `None` with the reason told."""
        found = place_of(quote, self.case.text, self.case.language)
        if not text.strip():
            reason = "has no text"
        elif not in_language(text, self.case.language):
            reason = f"is not in the report's language ({self.case.language})"
        elif found is None:
            reason = f"rests on no words of the report (its quote is {_short(quote)!r})"
        elif (place.partition("[")[0], text.strip()) in self._said:
            reason = "was given before"
        else:
            self._said.add((place.partition("[")[0], text.strip()))
            self.kept += 1
            return found
        self.dropped.append(Problem(f"{_short(text)!r} {reason}; dropped", field=place))
        return None

    def texts(self, place: str, given: Iterable[Sourced]) -> list[str]:
        """The texts that rest on the report; their spans are kept by place."""
        kept: list[str] = []
        for number, each in enumerate(given):
            span = self.span(f"{place}[{number}]", each.text, each.quote)
            if span is not None:
                self.spans[f"{place}[{len(kept)}]"] = span
                kept.append(each.text.strip())
        return kept

    def look(self, place: str, message: str) -> None:
        """Tell something that a person should look at."""
        self.odd.append(Problem(message, field=place))


def _name(sieve: _Sieve, given: str) -> str:
    name = given.strip()
    if name and name in sieve.case.text:
        return name
    if name:
        sieve.dropped.append(Problem(f"{name!r} does not stand in the report", field="name"))
    return _NAMELESS[sieve.case.language]


def _age(sieve: _Sieve, given: int | None) -> int | None:
    """An age that stands in the report as a number; any other is not known."""
    if given is None or stands_in(given, sieve.case.text):
        return given
    sieve.dropped.append(Problem(f"{given} does not stand in the report", field="age"))
    return None


def _facts(sieve: _Sieve, given: list[ExtractedFact]) -> list[Fact]:
    facts: list[Fact] = []
    language = sieve.case.language
    for number, each in enumerate(given):
        place = f"facts[{number}]"
        span = sieve.span(place, each.text, each.quote)
        if span is None:
            continue
        at = len(facts)
        details: list[str] = []
        for n, detail in enumerate(each.details):
            found = sieve.span(f"{place}.details[{n}]", detail.text, detail.quote)
            if found is not None:
                sieve.spans[f"facts[{at}].details[{len(details)}]"] = found
                details.append(detail.text.strip())
        said = " ".join([each.text, *details])
        cues = [cue.strip() for cue in each.cues if cue.strip() and in_language(cue, language)]
        facts.append(
            Fact(
                id=f"fact-{at + 1}",
                topic=each.topic.strip(),
                text=each.text.strip(),
                sensitivity=each.sensitivity,
                details=details,
                hint=each.hint.strip() if in_language(each.hint, language) else "",
                cues=list(dict.fromkeys(cues)) or cues_of(said, language),
                span=span,
            )
        )
    return facts


def _beliefs(sieve: _Sieve, given: list[Sourced]) -> list[CoreBelief]:
    return [
        CoreBelief(id=f"belief-{n}", belief=text, strength=BELIEF_STRENGTH)
        for n, text in enumerate(sieve.texts("formulation.core_beliefs", given), start=1)
    ]


def _situations(sieve: _Sieve, answer: ExtractAnswer) -> list[Situation]:
    found: list[Situation] = []
    for number, each in enumerate(answer.situations):
        place = f"formulation.situations[{number}]"
        span = sieve.span(place, each.situation, each.quote)
        if span is None:
            continue
        sieve.spans[f"formulation.situations[{len(found)}]"] = span
        found.append(
            Situation(
                id=f"situation-{len(found) + 1}",
                situation=each.situation,
                automatic_thought=each.automatic_thought,
                emotion=each.emotion,
                behaviour=each.behaviour,
            )
        )
    return found


def _risk(sieve: _Sieve, answer: ExtractAnswer) -> Risk:
    """Risk as drawn, if its words rest on the report; dropped risk is always told to a person."""
    given = answer.risk
    if given.ideation == "none":
        return Risk()
    span = sieve.span("risk", given.words, given.quote)
    if span is None:
        sieve.look("risk", f"{given.ideation} ideation was drawn and dropped; read the report")
        return Risk()
    sieve.spans["risk"] = span
    return Risk(
        level=RISK_LEVELS[given.ideation], ideation=given.ideation, words=given.words.strip()
    )


def _defaulted(
    answer: ExtractAnswer, sieve: _Sieve, *, has_goals: bool, has_problem: bool
) -> list[str]:
    missing = [f"demographics.{key}" for key in _ON_PAPER if not getattr(answer, key)]
    dropped = {problem.field for problem in sieve.dropped}
    missing += ["demographics.name"] if not answer.name or "name" in dropped else []
    missing += ["demographics.age"] if answer.age is None or "age" in dropped else []
    missing += [] if has_goals else ["goals"]
    missing += [] if has_problem else ["presenting_problem (the first fact)"]
    missing += ["formulation.core_beliefs[].strength"] if answer.core_beliefs else []
    missing += [] if answer.core_beliefs or answer.situations else ["formulation"]
    missing += [] if all(fact.hint for fact in answer.facts) else ["facts[].hint"]
    missing += [] if all(fact.cues for fact in answer.facts) else ["facts[].cues (their words)"]
    missing += [] if answer.resistance_style else ["temperament.resistance_style"]
    missing += [] if answer.stage_of_change else ["temperament.stage_of_change"]
    missing += [] if answer.voice_style.strip() else ["temperament.voice.style"]
    missing += [name for name in ("strengths", "supports") if not getattr(answer, name)]
    missing += ["risk.level"] if answer.risk.ideation != "none" else []
    return sorted([*missing, *_ALWAYS_DEFAULTED])


def _outside_voices(sieve: _Sieve, profile: Profile) -> None:
    """Tell of texts that speak about the client rather than as it."""
    names = own_names(profile.demographics.name, profile.language)
    for number, fact in enumerate(profile.facts):
        seen = third_person(fact.text, profile.language, names)
        if seen:
            sieve.look(f"facts[{number}].text", f"speaks of the client from outside ({seen!r})")


def _joined(texts: list[str], language: Language) -> str:
    return ("" if language == "zh" else " ").join(texts)


def _short(text: str) -> str:
    said = re.sub(r"\s+", " ", text).strip()
    return said if len(said) <= 60 else said[:59] + "…"
