"""A plain chatbot in the counselor's chair: kind, generic, from the conversation alone.

It sees no plan, no memory and no clock. A client's goodbye is the last line of a session, so that
what is asked for after it may be the next one's first: the answer fits both.
"""

from __future__ import annotations

from random import Random

from muspsy_sim.llm.offline.counselor_material import material
from muspsy_sim.llm.offline.counselor_voice import Voice
from muspsy_sim.llm.offline.listening import hear
from muspsy_sim.records.answers import PlainReply
from muspsy_sim.records.views import BareView, Line, ReplyView


def bare(view: BareView, rng: Random) -> PlainReply:
    """The next turn from the conversation as it stands."""
    words = material(view.language)
    now = _this_session(view.dialogue)
    mine = [line.text for line in now if line.speaker == "counselor"]
    voice = Voice(view.language, words.manners["plain"], mine, rng)
    last = view.dialogue[-1] if view.dialogue else None
    if last is None or last.speaker == "counselor":
        voice.say("greet")
        return _said(voice)
    heard = hear(last.text, view.language)
    feeling = heard.feelings[-1] if heard.feelings else None
    slots = {
        "clause": heard.clause,
        "quote": heard.phrase,
        "topic": heard.topics[0] if heard.topics else "",
        "feel": feeling.feel if feeling else "",
        "feeling": feeling.feeling if feeling else "",
    }
    if heard.shows("risk_active", "risk_passive") and not voice.has_said("risk"):
        voice.say("risk")
        voice.say("risk_probe")
    elif heard.shows("leaving"):
        voice.say("farewell")
    elif heard.shows("goodbye"):
        voice.say("go_on")
    elif heard.shows("hurt"):
        voice.say("sorry")
        voice.say("question", **slots)
    else:
        said = slots if heard.salience >= 1.2 else {}
        voice.say("acknowledge" if heard.minimal else "validate", "acknowledge", **said)
        tips = voice.count("tip") < 6 and (heard.shows("asks_advice") or rng.random() < 0.4)
        if tips and heard.themes:
            voice.say_one(words.theme_frames[heard.themes[0], "information"], slots)
            voice.say("tip", **slots)
        voice.say("question", **slots)
    return _said(voice)


def reply(view: ReplyView, rng: Random) -> PlainReply:
    """The next turn of a recorded history."""
    return bare(BareView(language=view.language, system="", dialogue=view.dialogue), rng)


def _said(voice: Voice) -> PlainReply:
    if voice.silent:
        voice.say("spare")
    return PlainReply(text=voice.text or "…")


def _this_session(dialogue: list[Line]) -> list[Line]:
    """The lines of the session that goes on now, told by the ids `s{session}t{turn}`."""
    if not dialogue:
        return []
    session = dialogue[-1].id.partition("t")[0]
    return [line for line in dialogue if line.id.partition("t")[0] == session]
