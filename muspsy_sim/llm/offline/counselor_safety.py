"""Danger comes first: ask plainly, bring in people, then help from elsewhere.

Where nobody spoke of it, a counselor who hears no hope asks once, unprompted.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.counselor_scene import Scene
from muspsy_sim.llm.offline.listening import Heard

CRITICAL = ("risk_active", "risk_passive")
_DARK_THEMES = ("grief", "mood")


def risk(scene: Scene, heard: Heard) -> bool:
    """Ask about danger, then bring in people, then help from elsewhere; whether there was need."""
    voice, slots = scene.voice, scene.slots()
    danger = any(line.shows(*CRITICAL) for line in scene.everything())
    active = any(
        line.shows("risk_active") and not line.shows("risk_denied") for line in scene.everything()
    )
    if not danger:
        asked = any(voice.was(f, scene.last_said) for f in ("remember_risk", "risk_screen"))
        if asked:
            open_ended = heard.shows("deflect", "resist", "minimise") or heard.question
            voice.say("risk_open" if open_ended else "risk_relief", **slots)
            voice.say("agenda_open" if scene.progress < 0.4 else "ask_wish", **slots)
        return asked
    if not voice.has_said("risk_probe"):
        voice.say("risk_receive", **slots)
        voice.say("risk_probe", **slots)
    elif voice.was("risk_probe", scene.last_said):
        if heard.shows("risk_denied"):
            voice.say("risk_relief", **slots)
        else:
            voice.say("risk_thanks", **slots)
        if active:
            voice.say("risk_refer")
        voice.say("risk_people", **slots)
    elif active and not voice.has_said("risk_refer"):
        voice.say("risk_thanks", **slots)
        voice.say("risk_refer")
        voice.say("risk_people", "ask_people", **slots)
    elif voice.was("risk_people", scene.last_said):
        voice.say("risk_agree", **slots)
        if not voice.has_said("risk_refer", "risk_resource"):
            voice.say("risk_resource")
        voice.say("risk_return", **slots)
    else:
        return False
    if scene.left == 0:
        if not voice.has_said("risk_refer", "risk_resource"):
            voice.say("risk_refer" if active else "risk_resource")
        voice.say("farewell")
    return True


def screen_due(scene: Scene) -> bool:
    """Whether to ask about thoughts of not living though nobody spoke of them.

    Asked once in the middle of a session in which hope is low, or the theme is grief or low mood;
    with memory in every third session, since the note holds the answer.
    """
    session = scene.view.session
    if scene.voice.has_said("risk_screen", "risk_probe") or not 0.3 <= scene.progress <= 0.75:
        return False
    if session is not None and session % 3 != 1:
        return False
    hopeless = any(line.shows("hopeless") for line in scene.everything())
    return hopeless or (scene.progress >= 0.5 and scene.theme in _DARK_THEMES)
