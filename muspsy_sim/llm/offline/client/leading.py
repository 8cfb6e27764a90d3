"""What goes before a fact, so that it is heard as an answer to what the counselor just said.

A person who tells something answers first, or says why the answer needs it; who brings it up at the
hour's end says that it is late. Hard things take a breath before them.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.client.choosing import LOOSE
from muspsy_sim.llm.offline.client.draft import Draft
from muspsy_sim.llm.offline.client.homework import report
from muspsy_sim.llm.offline.client.material import pattern
from muspsy_sim.llm.offline.client.scene import Scene
from muspsy_sim.llm.offline.client.wording import (
    content,
    joined,
    sentences,
    size,
    without_quotes,
)
from muspsy_sim.records.views import UnlockedFact

_BREATH = 0.6
"""Of the facts that are hard to tell, those with a breath before them."""
_LED_IN = {"en": 0.6, "zh": 0.97}
"""Of the facts that come otherwise, those that are led in. In Chinese, where no pronoun or tense
ties a fact to the question, hardly any stands without a word before it."""
_ANSWERED = {"en": 0.6, "zh": 0.9}
"""Of the facts told behind another question, those before which that is answered."""
_INWARD = frozenset(
    {"feeling", "thought", "living", "wants", "taken", "whose", "meaning", "need", "body", "here"}
    | {"hardest", "matter", "link", "cost", "why"}
)
"""Kinds that ask for what goes on inside: an outward fact is told to them as the easier thing."""
_EASIER = 0.6
_EARLY = 2
"""Sessions in which an English client says that the outside is easier told than the inside."""
_SHORT = {"en": 9, "zh": 15}
"""Words (Chinese: characters) of an answer before a fact."""
_FIRST = frozenset({"first", "choose", "agenda", "week"})
"""Kinds of question that let the client begin where it likes."""
_LATE = frozenset({"closing", "takeaway", "compared", "task"})
"""Kinds of line that belong to the hour's end."""
_OUTCOME = {"en": (16, 1, 1), "zh": (26, 1, 1)}
"""Room for what came of the homework, where a fact comes right behind it."""
_ASKED_BACK = frozenset({"closing", "chat", "risk", "scaling", "confidence", "greeting"})
"""Kinds whose generic answers need more than a few words, or a number."""


def lead(scene: Scene, fact: UnlockedFact, draft: Draft) -> str | None:
    """The words before a fact, or `None` where it answers by itself."""
    kind = scene.heard.kind
    room = draft.sentences_most > 1 and size(fact.text) < draft.most
    asked_for = _answers_by_itself(scene, fact)
    if not scene.mine:
        return None
    if kind in _LATE and fact.guarded:
        return scene.first_line("bridge_late", "lead_tell", most=12)
    if asked_for or kind == "more":
        hard = fact.guarded and scene.rng.random() < _BREATH
        return scene.line("lead_tell", 12) if hard else None
    if kind in _FIRST:
        return scene.line("lead_tell" if fact.guarded else "bridge_first", 12)
    early = scene.language == "zh" or scene.view.session <= _EARLY
    if kind in _INWARD and not fact.guarded and early and scene.rng.random() < _EASIER:
        return scene.first_line("bridge_easier", "bridge_ask", most=16)
    answer = _answer(scene) if room else None
    parts = [part for part in (answer, _link(scene, fact, answer is not None)) if part]
    return joined(parts, scene.language) or None


def _answers_by_itself(scene: Scene, fact: UnlockedFact) -> bool:
    """Whether a fact touches on the words of the question, or is of the kind that it asks for."""
    cues = scene.material.about.get(scene.heard.kind)
    of_its_kind = scene.heard.question and cues and pattern(*cues).search(fact.text)
    return bool(of_its_kind or _asked_about(scene) & content(f"{fact.topic} {fact.text}"))


def _asked_about(scene: Scene) -> frozenset[str]:
    """What the question itself is about; what is said before it gives back what is known."""
    said = scene.heard.said
    return content(sentences(without_quotes(said))[-1]) if scene.heard.question else content(said)


def _answer(scene: Scene) -> str | None:
    """A few words that answer a definite question, in a share of the turns that were asked one."""
    kind = scene.heard.kind
    if kind == "homework":
        said = Draft(*_OUTCOME[scene.language])
        report(scene, said)
        return said.parts[0] if said.parts else None
    if kind == "task":
        # To tell something instead is not to promise anything.
        return scene.line("consider", _SHORT[scene.language])
    definite = (scene.heard.question or kind in _LATE) and kind not in (*LOOSE, *_ASKED_BACK)
    share = _ANSWERED[scene.language]
    if not definite or (kind not in _LATE and scene.rng.random() >= share):
        return None
    return scene.first_line(f"on_{kind}", most=_SHORT[scene.language])


def _proposed(scene: Scene) -> bool:
    """Whether Chinese was asked for a yes to a task, which no roundabout answer answers."""
    return scene.language == "zh" and scene.heard.kind == "task"


def _link(scene: Scene, fact: UnlockedFact, answered: bool) -> str | None:
    """Why this comes now: the question needs it, or what was said has another side."""
    if fact.guarded and scene.rng.random() < _BREATH:
        return scene.line("lead_tell", 12)
    if scene.rng.random() >= _LED_IN[scene.language]:
        return None
    if scene.heard.question and not answered and not _proposed(scene):
        return scene.line("bridge_ask", 16)
    return scene.line("bridge_said" if fact.guarded else "lead_aside", 12)
