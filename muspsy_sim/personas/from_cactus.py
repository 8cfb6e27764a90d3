"""A CACTUS record as a profile: the intake form as it stands, the attitude as temperament.

The form is in the first person already, so its lines are the client's words. Records of one form
share a `source_case` and differ in temperament. What the form does not say is filled in and named
in `defaulted`; what no field holds is kept in `extra`.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Literal

from pydantic import JsonValue, TypeAdapter

from muspsy_sim.formats.cactus_form import IntakeForm, stated_age
from muspsy_sim.formats.cactus_intake import CactusRecord
from muspsy_sim.personas import filled_in
from muspsy_sim.personas.cue_words import cues_of, topic_of
from muspsy_sim.personas.filled_in import Manner
from muspsy_sim.personas.wording import in_language, language_of, speaks_of_itself
from muspsy_sim.records.base import Language
from muspsy_sim.records.errors import ProfileError
from muspsy_sim.records.profile import Demographics, Fact, Profile, Topic

LICENCE = "GPL-2.0"
PROVENANCE = "CACTUS release, intake form; GPL-2.0 as stated there"

MANNERS: dict[str, Manner] = {
    "positive": Manner(0.6, 0.5, "deferring", "preparation", 0.6, 0.7),
    "neutral": Manner(0.4, 0.5, "minimising", "contemplation", 0.5, 0.5),
    "negative": Manner(0.2, 0.6, "confronting", "precontemplation", 0.4, 0.3),
}
"""What an attitude's published description (cooperative and hopeful; mixed, sceptical, changing the
subject; defensive, sarcastic, without trust) comes to in a temperament. The numbers are ours."""

_Section = Literal[
    "presenting", "history", "occupational", "interpersonal", "daily", "support", "other"
]
_SECTIONS: tuple[tuple[_Section, str, str], ...] = (
    ("presenting", "the problem", "problem"),
    ("history", "the past", "past history before"),
    ("occupational", "work and study", "work job study"),
    ("interpersonal", "other people", "relationships people"),
    ("daily", "daily life", "daily life day"),
    ("support", "support", "support"),
    ("other", "other", ""),
)
"""The sections of the form, what a fact from each is about, and the words of its head as cues."""
_NO_SUPPORT = re.compile(r"\b(?:do not|don't) have\b|\bno one\b|\bnobody\b", re.IGNORECASE)
_CLIENT_LINE = re.compile(r"^(?:Client|来访者)\s*[:：]\s*(.+)$", re.MULTILINE)
_ON_PAPER = {
    "gender": "gender",
    "occupation": "occupation",
    "education": "education",
    "marital_status": "relationship_status",
    "family": "living_situation",
}
_ALWAYS_DEFAULTED = (
    "arc",
    "facts[].hint",
    "facts[].sensitivity",
    "formulation",
    "life_events",
    "risk",
    "strengths",
    "symptoms",
    "temperament.voice.style",
    "topic (by the words of the presenting problem)",
)


def profile_from_cactus(record: CactusRecord) -> Profile:
    """The profile of the client in a CACTUS record. The age is not judged here.

    Raises:
        ProfileError: the form has no name or no presenting problem, or its name cannot become an
            id. The error has no file; the caller knows it.
    """
    form = record.form
    problem = next(iter(form.presenting), "")
    if not form.name or not problem:
        what = "presenting problem" if form.name else "name"
        raise ProfileError(f"the intake form has no {what}", line=record.line, field="intake_form")
    language = language_of(" ".join(form.presenting))
    case = source_case(record)
    attitude = record.attitude if record.attitude in MANNERS else ""
    manner = MANNERS.get(attitude, filled_in.MIDDLE)
    temperament = filled_in.temperament(manner, language)
    opening = _opening(record, language)
    if opening:
        temperament.voice.lines["first_words"] = [opening]
    supports = [line for line in form.support if not _NO_SUPPORT.search(line)]
    written = [line for name, _, _ in _SECTIONS for line in getattr(form, name)]
    return Profile(
        id=f"{case}-{attitude}" if attitude else case,
        source_case=case,
        language=language,
        title=f"{form.name} ({record.attitude})" if record.attitude else form.name,
        topic=_topic(form),
        demographics=_demographics(form),
        presenting_problem=problem,
        history=" ".join(form.history),
        facts=_facts(form, language, said={problem, *supports, *form.reason}),
        supports=supports,
        temperament=temperament,
        symptoms=filled_in.symptoms(),
        risk=filled_in.risk([*form.reason, *written]),
        goals=form.reason or [problem],
        licence=LICENCE,
        provenance=PROVENANCE,
        defaulted=_defaulted(record, has_opening=bool(opening)),
        extra=_extra(record, [*form.reason, *written], language),
    )


def source_case(record: CactusRecord) -> str:
    """The same for all records of one intake form: the client's name and a hash of the form."""
    slug = re.sub(r"[^a-z0-9]+", "-", record.form.name.lower()).strip("-")[:60]
    mark = blake2b(record.form_text.strip().encode(), digest_size=3).hexdigest()
    return f"cactus-{slug}-{mark}" if slug else f"cactus-{mark}"


