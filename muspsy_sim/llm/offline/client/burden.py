"""How distressed the client is, as it shows in what it says: body, sleep, tempo, the week, today.

Who trusts says it in a sentence more, behind an answer or as the answer where somebody asks how it
is. Who does not says it from a distance (`burden_kept_*`) and in place of an answer: to be in a bad
way and to open up are two things. The words are the material's.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.client.answering import BRIGHT, nods
from muspsy_sim.llm.offline.client.draft import Draft
from muspsy_sim.llm.offline.client.material import pattern
from muspsy_sim.llm.offline.client.scene import Scene
from muspsy_sim.llm.offline.client.wording import after_comma, size

_BEHIND = {"en": 0.65, "zh": 0.5}
"""Of the turns behind which it can stand."""
_BEHIND_ANOTHER_MATTER = 0.5
"""The same in English, of those turns that were not about how it is inside."""
_ARRIVING = 0.7
"""Of the hour's first turns: people say how they are when they come in."""
_ASKED = {"week": 0.8, "symptom": 0.8, "body": 0.6, "feeling": 0.5, "ordinary": 0.4}
"""How often it is the answer, by what was asked: the week itself, or only something near to it."""
_UNASKED = 0.25
"""The same where nothing was asked."""
_KEPT = 0.6
"""Of the turns that keep a distance: to be tired is a way to say no more."""
_BESIDES = {"en": 0.55, "zh": 0.7}
"""Of the few words of one who does not trust, behind which a few more can stand."""
_FEW = {"en": 7, "zh": 11}
_EVADED = {"en": 7, "zh": 9}
"""Words in which a question may be passed over, whatever the length of the turn."""
_IN_A_WORD = 0.7
"""Of the turns of a word or two."""
_ASKED_NOTHING = frozenset({"reflection", "empathy", "silence", "other", "reassure"})
_NODDED_TO = frozenset({"reflection", "empathy"})
_MOVES = frozenset({"answer", "elaborate", "consider", "agree"})
_DISTANT = frozenset({"deflect", "resist", "hurt"})
_ANSWERS = frozenset({"answer", "elaborate", "consider"}) | _DISTANT
_NOT_AFTER = frozenset(
    {"closing", "greeting", "task", "permission", "scaling", "confidence", "risk", "repair"}
    | {"chat", "size", "keep", "choose", "takeaway"}
    | {"wrong", "agenda", "changed", "signs", "say_to"}
)
_WITHIN = frozenset(
    {"week", "symptom", "body", "feeling", "ordinary", "living", "hardest", "open", "more", "cost"}
    | {"need", "meaning", "thought", "here", "reflection", "empathy", "silence", "often", "since"}
)
"""Kinds that ask how it is inside or leave it open: how it is goes on from an answer to them."""
_WELL = frozenset({"settled", "uneasy"})
_TRUSTING = frozenset({"cautious", "open", "trusting"})


def arriving(scene: Scene, draft: Draft) -> None:
    """How it is, in the first turn of the hour."""
    if scene.rng.random() < _ARRIVING:
        line = _line(scene, draft, 10 if scene.language == "en" else 16)
        draft.add(_led(scene, draft, line, "arriving"))


def answered(scene: Scene, draft: Draft) -> bool:
    """Whether how it is was the answer to this turn; then the draft holds it."""
    stance, kind = scene.view.stance, scene.heard.kind
    if stance.move not in _ANSWERS or kind in _NOT_AFTER or _just_said(scene):
        return False
    if scene.rng.random() >= _share(scene, kind):
        return False
    line = _line(scene, draft, draft.left)
    if line and scene.heard.question and kind not in _ASKED:
        # How it is, is no answer to another question, but it is a reason not to answer it.
        draft.add(scene.line("evade", max(_EVADED[scene.language], draft.left - size(line))))
    nodded = kind in _NODDED_TO and nods(scene)
    draft.add(scene.line("nod_short") if line and nodded else None, line)
    return bool(draft.parts)


def _share(scene: Scene, kind: str) -> float:
    """How often how it is, is the answer to such a line."""
    if kind in _ASKED:
        return _ASKED[kind]
    stance = scene.view.stance
    if stance.move == "hurt" and stance.distress in _WELL:
        return 0.0
    if stance.move in _DISTANT:
        return _KEPT
    if scene.heard.question or kind not in _ASKED_NOTHING:
        return 0.0
    return _UNASKED if _open(scene) else _KEPT


