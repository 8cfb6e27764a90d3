"""The attuned counselor: listens first, asks what follows, agrees on something small, says goodbye.

Order of concern: safety, the client's goodbye, a strain between the two, homework due, then the
client's last words; a turn plan chooses among what is fitting, and never before safety.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.counselor_frame import (
    arrange,
    homework,
    homework_due,
    keep_on,
    opening,
    reviewed,
    sized,
    stays,
    summary,
    too_soon,
)
from muspsy_sim.llm.offline.counselor_meeting import answered
from muspsy_sim.llm.offline.counselor_parting import farewell
from muspsy_sim.llm.offline.counselor_questions import ask, belongs, of_the_theme
from muspsy_sim.llm.offline.counselor_receiving import receive, weighty
from muspsy_sim.llm.offline.counselor_returning import returned, worth_naming
from muspsy_sim.llm.offline.counselor_room import A_YES, SOON, call_back, go_ahead, let_choose
from muspsy_sim.llm.offline.counselor_safety import risk, screen_due
from muspsy_sim.llm.offline.counselor_scene import (
    Scene,
    homework_owed,
    kept_quotes,
    set_homework,
    when,
)
from muspsy_sim.llm.offline.listening import Heard, hear
from muspsy_sim.records.answers import CounselorReply

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
    elif scene.voice.was("homework_choice", scene.last_said):
        sized(scene, heard)
    elif agreed is None and homework_due(scene) and not too_soon(scene, heard):
        receive(scene, heard)
        homework(scene, heard)
    elif scene.view.last and 1 <= scene.left <= 2 and scene.length >= 5:
        if not stays(scene, heard):
            receive(scene, heard)
        keep_on(scene)
    elif scene.left == 1 and scene.length >= 5:
        receive(scene, heard)
        if not heard.sore:
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


def repair(scene: Scene) -> None:
    """Own the strain, give the choice back, ask what was missed."""
    slots = scene.slots()
    scene.voice.say("repair", **slots)
    scene.voice.say("repair_ask", "autonomy", **slots)


def follow(scene: Scene, heard: Heard) -> None:
    """A middle turn: receive what was said, perhaps add something, and ask what follows."""
    voice, slots = scene.voice, scene.slots()
    strategy = scene.view.turn_plan.strategy if scene.view.turn_plan else None
    if screen_due(scene):
        receive(scene, heard)
        voice.say("risk_screen", **slots)
        return
    if voice.was("choice", scene.last_said) and go_ahead(scene, heard):
        return
    if heard.minimal:
        receive(scene, heard)
        if not call_back(scene):
            let_choose(scene)
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
    if answered(scene, heard):
        return
    if _agenda_taken(scene, heard):
        plan = scene.view.session_plan
        begun = voice.language == "en" and plan and of_the_theme(scene, plan.focus)
        if not begun:
            ask(scene)
        return
    receive(scene, heard)
    if _asks_after_homework(scene, heard) or returned(scene, heard):
        return
    if voice.language == "en" and voice.was("reflect_phrase", voice.text):
        # Such a sentence asks to hear more of the phrase, and one question is enough.
        return
    if scene.view.exchange == 2 and (_agenda(scene) or not weighty(heard)):
        if not voice.text.endswith(("?", "？")):
            voice.say("ask_small", **slots)
        return
    if heard.shows("resist", "deflect"):
        aside = scene.rng.random() < 0.7 or (voice.language == "en" and scene.left <= SOON)
        voice.say("side_door" if aside else "choice", "choice", **slots)
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
    ask(scene)


def _asks_after_homework(scene: Scene, heard: Heard) -> bool:
    """Ask about homework that the opening had no room for, once nothing hurts."""
    if scene.view.exchange < 3 or scene.left < 3 or heard.sore:
        return False
    task = homework_owed(scene)
    return bool(task and task.quote and scene.voice.say("review_again", name=task.quote))


def _agenda(scene: Scene) -> bool:
    """In the second exchange, say what the plan is for, or ask what the hour is for."""
    plan = scene.view.session_plan
    if plan and _sayable(plan.focus, scene.view.language):
        return scene.voice.say("agenda_focus", focus=plan.focus.rstrip(".。"))
    weighty = scene.heard is not None and scene.heard.shows("self_critical", "secret")
    return not weighty and scene.rng.random() < 0.5 and scene.voice.say("agenda_open")


def _agenda_taken(scene: Scene, heard: Heard) -> bool:
    """Take a short yes to what the hour is to be for as that, and no more."""
    offered = scene.voice.was("agenda_focus", scene.last_said)
    told = heard.feelings or heard.topics or heard.sore or heard.question
    if not offered or told or heard.length > A_YES[scene.view.language]:
        return False
    shut = heard.shows("deflect", "resist", "change", "aside")
    return not shut and scene.voice.say("agenda_taken")


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
    elif scene.rng.random() < 0.3 and _link(scene, heard):
        # A link that asks whether the two belong together is the turn's question.
        return voice.language == "en" and voice.text.endswith("?")
    elif (
        not (scene.view.language == "zh" and heard.shows("secret", "telling", "loss"))
        and _theme_now(scene, heard) in heard.themes
        and belongs(scene, _theme_now(scene, heard))
        and _come_up(scene, _theme_now(scene, heard))
        and (strategy in ("information", "suggestion") or (scene.progress > 0.45 and chance > 0.6))
    ):
        theme = _theme_now(scene, heard)
        teach = "information" if strategy == "information" or chance > 0.8 else "reframe"
        said = voice.say_one(scene.words.theme_frames[theme, teach], slots)
        if said and scene.rng.random() < 0.5:
            return voice.say("ask_fit", **slots)
    return False


def _come_up(scene: Scene, theme: str) -> bool:
    """Whether a theme is the hour's and was spoken of twice: what is taught has its ground."""
    if scene.view.language == "zh":
        return True
    twice = sum(theme in line.themes for line in scene.everything()) > 1
    return twice and theme == scene.theme


def _theme_now(scene: Scene, heard: Heard) -> str:
    """The theme of the last words, else of the session."""
    main = scene.theme
    named = [t for t in heard.themes if t != "other"]
    if scene.view.language == "zh" and main in named + _given_way_to(scene, named):
        return main
    return main if main in named or not named else named[0]


def _given_way_to(scene: Scene, named: list[str]) -> list[str]:
    """The themes that those named give way to: to who has no work, work is that."""
    return [over for t in named for over in scene.words.themes[t].not_with]


def _link(scene: Scene, heard: Heard) -> bool:
    """Connect what was just said with an earlier session, where the two touch."""
    view = scene.view
    topics, themes = set(heard.topics), set(heard.themes)
    if view.language == "en" and heard.shows("secret", "telling", "loss", "aside"):
        return False
    for kept in kept_quotes(view.recalled, view.language):
        past = hear(kept.quote, view.language)
        touches = topics & set(past.topics) or themes & set(past.themes)
        if view.language == "en":
            # A shared theme is a wide net: the two must name the same thing, and the first weigh.
            weighs = worth_naming(past) or past.shows("change")
            touches = topics & set(past.topics) if weighs else set()
        if touches and not _said(scene, kept.quote):
            return scene.voice.say("link", remembered=kept.quote, when=when(scene, kept.session))
    return False


def _said(scene: Scene, quote: str) -> bool:
    return any(quote in line.text for line in scene.view.dialogue)
