"""Invented dialogues that stand in for real ones, with what could find their clients planted in.

Nine attributes a client: name, employer, city, age, telephone, a relation and its name, a date and
a rare event. Each is said by the client, and all but the telephone by the counselor too; some have
a form that rules know, some (employer, event, many places) have none. Seeded: the same seed gives
the same dialogues.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from muspsy_sim.records.base import Language, Speaker
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Utterance

_FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True, slots=True)
class Planted:
    """A dialogue and what is planted in it, in the words that say it."""

    dialogue: Dialogue
    attributes: dict[str, str]


def planted_dialogues(language: Language, count: int, seed: int = 0) -> list[Planted]:
    """So many dialogues of ten exchanges each."""
    return [
        _one(language, number, Random(f"{language} {seed} {number}")) for number in range(count)
    ]


@cache
def _material(language: Language) -> dict[str, Any]:
    import yaml

    read: dict[str, dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return read[language]


def _one(language: Language, number: int, rng: Random) -> Planted:
    material = _material(language)
    words = {slot: rng.choice(texts) for slot, texts in material["words"].items()}
    words["age"] = str(rng.randint(41, 78))
    digits = "".join(str(rng.randint(0, 9)) for _ in range(8))
    words["phone"] = f"139{digits}" if language == "zh" else f"555-{digits[:3]}-{digits[3:7]}"
    slots = {**words, "first": words["name"].split()[0]}
    slots["trouble"], slots["concern"] = rng.choice(material["troubles"])
    talk = material["talk"]
    exchanges = [*talk["first"], *rng.sample(talk["middle"], 6), *talk["last"]]
    speakers: tuple[Speaker, Speaker] = ("counselor", "client")
    turns = [
        Utterance(speaker=speaker, text=text.format_map(slots))
        for asked, said in exchanges
        for speaker, text in zip(speakers, (asked, said), strict=True)
    ]
    dialogue = Dialogue(
        id=f"{language}-{number:03}",
        format="planted",
        language=language,
        sessions=[CorpusSession(number=1, utterances=turns)],
    )
    said = "\n".join(turn.text for turn in turns)
    held = {slot: word for slot, word in words.items() if word in said}
    if language == "en":
        held["first name"] = slots["first"]
    return Planted(dialogue, held)
