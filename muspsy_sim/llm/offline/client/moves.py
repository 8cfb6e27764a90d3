"""How each move of the stance becomes a turn: which words, in which order, how many.

`turn_for` gives the text and what it told. The moves draft; answering is in `answering`, the
persona's habitual words are glued on last.
"""

from __future__ import annotations

from collections.abc import Callable

from muspsy_sim.llm.offline.client.answering import (
    YES_OR_NO,
    answer,
    extend,
    lengthen,
    nods,
)
from muspsy_sim.llm.offline.client.burden import answered, arriving, burdened, in_a_word
from muspsy_sim.llm.offline.client.choosing import own
from muspsy_sim.llm.offline.client.distance import deflect, hurt, resist
from muspsy_sim.llm.offline.client.draft import Draft
from muspsy_sim.llm.offline.client.fillers import with_filler
from muspsy_sim.llm.offline.client.homework import report
from muspsy_sim.llm.offline.client.scene import Scene
from muspsy_sim.llm.offline.client.telling import Turn, disclose, fact_to_tell
from muspsy_sim.llm.offline.client.wording import (
    after_comma,
    joined,
)
from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import Moment
from muspsy_sim.records.views import LengthWord

# Words (Chinese: characters) at most, sentences at least and at most.
ROOM: dict[Language, dict[LengthWord, tuple[int, int, int]]] = {
    "en": {
        "a word or two": (4, 1, 1),
        "one short sentence": (13, 1, 1),
        "a sentence or two": (28, 1, 2),
        "a few sentences": (52, 2, 4),
    },
    "zh": {
        "a word or two": (6, 1, 1),
        "one short sentence": (20, 1, 1),
        "a sentence or two": (44, 1, 2),
        "a few sentences": (84, 2, 4),
    },
}
"""What each length of a stance allows. A fact is told whole, whatever its length."""

_DESCRIBED = frozenset({"empathy", "reflection", "inform", "other", "share"})
"""Kinds of line that describe: to agree with them is to say that it is so."""
_SAID_OF_ME = frozenset({"empathy", "reflection", "inform", "share"})
"""Kinds of sentence before a question that can be said yes to before it is answered."""
_KINDLY = frozenset({"empathy", "reflection", "affirm", "silence", "other"})
_WEIGHED: dict[Language, frozenset[str]] = {
    "en": frozenset(
        {"evidence", "other_view", "next", "meaning", "why", "exception", "confidence", "strength"}
    ),
    "zh": frozenset({"evidence", "other_view", "meaning", "why"}),
}
"""Kinds of question after whose answer a person may go on turning the matter over."""
_DISTRUSTING = frozenset({"closed", "wary"})
_AT_EASE = frozenset({"cautious", "open", "trusting"})
_NOT_MINIMAL = frozenset(
    {"answer", "elaborate", "consider", "deflect", "resist", "agree", "repair"}
)
_MAY_NOD = frozenset({"answer", "elaborate", "consider", "agree"})
_PROPOSED = frozenset({"task", "advice", "closing", "other_view"})
"""Kinds of line that propose: behind a yes or a maybe to them, nothing else is gone on with."""
_NEWS = frozenset({"event", "presenting"})
_TAKEN_NOTE_OF = frozenset({"other", "dismiss", "advice", "reassure", "jab"})
"""Kinds of statement that a person may meet with a flat okay before saying anything."""
_TAKES_NOTE = 0.75
_NOT_NODDED = frozenset(
    {"takeaway", "keep", "here", "scaling", "confidence", "choose", "homework"}
    | {"compared", "either", "wrong", "agenda", "changed", "say_to", "jab", "particulars", "degree"}
    | {"learned", "need", "whose", "taken", "signs", "came_true", "often", "much"}
)
_UNGREETED = frozenset({"greet", "minimal", "hurt", "walk_out", "close"})
_AT_ONCE = 0.4
"""Share of first turns that answer without a greeting."""
_CURTLY = frozenset({"answer", "agree"})
_CURT = 0.1
_ASSENTS = 0.45
"""Share of goodbyes that begin with a yes to the counselor's."""
"""Share of such turns in which anybody, even a talker, has only a word."""
_ABOUT_IT = 1.2
"""How well own words must fit to follow on how it is."""
_CERTAIN = frozenset({"getting ready", "acting"})


