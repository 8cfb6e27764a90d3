"""The attuned counselor: listens first, asks what follows, agrees on something small, says goodbye.

Order of concern: safety, the client's goodbye, a strain between the two, homework due, then the
client's last words; a turn plan chooses among what is fitting, and never before safety.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from muspsy_sim.llm.offline.counselor_material import Homework
from muspsy_sim.llm.offline.counselor_questions import ask, follow_up, next_rung
from muspsy_sim.llm.offline.counselor_scene import (
    Scene,
    intake_heard,
    kept_homework,
    kept_quotes,
    known_homework,
    set_homework,
)
from muspsy_sim.llm.offline.listening import Heard, hear, reflectable, split_clauses
from muspsy_sim.records.answers import CounselorReply

_CRITICAL = ("risk_active", "risk_passive")
_SHRINKS = ("resist", "deflect", "dont_know", "cannot", "hesitates", "minimise")
_REVIEWS = ("review", "review_text", "review_again")


def attuned(scene: Scene) -> CounselorReply:
    """The next turn of a counselor who listens."""
    heard = scene.heard
    if heard is None:
        opening(scene)
        return _reply(scene, close=scene.left == 0)
    if heard.shows("leaving"):
        scene.voice.say("farewell_leaving", **scene.slots())
        return _reply(scene, close=True)
    if risk(scene, heard):
        return _reply(scene, close=scene.left == 0)
    if heard.shows("goodbye") and scene.view.exchange > 1:
        farewell(scene, early=scene.left > 0)
        return _reply(scene, close=True)
    if scene.left == 0:
        farewell(scene, early=False)
        return _reply(scene, close=True)
    if heard.shows("hurt"):
        repair(scene)
        return _reply(scene)
    mine = [line.text for line in scene.view.dialogue if line.speaker == "counselor"]
    agreed = set_homework(scene.words, mine)
    if agreed and agreed.task.lower() in scene.last_said.lower():
        arrange(scene, heard, agreed)
    elif agreed is None and _homework_due(scene):
        receive(scene, heard)
        homework(scene)
    elif scene.left == 1 and scene.length >= 5:
        receive(scene, heard)
        summary(scene)
        scene.voice.say("ask_takeaway", **scene.slots())
    elif any(scene.voice.was(f, scene.last_said) for f in _REVIEWS):
        reviewed(scene, heard)
    else:
        follow(scene, heard)
    return _reply(scene)


def _reply(scene: Scene, *, close: bool = False) -> CounselorReply:
    if scene.voice.silent:
        scene.voice.say("spare", "unhurried", "reflect_topic", "ask_wish", **scene.slots())
    return CounselorReply(text=scene.voice.text or "…", close=close)


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
    danger = next((k for k in remembered if hear(k.quote, view.language).shows(*_CRITICAL)), None)
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
        if clause := next((c for c in clauses if c), ""):
            return {"clause": clause, "topic": said.topics[-1] if said.topics else ""}
    return {}


def when(scene: Scene, session: int) -> str:
    """How long ago a session was, in words."""
    voice = scene.voice
    back = (scene.view.session or session + 1) - session
    frames = voice.frames["when_last" if back <= 1 else "when_before"]
    return scene.rng.choice(frames).filled({})


def risk(scene: Scene, heard: Heard) -> bool:
    """Ask about danger, then bring in people, then help from elsewhere; whether there was need."""
    voice, slots = scene.voice, scene.slots()
    danger = any(line.shows(*_CRITICAL) for line in scene.everything())
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


def repair(scene: Scene) -> None:
    """Own the strain, give the choice back, ask what was missed."""
    slots = scene.slots()
    scene.voice.say("repair", **slots)
    scene.voice.say("repair_ask", "autonomy", **slots)


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
    if scene.view.exchange == 2 and not _weighty(heard):
        return voice.say("welcome_doubt" if heard.shows("unsure") else "arrive", "acknowledge")
    return _reflect(scene, heard)


def _hurts(heard: Heard) -> bool:
    """Whether there is pain in a line."""
    return any(not f.good for f in heard.feelings) or heard.shows("self_critical", *_CRITICAL)


_SLIGHT = 1.2
"""Below this salience a line holds nothing to give back, only something to go on from."""


def _weighty(heard: Heard) -> bool:
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


def follow(scene: Scene, heard: Heard) -> None:
    """A middle turn: receive what was said, perhaps add something, and ask what follows."""
    voice, slots = scene.voice, scene.slots()
    strategy = scene.view.turn_plan.strategy if scene.view.turn_plan else None
    if _screen_due(scene):
        receive(scene, heard)
        voice.say("risk_screen", **slots)
        return
    if heard.minimal:
        receive(scene, heard)
        if not _call_back(scene):
            voice.say("choice", **slots)
            next_rung(scene) if scene.rng.random() < 0.5 else None
        return
    if heard.shows("asks_normal"):
        voice.say("answer_normal", **slots)
        ask(scene)
        return
    if heard.shows("asks_advice") and not heard.shows("what_if"):
        voice.say("answer_advice", **slots)
        voice.say_one(scene.words.theme_frames[_theme_now(scene, heard), "information"], slots)
        voice.say("ask_fit", **slots)
        return
    if strategy == "role_play" and not voice.has_said("role_play"):
        receive(scene, heard)
        voice.say("role_play", **slots)
        return
    receive(scene, heard)
    if scene.view.exchange == 2 and (_agenda(scene) or not _weighty(heard)):
        if not voice.text.endswith(("?", "？")):
            voice.say("ask_small", **slots)
        return
    if heard.shows("resist", "deflect"):
        voice.say("side_door" if scene.rng.random() < 0.7 else "choice", "choice", **slots)
        return
    if heard.question and voice.text.endswith(("?", "？")):
        return
    if _middle(scene, heard, strategy):
        return
    quiet = strategy in ("reflection_of_feelings", "restatement") and scene.rng.random() < 0.5
    rest = strategy is None and scene.rng.random() < 0.2
    full = bool(heard.feelings) or heard.salience >= 4 or heard.shows("secret")
    if (quiet or rest) and full and not scene.last_said.rstrip("”").endswith((".", "。")):
        voice.say("leave_room", **slots)
        return
    if not follow_up(scene):
        ask(scene)


_DARK_THEMES = ("grief", "mood")


def _screen_due(scene: Scene) -> bool:
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


def _agenda(scene: Scene) -> bool:
    """In the second exchange, say what the plan is for, or ask what the hour is for."""
    plan = scene.view.session_plan
    if plan and _sayable(plan.focus, scene.view.language):
        return scene.voice.say("agenda_focus", focus=plan.focus.rstrip(".。"))
    weighty = scene.heard is not None and scene.heard.shows("self_critical", "secret")
    return not weighty and scene.rng.random() < 0.5 and scene.voice.say("agenda_open")


def _sayable(focus: str, language: str) -> bool:
    """Whether a plan's focus can be said to the client as it stands."""
    low = focus.lower()
    short = len(focus) <= 24 if language == "zh" else 1 <= len(focus.split()) <= 10
    strange = any(w in low for w in ("client", "patient", "来访者", "当事人", "患者"))
    return bool(focus.strip()) and short and not strange


