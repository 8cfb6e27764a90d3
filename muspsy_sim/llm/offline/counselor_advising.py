"""The counselor who pours advice: one to three pieces in every turn, kindly, and asked by nobody.

What the client says is heard for its theme alone. Doubt is met with reasons and more advice, and
what recall brings is homework to be checked.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.counselor_frame import choose_homework
from muspsy_sim.llm.offline.counselor_own_sayings import with_own_voice
from muspsy_sim.llm.offline.counselor_safety import CRITICAL
from muspsy_sim.llm.offline.counselor_scene import (
    Scene,
    kept_homework,
    kept_quotes,
    set_homework,
    when,
)
from muspsy_sim.llm.offline.listening import Heard, hear
from muspsy_sim.records.answers import CounselorReply

_DOUBTS = ("resist", "deflect", "hesitates", "cannot", "dont_know")


def advising(scene: Scene) -> CounselorReply:
    """The next turn of a counselor who advises."""
    now = with_own_voice(scene, "advice-only")
    heard, voice = now.heard, now.voice
    mine = [line.text for line in now.view.dialogue if line.speaker == "counselor"]
    agreed = set_homework(now.words, mine)
    close = now.left == 0
    bye = "farewell_last" if now.view.last else "farewell"
    if heard is None:
        _open(now)
    elif heard.shows("leaving", "goodbye") and now.view.exchange > 1:
        voice.say(bye if close or now.view.last else "farewell_early", "farewell")
        close = True
    elif heard.shows(*CRITICAL) and voice.say("risk", "risk_resource"):
        if close:
            voice.say(bye)
    elif close:
        _advise(now, heard)
        voice.say("closing")
        if agreed and not now.view.last:
            voice.say("farewell_homework", name=agreed.name)
        voice.say(bye)
    elif now.left <= 2 and now.length >= 4 and agreed is None and not now.view.last:
        _advise(now, heard)
        chosen = choose_homework(now)
        voice.say("homework", name=chosen.name, task=chosen.task)
    else:
        _middle(now, heard)
    if voice.silent:
        voice.say("advise", "spare")
    return CounselorReply(text=voice.text or "…", close=close)


def _open(scene: Scene) -> None:
    view, voice = scene.view, scene.voice
    task = kept_homework(scene.words, view.recalled)
    quotes = [
        kept
        for kept in kept_quotes(view.recalled, view.language)
        if not hear(kept.quote, view.language).shows(*CRITICAL)
    ]
    voice.say("greet_again" if task or quotes else "greet")
    if view.session == 1:
        voice.say("first_frame")
    if quotes and (not task or scene.rng.random() < 0.5):
        kept = quotes[0]
        voice.say("remember_quote", remembered=kept.quote, when=when(scene, kept.session))
    if task and task.quote:
        voice.say("review", name=task.quote)
    elif task:
        voice.say("review_text", task=task.text)
    else:
        voice.say("invite")


def _middle(scene: Scene, heard: Heard) -> None:
    voice, slots = scene.voice, scene.slots()
    reviewed = any(voice.was(f, scene.last_said) for f in ("review", "review_text"))
    if reviewed and heard.shows("not_done"):
        voice.say("not_done", "advise")
    elif reviewed and heard.shows("done", "partly", "better"):
        voice.say("done", "advise")
    elif heard.shows("hurt"):
        voice.say("hurt")
    elif heard.shows("asks_advice"):
        voice.say("asked")
    elif heard.shows("asks_normal"):
        voice.say("normal")
    elif heard.shows(*_DOUBTS):
        voice.say("why")
    elif scene.view.exchange == 2 and not heard.themes:
        voice.say("start")
    elif scene.rng.random() < 0.5:
        voice.say("feel" if heard.feelings else "lead", "lead", **slots)
    _advise(scene, heard)
    if scene.rng.random() < 0.35:
        _advise(scene, heard)
    elif scene.rng.random() < 0.2:
        voice.say("find_out")


def _advise(scene: Scene, heard: Heard) -> None:
    """A piece of advice on what was just said, else on the session's theme, else of any kind."""
    named = [theme for theme in heard.themes if theme != "other"]
    theme = scene.rng.choice(named) if named else scene.theme
    general = not named and scene.rng.random() < 0.5
    first = "advise" if general else f"advise_{theme}"
    scene.voice.say(first, "advise", f"advise_{scene.theme}", "advise_other", **scene.slots())
