"""A profile in another language, by a model; no rule can translate a client's words.

Every text that the profile shows or could speak goes through `annotator.translate` in parts, and
comes back under its key, in the language asked for, or the whole is refused: half a translation
would be a client who changes language. Ids, numbers and the source case stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from muspsy_sim.llm.seam import Model
from muspsy_sim.personas.annotating import Annotator, annotator
from muspsy_sim.personas.prompts import TRANSLATE
from muspsy_sim.personas.wording import in_language
from muspsy_sim.records.base import Language
from muspsy_sim.records.errors import ModelSetupError, ProfileError
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.views import TranslateView

PART = 40
"""Texts in one call: few enough that an answer is not cut off."""

_CUES = " | "
"""What the cues of one fact are joined by, so that they are translated side by side."""
_AS_THEY_ARE = frozenset(
    {"schema_version", "id", "source_case", "language", "licence", "provenance", "extra"}
    | {"defaulted", "assumed", "ideation", "resistance_style", "stage_of_change"}
)
_TOPIC = "topic"
"""At the top it is a word of a closed list; in a fact it is text."""


def language_named(text: str) -> Language:
    """The language that a user named. Raises `ProfileError` that names those there are."""
    for known in get_args(Language):
        if text == known:
            language: Language = known
            return language
    raise ProfileError(
        f"{text!r} is no language of this project",
        field="language",
        hint=f"use one of {', '.join(get_args(Language))}",
    )


async def translated(profile: Profile, language: Language, model: str | Model) -> Profile:
    """`profile` in `language`, with the id `ID.LANGUAGE`; `extra.translated` says by whom.

    Raises:
        ModelSetupError: the model cannot be reached or opened, its answer lacks a text or holds one
            in another language, or it is `offline`, which cannot translate.
    """
    texts = dict(texts_of(profile))
    keys = list(texts)
    done: dict[str, str] = {}
    async with annotator(model, profile.source_case) as ask:
        for part, start in enumerate(range(0, len(keys), PART)):
            wanted = {key: texts[key] for key in keys[start : start + PART]}
            done |= await _part(ask, profile, language, wanted, part)
        by = ask.name
    value = profile.model_dump(mode="json")
    for key, text in done.items():
        _put(value, key, text)
    value["id"] = f"{profile.id}.{language}"
    value["language"] = language
    value["provenance"] = f"{profile.provenance}; translated from {profile.language!r} by {by}"
    value["extra"]["translated"] = {"from": profile.language, "by": by}
    return Profile.model_validate(value)


def texts_of(profile: Profile) -> Iterator[tuple[str, str]]:
    """Each text that is translated, by its place in the profile; a fact's cues are one text."""
    for name, value in profile.model_dump(mode="json").items():
        if name not in _AS_THEY_ARE and name != _TOPIC:
            yield from _texts(name, value)


def _texts(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if value.strip():
            yield place, value
    elif isinstance(value, list) and place.endswith("cues"):
        if value:
            yield place, _CUES.join(map(str, value))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(f"{place}.{number}", each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in _AS_THEY_ARE:
                yield from _texts(f"{place}.{name}", each)


async def _part(
    ask: Annotator, profile: Profile, language: Language, wanted: dict[str, str], part: int
) -> dict[str, str]:
    view = TranslateView(
        source=profile.language,
        language=language,
        voice_style=profile.temperament.voice.style,
        texts=wanted,
    )
    answer = await ask(TRANSLATE, view, part=part)
    found = {each.key: each.text.strip() for each in answer.texts if each.key in wanted}
    for key in wanted:
        if not found.get(key):
            problem = "has no translation"
        elif not in_language(found[key], language):
            problem = f"is not in {language!r}"
        else:
            continue
        raise ModelSetupError(
            f"{ask.name}: the translation of {key} {problem}",
            hint="try again, or name another model with --model",
        )
    return found


def _put(value: object, key: str, text: str) -> None:
    """Put a text at its place in a dumped profile."""
    *path, last = key.split(".")
    for step in path:
        value = value[int(step)] if isinstance(value, list) else _child(value, step)
    if isinstance(value, list):
        value[int(last)] = text
    elif isinstance(value, dict):
        value[last] = (
            [cue.strip() for cue in text.split("|") if cue.strip()] if (last == "cues") else text
        )


def _child(value: object, name: str) -> object:
    return value[name] if isinstance(value, dict) else None
