"""How the attuned counselor receives a line before it asks anything.

It meets a loss, a secret, a doubt or a closed door as such, gives back a thought, a clause, a
feeling or a short phrase, and lets a slight line be slight. It does not parrot: after a turn that
gave words back it mostly answers in its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from muspsy_sim.llm.offline.clauses import length_of
from muspsy_sim.llm.offline.counselor_meeting import kinds, meet
from muspsy_sim.llm.offline.counselor_safety import CRITICAL
from muspsy_sim.llm.offline.counselor_scene import Scene
from muspsy_sim.llm.offline.giving_back import names, thin
from muspsy_sim.llm.offline.listening import Heard
from muspsy_sim.records.base import Language

_SLIGHT = 1.2
"""Below this salience a line holds nothing to give back, only something to go on from."""
_WEIGHTY = 4.0
"""Salience from which words may be given back as words that weigh."""
_HEAVY = ("heavy", "blow", "telling", "secret", "loss")
"""Cues of English lines that are answered in the counselor's own words."""
_WORTH_A_RETURN = 2.5
"""Salience from which a line of before is come back to."""
_OWN: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:i|i'm|i've|me|my)\b", re.IGNORECASE),
    "zh": re.compile("我"),
}
"""A good feeling is only given back where it is the client's."""
_YOU: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:you|you're|you've|you'd|your)\b", re.IGNORECASE),
    "zh": re.compile("你"),
}
"""What is given back speaks of the client: what others did says little as a bare echo."""
_OTHERS = re.compile(
    "[他她它谁您]|别人|人家|大家|同事|老师|医生|领导|老板|爸|妈|儿|女|孩|哥|弟|姐|妹|丈夫|妻子|老伴|对象|朋友"
)
"""Who else a Chinese clause without a subject may be about."""
_ARRIVING = 2
"""The exchange in which somebody is still coming in."""
_SAID_BACK = 0.85
"""Share of slight English lines about the client that are simply said back."""
_FEW: dict[Language, int] = {"en": 8, "zh": 13}
"""Words (characters) up to which a thought may be said back."""
_REPEATED = 0.5
"""Share of such thoughts that are."""
_MET = 0.5
"""Share of the lines of a known kind that are met as that kind, rather than given back."""
_DID = re.compile(
    r"\bi(?:'ve)? (?:just |actually |even )?(?:did|done|managed|tried|said|told|went|got|kept|slept"
    r"|rang|wrote|opened|ate|asked|left|stayed|walked|had a go)\b",
    re.IGNORECASE,
)
_GIVING_BACK = ("reflect_clause", "reflect_phrase", "reflect_weighty", "reflect_burden")
_AT_ONCE = ("blow", "feeling", "irony", "doubt", "lost_work", "treated")
"""Kinds that are always met as such."""
_MUCH = 24
"""Characters from which a Chinese line tells of something, whatever it says at its end of how it
is now: that is what is answered."""
_A_YES = 6
"""Words (Chinese: characters) up to which a line that wants something may only be a yes."""
_OWN_WORDS = 0.2
"""Share of turns after one that gave words back in which the counselor uses its own."""
_A_TELLING = 4
"""Uncommon words from which an English line in the first person tells of something."""
_SOON = 2
"""Exchanges before the end in which something is asked in every turn."""
_NOT_TO_RETURN_TO = (
    "hurt",
    "resist",
    "deflect",
    "minimise",
    "agree",
    "unsure",
    "arrive",
    "goodbye",
    "done",
    "partly",
    "not_done",
    "dont_know",
    "asks_advice",
    "asks_normal",
)


