"""The counselors without skill: `neutral` keeps the form, `dismissive` makes things smaller.

Both have sentences of their own and use what recall brings only as their manner would: the neutral
one as an entry in a record, the dismissive one in passing.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.counselor_frame import choose_homework
from muspsy_sim.llm.offline.counselor_safety import CRITICAL
from muspsy_sim.llm.offline.counselor_scene import (
    Scene,
    kept_homework,
    kept_quotes,
    set_homework,
    when,
)
from muspsy_sim.llm.offline.listening import Heard
from muspsy_sim.records.answers import CounselorReply

_SHAPES = {
    "neutral": (
        ("note", "form_question"),
        ("note", "inform"),
        ("form_question",),
        ("note_short", "scale_question"),
        ("inform", "form_question"),
        ("note", "scale_question"),
    ),
    "dismissive": (
        ("minimise", "blunt_question"),
        ("compare", "advise"),
        ("cut_in", "change_subject"),
        ("platitude", "advise"),
        ("minimise", "advise"),
        ("faint", "change_subject"),
        ("lecture", "blunt_question"),
        ("faint", "lecture"),
        ("doubt", "blunt_question"),
    ),
}


def cool(scene: Scene) -> CounselorReply:
    """The next turn of a neutral or dismissive counselor."""
    voice, heard, slots = scene.voice, scene.heard, scene.slots()
    mine = [line.text for line in scene.view.dialogue if line.speaker == "counselor"]
    agreed = set_homework(scene.words, mine)
    close = scene.left == 0
    bye = "farewell_last" if scene.view.last else "farewell"
    if heard is None:
        _open(scene)
    elif heard.shows("leaving", "goodbye") and scene.view.exchange > 1:
        voice.say("farewell_last" if scene.view.last else "farewell_early", "farewell")
        close = True
    elif _risk(scene, heard):
        if close:
            voice.say(bye)
    elif close:
        voice.say("closing", **slots)
        if agreed and not scene.view.last:
            voice.say("farewell_homework", name=agreed.name)
        voice.say(bye)
    elif heard.shows("hurt"):
        voice.say("brush_off", **slots)
        voice.say("form_question", "change_subject", **slots)
    elif voice.was("review", scene.last_said):
        if heard.shows("done", "not_done", "partly"):
            voice.say("not_done" if heard.shows("not_done") else "done", **slots)
        voice.say("form_question", "change_subject", **slots)
    elif scene.left == 1 and scene.length >= 4 and agreed is None and not scene.view.last:
        chosen = choose_homework(scene)
        voice.say("homework", name=chosen.name, task=chosen.task)
    else:
        _middle(scene, heard)
    if voice.silent:
        voice.say("spare", **slots)
    return CounselorReply(text=voice.text or "…", close=close)


def _open(scene: Scene) -> None:
    view, voice = scene.view, scene.voice
    task = kept_homework(scene.words, view.recalled)
    quotes = kept_quotes(view.recalled, view.language)
    voice.say("greet")
    if view.session == 1:
        voice.say("first_frame")
    if quotes:
        kept = quotes[0]
        voice.say("remember_quote", remembered=kept.quote, when=when(scene, kept.session))
    if task and task.quote:
        voice.say("review", name=task.quote)
    else:
        voice.say("invite")


def _risk(scene: Scene, heard: Heard) -> bool:
    """Less than a client in danger needs; the neutral one goes by the form."""
    voice = scene.voice
    if not heard.shows(*CRITICAL):
        return False
    return voice.say("risk_probe") or voice.say("risk_resource")


def _middle(scene: Scene, heard: Heard) -> None:
    voice, slots = scene.voice, scene.slots()
    shapes = list(_SHAPES["neutral" if "form_question" in voice.frames else "dismissive"])
    scene.rng.shuffle(shapes)
    if heard.minimal and voice.say("minimal", **slots):
        shapes = shapes[:1]
    for shape in shapes:
        said = [voice.say(function, **slots) for function in shape]
        if any(said):
            return
