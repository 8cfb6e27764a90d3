"""All that a client could come to say, with the place in the profile that it stands at.

Checks, and whoever wants to know how much a persona has to say, walk these and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

from muspsy_sim.records.profile import Profile

Spoken = tuple[str, str]
"""The place of a sentence in the profile (`facts[2].hint`), and the sentence."""


def spoken(profile: Profile) -> Iterator[Spoken]:
    """Every sentence of `profile` that its client may say, in the order of the file."""
    for moment, lines in profile.temperament.voice.lines.items():
        yield from _each(f"temperament.voice.lines.{moment}", lines)
    yield "presenting_problem", profile.presenting_problem
    yield "history", profile.history
    yield from _formulation(profile)
    yield from _facts(profile)
    for name in ("strengths", "supports", "goals"):
        yield from _each(name, getattr(profile, name))
    yield "risk.words", profile.risk.words
    yield from _each("risk.protective", profile.risk.protective)
    yield from _each("life_events", [event.text for event in profile.life_events])
    yield from _arc(profile)


def sentences(profile: Profile) -> set[str]:
    """The distinct sentences of `profile` that its client may say."""
    return {text.strip() for _, text in spoken(profile) if text.strip()}


def _formulation(profile: Profile) -> Iterator[Spoken]:
    formulation = profile.formulation
    yield from _each("formulation.core_beliefs", [b.belief for b in formulation.core_beliefs])
    for number, situation in enumerate(formulation.situations):
        for name in ("situation", "automatic_thought", "emotion", "behaviour"):
            yield f"formulation.situations[{number}].{name}", getattr(situation, name)
    for number, pattern in enumerate(formulation.patterns):
        for name in ("trigger", "interpretation", "defence", "response"):
            yield f"formulation.patterns[{number}].{name}", getattr(pattern, name)


def _facts(profile: Profile) -> Iterator[Spoken]:
    for number, fact in enumerate(profile.facts):
        yield f"facts[{number}].text", fact.text
        yield from _each(f"facts[{number}].details", fact.details)
        yield f"facts[{number}].hint", fact.hint


def _arc(profile: Profile) -> Iterator[Spoken]:
    # `method` is the counselor's, and no client says it.
    for number, session in enumerate(profile.arc):
        for name in ("life_events", "emotional_state", "cognitive_state", "goal"):
            yield f"arc[{number}].{name}", getattr(session, name)


def _each(place: str, texts: list[str]) -> Iterator[Spoken]:
    for number, text in enumerate(texts):
        yield f"{place}[{number}]", text
