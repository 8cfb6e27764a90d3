"""The counselor who nods: agrees, repeats the client's words and praises, and never works.

It asks nothing, sets nothing and adds nothing. What recall brings it repeats with praise; of danger
it says that it is glad to know, and names a crisis line.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.counselor_own_sayings import with_own_voice
from muspsy_sim.llm.offline.counselor_safety import CRITICAL
from muspsy_sim.llm.offline.counselor_scene import Scene, kept_quotes, when
from muspsy_sim.llm.offline.listening import Heard, hear
from muspsy_sim.records.answers import CounselorReply

_SHAPES = (
    ("agree", "mirror"),
    ("mirror", "praise"),
    ("agree", "praise"),
    ("agree", "side"),
    ("mirror", "side"),
    ("agree", "mirror", "praise"),
    ("mirror", "go_on"),
)
_ASKED = ("asks_advice", "asks_normal")


def nodding(scene: Scene) -> CounselorReply:
    """The next turn of a counselor who nods."""
    now = with_own_voice(scene, "nodding")
    heard, voice = now.heard, now.voice
    close = now.left == 0
    bye = "farewell_last" if now.view.last else "farewell"
    if heard is None:
        _open(now)
    elif heard.shows("leaving", "goodbye") and now.view.exchange > 1:
        voice.say(bye if close or now.view.last else "farewell_early", "farewell")
        close = True
    elif heard.shows(*CRITICAL) and not voice.has_said("risk_resource"):
        voice.say("risk")
        voice.say("risk_resource")
        if close:
            voice.say(bye)
    elif close:
        voice.say("mirror", **now.slots())
        voice.say("closing")
        voice.say(bye)
    else:
        _nod(now, heard)
    if voice.silent:
        voice.say("spare", "agree", "praise")
    return CounselorReply(text=voice.text or "…", close=close)


def _open(scene: Scene) -> None:
    view, voice = scene.view, scene.voice
    quotes = [
        kept
        for kept in kept_quotes(view.recalled, view.language)
        if not hear(kept.quote, view.language).shows(*CRITICAL)
    ]
    if quotes:
        voice.say("greet_again")
        kept = quotes[0]
        voice.say("remember_quote", remembered=kept.quote, when=when(scene, kept.session))
    else:
        voice.say("greet_again" if view.recalled and not view.recalled[0].text else "greet")
    if view.session == 1:
        voice.say("first_frame")
    voice.say("invite")


def _nod(scene: Scene, heard: Heard) -> None:
    """A middle turn: whatever was said is right, and said well."""
    voice, slots = scene.voice, scene.slots()
    if heard.shows("hurt"):
        voice.say("hurt")
        voice.say("praise")
    elif heard.shows("not_done"):
        voice.say("not_done", "agree")
    elif heard.shows("done", "partly") and not heard.shows("resist", "cannot"):
        voice.say("done", "praise")
    elif heard.shows(*_ASKED) or heard.question:
        voice.say("answer", "agree")
        if scene.rng.random() < 0.5:
            voice.say("praise")
    elif heard.minimal:
        voice.say("nod", "agree")
        voice.say("go_on")
    else:
        others = heard.topics or heard.shows("others_said")
        fit = [shape for shape in _SHAPES if others or "side" not in shape]
        said = [voice.say(function, **slots) for function in scene.rng.choice(fit)]
        if not any(said):
            voice.say("nod")
