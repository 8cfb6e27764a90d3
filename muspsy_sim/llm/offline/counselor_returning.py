"""Coming back to what weighed in the hour before: it was told late, and was promised more room.

Only where the sentences for it are there (`return_to`); once an hour, when the homework has been
asked about and nothing new hurts.
"""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.counselor_safety import CRITICAL
from muspsy_sim.llm.offline.counselor_scene import Kept, Scene, kept_quotes, when
from muspsy_sim.llm.offline.listening import Heard, hear

_WEIGHS = ("loss", "heavy", "secret", "self_critical", "treated")
"""What makes words worth going back to a week later."""
_TELLS = (
    "aside",
    "telling",
    "treated",
    "habit",
    "night",
    "work_told",
    "deflect",
    "resist",
    "change",
)
"""What is told now, or held back, goes before what was told then."""
_VAGUE = frozenset({"the worrying", "the nights", "the mornings", "the evenings", "home"})
"""Topics that a mere mood names too."""
_LEAST, _MINE = 4, re.compile(r"\b(?:i|i'm|i've|i'd|my|me|we)\b", re.IGNORECASE)
"""Words that a quotation has at least, and whose it must be."""
_FROM, _TO, _LEFT = 3, 6, 3
"""The exchanges in which there is room for it, and how many must be left after."""
_SLIGHT = 1.5
"""Salience below which a line leaves room."""
_SHARE = 0.8


def returned(scene: Scene, heard: Heard) -> bool:
    """Come back to something of the last hour; whether that was the turn."""
    voice, exchange = scene.voice, scene.view.exchange
    if "return_to" not in voice.frames or voice.has_said("return_to", "remember_quote"):
        return False
    before = scene.before[-1] if scene.before else None
    if before and (before.sore or before.shows("telling", "secret")):
        return False
    now = heard.sore or heard.thought or heard.question or heard.shows(*_TELLS)
    if now or heard.salience >= _SLIGHT or not _FROM <= exchange <= _TO or scene.left < _LEFT:
        return False
    kept = weighing(scene)
    if kept is None or scene.rng.random() >= _SHARE:
        return False
    return voice.say("return_to", remembered=kept.quote, when=when(scene, kept.session))


def weighing(scene: Scene) -> Kept | None:
    """The words of the last hour that weigh most and have not been spoken of in this one."""
    language, session = scene.view.language, scene.view.session
    if session is None:
        return None
    said = "\n".join(line.text for line in scene.view.dialogue)
    everything = kept_quotes(scene.view.recalled, language)
    # The last hour that was held: one that was missed does not undo a promise.
    last = max((kept.session for kept in everything), default=0)
    for kept in everything:
        past = hear(kept.quote, language)
        if kept.session == last < session and kept.quote not in said and worth_naming(past):
            return kept
    return None


def worth_naming(past: Heard) -> bool:
    """Whether words may be said back a week later: they weigh, and say about what."""
    if past.length < _LEAST or not _MINE.search(past.text):
        return False
    about = bool(set(past.topics) - _VAGUE)
    hurting = any(not f.good for f in past.feelings) and about
    kept_up = past.shows("habit") and not past.feelings
    return (hurting or kept_up or past.shows(*_WEIGHS)) and not past.shows(*CRITICAL, "mood")
