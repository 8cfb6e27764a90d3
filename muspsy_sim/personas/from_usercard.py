"""A file of MusPsy user cards as one profile.

What the first card says is true before the first session and becomes presenting problem, facts and
goals; later cards tell what came after and become the arc alone. Nothing is invented: what the
cards do not say is filled in and named in `defaulted`, and what was done to their sentences is told
in `extra`.
"""

from __future__ import annotations

import re

from pydantic import JsonValue

from muspsy_sim.formats.muspsy_usercard import UserCard, UserCardFile
from muspsy_sim.personas import filled_in
from muspsy_sim.personas.basic_info import BasicInfo, read_basic_info
from muspsy_sim.personas.cue_words import cues_of, topic_of
from muspsy_sim.personas.telling import Teller
from muspsy_sim.personas.wording import language_of
from muspsy_sim.records.base import Language
from muspsy_sim.records.errors import ProfileError
from muspsy_sim.records.profile import ArcSession, Demographics, Fact, Profile

LICENCE = "MIT"
PROVENANCE = (
    "MusPsy release, user cards; MIT as stated there, the provenance of the case reports behind "
    "them unclear"
)

_WISH = re.compile(r"我?(?:希望|寻求|想|渴望|期待|期望|愿意)|i (?:want|hope|wish)", re.IGNORECASE)
_NAMELESS: dict[Language, str] = {"zh": "来访者", "en": "the client"}
_HEADS: dict[str, dict[Language, tuple[str, str]]] = {
    "basic": {
        "zh": ("基本情况", "情况 家里 以前"),
        "en": ("background", "background family before"),
    },
    "emotion": {"zh": ("情绪", "情绪 感受 心情"), "en": ("feelings", "feelings feel emotions")},
    "thought": {"zh": ("想法", "想法 觉得"), "en": ("thoughts", "thoughts think")},
}
"""What a fact from each part of a card is about, and the words of that part's head as cues."""
_ALWAYS_DEFAULTED = (
    "facts[].details",
    "facts[].hint",
    "facts[].sensitivity",
    "formulation",
    "life_events",
    "risk",
    "strengths",
    "supports",
    "symptoms",
    "temperament",
    "topic (by the words of the card)",
)


def profile_from_usercards(source: UserCardFile, persona: str) -> Profile:
    """The profile of the client in a file of user cards; `persona` is its id.

    The age is not judged here.

    Raises:
        ProfileError: the file holds no card, or the first card says nothing that a client could
            bring as its problem.
    """
    if not source.cards:
        raise ProfileError("holds no user card", file=source.file, hint="name a user card file")
    first = source.cards[0]
    info = read_basic_info(first.basic_info)
    teller = Teller(
        info.name or "",
        info.fields.get("gender", ""),
        language_of(first.basic_info + first.life_events),
    )
    problem = teller.tell(first.life_events) or teller.feel(first.emotional_state)
    if not problem:
        raise ProfileError(
            "the first card tells neither an event nor an emotion",
            file=source.file,
            line=first.line,
        )
    facts = _facts(first, info, teller, said=set(problem))
    goals, goals_from = _goals(first, teller)
    language = teller.language
    name = info.name or _NAMELESS[language]
    return Profile(
        id=persona,
        source_case=persona,
        language=language,
        title=f"{name}（用户卡）" if language == "zh" else f"{name} (user card)",
        topic=topic_of(first.basic_info + first.life_events + first.emotional_state),
        demographics=_demographics(info, name),
        presenting_problem=teller.joined(problem),
        history=teller.joined([each for rest in info.rest for each in teller.tell(rest)]),
        facts=facts,
        temperament=filled_in.temperament(filled_in.MIDDLE, language),
        symptoms=filled_in.symptoms(),
        risk=filled_in.risk(turned.text for turned in teller.told),
        goals=goals,
        arc=[_arc(card, teller) for card in source.cards],
        licence=LICENCE,
        provenance=PROVENANCE,
        defaulted=_defaulted(info, goals_from),
        extra=_extra(source, info, teller),
    )


def _facts(first: UserCard, info: BasicInfo, teller: Teller, said: set[str]) -> list[Fact]:
    sources = [
        ("basic", [s for rest in info.rest for s in teller.tell(rest)], 0),
        ("emotion", teller.feel(first.emotional_state), 2),
    ]
    if not _is_wish(first.cognitive_state):
        sources.append(("thought", teller.feel(first.cognitive_state), 1))
    facts: list[Fact] = []
    for kind, sentences, least in sources:
        topic, head = _HEADS[kind][teller.language]
        for number, sentence in enumerate(sentences, start=1):
            if sentence in said:
                continue
            said.add(sentence)
            facts.append(
                Fact(
                    id=f"{kind}-{number}",
                    topic=topic,
                    text=sentence,
                    sensitivity=filled_in.sensitivity(sentence, least),
                    cues=cues_of(sentence, teller.language, head.split()),
                )
            )
    return facts


def _goals(first: UserCard, teller: Teller) -> tuple[list[str], str]:
    """The client's goals, and where they were taken from if the client did not state them."""
    if _is_wish(first.cognitive_state):
        return teller.feel(first.cognitive_state), ""
    if first.goals:
        return teller.aim(first.goals[0]), "goals (taken from the counselor's goal of session 1)"
    middle = "我还不知道想要什么。" if teller.language == "zh" else "I do not know yet what I want."
    return [middle], "goals"


def _is_wish(text: str) -> bool:
    return bool(_WISH.match(text.strip()))


def _demographics(info: BasicInfo, name: str) -> Demographics:
    known = {key: info.fields.get(key) for key in _ON_PAPER}
    return Demographics(name=name, age=info.age, **known)


_ON_PAPER = ("gender", "occupation", "education", "relationship_status", "living_situation")


def _arc(card: UserCard, teller: Teller) -> ArcSession:
    return ArcSession(
        session=card.session,
        life_events=teller.joined(teller.tell(card.life_events)),
        emotional_state=teller.joined(teller.feel(card.emotional_state)),
        cognitive_state=teller.joined(teller.feel(card.cognitive_state)),
        goal=teller.joined(teller.aim(card.goals[0])) if card.goals else "",
        method="\n".join(card.goals[1:]),
    )


def _defaulted(info: BasicInfo, goals_from: str) -> list[str]:
    missing = [f"demographics.{key}" for key in _ON_PAPER if key not in info.fields]
    missing += [] if info.name else ["demographics.name"]
    missing += [] if info.age is not None else ["demographics.age"]
    missing += [goals_from] if goals_from else []
    return sorted([*missing, *_ALWAYS_DEFAULTED])


def _extra(source: UserCardFile, info: BasicInfo, teller: Teller) -> dict[str, JsonValue]:
    extra: dict[str, JsonValue] = {
        key: value for key, value in info.fields.items() if key not in _ON_PAPER
    }
    first = source.cards[0].basic_info
    extra["basic_info"] = first
    changed = {
        str(card.session): card.basic_info
        for card in source.cards[1:]
        if card.basic_info and card.basic_info != first
    }
    unplaced = {str(card.session): dict(card.extra) for card in source.cards if card.extra}
    if changed:
        extra["basic_info_of_later_cards"] = dict(changed)
    if unplaced:
        extra["cards"] = {session: dict(each) for session, each in unplaced.items()}
    extra["first_person"] = teller.done()
    if filled_in.of_suicide(" ".join(turned.text for turned in teller.told)):
        extra["speaks_of_suicide"] = True
    return extra
