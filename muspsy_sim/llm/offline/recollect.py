"""The offline client's memory of a session: two to four sentences, first person, on what was said.

It keeps something of its own, something of the counselor's, and what was agreed; all from the
dialogue of the view.
"""

from __future__ import annotations

from random import Random

from muspsy_sim.llm.offline.client_material import ClientMaterial, client_material, pattern
from muspsy_sim.llm.offline.heard import hear
from muspsy_sim.llm.offline.wording import ended, in_language, sentences, size
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import ReflectView

_KEPT = {"en": (5, 24), "zh": (7, 40)}
_WORTH = ("reflection", "empathy", "affirm", "repair", "dismiss", "advice", "inform", "other")


def recollection(view: ReflectView, rng: Random) -> str:
    """The memory's text."""
    material = client_material(view.language)
    parts = [_told(view, rng, material), _heard(view, rng, material), _agreed(view, rng, material)]
    parts.append(_mood(view, rng, material))
    whole = [p for p in parts if p][:4]
    if len(whole) < 2:
        whole += rng.sample(material.pools["reflect_plain"].any, 2 - len(whole))
    return (" " if view.language == "en" else "").join(whole)


def _fitting(text: str, language: Language) -> list[str]:
    fewest, most = _KEPT[language]
    return [s for s in sentences(text) if fewest <= size(s) <= most and in_language(s, language)]


def _frame(rng: Random, material: ClientMaterial, name: str, words: str) -> str:
    """A frame with the words as they were said, in quotation marks."""
    kept = words.strip().strip('"“”')
    return rng.choice(material.frames[name]).replace("{x}", ended(kept, material.language))


def _told(view: ReflectView, rng: Random, material: ClientMaterial) -> str | None:
    mine = [
        s
        for line in view.dialogue
        if line.speaker == "client"
        for s in _fitting(line.text, view.language)
    ]
    if not mine:
        return None
    mine.sort(key=size, reverse=True)
    return _frame(rng, material, "kept_mine", rng.choice(mine[: max(1, min(3, len(mine)))]))


def _heard(view: ReflectView, rng: Random, material: ClientMaterial) -> str | None:
    by_kind: dict[str, list[str]] = {}
    for line in view.dialogue:
        if line.speaker != "counselor":
            continue
        for s in _fitting(line.text, view.language):
            if not s.rstrip('”"').endswith(("?", "？")):
                by_kind.setdefault(hear(s, view.language).kind, []).append(s)
    for kind in _WORTH:
        if kind in by_kind:
            frame = {"dismiss": "kept_bad", "advice": "kept_advice"}.get(kind, "kept_theirs")
            return _frame(rng, material, frame, rng.choice(by_kind[kind]))
    return None


def _agreed(view: ReflectView, rng: Random, material: ClientMaterial) -> str | None:
    work = view.homework
    if work is None or work.outcome != "set":
        return None
    for named in material.homework:
        if pattern(named.cue).search(work.text):
            text = rng.choice(material.frames["kept_task"]).replace("{x}", named.name)
            return text[0].upper() + text[1:]
    return None


def _mood(view: ReflectView, rng: Random, material: ClientMaterial) -> str:
    pool = "reflect_warm" if view.stance.trust in ("open", "trusting") else "reflect_wary"
    return rng.choice(material.pools[pool].lines("plain"))
