"""What the offline client hears in the counselor's last line: what it asks for, or does.

Cues are in the client's material; this module only says in which order they are tried. The result
is one kind, whether it was a question, and what the line was about.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from muspsy_sim.llm.offline.client_material import ClientMaterial, client_material, pattern
from muspsy_sim.llm.offline.wording import content, sentences
from muspsy_sim.records.base import Language


_MAY_BE_CLOSED = frozenset({"feeling", "thought", "body", "symptom", "behaviour", "when", "why"})
"""Kinds that ask for a yes or a no where the question is put that way."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A counselor's line as the client takes it.

    `kind` is a key of the material's `first`, `asked` or `stated`, or one of `silence`, `yesno`,
    `open`, `other`. `said` is the part of the line that `kind` was read from.
    """

    kind: str
    question: bool
    said: str
    topic: frozenset[str]
    feeling: str | None


@lru_cache(maxsize=4096)
def hear(line: str, language: Language) -> Heard:
    """Read one counselor line. An empty line is `silence`."""
    material = client_material(language)
    feeling = _named_feeling(line, material)
    if not line.strip(" .…。，,"):
        return Heard("silence", False, line, frozenset(), None)
    for kind, cues in material.first.items():
        if pattern(*cues).search(line):
            return Heard(kind, "?" in line or "？" in line, line, content(line), feeling)
    asked = [s for s in sentences(line) if s.rstrip("”\"’'）)").endswith(("?", "？"))]
    if asked:
        return _question(asked, line, material, feeling)
    kind = next((k for k, cues in material.stated.items() if pattern(*cues).search(line)), "other")
    return Heard(kind, False, line, content(line), feeling)


def _question(asked: list[str], line: str, material: ClientMaterial, feeling: str | None) -> Heard:
    """A line may ask twice; the last question is the one that people answer."""
    for text in reversed(asked):
        for kind, cues in material.asked.items():
            if pattern(*cues).search(text):
                if kind in _MAY_BE_CLOSED and pattern(*material.closed).search(text):
                    kind = "yesno"
                return Heard(kind, True, text, content(line), feeling)
    kind = "yesno" if pattern(*material.closed).search(asked[-1]) else "open"
    return Heard(kind, True, asked[-1], content(line), feeling)


def _named_feeling(line: str, material: ClientMaterial) -> str | None:
    for named in material.feelings:
        if pattern(named.cue).search(line):
            return named.name
    return None