def turn_for(scene: Scene) -> Turn:
    """The words of this turn and the facts told in it."""
    draft = _draft(scene)
    fact = fact_to_tell(scene)
    if fact is not None:
        return disclose(scene, fact, draft)
    at_ease = scene.view.stance.length != "one short sentence"
    may = scene.view.stance.move in _CURTLY and scene.mine and at_ease
    curt = may and scene.rng.random() < _CURT
    if curt:
        _minimal(scene, draft)
    elif answered(scene, draft):
        _gone_on(scene, draft)
    else:
        _MOVES[scene.view.stance.move](scene, draft)
    if curt and draft.parts:
        return joined(draft.parts, scene.language), []
    if not draft.parts:
        draft.add(_anything(scene))
    if scene.view.stance.move in _NOT_MINIMAL:
        lengthen(scene, draft)
    burdened(scene, draft)
    parts = with_filler(scene, draft)
    return _greeted(scene, _nodded(scene, parts, draft.left)), []


def _gone_on(scene: Scene, draft: Draft) -> None:
    """After saying how it is: what it is about, where there is room and will for that."""
    distant = scene.view.stance.trust in _DISTRUSTING
    if not distant and draft.free > 0 and own(scene, draft, scene.heard.kind, _ABOUT_IT):
        extend(scene, draft)


def _greeted(scene: Scene, text: str) -> str:
    """The hour's first turn begins with a greeting, whatever else it was asked for."""
    if scene.mine or scene.view.stance.move in _UNGREETED or scene.rng.random() < _AT_ONCE:
        return text
    hello = scene.first_line("minimal_greeting", most=4)
    return joined([hello, text], scene.language) if hello else text


def _nodded(scene: Scene, parts: list[str], left: int) -> str:
    """The turn, opened with a yes to what the counselor said before asking, now and then."""
    text = joined(parts, scene.language)
    said_so = scene.heard.question and scene.heard.besides in _SAID_OF_ME
    led_in = scene.opens_with("lead", text)
    fits = (
        scene.view.stance.move in _MAY_NOD
        and scene.heard.kind not in _NOT_NODDED
        and left > 1
        and not scene.agrees(text)
        and not led_in
    )
    noted = not scene.heard.question and scene.heard.kind in _TAKEN_NOTE_OF
    if not fits or not ((said_so and nods(scene, 0.93)) or (noted and nods(scene, _TAKES_NOTE))):
        return text
    yes = scene.line("nod_curt" if noted else "nod_short") or acknowledgement(scene)
    return yes + (" " if scene.language == "en" else "") + text


def _draft(scene: Scene) -> Draft:
    return Draft(*ROOM[scene.language][scene.view.stance.length])


def _ask(scene: Scene, draft: Draft) -> None:
    if scene.heard.kind == "homework":
        report(scene, draft)
    else:
        answer(scene, draft)


def _report(scene: Scene, draft: Draft) -> None:
    """Report on the homework, unless the line asks for something else and there is nothing yet."""
    work = scene.view.homework
    nothing_yet = work is not None and work.outcome == "set"
    if nothing_yet and scene.heard.kind not in ("homework", "task"):
        answer(scene, draft)
    else:
        report(scene, draft)


def _greet(scene: Scene, draft: Draft) -> None:
    first = scene.view.session <= 1
    room = 20 if scene.language == "en" else 32
    draft.most, draft.sentences_most = max(draft.most, room), max(2, draft.sentences_most)
    draft.add(
        scene.voice("greeting", draft.left)
        or scene.first_line("greet" if first else "greet_again", most=draft.left)
    )
    if scene.heard.kind == "homework" and scene.view.homework is not None:
        came_of_it = Draft(room, 1, 2)
        report(scene, came_of_it)
        draft.add(*came_of_it.parts)
        return
    arriving(scene, draft)
    if not scene.heard.question or scene.heard.kind in ("check", "permission"):
        return
    if scene.view.events and not first and own(scene, draft, "week", 1.0, roles=_NEWS):
        return
    if draft.free > 0 and (words := scene.voice("first_words", draft.left)):
        draft.add(words)
    elif draft.free > 0:
        own(scene, draft, "week", 1.0, roles=_NEWS)


def _minimal(scene: Scene, draft: Draft) -> None:
    most = ROOM[scene.language]["a word or two"][0]
    kind = scene.heard.kind
    if kind in ("closing", "greeting"):
        pool = f"minimal_{kind}"
    elif kind in YES_OR_NO:
        pool = "minimal_yesno"
    else:
        pool = "minimal_question" if scene.heard.question else "minimal_statement"
    # A habitual word answers a yes or no, or meets a statement; a real question wants another.
    fits = kind in YES_OR_NO or not scene.heard.question
    own_line = scene.voice("minimal", most) if fits and scene.rng.random() < 0.6 else None
    draft.add(
        in_a_word(scene, most) or own_line or scene.first_line(pool, "minimal_statement", most=most)
    )
    if not draft.parts:
        draft.add(acknowledgement(scene))


