"""The end of a session: what is said to the client's last words, and one goodbye.

What is told with a hand on the door is met and held, nothing new is opened, and a task that was
refused is not handed over all the same.
"""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.counselor_frame import BRIEFLY, SHRINKS, SHUT, YES, sized, stays
from muspsy_sim.llm.offline.counselor_safety import CRITICAL, offered_help, resource
from muspsy_sim.llm.offline.counselor_scene import Scene, set_homework
from muspsy_sim.llm.offline.listening import Heard

_WEIGHTY = 5.0
"""Salience from which last words are too large for a last minute."""
_GOES_ALONG = re.compile(r"\b(?:yes|i'll (?:try|do)|i want to do)\b", re.IGNORECASE)
"""How somebody says in English that it will be done, fear and all."""
_LEFT_BE = ("step_back", "homework_left")
"""Last words after which a task that was refused is not handed over all the same."""


def farewell(scene: Scene, *, early: bool) -> None:
    """One goodbye: what stays, the homework by name, and the door left open."""
    voice, heard = scene.voice, scene.heard
    mine = [line.text for line in scene.view.dialogue if line.speaker == "counselor"]
    agreed = set_homework(scene.words, mine)
    if early and not scene.ends:
        voice.say("farewell_early", "farewell", **scene.slots())
    else:
        if heard and not early:
            last_words(scene, heard)
        voice.say("closing_course" if scene.ends else "closing", **scene.slots())
    left_be = voice.language == "en" and any(voice.was(f, voice.text) for f in _LEFT_BE)
    if agreed and not scene.ends and not left_be:
        voice.say("farewell_homework", name=agreed.name)
    in_danger = any(line.shows(*CRITICAL) for line in scene.everything())
    if in_danger and not offered_help(scene):
        voice.say(resource(scene))
    if scene.ends:
        voice.say("farewell_course" if scene.looks_back else "farewell_last", "farewell_course")
    elif not early:
        voice.say("farewell", **scene.slots())


def last_words(scene: Scene, heard: Heard) -> None:
    """What is said to a client's last words: it is met, and nothing new is opened."""
    voice, slots = scene.voice, scene.slots()
    hold = "hold_over_last" if scene.ends else "hold_over"
    asked_what_stays = any(voice.was(f, scene.last_said) for f in ("ask_takeaway", "ask_keep_on"))
    mine = [line.text for line in scene.view.dialogue if line.speaker == "counselor"]
    offered = set_homework(scene.words, mine[-1:])
    if heard.minimal or heard.shows("goodbye"):
        return
    if scene.view.language == "zh" and voice.was("homework_choice", scene.last_said):
        sized(scene, heard, ask=False)
        return
    if stays(scene, heard):
        return
    english = scene.view.language == "en"
    besides = heard.shows(*SHUT, "aside", "secret", "telling", "loss", *CRITICAL)
    if english and voice.was("homework_choice", scene.last_said) and not besides:
        voice.say("homework_sized")
        return
    beside = english and (
        heard.shows("aside") or (heard.sore and not _GOES_ALONG.search(heard.text))
    )
    if offered and not heard.shows("secret", "telling", "loss") and not beside:
        small = heard.shows(*SHRINKS) or not YES.match(heard.text)
        voice.say("homework_loose" if small else "homework_accept")
    elif heard.shows("secret", "telling", "loss", *CRITICAL):
        voice.say("receive_loss" if heard.shows("loss") else "receive_secret", "receive_secret")
        voice.say(hold)
    elif heard.shows("deflect", "resist") and not heard.shows("asks_advice"):
        voice.say("step_back")
    elif heard.shows("self_critical", "asks_advice", "asks_normal", "hurt") or heard.question:
        voice.say(hold)
    elif heard.sore:
        voice.say("receive_sore_end", "acknowledge_sore")
    elif heard.shows("change"):
        voice.say("receive_wish", "receive_takeaway")
    elif heard.shows("better", "relief", "warm"):
        voice.say("receive_good_end", "receive_takeaway")
    elif (
        asked_what_stays
        and heard.length <= BRIEFLY[scene.view.language]
        and not heard.shows("aside")
    ):
        voice.say("receive_takeaway", **slots)
    elif heard.length > BRIEFLY[scene.view.language]:
        # Something is told with a hand on the door: what weighs is held, the rest is welcome later.
        light = "late_last" if scene.ends else "late"
        voice.say(hold if heard.salience >= _WEIGHTY else light, hold)
    else:
        voice.say("acknowledge", **slots)
