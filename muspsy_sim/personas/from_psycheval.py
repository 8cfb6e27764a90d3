"""A PsychEval case as a profile: static traits, problem and growth, and what schools say of it.

The case speaks about its client; Chinese sentences are turned to the first person and what was done
to them is told in `extra`. Cases of one client under several schools share a `source_case`. The
counselor's plan and the sessions stay out: a profile ends before the first session.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from pydantic import JsonValue, TypeAdapter

from muspsy_sim.formats.cactus_form import stated_age
from muspsy_sim.formats.psycheval_case import PsychEvalCase
from muspsy_sim.personas import filled_in
from muspsy_sim.personas.cue_words import cues_of, topic_of
from muspsy_sim.personas.school_theory import Theory, theory_of
from muspsy_sim.personas.telling import Teller, split_sentences
from muspsy_sim.personas.wording import in_language, language_of, speaks_of_itself
from muspsy_sim.records.base import Language
from muspsy_sim.records.errors import ProfileError
from muspsy_sim.records.profile import Demographics, Fact, Formulation, Profile, Topic

LICENCE = "unstated"
PROVENANCE = "PsychEval release, client of a case; the licence is for the user to look up there"

_ON_PAPER = {
    "gender": "gender",
    "occupation": "occupation",
    "educational_background": "education",
    "marital_status": "relationship_status",
}
_HEADS: tuple[tuple[str, dict[Language, str], int], ...] = (
    ("family_status", {"zh": "家里", "en": "family"}, 1),
    ("social_status", {"zh": "与人相处", "en": "other people"}, 1),
    ("medical_history", {"zh": "身体", "en": "health"}, 0),
)
"""The traits that become facts, what each is about, and how hard it is to tell at least."""
_GROWTH: dict[Language, str] = {"zh": "成长经历", "en": "growing up"}
_NAMELESS: dict[Language, str] = {"zh": "来访者", "en": "the client"}
_NO_GOAL: dict[Language, str] = {
    "zh": "我还不知道想要什么。",
    "en": "I do not know yet what I want.",
}
_TOPICS: tuple[tuple[str, Topic], ...] = (
    ("职业|求职|就业", "job_crisis"),
    ("学业|学习|考试", "academic_pressure"),
    ("婚|恋|伴侣", "partner_relationship"),
    ("亲子|家庭", "child_parent_relationship"),
    ("人际|社交", "friend_problems"),
    ("睡眠", "sleep_problems"),
    ("成瘾|物质", "substance_use"),
    ("丧|哀伤", "grief"),
)
"""Of the published topics, those that name one of ours; the others are too wide."""
_ALWAYS_DEFAULTED = (
    "arc",
    "facts[].hint",
    "facts[].sensitivity",
    "life_events",
    "risk",
    "symptoms",
    "temperament",
)
_WISH = re.compile("我?(?:希望|渴望|期待|期望|愿意|想)")
_TEXT_IN_EXTRA = 2_000
"""Characters of one thing that is kept in `extra`."""


def profile_from_psycheval(case: PsychEvalCase) -> Profile:
    """The profile of the client of a case. The age is not judged here.

    Raises:
        ProfileError: the case states no problem.
    """
    if not case.main_problem:
        raise ProfileError("states no problem", file=case.file, field="main_problem")
    language = language_of(case.main_problem + "".join(case.growth_experiences))
    traits = case.traits
    name = traits.get("name", "")
    teller = Teller(name, traits.get("gender", ""), language)
    problem = teller.feel(case.main_problem)
    theory = theory_of(case.theory, teller)
    goals, goals_from = _goals(case, theory, teller)
    temperament = filled_in.temperament(filled_in.MIDDLE, language)
    manner = traits.get("language_features", "")
    if manner and in_language(manner, language):
        temperament.voice.style = manner
    shown = name or _NAMELESS[language]
    persona = _persona(case)
    return Profile(
        id=persona,
        source_case=source_case(case),
        language=language,
        title=f"{shown}（{case.topic}）" if case.topic and language == "zh" else shown,
        topic=_topic(case),
        demographics=Demographics(
            name=shown,
            age=stated_age(traits.get("age", "")),
            **{ours: traits.get(theirs) for theirs, ours in _ON_PAPER.items()},
        ),
        presenting_problem=teller.joined(problem),
        history="",
        formulation=Formulation(
            core_beliefs=theory.beliefs, situations=theory.situations, patterns=theory.patterns
        ),
        facts=_facts(case, theory, teller, said=set(problem)),
        strengths=theory.strengths,
        supports=theory.supports,
        temperament=temperament,
        symptoms=filled_in.symptoms(),
        risk=filled_in.risk(turned.text for turned in teller.told),
        goals=goals,
        licence=LICENCE,
        provenance=PROVENANCE,
        defaulted=_defaulted(case, theory, goals_from, has_style=bool(manner)),
        extra=_extra(case, theory, teller),
    )


def source_case(case: PsychEvalCase) -> str:
    """The same for all cases of one client: a hash of its name and problem."""
    said = f"{case.traits.get('name', '')}\x1f{case.main_problem}"
    return f"psycheval-{blake2b(said.encode(), digest_size=4).hexdigest()}"


def _persona(case: PsychEvalCase) -> str:
    parts = [part for part in (case.school, case.client_id) if part]
    slug = re.sub(r"[^A-Za-z0-9]+", "-", "-".join(parts)).strip("-").lower()[:60]
    return f"psycheval-{slug}" if slug else source_case(case)


def _topic(case: PsychEvalCase) -> Topic:
    for words, topic in _TOPICS:
        if re.search(words, case.topic):
            return topic
    return topic_of(case.main_problem)


def _goals(case: PsychEvalCase, theory: Theory, teller: Teller) -> tuple[list[str], str]:
    """The client's goals, and what to say of where they come from if it did not state them."""
    language = teller.language
    said = [
        told
        for sentence in split_sentences(case.core_demands, language)
        for told in teller.aim(sentence)
        if speaks_of_itself(sentence, language) or _WISH.match(told)
    ]
    if said:
        return [each for each in said if _WISH.match(each)] or said, ""
    if theory.wishes:
        return theory.wishes, "goals (taken from the wish of the core conflict)"
    told = "goals (the core demands are the counselor's)" if case.core_demands else "goals"
    return [_NO_GOAL[language]], told


