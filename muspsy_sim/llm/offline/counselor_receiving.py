"""How the attuned counselor receives a line before it asks anything.

It gives back a thought, a clause, a feeling or a short phrase, meets a secret, a doubt or a closed
door as such, and lets a slight line be slight.
"""

from __future__ import annotations

from collections.abc import Sequence

from muspsy_sim.llm.offline.counselor_safety import CRITICAL
from muspsy_sim.llm.offline.counselor_scene import Scene
from muspsy_sim.llm.offline.listening import Heard

_SLIGHT = 1.2
"""Below this salience a line holds nothing to give back, only something to go on from."""
_NOT_TO_RETURN_TO = (
    "hurt",
    "resist",
    "deflect",
    "minimise",
    "agree",
    "unsure",
    "arrive",
    "goodbye",
    "partly",
    "not_done",
    "asks_advice",
    "asks_normal",
)


def receive(scene: Scene, heard: Heard) -> bool:
    """Answer the client's last words without a question; whether something was said."""
    voice, slots = scene.voice, scene.slots()
    if heard.minimal:
        return voice.say("unhurried", "reflect_phrase", **slots)
    if heard.shows("secret") or (heard.shows("telling") and _hurts(heard)):
        return voice.say("receive_secret", **slots) and (_reflect(scene, heard) or True)
    if heard.shows("resist", "deflect"):
        return voice.say("roll" if heard.shows("resist") else "step_back", "autonomy", **slots)
    if heard.shows("warm"):
        return voice.say("receive_warm", "acknowledge", **slots)
    if heard.shows("relief"):
        return voice.say("receive_relief", "acknowledge", **slots)
    if heard.thought and voice.say("reflect_thought", quote=heard.thought):
        return True
    sore = any(not f.good for f in heard.feelings)
    if heard.shows("better") and not sore and voice.say("affirm_better", **slots):
        return True
    if heard.shows("minimise") and not heard.feelings:
        return voice.say("meet_small", "autonomy", **slots)
    if heard.question:
        return voice.say("answer_question", "acknowledge", **slots)
    if scene.view.exchange == 2 and not weighty(heard):
        return voice.say("welcome_doubt" if heard.shows("unsure") else "arrive", "acknowledge")
    return _reflect(scene, heard)


def _hurts(heard: Heard) -> bool:
    """Whether there is pain in a line."""
    return any(not f.good for f in heard.feelings) or heard.shows("self_critical", *CRITICAL)


def weighty(heard: Heard) -> bool:
    """Whether a first line brings something, rather than a greeting."""
    if heard.shows("self_critical", "secret") or heard.feelings:
        return True
    return bool(heard.themes) and not heard.shows("arrive", "unsure")


def _reflect(scene: Scene, heard: Heard) -> bool:
    """Give back the clause, the feeling or the phrase; a feeling that was not named is offered."""
    voice, slots = scene.voice, scene.slots()
    if heard.salience < _SLIGHT:
        given = bool(slots["clause"]) and scene.rng.random() < 0.5
        return (given and voice.say("reflect_clause", **slots)) or voice.say("acknowledge")
    ways = ["reflect_clause", "reflect_phrase"]
    if scene.rng.random() < 0.3:
        ways.reverse()
    if heard.feelings:
        good = heard.feelings[-1].good
        if not good and scene.rng.random() < 0.5:
            ways.insert(0, "reflect_burden")
        ways.insert(scene.rng.randrange(2), "reflect_good" if good else "reflect_feeling")
    filled = {"reflect_phrase": "quote", "reflect_feeling": "feel", "reflect_good": "feel"}
    ways = [w for w in ways if slots[filled.get(w, "clause")]]
    if slots["topic"] and (heard.feelings or heard.shows("self_critical", "cannot", "should")):
        ways.append("reflect_topic")
    return voice.say(*ways, "acknowledge", **slots)


def worth_returning(lines: Sequence[Heard]) -> list[Heard]:
    """The lines with a phrase that can be quoted later, without strains and courtesies."""
    return [h for h in lines if h.phrase and not h.minimal and not h.shows(*_NOT_TO_RETURN_TO)]