def receive(scene: Scene, heard: Heard) -> bool:
    """Answer the client's last words without a question; whether something was said."""
    voice, slots = scene.voice, scene.slots()
    if heard.minimal:
        return voice.say("unhurried", "reflect_phrase", **slots)
    if heard.shows("loss") and voice.count("receive_loss") == 0:
        return voice.say("receive_loss", **slots)
    if heard.shows("secret", "telling"):
        thanked = voice.count("receive_secret") < 2 and voice.say("receive_secret", **slots)
        return (_reflect(scene, heard) or thanked) if not thanked else True
    if heard.shows("resist", "deflect"):
        return voice.say("roll" if heard.shows("resist") else "step_back", "autonomy", **slots)
    if heard.shows("warm"):
        return voice.say("receive_warm", "acknowledge", **slots)
    if heard.shows("relief"):
        return voice.say("receive_relief", "acknowledge", **slots)
    if heard.thought and _to_a_thought(scene, heard.thought):
        return True
    if heard.shows("better", "eased") and not heard.sore and "eased" in kinds(scene, heard):
        return voice.say("meet_eased", "acknowledge", **slots)
    much = scene.view.language == "zh" and heard.length > _MUCH
    if heard.shows("better") and not (heard.sore or much):
        english = scene.view.language == "en"
        # What became better by itself is welcome, and is nobody's merit.
        kind = "meet_eased" if english and not _DID.search(heard.text) else "affirm_better"
        if voice.say(kind, **slots):
            return True
    if heard.shows("minimise") and not heard.feelings and not heard.shows("blow", "mood", "body"):
        return voice.say("meet_small", "autonomy", **slots)
    if heard.shows("change") and not heard.sore and _wishes(heard):
        return voice.say("receive_wish", "acknowledge", **slots)
    if scene.view.exchange == _ARRIVING and not weighty(heard):
        return voice.say("welcome_doubt" if heard.shows("unsure") else "arrive", "acknowledge")
    if heard.question:
        kind = "meet_doubt" if heard.shows("doubt") else "answer_question"
        if "answer_plain" in voice.frames and 0 < scene.left <= _SOON and kind != "meet_doubt":
            # What comes next in the turn is a question itself.
            kind = "answer_plain"
        return voice.say(kind, "acknowledge", **slots)
    return _reflect(scene, heard)


def _to_a_thought(scene: Scene, thought: str) -> bool:
    """Answer a thought: now and then with its own words, where they are few."""
    few = length_of(thought, scene.view.language) <= _FEW[scene.view.language]
    if few and scene.rng.random() < _REPEATED:
        return scene.voice.say("reflect_thought", "meet_thought", quote=thought)
    return scene.voice.say("meet_thought")


def weighty(heard: Heard) -> bool:
    """Whether a first line brings something, rather than a greeting."""
    if heard.shows("self_critical", "secret") or heard.feelings:
        return True
    return bool(heard.themes) and not heard.shows("arrive", "unsure")


def _wishes(heard: Heard) -> bool:
    """Whether a line says what is wanted, and more than a yes to something."""
    return heard.length > _A_YES and not heard.shows("agree", "hesitates")


def acknowledge(scene: Scene, heard: Heard) -> bool:
    """A few words that say `heard`: lighter ones where nothing hurts."""
    if heard.sore:
        return scene.voice.say("acknowledge_sore", "acknowledge", **scene.slots())
    return scene.voice.say("acknowledge", **scene.slots())


