"""Which question follows: from what was just said first, else the next rung of the ladder.

The ladder goes from the situation over thought, feeling, body and behaviour to evidence, exception,
meaning and a small step; a rung that the client has just answered is passed over.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.counselor_meeting import ask_of, met
from muspsy_sim.llm.offline.counselor_scene import Scene
from muspsy_sim.llm.offline.listening import Heard
from muspsy_sim.records.base import Language

_FOLLOW_UPS = (
    ("inner", "ask_inner"),
    ("change", "ask_change"),
    ("self_critical", "ask_self_critical"),
    ("secret", "ask_people"),
    ("what_if", "ask_what_if"),
    ("absolute", "ask_absolute"),
    ("everyone", "ask_everyone"),
    ("should", "ask_should"),
    ("cannot", "ask_cannot"),
    ("better", "ask_better"),
    ("past", "ask_past"),
    ("others_said", "ask_others_said"),
    ("dont_know", "ask_dont_know"),
)
_NOT_OF_A_CONFESSION = ("absolute", "everyone", "should", "cannot", "others_said")
"""Words that are not taken up where something was told for the first time."""
_LIGHTER = ("dont_know", "absolute", "everyone")
"""Ways of speaking that are taken up where nothing in the line hurts."""
_EXPLORE = ("situation", "feeling", "thought", "body", "behaviour", "people", "past", "meaning")
_WORK = ("evidence", "exception", "meaning", "strength", "scale", "step", "people", "wish")
_BELIEFS = ("self_critical", "absolute", "everyone", "thought", "should", "what_if", "others_said")
_FITTING = 0.8
_OF_WHAT_WEIGHS = 0.8
"""Share of such turns."""
_A_TELLING = 6
"""Words (Chinese: characters) from which a line may tell of something."""
_A_STORY = 8
"""The same, that a question about the whole way would pass by."""
_TOLD = 1.5
_FEW_WORDS = 9
_LATE = 0.8
"""Words up to which a line may tell of nothing, and how far into the hour a new matter is begun."""
_ASKED_INTO: dict[Language, dict[bool, float]] = {
    "en": {True: 0.85, False: 0.85},
    "zh": {True: 0.75, False: 0.5},
}
"""Share of told things that are asked into as such, by whether they hurt."""
_AT_ONCE = ("loss", "secret", "telling", "heavy")
"""What in English is always asked into as such."""
_NOT_TOLD = ("deflect", "resist", "minimise", "agree", "dont_know", "arrive", "goodbye", "better")
_ANSWERED_BY = {"thought": "thought", "body": "body", "people": "others_said", "past": "past"}


def ask(scene: Scene) -> bool:
    """Add the question that follows from what was said; whether there was one."""
    sore = scene.heard is not None and (scene.heard.sore or _just_told(scene, scene.heard))
    if _slight(scene) and of_the_theme(scene):
        return True
    if scene.looks_back and not sore and scene.rng.random() < (0.6 if scene.parting else 0.4):
        function = "ask_lookback" if scene.progress < 0.6 else "ask_ahead"
        if scene.voice.say(function, **scene.slots()):
            return True
    if _weighs(scene) and scene.voice.say("ask_told_sore", **scene.slots()):
        return True
    if scene.heard and met(scene, scene.heard) and ask_of(scene, scene.heard):
        return True
    return (
        follow_up(scene)
        or of_its_kind(scene)
        or told(scene)
        or explore_theme(scene)
        or next_rung(scene)
    )


def _weighs(scene: Scene) -> bool:
    """Whether what was just told has cost something to say: in Chinese that is asked about first.

    English asks of what was told by its kind; Chinese leads into it by fewer words for each kind.
    """
    heavy = scene.heard is not None and scene.heard.shows("secret", "telling", "loss")
    return scene.view.language == "zh" and heavy and scene.rng.random() < _OF_WHAT_WEIGHS


def _just_told(scene: Scene, heard: Heard) -> bool:
    """Whether an English line tells something that a question about the whole way would pass by."""
    telling = heard.length >= _A_STORY and heard.salience >= _TOLD
    return scene.view.language == "en" and (bool(heard.thought) or telling)


def _slight(scene: Scene) -> bool:
    """Whether the last English words tell of nothing that an `it` could point to."""
    heard = scene.heard
    if scene.view.language == "zh" or heard is None or scene.progress > _LATE:
        return False
    told = heard.feelings or heard.thought or heard.topics or heard.sore
    return not told and heard.salience < _TOLD and heard.length <= _FEW_WORDS


def of_its_kind(scene: Scene) -> bool:
    """Ask what fits the kind of thing that was told, mostly."""
    heard = scene.heard
    if heard is None or heard.thought or heard.minimal or heard.shows("deflect", "resist"):
        return False
    return scene.rng.random() < _FITTING and ask_of(scene, heard)


def told(scene: Scene) -> bool:
    """Ask into something that the client has just told of its life, before any rung of a ladder."""
    heard = scene.heard
    if heard is None or heard.thought or heard.minimal or heard.question:
        return False
    if heard.shows("aside") and not heard.sore and scene.voice.say("ask_aside", **scene.slots()):
        return True
    telling = heard.sore or (heard.length >= _A_TELLING and heard.salience >= _TOLD)
    share = _ASKED_INTO[scene.view.language][heard.sore]
    if not telling or heard.shows(*_NOT_TOLD):
        return False
    at_once = scene.view.language == "en" and heard.shows(*_AT_ONCE)
    if not at_once and scene.rng.random() > share:
        return False
    kind = "ask_told_sore" if heard.sore else "ask_told"
    return scene.voice.say(kind, "ask_told", **scene.slots())


def follow_up(scene: Scene) -> bool:
    """Ask about a word that the client just used: always, should, can't, what if and their like."""
    if scene.heard is None:
        return False
    for cue, function in _FOLLOW_UPS:
        heard_it = scene.heard.thought if cue == "inner" else cue in scene.heard.cues
        if heard_it and scene.voice.count(function) < 2:
            if cue in _NOT_OF_A_CONFESSION and scene.heard.shows("secret", "telling"):
                continue
            if cue == "change" and scene.progress < 0.3:
                continue
            if cue == "dont_know" and scene.heard.length > 9:
                continue
            if cue in _LIGHTER and _weighs_more(scene.heard, scene):
                continue
            if cue == "better" and scene.heard.shows("eased"):
                continue
            if scene.voice.say(function, **scene.slots()):
                return True
    return False


