"""The frame of a session: how it opens, what is agreed for the week, how it is gathered.

What recall holds is used here: the homework is asked about by name, a remembered quote is said as
it was said, and danger that was spoken of before comes first.
"""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.clauses import reflectable, split_clauses
from muspsy_sim.llm.offline.counselor_material import Homework
from muspsy_sim.llm.offline.counselor_receiving import receive, worth_returning
from muspsy_sim.llm.offline.counselor_returning import worth_naming
from muspsy_sim.llm.offline.counselor_safety import CRITICAL
from muspsy_sim.llm.offline.counselor_scene import (
    Scene,
    intake_heard,
    kept_homework,
    kept_quotes,
    known_homework,
    when,
)
from muspsy_sim.llm.offline.listening import Heard, hear
from muspsy_sim.records.base import Language

SHRINKS = ("resist", "deflect", "dont_know", "cannot", "hesitates", "minimise")
_SMALLER = re.compile(r"\b(?:just|only)\b|只是|不过是|而已", re.IGNORECASE)
"""How clients make it small. In a counselor's mouth, unasked, it would be the counselor's doing."""
_TELLING = 3.0
"""Salience from which words are answered before anything is settled."""
_LASTING = 4.0
"""Salience from which words of an earlier session are worth beginning with."""
YES = re.compile(
    r"\W*(?:mm, |well, )?(?:yes|yeah|yep|sure|right|fine|of course|i'll (?:give|try|do|make|put)"
    r"|i (?:can|could|will|'ll|want)"
    r"|that (?:sounds|much)|worth|once a|a few times|what if|if i)\b"
    r"|.{0,14}(?:应该行|做得到|能做到|闹钟|算哪儿|能办到|做做看|不难|算我一个|布置吧|想试|我试|再不动手|短一点|就当交)|[嗯好行对]|我(?:想|愿意|能|可以)(?:做|试|去)|可以|试|愿意|做得|一天|一周|回去",
    re.IGNORECASE,
)
"""How a client begins that goes along with a task."""
_BOTH: dict[Language, float] = {"en": 0.0, "zh": 0.4}
"""Share of openings that quote and ask after the homework in one breath."""
SHUT = ("deflect", "resist")
BRIEFLY = {"en": 11, "zh": 20}
"""Words (characters) up to which an answer to what stays is taken for one."""
_LATELY = 2
"""Sessions back from which a quotation opens an hour: an older one has been heard before."""
_NO = re.compile(r"(?:[a-z ]+[.!] )?no\b|没(?!想到)", re.IGNORECASE)


def opening(scene: Scene) -> None:
    """Greet; then what recall holds, or, where it holds nothing, an open door."""
    voice, view = scene.voice, scene.view
    remembered = kept_quotes(view.recalled, view.language)
    task = kept_homework(scene.words, view.recalled)
    if view.session == 1 or (not remembered and not task):
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
    if scene.ends and view.last:
        voice.say("last_hour")
    # One thing at a time: what was said, or what was to be tried; seldom both.
    telling = [
        k
        for k in remembered
        if hear(k.quote, view.language).salience >= _LASTING
        and _lately(scene, k.session)
        and _worth_beginning_with(scene, k.quote)
    ]
    parting = scene.parting and not _goodbye_after_homework(scene)
    if telling and (not task or parting or scene.rng.random() < _BOTH[view.language]):
        kept = scene.rng.choice(telling[:2])
        voice.say("remember_quote", remembered=kept.quote, when=when(scene, kept.session))
    if parting:
        voice.say("course_end")
    elif task and task.quote:
        voice.say("review", name=task.quote)
    elif task:
        voice.say("review_text", task=task.text)
    else:
        voice.say("invite")


def _worth_beginning_with(scene: Scene, quote: str) -> bool:
    """Whether English words may open an hour: they weigh, or they are a wish."""
    past = hear(quote, scene.view.language)
    return scene.view.language == "zh" or worth_naming(past) or past.shows("change")


def _goodbye_after_homework(scene: Scene) -> bool:
    """Whether a last hour begins with the homework and comes to the goodbye behind it."""
    task = kept_homework(scene.words, scene.view.recalled)
    return scene.parting and scene.view.language == "en" and bool(task and task.quote)


