"""What is wrong with a persona, beyond what its schema refuses.

`check` looks at one persona, `check_together` at what several share; both only tell and change
nothing. An `error` makes a persona unfit to run with, a `warning` makes it a poorer client.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from muspsy_sim.personas.age import ADULT_AGE, ASSUMED_ADULT
from muspsy_sim.personas.speech import spoken
from muspsy_sim.personas.wording import (
    in_language,
    own_names,
    plainly,
    speaks_of_itself,
    third_person,
    words,
)
from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import CaseReport, Moment, Profile

LINES_PER_MOMENT = 5
"""Fewer lines than this, and a client repeats itself within a session."""

CASE_LENGTH: dict[Language, tuple[int, int]] = {"en": (300, 800), "zh": (500, 1300)}
"""Words of an English case report, characters of a Chinese one."""

LINE_LENGTH: dict[Language, int] = {"en": 20, "zh": 40}
"""The longest line for a moment, in words or characters."""

MINIMAL_LENGTH: dict[Language, int] = {"en": 4, "zh": 6}
"""The longest minimal response, in words or characters."""

SHARED_LENGTH: dict[Language, int] = {"en": 4, "zh": 7}
"""From this length on, two clients who say the same sentence sound alike."""

_LINES = "temperament.voice.lines"
_NAMELESS = frozenset({"demographics", "demographics.name"})
"""What an import names as filled in where its source gives no name: then all bear the same one."""
_OUTCOME_KEY = re.compile(r"outcome|follow_?up|post_?(?:test|treatment|session)|recovered|improved")
_OUTCOME_WORDS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:after|thanks to|since) (?:the |my |this )?(?:counsell?ing|therapy|treatment)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"(?:咨询|治疗|辅导|疗程)(?:结束|之?后)|(?:经过|通过)(?:几次)?(?:咨询|治疗)"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a persona, and where."""

    persona: str
    field: str
    message: str
    severity: Literal["error", "warning"] = "warning"

    def __str__(self) -> str:
        return f"{self.persona}: {self.field}: {self.message}"


def check(profile: Profile, case: CaseReport | None) -> list[Finding]:
    """All that is wrong with one persona, errors first."""
    found = [
        *_age(profile),
        *_wording(profile),
        *_outcome(profile),
        *_facts(profile),
        *_lines(profile),
        *_case(profile, case),
    ]
    return sorted(found, key=lambda finding: finding.severity)


def check_together(profiles: Sequence[Profile]) -> list[Finding]:
    """What several personas share and should not, errors first.

    Variants of one source case share their client, so only different cases are compared.
    """
    found = [*_doubled_ids(profiles), *_shared_names(profiles), *_shared_sentences(profiles)]
    return sorted(found, key=lambda finding: finding.severity)


def _age(profile: Profile) -> Iterator[Finding]:
    age = profile.demographics.age
    if age is None and ASSUMED_ADULT not in profile.assumed:
        yield Finding(profile.id, "demographics.age", "is not known", "error")
    elif age is not None and age < ADULT_AGE:
        yield Finding(profile.id, "demographics.age", f"is {age}: a minor", "error")


def _wording(profile: Profile) -> Iterator[Finding]:
    language = profile.language
    names = own_names(profile.demographics.name, language)
    for place, text in spoken(profile):
        if not text.strip():
            continue
        if not in_language(text, language):
            yield Finding(profile.id, place, f"is not in the language {language!r}", "error")
        seen = third_person(text, language, names)
        if seen:
            yield Finding(profile.id, place, f"speaks of the client from outside ({seen!r})")
    if not speaks_of_itself(profile.presenting_problem, language):
        yield Finding(profile.id, "presenting_problem", "is not in the first person")


