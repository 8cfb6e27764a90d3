"""The persona's habitual words, glued on where they can stand, and not in every turn."""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.client.draft import Draft
from muspsy_sim.llm.offline.client.material import pattern
from muspsy_sim.llm.offline.client.scene import Scene
from muspsy_sim.llm.offline.client.tongue import generic
from muspsy_sim.llm.offline.client.wording import (
    after_comma,
    bare,
    in_language,
    sentences,
    size,
)

_SHARE = 0.3
_MARKS = " ,.，。…?？!！、"
_CLAUSE = re.compile(r"(?:I|It|That|There|We|My|They|She|He|The|You|This|Our|Some|When)\b")
_INWARD = frozenset({"emotion", "thought", "belief", "situation"})
"""Roles of own words that a habitual word would make light of."""
_UNFILLED = frozenset({"close", "walk_out", "greet", "hurt", "minimal"})


def with_filler(scene: Scene, draft: Draft) -> list[str]:
    """The draft's parts, one of them with a habitual word; unchanged in most turns."""
    parts = draft.parts
    if scene.language == "zh" and scene.heard.kind == "risk":
        return parts
    if scene.view.stance.move in _UNFILLED or scene.rng.random() > _SHARE:
        return parts
    words = _fillers(scene)
    around = " ".join([*scene.mine[-2:], *parts]).lower()
    if not words or any(w.lower() in around for w in words):
        return parts
    at = max(range(len(parts)), key=lambda n: size(parts[n]))
    if scene.language == "en" and not _takes_one(scene, parts[at]):
        return parts
    glued = _glued(scene, parts[at], scene.rng.choice(words))
    return [*parts[:at], glued, *parts[at + 1 :]]


def _takes_one(scene: Scene, part: str) -> bool:
    """Whether an English part is a plain statement of the client's own.

    No line of the general stock, whose tone is another, and no feeling or thought: nobody feels a
    drop by the book, or a fear as a matter of record.
    """
    said = bare(part)
    if any(bare(s) in generic(scene.language) for s in sentences(part)) or '"' in part:
        return False
    return not any(p.role in _INWARD and p.key in said for p in scene.pieces)


def _fillers(scene: Scene) -> list[str]:
    found = (f.strip(_MARKS) for f in scene.view.fillers if in_language(f, scene.language))
    return [f for f in found if f and f.lower() not in scene.material.fillers_never]


def _fits(scene: Scene, body: str, word: str) -> bool:
    """Whether a habitual word has its place before such a sentence: not before another opener."""
    material = scene.material
    if material.openers and pattern(*material.openers).match(body):
        return False
    where = material.fillers_where.get(word)
    return where is None or bool(pattern(where).search(body))


def _heads(scene: Scene) -> tuple[str, ...]:
    """How parts begin that are tied to what stands before them already."""
    frames = scene.material.frames
    names = ("against", "behind", "behind_well")
    return tuple(f.partition("{x}")[0] for name in names for f in frames.get(name, ()))


def _glued(scene: Scene, body: str, word: str) -> str:
    zh = scene.language == "zh"
    if size(body) < 6 or body[0] in "\"“‘'" or scene.agrees(body) or body[-1] in "?？!！":
        return body
    if not zh and not _CLAUSE.match(body):
        return body
    if body.startswith(_heads(scene)):
        return body
    if not _fits(scene, body, word):
        return body
    if word.lower() in scene.material.fillers_last:
        if body[-1] not in ".。" or len(sentences(body)) > 1 or "," in body or "，" in body:
            return body
        return f"{body[:-1]}{'，' if zh else ', '}{word}{'。' if zh else '.'}"
    rest = after_comma(body)
    first = sentences(body)[0]
    if rest is None or size(first) < 4:
        return body
    return f"{word[0].upper()}{word[1:]}{'，' if zh else ', '}{rest}"
