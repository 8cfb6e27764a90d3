"""The offline client: `client.speak` and `client.reflect` from their views and sentence material.

The stance says what a turn does and how long it is; the counselor's last line says what it must
answer; the persona's own words come first and generic lines fill in. Pure given the view and `rng`.
Own words in another language than the view's are never spoken: such a persona speaks in generic
lines, and a fact in another language stays untold.
"""

from __future__ import annotations

from random import Random

from muspsy_sim.llm.offline.client.moves import turn_for
from muspsy_sim.llm.offline.client.recollect import recollection
from muspsy_sim.llm.offline.client.scene import scene_for
from muspsy_sim.records.answers import MAX_TURN, Reflection, Speech
from muspsy_sim.records.views import ReflectView, SpeakView


def speak(view: SpeakView, rng: Random) -> Speech:
    """The client's next turn: what the stance calls for, in the persona's words."""
    text, told = turn_for(scene_for(view, rng))
    return Speech(
        text=text[:MAX_TURN],
        told=[t for t in told if t.quote in text[:MAX_TURN]],
        leaves=view.stance.move in ("close", "walk_out"),
    )


def reflect(view: ReflectView, rng: Random) -> Reflection:
    """What stays with the client after a session, first person, two to four sentences."""
    return Reflection(text=recollection(view, rng))
