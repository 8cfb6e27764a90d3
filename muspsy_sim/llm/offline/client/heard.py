"""What the offline client hears in the counselor's last line: what it asks for, or does.

Cues are in the client's material; this module only says in which order they are tried. The result
is one kind, whether it was a question, and what the line was about.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from muspsy_sim.llm.offline.client.material import ClientMaterial, client_material, pattern
from muspsy_sim.llm.offline.client.wording import content, sentences, without_quotes
from muspsy_sim.records.base import Language

_MAY_BE_CLOSED = frozenset({"feeling", "thought", "body", "symptom", "behaviour", "when", "why"})
"""Kinds that ask for a yes or a no where the question is put that way."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A counselor's line as the client takes it.

    `kind` is a key of the material's `anywhere`, `asked` or `stated`, or one of `silence`, `yesno`,
    `open`, `other`. `said` is the whole line; `besides` is what the sentences before a question do,
    a key of `stated` or empty.
    """

    kind: str
    question: bool
    said: str
    topic: frozenset[str]
    feeling: str | None
    besides: str = ""


@lru_cache(maxsize=4096)
def hear(line: str, language: Language) -> Heard:
    """Read one counselor line. An empty line is `silence`.

    Cues are sought outside quotation marks: what the counselor quotes is the client's own. In
    Chinese 您 is read as 你.
    """
    material = client_material(language)
    line = line if language == "en" else line.replace("您", "你")
    if not line.strip(" .…。，,"):
        return Heard("silence", False, line, frozenset(), None)
    feeling, topic = _named_feeling(line, material), content(line)
    outside = without_quotes(line)
    for kind, cues in material.anywhere.items():
        if pattern(*cues).search(outside):
            return Heard(kind, "?" in line or "？" in line, line, topic, feeling)
    asked = [s for s in sentences(outside) if s.rstrip("”\"’'）)").endswith(("?", "？"))]
    if asked:
        kind, question = _asked_for(asked, material)
        besides = _stated(outside.split(question, 1)[0], material)
        return Heard(kind, True, line, topic, feeling, besides)
    return Heard(_stated(outside, material) or "other", False, line, topic, feeling)


def _asked_for(asked: list[str], material: ClientMaterial) -> tuple[str, str]:
    """The kind of a line's question and its words; of two, the last is the one people answer."""
    for text in reversed(asked):
        for kind, cues in material.asked.items():
            if pattern(*cues).search(text):
                closed = kind in _MAY_BE_CLOSED and pattern(*material.closed).search(text)
                return "yesno" if closed else kind, text
    return "yesno" if pattern(*material.closed).search(asked[-1]) else "open", asked[-1]


def _stated(text: str, material: ClientMaterial) -> str:
    """What sentences that ask nothing do; empty where no cue fits."""
    return next((k for k, cues in material.stated.items() if pattern(*cues).search(text)), "")


def _named_feeling(line: str, material: ClientMaterial) -> str | None:
    return next((n.name for n in material.feelings if pattern(n.cue).search(line)), None)
