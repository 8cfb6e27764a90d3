"""The fact that a turn tells: which one, word for word, and what goes before it."""

from __future__ import annotations

from muspsy_sim.llm.offline.client.draft import Draft
from muspsy_sim.llm.offline.client.leading import lead
from muspsy_sim.llm.offline.client.scene import Scene
from muspsy_sim.llm.offline.client.wording import ended, in_language
from muspsy_sim.records.answers import Told
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import UnlockedFact

RISK = "risk"
"""The id under which telling of thoughts of self-harm is claimed."""

Turn = tuple[str, list[Told]]

_STOP: dict[Language, str] = {"en": ".", "zh": "。"}


def fact_to_tell(scene: Scene) -> UnlockedFact | None:
    """The fact that this turn tells; none where its text is in another language than the view."""
    view = scene.view
    fact = next((f for f in view.unlocked if f.id == view.tell), None)
    asked = view.stance.move == "disclose" and view.tell is None
    if fact is None and view.risk_words and (asked or view.tell == RISK):
        fact = UnlockedFact(id=RISK, topic=RISK, text=view.risk_words)
    return fact if fact is not None and in_language(fact.text, view.language) else None


def disclose(scene: Scene, fact: UnlockedFact, draft: Draft) -> Turn:
    """Tell a fact word for word, led in when there is room for it."""
    led = lead(scene, fact, draft)
    # The fact's own words stay as they are, so that the quote is theirs letter for letter.
    told = fact.text.strip()
    closed = (
        told if ended(told, scene.language).endswith(told[-1]) else told + _STOP[scene.language]
    )
    between = " " if scene.language == "en" else ""
    body = f"{ended(led, scene.language)}{between}{closed}" if led else closed
    return body, [Told(fact=fact.id, quote=told)]
