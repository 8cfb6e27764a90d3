"""Sentences of a manner that has files of its own, `{language}-{manner}.yaml` beside the others.

Such a manner listens with the same ears as the others and has a voice of its own.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from muspsy_sim.llm.offline.counselor_material import Frame, Sentences, frame
from muspsy_sim.llm.offline.counselor_scene import Scene
from muspsy_sim.llm.offline.counselor_voice import Voice
from muspsy_sim.records.base import Id, Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict


class MannerSayings(Record):
    """The sentences of one manner in one language, by what they do."""

    language: Language
    manner: Id
    sentences: Sentences


@cache
def own_sayings(manner: str, language: Language) -> dict[str, tuple[Frame, ...]]:
    """A manner's sentences, read once. Raises `ContentError` naming file, line and field."""
    path = content_path("agents", "counselor", "offline", f"{language}-{manner}.yaml")
    read = load_strict(path, MannerSayings)
    return {function: tuple(map(frame, group)) for function, group in read.sentences.items()}


def with_own_voice(scene: Scene, manner: str) -> Scene:
    """The same moment, to be spoken to in this manner's voice."""
    language = scene.view.language
    mine = [line.text for line in scene.view.dialogue if line.speaker == "counselor"]
    return replace(scene, voice=Voice(language, own_sayings(manner, language), mine, scene.rng))