def opening_language(record: CactusRecord) -> Language | None:
    """The language of the published first exchange, or `None` where there is none.

    Where the two sides have it in different languages, the counselor's decides: it is what the
    record was translated for.
    """
    said = record.counselor_opening or record.opening
    return language_of(said) if said else None


def _topic(form: IntakeForm) -> Topic:
    """By the line that states the problem; by its story where that line does not tell."""
    by_line = topic_of(form.presenting[0])
    return by_line if by_line != "other" else topic_of(" ".join(form.presenting))


def _facts(form: IntakeForm, language: Language, said: set[str]) -> list[Fact]:
    facts: list[Fact] = []
    for section, topic, head in _SECTIONS:
        for number, line in enumerate(getattr(form, section), start=1):
            if line in said:
                continue
            said.add(line)
            text, *details = _split(line)
            facts.append(
                Fact(
                    id=f"{section}-{number}",
                    topic=topic,
                    text=text,
                    sensitivity=filled_in.sensitivity(line, least=1),
                    details=details,
                    cues=cues_of(line, language, head.split()),
                )
            )
    return facts


def _split(line: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|(?<=[。！？])", line) if part.strip()]


def _opening(record: CactusRecord, language: Language) -> str:
    """The client's first words as published, if they are in the form's language."""
    said = _CLIENT_LINE.search(record.opening)
    return said[1].strip() if said and in_language(said[1], language) else ""


def _demographics(form: IntakeForm) -> Demographics:
    known = {ours: getattr(form, theirs) or None for theirs, ours in _ON_PAPER.items()}
    return Demographics(name=form.name, age=stated_age(form.age), **known)


def _defaulted(record: CactusRecord, *, has_opening: bool) -> list[str]:
    form = record.form
    missing = [f"demographics.{_ON_PAPER[key]}" for key in form.not_stated if key in _ON_PAPER]
    if stated_age(form.age) is None:
        missing.append("demographics.age")
    if not form.reason:
        missing.append("goals (taken from the presenting problem)")
    else:
        missing.append("goals (taken from the reason for seeking counseling)")
    if not form.support:
        missing.append("supports")
    if record.attitude not in MANNERS:
        missing.append("temperament")
    else:
        missing.append(f"temperament (from the attitude {record.attitude!r})")
    if not has_opening:
        missing.append("temperament.voice.lines")
    return sorted([*missing, *_ALWAYS_DEFAULTED])


def _extra(record: CactusRecord, written: list[str], language: Language) -> dict[str, JsonValue]:
    extra = TypeAdapter(dict[str, JsonValue]).validate_python(record.extra)
    extra["attitude"] = record.attitude
    if record.opening:
        extra["dialogue_history_init"] = record.opening
    if record.form.age and stated_age(record.form.age) is None:
        extra["age_as_written"] = record.form.age
    if record.form.not_stated:
        extra["not_stated"] = list(record.form.not_stated)
    outside: list[JsonValue] = [line for line in written if not speaks_of_itself(line, language)]
    if outside:
        extra["no_first_person"] = outside
    if filled_in.of_suicide(" ".join(written)):
        extra["speaks_of_suicide"] = True
    return extra