def of_the_theme(scene: Scene, focus: str = "") -> bool:
    """Ask what belongs to the hour's theme, or to that of its focus, whatever was said last."""
    of_focus = (name for name, theme in scene.words.themes.items() if focus in theme.focus)
    theme = next(of_focus, scene.theme)
    return scene.voice.say_one(scene.words.theme_frames[theme, "explore"], scene.slots())


def _weighs_more(heard: Heard, scene: Scene) -> bool:
    """Whether an English way of speaking has a feeling beside it that wants an answer first."""
    return scene.view.language == "en" and (bool(heard.feelings) or heard.sore)


def explore_theme(scene: Scene) -> bool:
    """Ask what only this theme has to be asked, in about every third turn."""
    named = [t for t in scene.heard.themes if belongs(scene, t)] if scene.heard else []
    if not named or scene.rng.random() > 0.5:
        return False
    theme = scene.rng.choice(named)
    return scene.voice.say_one(scene.words.theme_frames[theme, "explore"], scene.slots())


def belongs(scene: Scene, theme: str) -> bool:
    """Whether a theme is the session's or intake's or came up twice, not a passing word."""
    twice = sum(theme in line.themes for line in scene.everything()) > 1
    return theme == scene.theme or twice or theme in scene.intake_themes


def next_rung(scene: Scene) -> bool:
    """Ask from the ladder: the rung asked least so far, in order."""
    rungs = _EXPLORE if scene.progress < 0.55 else _WORK
    other = _WORK if rungs is _EXPLORE else _EXPLORE
    heard = scene.heard
    open_rungs = [
        r
        for r in rungs
        if heard is None
        or not (
            (r == "feeling" and heard.feelings)
            or _ANSWERED_BY.get(r) in heard.cues
            or (r == "evidence" and not heard.shows(*_BELIEFS))
        )
    ]
    counts = {r: scene.voice.count(f"ask_{r}") for r in open_rungs}
    ordered = sorted(open_rungs, key=lambda r: counts[r])
    if len(ordered) > 1 and counts[ordered[0]] == counts[ordered[1]] and scene.rng.random() < 0.35:
        ordered[0], ordered[1] = ordered[1], ordered[0]
    return scene.voice.say(*(f"ask_{r}" for r in (*ordered, *other)), **scene.slots())