def in_a_word(scene: Scene, most: int) -> str | None:
    """How it is, in a word or two, in some of the turns that have no more."""
    asks_else = scene.heard.question and scene.heard.kind not in (*_ASKED, "open", "living")
    if asks_else or scene.heard.kind in _NOT_AFTER or scene.rng.random() >= _IN_A_WORD:
        return None
    return scene.line(f"burden_minimal_{scene.view.stance.distress}", most)


def burdened(scene: Scene, draft: Draft) -> None:
    """Let it show in one sentence behind what was answered, in some turns."""
    stance = scene.view.stance
    if (
        stance.move not in _MOVES
        or scene.heard.kind in _NOT_AFTER
        or stance.length == "a word or two"
        or any("?" in part or "？" in part for part in draft.parts[-1:])
        or _just_said(scene, draft)
    ):
        return
    language = scene.language
    if _open(scene):
        if scene.rng.random() < _behind(scene):
            past = f"burden_past_{stance.distress}"
            if draft.group and past in scene.material.pools and _sore(scene, draft.group):
                draft.add(scene.line(past, draft.left))
            else:
                draft.add(_against(scene, draft, _line(scene, draft, draft.left)))
    elif sum(map(size, draft.parts)) <= _FEW[language] and scene.rng.random() < _BESIDES[language]:
        line = _line(scene, draft, min(draft.left, _FEW[language]))
        draft.add(_led(scene, draft, line, "kept"))


def _sore(scene: Scene, group: str) -> bool:
    """Whether a matter is one that may have hurt: not every told thing has a sting to lose."""
    if scene.language == "zh" or group.startswith("situation:"):
        return True
    return any(f.guarded and group == f"fact:{f.id}" for f in scene.view.unlocked)


def _behind(scene: Scene) -> float:
    """How often how it is follows on an answer."""
    language = scene.language
    beside = language == "en" and scene.heard.kind not in _WITHIN
    return _BEHIND_ANOTHER_MATTER if beside else _BEHIND[language]


def _against(scene: Scene, draft: Draft, line: str | None) -> str | None:
    """How bad it is, said against the good thing before it."""
    glad = pattern(*scene.material.about["glad"])
    good = draft.parts and (
        draft.bright or scene.heard.kind in BRIGHT or glad.search(draft.parts[-1])
    )
    well = scene.view.stance.distress in _WELL
    if line is None or ((not good or well) and scene.language == "zh"):
        return _led(scene, draft, line)
    rest = line if scene.language == "zh" else after_comma(line)
    if good and not well:
        return (scene.frame("against", rest) if rest else None) or line
    if scene.heard.kind in _WITHIN and draft.group is None:
        return line
    # Behind a matter of its own it comes with a word that ties it on, or not at all.
    return scene.frame("behind_well" if well else "behind", rest, draft.left) if rest else None


def _led(scene: Scene, draft: Draft, line: str | None, how: str = "") -> str | None:
    """A sentence on how it is, joined to what stands before it where the material has words."""
    material = scene.material
    leads = material.mood_led.get(how or scene.view.stance.distress)
    if line is None or not leads or not draft.parts:
        return line
    alone = material.mood_alone and pattern(*material.mood_alone).search(line)
    if alone or line[-1] in "?？":
        return line
    joined_on = [text for lead in leads if scene.fresh(text := lead.replace("{x}", line))]
    return scene.rng.choice(joined_on) if joined_on else None


def _open(scene: Scene) -> bool:
    """Whether it is said for its own sake rather than to be left alone with it."""
    return scene.view.stance.trust in _TRUSTING


def _line(scene: Scene, draft: Draft, most: int) -> str | None:
    line = scene.line(_pool(scene), most) if most > 1 else None
    return line if line is not None and not draft.holds(line) else None


def _pool(scene: Scene) -> str:
    return f"burden_{'' if _open(scene) else 'kept_'}{scene.view.stance.distress}"


def _just_said(scene: Scene, draft: Draft | None = None) -> bool:
    """Whether the turn before said how it is, or this one does already."""
    pool = _pool(scene)
    said = draft.parts if draft else ()
    if scene.material.mood_led and any(
        scene.holds_line(pool, x) for x in (*scene.mine[-1:], *said)
    ):
        return True
    return scene.lately(pool, 1) or any(scene.opens_with(pool, part) for part in said)
