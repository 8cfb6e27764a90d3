"""How the offline client answers: which of its own words, which generic line, how much of either.

An answer is drafted as parts: a reaction to what was heard, the matter itself, more of the same
matter while there is room. Own words come only where they can be understood: a thought with its
situation, a detail with its fact.
"""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.client.choosing import LINKED, LOOSE, own, ready, say
from muspsy_sim.llm.offline.client.draft import Draft
from muspsy_sim.llm.offline.client.scene import Scene
from muspsy_sim.llm.offline.client.wording import bare, ended, in_language, quoted, size

YES_OR_NO = frozenset({"yesno", "check", "permission", "task"})
"""Kinds of question that begin their answer with a yes, a no or something between."""
REACTED_TO = frozenset(
    {"reflection", "affirm", "inform", "silence", "empathy", "share", "reassure", "advice"}
    | {"dismiss", "repair", "closing", "greeting"}
)
"""Kinds of statement that a person reacts to before saying anything of its own."""
_LAST_WORDS = frozenset({"advice", "dismiss", "closing", "greeting"})
"""Kinds of statement to which the reaction is the whole answer."""
_BRIEF = frozenset(
    {"task", "permission", "scaling", "confidence", "repair", "closing", "advice", "dismiss"}
    | {
        "greeting",
        "reassure",
        "risk",
        "takeaway",
        "chat",
        "size",
        "much",
        "choose",
        "here",
        "keep",
        "learned",
    }
    | {"wrong", "agenda", "compared", "changed", "signs", "say_to", "often", "either", "obstacle"}
    | {"jab", "particulars", "degree", "came_true"}
)
"""Kinds after whose answer a person stops rather than going on about something else."""
_GOES_ON = frozenset(
    {"feeling", "thought", "behaviour", "why", "evidence", "meaning", "hardest", "expect"}
    | {"living", "origin", "seen", "reminded"}
)
"""Kinds after a generic answer to which the current matter may be gone on with."""
_LAST = frozenset(
    {"closing", "greeting", "task", "permission", "takeaway", "keep", "size", "risk", "chat"}
    | {"wrong", "agenda", "compared", "changed"}
)
"""Kinds after whose answer an afterthought would be out of place."""
BRIGHT = frozenset(
    {"exception", "strength", "company", "support", "changed", "signs", "hope", "learned"}
    | {"compared", "affirm", "other_view", "next"}
)
"""Kinds whose answer is a good thing, or a hope."""
_CLEAR = 2.6
"""The score from which own words answer a definite question better than a generic line."""
_ANY = 0.3
_TO_FIVE = re.compile(r"\b(?:one|1|zero|0|nought) to (?:five|5)\b", re.IGNORECASE)
"""How a scale is asked for that ends at 5."""
_TO_A_HUNDRED = re.compile(r"\bto (?:a|one) hundred\b", re.IGNORECASE)
"""How one is that ends at 100."""


def answer(scene: Scene, draft: Draft) -> None:
    """Answer what was heard, with own words where they fit."""
    kind = scene.heard.kind
    if kind in YES_OR_NO:
        draft.add(_yes_or_no(scene, draft.left))
        if draft.free > 0 and kind in ("yesno", "check") and scene.rng.random() < 0.7:
            own(scene, draft, kind, _CLEAR - 0.6)
    elif kind in REACTED_TO:
        _react(scene, draft, kind)
    else:
        _definite(scene, draft, kind)
    if kind not in _BRIEF:
        extend(scene, draft)
    elif draft.count < draft.fewest and scene.rng.random() < 0.5:
        _coda(scene, draft)


def _react(scene: Scene, draft: Draft, kind: str) -> None:
    alone = draft.sentences_most == 1 or draft.most < 20
    only_own = kind in LOOSE and scene.rng.random() < (0.45 if alone else 0.3)
    if only_own and own(scene, draft, kind, 1.2):
        return
    draft.add(_reaction(scene, kind, draft.left))
    if draft.free > 0 and kind not in _LAST_WORDS:
        own(scene, draft, kind, _ANY)


def _definite(scene: Scene, draft: Draft, kind: str) -> None:
    """A question, or a line that asks for nothing: the matter itself comes first."""
    if kind in ("scaling", "confidence"):
        draft.add(number(scene))
        return
    if draft.most > 20 and draft.sentences_most > 1 and scene.rng.random() < 0.16:
        draft.add(None if scene.lately("lead", 4) else scene.line("lead", 6))
    if kind == "recall" and (line := _remembered(scene, draft.left)):
        draft.add(line)
        return
    if own(scene, draft, kind, _ANY if kind in LOOSE else _CLEAR):
        return
    if kind == "risk" and (line := _of_danger_told(scene)):
        draft.add(line)
        return
    draft.add(scene.first_line(f"on_{kind}", "more", most=draft.left))
    draft.whole = kind not in LOOSE and kind not in _GOES_ON


def _of_danger_told(scene: Scene) -> str | None:
    """An answer to being asked of danger again, where thoughts of it were told this session."""
    told = scene.view.risk_words and bare(scene.view.risk_words) in scene.blob
    fresh = [x for x in scene.material.after_risk if scene.fresh(x)] if told else []
    return scene.rng.choice(fresh) if fresh else None


def _remembered(scene: Scene, most: int) -> str | None:
    """Words of the counselor's that the client's own memory holds, last session first."""
    for memory in reversed(scene.view.memories):
        for words in quoted(memory):
            if in_language(words, scene.language) and (
                line := scene.frame("recall", ended(words, scene.language), most)
            ):
                return line
    return None