def _reflect(scene: Scene, heard: Heard) -> bool:
    """Give back the clause, the feeling or the phrase; a feeling that was not named is offered."""
    voice, slots = scene.voice, scene.slots()
    gave_back = any(voice.was(f, scene.last_said) for f in _GIVING_BACK) or _echoes(scene)
    own_words = gave_back and scene.rng.random() < _OWN_WORDS
    found = kinds(scene, heard)
    if found and (found[0] in _AT_ONCE or scene.rng.random() < _MET) and meet(scene, heard):
        return True
    if heard.length <= _A_YES and heard.salience < _SLIGHT and not heard.topics:
        return voice.say("meet_short", "unhurried", "acknowledge", **slots)
    if heard.salience < _SLIGHT:
        english = scene.view.language == "en"
        given = (
            _about_them(slots["clause"], scene.view.language)
            and (english or not gave_back)
            and scene.rng.random() < (_SAID_BACK if english else 0.7)
        )
        return (given and voice.say("reflect_clause", **slots)) or _take_in(scene, heard)
    weighs = heard.salience >= _WEIGHTY and heard.sore
    about_them = _about_them(slots["clause"], scene.view.language)
    ways = ["reflect_clause"] if about_them and not own_words else []
    english = scene.view.language == "en"
    if english and heard.shows(*_HEAVY):
        # A heavy thing that comes back with an "if I follow" sounds like a cross-examination.
        ways = ["receive_weighty", "acknowledge_sore"]
    elif weighs:
        # A few words of the client's own where each of them weighs, and seldom then.
        quoted = not own_words and scene.rng.random() < 0.4
        quoted = quoted and not (english and heard.shows("mood"))
        ways.insert(scene.rng.randrange(2), "reflect_weighty" if quoted else "receive_weighty")
    elif not own_words and scene.rng.random() < 0.4 and _quotes(scene, heard):
        ways.append("reflect_phrase")
    if heard.feelings:
        good = heard.feelings[-1].good
        if good and not _OWN[scene.view.language].search(heard.felt):
            return acknowledge(scene, heard)
        mine = slots["clause"].startswith(("you", "你"))
        if not good and not own_words and heard.sore and mine and scene.rng.random() < 0.5:
            ways.insert(0, "reflect_burden")
        ways.insert(scene.rng.randrange(2), "reflect_good" if good else "reflect_feeling")
    if scene.view.exchange == _ARRIVING:
        # Beside what somebody says on coming in, words about the way here weigh nothing.
        ways = [w for w in ways if w not in ("reflect_clause", "reflect_phrase", "reflect_burden")]
    filled = {"reflect_phrase": "quote", "reflect_weighty": "quote"}
    filled |= {"reflect_feeling": "feel", "reflect_good": "feel"}
    own = ("receive_weighty", "acknowledge_sore")
    ways = [w for w in ways if w in own or slots[filled.get(w, "clause")]]
    if slots["topic"] and (heard.feelings or heard.shows("self_critical", "cannot", "should")):
        ways.append("reflect_topic")
    return (bool(ways) and voice.say(*ways, **slots)) or _take_in(scene, heard)


def _take_in(scene: Scene, heard: Heard) -> bool:
    """A few words for what can't be given back: something told is more than a thing to nod at."""
    told = _OWN["en"].search(heard.text) and names(heard.text) >= _A_TELLING
    if scene.view.language == "en" and told and not heard.sore and scene.voice.say("receive_told"):
        return True
    return acknowledge(scene, heard)


def _quotes(scene: Scene, heard: Heard) -> bool:
    """Whether a phrase may be asked about: in English only where it says enough."""
    if scene.view.language == "zh":
        return True
    room = scene.left > _SOON
    return room and heard.salience >= _WORTH_A_RETURN and bool(_OWN["en"].search(heard.phrase))


def _about_them(clause: str, language: Language) -> bool:
    """Whether a clause, as it is said back, says something of the client.

    Chinese may leave `you` out.
    """
    if thin(clause, language):
        return False
    if _YOU[language].search(clause):
        return True
    return bool(clause) and language == "zh" and not _OTHERS.search(clause)


def _echoes(scene: Scene) -> bool:
    """Whether the counselor's last turn held the words that it had just heard, turned to `you`."""
    last = scene.before[-1].clause if scene.before else ""
    return bool(last) and last.lower() in scene.last_said.lower()


def worth_returning(lines: Sequence[Heard]) -> list[Heard]:
    """The lines with a phrase that can be quoted later: telling ones, no strains or courtesies."""
    return [
        h
        for h in lines
        if h.phrase
        and h.salience >= _WORTH_A_RETURN
        and not h.minimal
        and not h.shows(*_NOT_TO_RETURN_TO, *CRITICAL)
    ]