def _middle(scene: Scene, heard: Heard, strategy: str | None) -> bool:
    """Empathy, a memory, teaching or another way to see it; whether the turn is full with it."""
    voice, slots, chance = scene.voice, scene.slots(), scene.rng.random()
    good = bool(heard.feelings) and heard.feelings[-1].good
    hard = not good and (bool(heard.feelings) or heard.shows("self_critical", "others_said"))
    dared = heard.shows("change", "secret", "cannot", "should") or heard.length > 25
    if dared and (strategy == "affirmation" or (strategy is None and chance < 0.25)):
        voice.say("affirm", **slots)
    elif (
        hard
        and not heard.shows("minimise")
        and (strategy == "reflection_of_feelings" or (strategy is None and chance < 0.6))
    ):
        voice.say("empathy", **slots)
    elif strategy == "self_disclosure":
        voice.say("self_disclosure", **slots)
    elif scene.rng.random() < 0.35 and _link(scene, heard):
        pass
    elif heard.themes and (
        strategy in ("information", "suggestion") or (scene.progress > 0.45 and chance > 0.6)
    ):
        theme = _theme_now(scene, heard)
        teach = "information" if strategy == "information" or chance > 0.8 else "reframe"
        said = voice.say_one(scene.words.theme_frames[theme, teach], slots)
        if said and scene.rng.random() < 0.5:
            return voice.say("ask_fit", **slots)
    return False


def _theme_now(scene: Scene, heard: Heard) -> str:
    """The theme of the last words, else of the session."""
    main = scene.theme
    named = [t for t in heard.themes if t != "other"]
    return main if main in named or not named else named[0]


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


def _worth_returning(lines: Sequence[Heard]) -> list[Heard]:
    """The lines with a phrase that can be quoted later, without strains and courtesies."""
    return [h for h in lines if h.phrase and not h.minimal and not h.shows(*_NOT_TO_RETURN_TO)]


def _call_back(scene: Scene) -> bool:
    """Come back to something that the client said earlier in this session."""
    earlier = [h.phrase for h in _worth_returning(scene.before[:-1])]
    fresh = [e for e in earlier if e.lower() not in scene.last_said.lower()]
    return bool(fresh) and scene.voice.say("call_back", earlier=scene.rng.choice(fresh[-4:]))


def _link(scene: Scene, heard: Heard) -> bool:
    """Connect what was just said with an earlier session, where the two touch."""
    view = scene.view
    topics, themes = set(heard.topics), set(heard.themes)
    for kept in kept_quotes(view.recalled, view.language):
        past = hear(kept.quote, view.language)
        if (topics & set(past.topics) or themes & set(past.themes)) and not _said(
            scene, kept.quote
        ):
            return scene.voice.say("link", remembered=kept.quote, when=when(scene, kept.session))
    return False


def _said(scene: Scene, quote: str) -> bool:
    return any(quote in line.text for line in scene.view.dialogue)


_NO = re.compile(r"no\b|没(?!想到)", re.IGNORECASE)


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


def _homework_due(scene: Scene) -> bool:
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
    lines = _worth_returning(scene.before)
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
    if any(line.shows(*_CRITICAL) for line in scene.everything()) and not voice.has_said(
        "risk_resource", "risk_refer"
    ):
        voice.say("risk_resource")
    if not early:
        voice.say("farewell", **scene.slots())
