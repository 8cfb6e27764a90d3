"""Danger comes first: ask plainly, bring in people, then help from elsewhere.

Where nobody spoke of it, a counselor who hears no hope asks once, unprompted.
"""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.counselor_scene import Scene, homework_owed
from muspsy_sim.llm.offline.listening import Heard

CRITICAL = ("risk_active", "risk_passive")
_DARK_THEMES = ("grief", "mood")
_ASKED = ("remember_risk", "risk_screen", "risk_again", "risk_why")


def risk(scene: Scene, heard: Heard) -> bool:
    """Ask about danger, then bring in people, then help from elsewhere; whether there was need.

    True also where the answer to the question leaves something to be said first; then the turn is
    not yet full (see `safe_now`).
    """
    voice, slots = scene.voice, scene.slots()
    danger = any(line.shows(*CRITICAL) for line in scene.everything())
    active = any(
        line.shows("risk_active") and not line.shows("risk_denied") for line in scene.everything()
    )
    if not danger:
        return _asked_for_nothing(scene, heard)
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
        # A person or a place was named, or nobody was: only the first is an agreement.
        named = bool(heard.topics) or heard.shows("others_said", "agree")
        voice.say("risk_agree" if named else "risk_nobody", **slots)
        if not voice.has_said("risk_refer", *_RESOURCES):
            voice.say(resource(scene))
        voice.say("risk_return", **slots)
    else:
        return False
    if scene.left == 0:
        if not voice.has_said("risk_refer", *_RESOURCES):
            voice.say("risk_refer" if active else resource(scene))
        voice.say("farewell_course" if scene.view.last else "farewell")
    return True


_RESOURCES = ("risk_resource", "risk_resource_last")


def resource(scene: Scene) -> str:
    """The sentence about help from elsewhere: after the last hour there is no next one."""
    return "risk_resource_last" if scene.view.last else "risk_resource"


def offered_help(scene: Scene) -> bool:
    """Whether help from elsewhere was named in this session."""
    return scene.voice.has_said("risk_refer", *_RESOURCES)


def _asked_for_nothing(scene: Scene, heard: Heard) -> bool:
    """The client was asked about danger and named none: a no, a closed door, or another matter."""
    voice, slots = scene.voice, scene.slots()
    if not any(voice.was(f, scene.last_said) for f in _ASKED):
        return False
    if voice.language == "en" and heard.shows("hurt"):
        # To be asked has stung; that is to be mended, and is no answer.
        return False
    if heard.shows("asks_why") and scene.left > 0 and voice.say("risk_why", **slots):
        return True
    if heard.shows("deflect", "resist", "minimise") or heard.question:
        voice.say("risk_open", **slots)
    elif heard.shows("risk_denied") or _says_no(heard):
        voice.say("risk_relief", **slots)
    elif not voice.has_said("risk_again") and voice.say("risk_again", **slots):
        return True
    else:
        voice.say("risk_open", **slots)
    task = homework_owed(scene)
    if scene.left > 1 and task is not None and task.quote:
        voice.say("review_again", name=task.quote)
    elif scene.left > 0:
        voice.say(
            *(("agenda_open", "ask_wish") if scene.progress < 0.4 else ("ask_wish",)), **slots
        )
    return True


_NO = re.compile(r"\b(?:no|not|never)\b|n't\b|[没不]", re.IGNORECASE)


def _says_no(heard: Heard) -> bool:
    return bool(_NO.search(heard.text.replace("’", "'")))


def screen_due(scene: Scene) -> bool:
    """Whether to ask about thoughts of not living though nobody spoke of them.

    Asked once in the middle of a session in which hope is low, or the theme is grief or low mood,
    and not on top of something just told; with memory in every third session, since the note holds
    the answer.
    """
    session = scene.view.session
    if scene.voice.has_said("risk_screen", "risk_probe") or not 0.3 <= scene.progress <= 0.75:
        return False
    if session is not None and session % 3 != 1:
        return False
    now = scene.heard
    if now is not None and now.shows("hopeless"):
        return True
    if now is not None and now.shows("loss", "secret", "telling", "deflect", "resist"):
        return False
    hopeless = any(line.shows("hopeless") for line in scene.everything())
    return hopeless or (scene.progress >= 0.5 and scene.theme in _DARK_THEMES)