def _lately(scene: Scene, session: int) -> bool:
    """Whether a session is one of the last two; in the last hour any of them may be spoken of."""
    now = scene.view.session
    return scene.parting or now is None or now - session <= _LATELY


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
    goodbye = ("course_end",) if _goodbye_after_homework(scene) else ()
    if heard.shows("partly"):
        voice.say("homework_partly", **slots)
        voice.say(*goodbye, "ask_learned", **slots)
        return
    if heard.shows("not_done") or _NO.match(heard.text):
        voice.say("homework_not_done", **slots)
        voice.say(*goodbye, "ask_obstacle", **slots)
        return
    if heard.shows("done", "better"):
        voice.say("homework_done", **slots)
        voice.say(*goodbye, "ask_learned", **slots)
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
        not scene.ends
        and scene.length >= 4
        and 1 <= scene.left <= (3 if scene.length >= 14 else 2)
        and not active
    )


def homework(scene: Scene, heard: Heard) -> None:
    """Offer one concrete thing that fits what was talked about, in one sentence.

    After what hurts it comes with a word that holds the two apart.
    """
    chosen = choose_homework(scene)
    # A door that was shut has told nothing that a task could be too quick for.
    shut = scene.view.language == "en" and heard.shows(*SHUT)
    sore = heard.sore and not shut
    scene.voice.say("homework_lead_sore" if sore else "homework_lead", "homework_lead")
    scene.voice.say("homework", name=chosen.name, task=chosen.task)


def too_soon(scene: Scene, heard: Heard) -> bool:
    """Whether what was just told needs this turn, and a task can wait for the next."""
    return scene.left > 1 and heard.shows("loss", "secret", "telling", "hurt", *CRITICAL)


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
    plain = not heard.shows(*SHUT) and not heard.question
    hurts = heard.sore and scene.view.language == "en" and plain
    if hurts or heard.shows("secret", "telling", "loss", "self_critical", "treated", "blow"):
        receive(scene, heard)
        if scene.left > 1:
            voice.say(*last, **slots)
    elif heard.shows(*SHRINKS):
        voice.say("homework_smaller", **slots)
        voice.say("homework_choice", **slots)
    elif heard.question:
        voice.say("homework_no_test", "answer_question", **slots)
        voice.say(*last, **slots)
    elif scene.view.language == "zh" and YES.match(heard.text) and not heard.shows("aside"):
        # Chinese says yes with a feeling and a plan; neither is what has to be answered first.
        voice.say("homework_accept", **slots)
        voice.say(*last, **slots)
    elif plain and heard.shows("change") and not heard.shows("aside") and voice.language == "en":
        # To say how it could be done is to agree.
        voice.say("homework_accept", **slots)
        voice.say(*last, **slots)
    elif heard.shows("aside") or heard.salience >= _TELLING:
        receive(scene, heard)
        voice.say(*last, **slots)
    else:
        willing = heard.shows("agree", "thanks", "change") or YES.match(heard.text)
        voice.say("homework_accept" if willing else "homework_loose", **slots)
        voice.say(*last, **slots)


def sized(scene: Scene, heard: Heard, *, ask: bool = True) -> None:
    """The client said how large the task may be, or that it may not be: so be it."""
    shut = heard.shows("resist", "deflect")
    scene.voice.say("homework_left" if shut else "homework_sized", "acknowledge")
    if ask:
        scene.voice.say("ask_takeaway", **scene.slots())


def stays(scene: Scene, heard: Heard) -> bool:
    """Take a brief Chinese answer to what is kept as that answer, whatever words are in it."""
    asked = any(scene.voice.was(f, scene.last_said) for f in _KEPT)
    brief = 0 < heard.length <= BRIEFLY[scene.view.language]
    if scene.view.language == "en" or not asked or not brief or heard.minimal:
        return False
    if heard.shows("secret", "telling", "loss", "deflect", "dont_know", *CRITICAL):
        return False
    return scene.voice.say("receive_takeaway", "acknowledge", **scene.slots())


_KEPT = ("ask_lookback", "ask_keep_on", "ask_ahead", "ask_takeaway")


def keep_on(scene: Scene) -> None:
    """Near the end of the last hour: what the client goes on with, instead of a task."""
    if scene.looks_back and scene.left > 1:
        scene.voice.say("ask_lookback", "ask_keep_on")
    else:
        scene.voice.say("ask_keep_on", "ask_takeaway")


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