def acknowledgement(scene: Scene) -> str:
    """Short acknowledgements are the one thing that may come back."""
    return scene.rng.choice(scene.material.pools["acknowledge"].any)


def _consider(scene: Scene, draft: Draft) -> None:
    if scene.heard.question and scene.heard.kind not in ("check", "permission"):
        _ask(scene, draft)
        weighed = scene.heard.kind in _WEIGHED[scene.language] and not scene.lately("consider", 2)
        if weighed and draft.free > 0 and draft.left > 6:
            draft.add(scene.line("consider", draft.left))
        return
    moment: Moment = "change" if scene.view.stance.readiness in _CERTAIN else "doubt"
    if scene.rng.random() < 0.3:
        draft.add(scene.voice(moment, draft.left))
    if not draft.parts:
        nod = scene.heard.kind in _DESCRIBED and nods(scene, 0.6)
        draft.add(scene.line("nod", draft.left) if nod else None)
        if draft.free > 0:
            draft.add(scene.first_line("consider", "more", most=draft.left))
    if scene.heard.kind not in _PROPOSED and scene.rng.random() < 0.6:
        extend(scene, draft)


def _agree(scene: Scene, draft: Draft) -> None:
    """Agree with a description as with a description, with a proposal as with a proposal."""
    kind = scene.heard.kind
    if scene.heard.question or kind in ("task", "closing", "reassure", "dismiss", "repair"):
        _ask(scene, draft)
        return
    if kind in _KINDLY and scene.view.stance.trust in _AT_EASE and scene.rng.random() < 0.3:
        draft.add(scene.voice("warm", draft.left))
    if not draft.parts and kind in _DESCRIBED:
        draft.add(scene.line("nod", draft.left) if nods(scene, 0.9) else None)
        if not draft.parts:
            _ask(scene, draft)
            return
    if not draft.parts:
        if scene.view.stance.readiness in _CERTAIN and scene.rng.random() < 0.4:
            draft.add(scene.voice("change", draft.left))
        pool = "agree_deferring" if scene.manner == "deferring" else "agree"
        nod = "nod_agree" if nods(scene, 0.7) else pool
        if not draft.parts:
            draft.add(scene.first_line(nod, pool, "agree", "consider", most=draft.left))
    if kind not in _PROPOSED:
        extend(scene, draft)


def _repair(scene: Scene, draft: Draft) -> None:
    if scene.rng.random() < 0.35:
        draft.add(scene.voice("warm", draft.left))
    if not draft.parts:
        draft.add(scene.first_line("on_repair", "consider", most=draft.left))
    # To be asked what went wrong is to be asked that, and not for more of one's life.
    if scene.heard.question and draft.free > 0:
        draft.add(scene.line("on_repair_ask", draft.left))


def _close(scene: Scene, draft: Draft) -> None:
    if scene.rng.random() < 0.7:
        draft.add(scene.voice("farewell", draft.left))
    if not draft.parts:
        ending = "on_closing" if scene.heard.kind == "closing" else "close"
        pools = ("on_closing_last",) if scene.view.last else (ending, "close", "minimal_closing")
        draft.add(scene.first_line(*pools, most=max(draft.left, 12)))
    if scene.heard.kind == "closing" and nods(scene, _ASSENTS):
        text = joined(draft.parts, scene.language)
        yes = scene.rng.choice(scene.material.pools["assent"].any)
        glued = not scene.agrees(text) and after_comma(text)
        comma = ", " if scene.language == "en" else "，"
        draft.parts = [f"{yes[:-1]}{comma}{glued}"] if glued else draft.parts


def _walk_out(scene: Scene, draft: Draft) -> None:
    draft.add(scene.first_line("walk_out", "close", most=draft.left))


def _anything(scene: Scene) -> str:
    """When all is used up: the pools that fit anywhere, then a short acknowledgement."""
    most = ROOM[scene.language][scene.view.stance.length][0]
    line = scene.first_line("more", "coda", "consider", "deflect", most=most)
    return line or acknowledgement(scene)


_MOVES: dict[str, Callable[[Scene, Draft], None]] = {
    "greet": _greet,
    "answer": _ask,
    "elaborate": _ask,
    "disclose": _ask,
    "minimal": _minimal,
    "deflect": deflect,
    "resist": resist,
    "consider": _consider,
    "agree": _agree,
    "report_homework": _report,
    "repair": _repair,
    "hurt": hurt,
    "close": _close,
    "walk_out": _walk_out,
}
