"""The frame of a session: how it opens, what is agreed for the week, how it is closed.

What recall holds is used here: the homework is asked about by name, a remembered quote is said as
it was said, and danger that was spoken of before comes first.
"""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.clauses import reflectable, split_clauses
from muspsy_sim.llm.offline.counselor_material import Homework
from muspsy_sim.llm.offline.counselor_receiving import receive, worth_returning
from muspsy_sim.llm.offline.counselor_safety import CRITICAL
from muspsy_sim.llm.offline.counselor_scene import (
    Scene,
    intake_heard,
    kept_homework,
    kept_quotes,
    known_homework,
    set_homework,
    when,
)
from muspsy_sim.llm.offline.listening import Heard, hear

_SHRINKS = ("resist", "deflect", "dont_know", "cannot", "hesitates", "minimise")
_SMALLER = re.compile(r"\b(?:just|only)\b|只是|不过是|而已", re.IGNORECASE)
"""How clients make it small. In a counselor's mouth, unasked, it would be the counselor's doing."""
_NO = re.compile(r"no\b|没(?!想到)", re.IGNORECASE)


def opening(scene: Scene) -> None:
    """Greet; then what recall holds, or, where it holds nothing, an open door."""
    voice, view = scene.voice, scene.view
    remembered = kept_quotes(view.recalled, view.language)
    task = kept_homework(scene.words, view.recalled)
    if not remembered and not task:
        voice.say("greet")
        if view.session == 1 or (view.session is None and scene.rng.random() < 0.5):
            voice.say("first_frame")
        voice.say(scene.rng.choice(("invite_intake", "invite")), "invite", **_intake_slots(scene))
        return
    voice.say("greet_again")
    danger = next((k for k in remembered if hear(k.quote, view.language).shows(*CRITICAL)), None)
    if danger:
        voice.say("remember_risk", remembered=danger.quote, when=when(scene, danger.session))
        return
    if remembered:
        kept = scene.rng.choice(remembered[:2])
        voice.say("remember_quote", remembered=kept.quote, when=when(scene, kept.session))
    if scene.parting:
        voice.say("course_end")
    elif task and task.quote:
        voice.say("review", name=task.quote)
    elif task:
        voice.say("review_text", task=task.text)
    else:
        voice.say("invite")


def _intake_slots(scene: Scene) -> dict[str, str]:
    """What the client wrote at intake, to start from: its first clauses say why it came."""
    language = scene.view.language
    for said in intake_heard(scene.view.intake, language):
        clauses = (reflectable(c, language) for c in split_clauses(said.text, language))
        if clause := next((c for c in clauses if c and not _SMALLER.search(c)), ""):
            return {"clause": clause, "topic": said.topics[-1] if said.topics else ""}
    return {}


def reviewed(scene: Scene, heard: Heard) -> None:
    """Answer what became of the homework."""
    voice, slots = scene.voice, scene.slots()
    if heard.shows("partly"):
        voice.say("homework_partly", **slots)
        voice.say("ask_learned", **slots)
        return
    if heard.shows("not_done") or _NO.match(heard.text):
        voice.say("homework_not_done", **slots)
        voice.say("ask_obstacle", **slots)
        return
    if heard.shows("done", "better"):
        voice.say("homework_done", **slots)
        voice.say("ask_learned", **slots)
        return
    receive(scene, heard)
    task = kept_homework(scene.words, scene.view.recalled)
    name = task.quote if task else ""
    if voice.was("review_again", scene.last_said) or not voice.say("review_again", name=name):
        voice.say("side_door" if heard.shows("deflect") else "agenda_open", "agenda_open", **slots)


def homework_due(scene: Scene) -> bool:
    """Whether it is time to agree on something for the week."""
    active = any(line.shows("risk_active") for line in scene.everything())
    return (
        not scene.parting
        and scene.length >= 4
        and 1 <= scene.left <= (3 if scene.length >= 14 else 2)
        and not active
    )


def homework(scene: Scene) -> None:
    """Offer one concrete thing that fits what was talked about, in one sentence."""
    chosen = choose_homework(scene)
    scene.voice.say("homework_lead")
    scene.voice.say("homework", name=chosen.name, task=chosen.task)


def choose_homework(scene: Scene) -> Homework:
    """The theme's next homework that memory does not hold already; without memory, any of them."""
    options = scene.words.themes[scene.theme].homework
    kept = [s.text for r in scene.view.recalled for s in r.statements]
    kept += [line.text for r in scene.view.recalled for line in r.lines]
    if not kept:
        return scene.rng.choice(options)
    had = {h.name for text in kept if (h := known_homework(scene.words, text))}
    spare = [h for h in scene.words.themes["other"].homework if h.name not in had]
    fresh = [h for h in options if h.name not in had]
    return (fresh or spare or options)[0]


def arrange(scene: Scene, heard: Heard, agreed: Homework) -> None:
    """Settle the homework, or make it smaller; who is elsewhere is answered there first."""
    voice, slots = scene.voice, {**scene.slots(), "name": agreed.name}
    last = ("ask_takeaway", "homework_when") if scene.left == 1 else ("homework_when",)
    if heard.shows("secret", "self_critical"):
        receive(scene, heard)
        voice.say(*last, **slots)
    elif heard.shows(*_SHRINKS):
        voice.say("homework_smaller", **slots)
        voice.say("homework_choice", **slots)
    elif heard.minimal or heard.shows("agree", "change", "thanks"):
        voice.say("homework_accept", **slots)
        voice.say(*last, **slots)
    else:
        receive(scene, heard)
        voice.say(*last, **slots)


def summary(scene: Scene) -> None:
    """Gather the session: one early and one late thing that the client said."""
    lines = worth_returning(scene.before)
    half = len(lines) // 2
    if half:
        first = max(lines[:half], key=lambda h: h.salience).phrase
        last = max(lines[half:], key=lambda h: h.salience).phrase
        scene.voice.say("summary", earlier=first, quote=last, **_theme_slot(scene))
    else:
        scene.voice.say("summary_short", **_theme_slot(scene))


def _theme_slot(scene: Scene) -> dict[str, str]:
    return {"theme": scene.words.themes[scene.theme].name}


def farewell(scene: Scene, *, early: bool) -> None:
    """One goodbye: what stays, the homework by name, and the door left open."""
    voice, heard = scene.voice, scene.heard
    mine = [line.text for line in scene.view.dialogue if line.speaker == "counselor"]
    agreed = set_homework(scene.words, mine)
    if scene.parting:
        voice.say("closing_course")
        voice.say("farewell_course")
        return
    if early:
        voice.say("farewell_early", "farewell", **scene.slots())
    else:
        if heard and not heard.minimal and not heard.shows("goodbye"):
            receive(scene, heard)
            if heard.shows("self_critical", "secret", "hurt", "asks_advice") or heard.question:
                voice.say("hold_over")
        voice.say("closing", **scene.slots())
    if agreed:
        voice.say("farewell_homework", name=agreed.name)
    if any(line.shows(*CRITICAL) for line in scene.everything()) and not voice.has_said(
        "risk_resource", "risk_refer"
    ):
        voice.say("risk_resource")
    if not early:
        voice.say("farewell", **scene.slots())