def _reaction(scene: Scene, kind: str, most: int) -> str | None:
    """What a statement calls forth: relief, warmth, a nod, an echoed feeling, or a plain line."""
    line: str | None = None
    eased = scene.view.stance.trust in ("open", "trusting")
    if eased and kind in ("empathy", "reflection", "affirm", "silence"):
        if scene.just_told and scene.rng.random() < 0.5:
            line = scene.voice("relief", most)
        elif kind != "silence" and scene.rng.random() < 0.35:
            line = scene.voice("warm", most)
    if not line and kind in ("reflection", "empathy", "inform") and nods(scene):
        line = scene.line("nod_inform" if kind == "inform" else "nod", most)
    named = scene.heard.feeling if kind in ("reflection", "empathy") else None
    if not line and named and scene.rng.random() < 0.45:
        line = scene.frame("echo", named, most)
    return line or scene.first_line(f"on_{kind}", most=most)


def _yes_or_no(scene: Scene, most: int) -> str | None:
    kind = scene.heard.kind
    if nods(scene, 0.7):
        pool = "yes" if kind == "yesno" else f"nod_{kind}"
        if line := scene.line(pool, most):
            return line
    if kind in ("permission", "task"):
        return scene.first_line(f"on_{kind}", "on_yesno", most=most)
    if kind == "check":
        trusting = scene.view.stance.trust in ("cautious", "open", "trusting")
        yes = scene.rng.random() < (0.75 if trusting else 0.35)
        return scene.first_line("check_yes" if yes else "check_no", "on_yesno", most=most)
    near = any(len(scene.heard.topic & p.topic) > 1 for p in scene.pieces)
    if near and scene.may_agree and scene.rng.random() < 0.6:
        return scene.first_line("yes", "on_yesno", most=most)
    return scene.first_line("on_yesno", "more", most=most)


def nods(scene: Scene, share: float = 0.85) -> bool:
    """Whether this turn opens with agreement, where that would fit."""
    return scene.may_agree and scene.rng.random() < share


def number(scene: Scene) -> str | None:
    """A number of readiness where sureness was asked for, else of distress.

    It goes from 0 to 10, or to 5 where that is the scale asked for in English.
    """
    stance = scene.view.stance
    sure = {"not considering change": 2, "torn": 4, "getting ready": 6, "acting": 8}
    bad = {"settled": 2, "uneasy": 4, "troubled": 6, "heavy": 7, "overwhelmed": 9}
    asked_sure = scene.heard.kind == "confidence"
    n = sure[stance.readiness] if asked_sure else bad[stance.distress]
    n = min(10, max(1, n + scene.rng.choice((-1, 0, 0))))
    if _TO_FIVE.search(scene.heard.said):
        n = (n + 1) // 2
    said = scene.material.numbers[n]
    if _TO_A_HUNDRED.search(scene.heard.said):
        said += " out of ten"
    return scene.frame("scaling", said) or scene.first_line("on_scaling")


def extend(scene: Scene, draft: Draft) -> None:
    """More of the same matter while the stance leaves room for it."""
    while draft.parts and draft.free > 0 and draft.left >= 5:
        if draft.count >= draft.fewest and scene.rng.random() < 0.45:
            return
        if not _further(scene, draft):
            return


def lengthen(scene: Scene, draft: Draft) -> None:
    """A turn that came out as short as a minimal response gets a few words more, mostly."""
    spoken = draft.most - draft.left
    if spoken >= scene.floor or draft.left < 4 or scene.rng.random() < 0.3:
        return
    draft.sentences_most = max(draft.sentences_most, draft.count + 1)
    if scene.view.stance.move in ("deflect", "resist"):
        draft.add(
            None if scene.lately("coda_guarded", 3) else scene.line("coda_guarded", draft.left)
        )
    else:
        _further(scene, draft)


def _further(scene: Scene, draft: Draft) -> bool:
    # Behind a generic answer only what was spoken of a moment ago is still the same matter.
    group = draft.group or scene.latest
    for piece in scene.pieces:
        if (
            not draft.whole
            and scene.heard.kind not in _BRIEF
            and piece.group == group
            and piece.role not in ("retold", "goal", "support", "strength", "symptom")
            and scene.unsaid(piece)
            and scene.news(piece)
            and not draft.holds(piece.text)
            and size(piece.text) <= draft.left
            and ready(scene, piece, draft)
        ):
            draft.add(say(scene, piece, draft), group=piece.group)
            return True
    loose = draft.count < draft.fewest and scene.heard.kind in LOOSE - LINKED
    if loose and own(scene, draft, "open", _ANY):
        return True
    if scene.rng.random() < 0.6:
        _coda(scene, draft)
    return False


def _coda(scene: Scene, draft: Draft) -> None:
    """An afterthought, now and then; most are rueful, and so none behind what is good."""
    if scene.lately("coda", 3) or scene.heard.kind in _LAST | BRIGHT or draft.bright:
        return
    # Who distrusts shuts the door behind an answer rather than leave it open.
    closed = scene.view.stance.trust in ("closed", "wary")
    if closed and scene.lately("coda_guarded", 3):
        return
    line = scene.line("coda_guarded" if closed else "coda", draft.left)
    if line is not None and not draft.holds(line):
        draft.add(line)