def _outcome(profile: Profile) -> Iterator[Finding]:
    """A profile ends before the first session; only its arc may tell what a report tells."""
    for key in profile.extra:
        if _OUTCOME_KEY.search(key.lower()):
            yield Finding(profile.id, f"extra.{key}", "looks like an outcome", "error")
    for place, text in spoken(profile):
        if place.startswith(("facts", "history", "presenting_problem", "risk")):
            told = _OUTCOME_WORDS[profile.language].search(text)
            if told:
                yield Finding(profile.id, place, f"tells an outcome ({told[0]!r})", "error")


def _facts(profile: Profile) -> Iterator[Finding]:
    if not profile.facts:
        yield Finding(profile.id, "facts", "has none, so the client has nothing to tell", "error")
    lacking = {
        "cues": [fact.id for fact in profile.facts if not fact.cues],
        "details": [fact.id for fact in profile.facts if not fact.details],
        "hint": [fact.id for fact in profile.facts if fact.sensitivity > 0 and not fact.hint],
    }
    for name, facts in lacking.items():
        if facts:
            yield Finding(profile.id, f"facts[].{name}", f"missing in {', '.join(facts)}")


def _lines(profile: Profile) -> Iterator[Finding]:
    lines = profile.temperament.voice.lines
    moments: tuple[Moment, ...] = get_args(Moment)
    counts = {moment: len({plainly(line) for line in lines.get(moment, [])}) for moment in moments}
    few = [f"{moment} {count}" for moment, count in counts.items() if count < LINES_PER_MOMENT]
    if few:
        message = f"fewer than {LINES_PER_MOMENT} different lines: {', '.join(few)}"
        yield Finding(profile.id, _LINES, message)
    for moment, said in lines.items():
        limit = (MINIMAL_LENGTH if moment == "minimal" else LINE_LENGTH)[profile.language]
        for number, line in enumerate(said):
            if words(line, profile.language) > limit:
                yield Finding(profile.id, f"{_LINES}.{moment}[{number}]", f"is longer than {limit}")
    doubled = Counter(plainly(line) for each in lines.values() for line in each)
    for line, count in doubled.items():
        if count > 1:
            yield Finding(profile.id, _LINES, f"{line!r} stands {count} times")


def _case(profile: Profile, case: CaseReport | None) -> Iterator[Finding]:
    if case is None:
        yield Finding(profile.id, "source_case", "there is no case report")
        return
    if case.id != profile.source_case:
        message = f"is {profile.source_case!r}, but the case report is {case.id!r}"
        yield Finding(profile.id, "source_case", message, "error")
    if case.language != profile.language:
        yield Finding(profile.id, "language", "differs from the case report's", "error")
    if not case.fictional:
        return  # A report that others wrote is as long as it is.
    low, high = CASE_LENGTH[case.language]
    length = words(case.text, case.language)
    if not low <= length <= high:
        unit = "characters" if case.language == "zh" else "words"
        message = f"the case report has {length} {unit}; {low} to {high} are wanted"
        yield Finding(profile.id, "case.md", message)


def _doubled_ids(profiles: Sequence[Profile]) -> Iterator[Finding]:
    for persona, count in Counter(profile.id for profile in profiles).items():
        if count > 1:
            yield Finding(persona, "id", f"is used by {count} profiles", "error")


def _shared_names(profiles: Sequence[Profile]) -> Iterator[Finding]:
    cases: dict[str, str] = {}
    for profile in profiles:
        if _NAMELESS.intersection(profile.defaulted):
            continue
        name = profile.demographics.name
        first = cases.setdefault(name, profile.source_case)
        if first != profile.source_case:
            yield Finding(profile.id, "demographics.name", f"{name!r} is also in case {first!r}")


def _shared_sentences(profiles: Sequence[Profile]) -> Iterator[Finding]:
    cases: dict[str, str] = {}
    for profile in profiles:
        for place, sentence in spoken(profile):
            if words(sentence, profile.language) < SHARED_LENGTH[profile.language]:
                continue
            first = cases.setdefault(plainly(sentence), profile.source_case)
            if first != profile.source_case:
                yield Finding(profile.id, place, f"{sentence!r} is also said in case {first!r}")
