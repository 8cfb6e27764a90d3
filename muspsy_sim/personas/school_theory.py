"""What PsychEval's schools say of a client, as the parts of a profile that it fits.

Cognitive: core beliefs and situations. Behavioural: patterns. Psychodynamic: patterns and a wish.
Humanistic-existential: what shows of a theme, as facts. Postmodern: exceptions as strengths, and
forces that help. What has no place in a profile is kept in `rest`; no emotion and no strength of a
belief is stated, so neither is invented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from muspsy_sim.personas.telling import Teller
from muspsy_sim.personas.wording import in_language
from muspsy_sim.records.profile import CoreBelief, Pattern, Situation

BELIEF_STRENGTH = 0.7
"""How firmly a belief is held whose strength nobody stated, 0 to 1."""

_SUPPORT = re.compile(
    r"支持|家人|父母|朋友|伴侣|同事|亲友|support|family|friend|parents", re.IGNORECASE
)


@dataclass(slots=True)
class Theory:
    """Parts of a profile, in the client's words as far as a rule can put them there."""

    beliefs: list[CoreBelief] = field(default_factory=list)
    situations: list[Situation] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)
    told: list[tuple[str, list[str]]] = field(default_factory=list)
    """What facts are about, and their sentences."""
    wishes: list[str] = field(default_factory=list)
    strengths: list[str] = field(default_factory=list)
    supports: list[str] = field(default_factory=list)
    rest: dict[str, object] = field(default_factory=dict)
    """As published, what no part of a profile holds."""


def theory_of(said: dict[str, object], teller: Teller) -> Theory:
    """What the schools said, by published key, as parts of a profile."""
    theory = Theory()
    for key, value in said.items():
        if not _PARTS.get(key, _kept)(theory, value, teller):
            theory.rest[key] = value
    return theory


def _beliefs(theory: Theory, value: object, teller: Teller) -> bool:
    """Core beliefs; a value that is no list of texts is kept."""
    texts = _texts(value)
    for text in texts:
        belief = _line(text, teller)
        if belief:
            number = len(theory.beliefs) + 1
            theory.beliefs.append(
                CoreBelief(id=f"belief-{number}", belief=belief, strength=BELIEF_STRENGTH)
            )
    return bool(texts)


def _situations(theory: Theory, value: object, teller: Teller) -> bool:
    """Situations; the assumption behind each has no field of its own and is kept."""
    assumptions: list[str] = []
    lacking: list[object] = []
    for each in _objects(value):
        event, thought = _line(each.get("event"), teller), _thought(each, teller)
        if not event or not thought:
            lacking.append(each)
            continue
        theory.situations.append(
            Situation(
                id=f"situation-{len(theory.situations) + 1}",
                situation=event,
                automatic_thought=thought,
                emotion="",
                behaviour=_line(each.get("compensatory_strategies"), teller),
            )
        )
        assumptions.append(str(each.get("conditional_assumptions") or ""))
    if lacking:
        theory.rest["special_situations"] = lacking
    if any(assumptions):
        theory.rest["conditional_assumptions"] = assumptions
    return bool(theory.situations or lacking)


def _thought(each: dict[str, object], teller: Teller) -> str:
    """A thought is in the client's own words already."""
    said = str(each.get("automatic_thoughts") or "").strip()
    return said if said and in_language(said, teller.language) else ""


def _behaviours(theory: Theory, value: object, teller: Teller) -> bool:
    found = _objects(value)
    for each in found:
        behaviour = _line(each.get("behavior"), teller)
        if not behaviour:
            continue
        theory.patterns.append(
            Pattern(
                trigger=_joined(each.get("antecedent"), teller),
                interpretation=_line(each.get("core_reason"), teller),
                defence=behaviour,
                response=_line(each.get("consequence"), teller),
            )
        )
        theory.told.append((_HEAD[teller.language]["behaviour"], [behaviour]))
    return bool(found)


def _responses(theory: Theory, value: object, teller: Teller) -> bool:
    found = _objects(value)
    for each in found:
        theory.patterns.append(
            Pattern(
                trigger=str(each.get("trigger_condition") or ""),
                interpretation=str(each.get("interpretation") or ""),
                defence=str(each.get("defense_mechanism") or ""),
                response=str(each.get("response_instruction") or ""),
            )
        )
    return bool(found)


def _conflict(theory: Theory, value: object, teller: Teller) -> bool:
    """The wish is the client's; fear and defence are a reading of it, and are kept as that."""
    if isinstance(value, dict):
        theory.wishes.extend(teller.tell(str(value.get("wish") or "")))
    return False


def _themes(theory: Theory, value: object, teller: Teller) -> bool:
    for each in _objects(value):
        shown = [line for text in _texts(each.get("manifestations")) for line in teller.tell(text)]
        if shown:
            theory.told.append((str(each.get("theme") or each.get("mode") or "?"), shown))
    return False


def _exceptions(theory: Theory, value: object, teller: Teller) -> bool:
    for each in _objects(value):
        theory.strengths.extend(teller.tell(str(each.get("unique_outcome") or "")))
    return False


def _forces(theory: Theory, value: object, teller: Teller) -> bool:
    if isinstance(value, dict):
        for text in _texts(value.get("positive_force")):
            if _SUPPORT.search(text):
                theory.supports.extend(teller.aim(text))
            else:
                theory.strengths.extend(teller.tell(text))
    return False


def _kept(theory: Theory, value: object, teller: Teller) -> bool:
    return False


_PARTS = {
    "core_beliefs": _beliefs,
    "special_situations": _situations,
    "target_behavior": _behaviours,
    "core_conflict": _conflict,
    "behavioral_response_patterns": _responses,
    "existentialism_topic": _themes,
    "contact_model": _themes,
    "exception_events": _exceptions,
    "force_field": _forces,
}
"""What each published key becomes; a part answers whether nothing of it need be kept as it was."""

_HEAD = {"zh": {"behaviour": "做法"}, "en": {"behaviour": "what is done"}}


def _line(value: object, teller: Teller) -> str:
    """A text turned to the first person, on one line; empty where there is none to use."""
    text = str(value or "").strip()
    if not text or not in_language(text, teller.language):
        return ""
    return teller.joined(teller.feel(text))


def _joined(value: object, teller: Teller) -> str:
    between = "；" if teller.language == "zh" else "; "
    return between.join(_texts(value))


def _texts(value: object) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [each.strip() for each in found if isinstance(each, str) and each.strip()]


def _objects(value: object) -> list[dict[str, object]]:
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, dict)]