def _facts(case: PsychEvalCase, theory: Theory, teller: Teller, said: set[str]) -> list[Fact]:
    language = teller.language
    facts: list[Fact] = []

    def add(group: str, about: str, sentences: list[str], least: int) -> None:
        fresh = [each for each in sentences if each not in said and in_language(each, language)]
        if not fresh:
            return
        said.update(fresh)
        text, *details = fresh
        number = sum(fact.id.startswith(f"{group}-") for fact in facts) + 1
        facts.append(
            Fact(
                id=f"{group}-{number}",
                topic=about,
                text=text,
                sensitivity=filled_in.sensitivity(" ".join(fresh), least),
                details=details,
                cues=cues_of(" ".join(fresh), language, about.split()),
            )
        )

    for trait, heads, least in _HEADS:
        add(
            trait.partition("_")[0], heads[language], teller.tell(case.traits.get(trait, "")), least
        )
    for each in case.growth_experiences:
        add("growth", _GROWTH[language], teller.tell(each), 2)
    for about, sentences in theory.told:
        add("theory", about, sentences, 2)
    return facts


def _defaulted(
    case: PsychEvalCase, theory: Theory, goals_from: str, *, has_style: bool
) -> list[str]:
    missing = [
        f"demographics.{ours}" for theirs, ours in _ON_PAPER.items() if theirs not in case.traits
    ]
    missing += [] if "name" in case.traits else ["demographics.name"]
    missing.append("demographics.living_situation")
    if stated_age(case.traits.get("age", "")) is None:
        missing.append("demographics.age")
    missing += [goals_from] if goals_from else []
    missing += ["strengths"] if not theory.strengths else []
    missing += ["supports"] if not theory.supports else []
    if theory.beliefs:
        missing.append("formulation.core_beliefs[].strength")
    if theory.situations:
        missing.append("formulation.situations[].emotion")
    if not (theory.beliefs or theory.situations or theory.patterns):
        missing.append("formulation")
    missing.append(
        "temperament.voice (its style is the case's language features)"
        if has_style
        else "temperament.voice"
    )
    if not any(re.search(words, case.topic) for words, _ in _TOPICS):
        missing.append("topic (by the words of the problem)")
    return sorted([*missing, *_ALWAYS_DEFAULTED])


def _extra(case: PsychEvalCase, theory: Theory, teller: Teller) -> dict[str, JsonValue]:
    kept = {key: _short(each) for key, each in case.extra.items()}
    extra = TypeAdapter(dict[str, JsonValue]).validate_python(kept)
    extra["first_person"] = teller.done()
    if case.school:
        extra["theoretical"] = case.school
    if case.topic:
        extra["topic"] = case.topic
    if case.core_demands:
        extra["core_demands"] = case.core_demands
    if case.sessions:
        extra["sessions_left_out"] = case.sessions
    age = case.traits.get("age", "")
    if age and stated_age(age) is None:
        extra["age_as_written"] = age
    if case.not_stated:
        extra["not_stated"] = list(dict.fromkeys(case.not_stated))
    if theory.rest:
        extra["theory"] = TypeAdapter(dict[str, JsonValue]).validate_python(theory.rest)
    if filled_in.of_suicide(" ".join(turned.text for turned in teller.told)):
        extra["speaks_of_suicide"] = True
    return extra


def _short(value: object) -> object:
    """A value, or what became of it where it is too long to stand in a profile."""
    text = str(value)
    return value if len(text) <= _TEXT_IN_EXTRA else f"left out ({len(text):,} characters)"
