"""How each move of the stance becomes a turn: which words, in which order, how many.

`turn_for` gives the text and what it told. A turn is a few parts: a reaction to what was heard, an
answer to it, and, where the stance leaves room, more of the same matter.
"""

from __future__ import annotations

from collections.abc import Callable

from muspsy_sim.llm.offline.own_words import (
    Piece,
    framed,
    is_short_feeling,
    plain_words,
)
from muspsy_sim.llm.offline.scene import Scene
from muspsy_sim.llm.offline.wording import (
    after_comma,
    bare,
    ended,
    in_language,
    joined,
    sentences,
    size,
)
from muspsy_sim.records.answers import Told
from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import Moment
from muspsy_sim.records.views import LengthWord, UnlockedFact

RISK = "risk"
"""The id under which `tell` names the risk words."""

Turn = tuple[str, list[Told]]

# Words (Chinese: characters) at most, sentences at least and at most.
_ROOM: dict[Language, dict[LengthWord, tuple[int, int, int]]] = {
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

_YES_OR_NO = frozenset({"yesno", "check", "permission", "task"})
_STATED = frozenset({"reflection", "affirm", "inform", "silence", "other", "empathy", "share"})


def turn_for(scene: Scene) -> Turn:
    """The words of this turn and the facts told in it."""
    fact = _fact_to_tell(scene)
    if fact is not None:
        return _disclose(scene, fact)
    move = scene.view.stance.move
    parts = _MOVES.get(move, _answer)(scene)
    parts = [p for p in parts if p] or [_anything(scene)]
    return _finished(scene, parts), []


def _fact_to_tell(scene: Scene) -> UnlockedFact | None:
    view = scene.view
    if view.tell is None:
        return None
    fact = next((f for f in view.unlocked if f.id == view.tell), None)
    if fact is None and view.tell == RISK and view.risk_words:
        fact = UnlockedFact(id=RISK, topic="risk", text=view.risk_words)
    return fact if fact is not None and in_language(fact.text, view.language) else None


def _room(scene: Scene) -> tuple[int, int, int]:
    return _ROOM[scene.language][scene.view.stance.length]


def _finished(scene: Scene, parts: list[str]) -> str:
    """The parts as one turn, with a habitual word of the persona's now and then."""
    return joined(_with_filler(scene, parts), scene.language)


def _with_filler(scene: Scene, parts: list[str]) -> list[str]:
    most, _, _ = _room(scene)
    if most < 10 or scene.view.stance.move in ("close", "walk_out", "greet", "hurt"):
        return parts
    fillers = [
        f.strip(" ,.，。…?？")
        for f in scene.view.fillers
        if in_language(f, scene.language) and f.strip(" ,.，。…?？")
    ]
    fillers = [f for f in fillers if f.lower() not in scene.material.fillers_never]
    if not fillers or scene.rng.random() > 0.34:
        return parts
    word = scene.rng.choice(fillers)
    around = " ".join([*scene.recent[-2:], *parts]).lower()
    if any(f.lower() in around for f in fillers):
        return parts
    return _glued(scene, parts, word)


def _glued(scene: Scene, parts: list[str], word: str) -> list[str]:
    at = max(range(len(parts)), key=lambda n: size(parts[n]))
    body = parts[at]
    if size(body) < 5 or body[0] in "\"“‘'" or scene.agrees(body):
        return parts
    zh = scene.language == "zh"
    if word.lower() in scene.material.fillers_last:
        if body[-1] not in ".。":
            return parts
        body = f"{body[:-1]}{'，' if zh else ', '}{word}{'。' if zh else '.'}"
    else:
        rest = after_comma(body)
        if rest is None:
            return parts
        body = f"{word[0].upper()}{word[1:]}{'，' if zh else ', '}{rest}"
    return [*parts[:at], body, *parts[at + 1 :]]


# --- what to say of one's own -------------------------------------------------------------------


def _score(scene: Scene, piece: Piece, kind: str) -> float:
    score = 3.0 if kind in piece.answers else 0.0
    shared = len(scene.heard.topic & piece.topic)
    score += 1.1 * min(shared, 3)
    if piece.group == scene.current:
        score += 1.6
    if piece.role == "detail":
        score += 0.6
    if piece.role == "retold":
        score -= 1.5
    if piece.key in scene.before:
        score -= 1.2
    # Spread over sessions what no view of a later session can see was said.
    if (bare_number(piece.key) + scene.view.session) % 3 == 0:
        score += 0.5
    return score - 0.15 * piece.order + 0.4 * scene.rng.random()


def bare_number(text: str) -> int:
    """A small number that stays the same for a text."""
    return sum(map(ord, text[:12]))


def _ready(scene: Scene, piece: Piece) -> bool:
    """A second sentence waits for the first."""
    return piece.order == 0 or not any(
        p.group == piece.group
        and p.role == piece.role
        and p.order < piece.order
        and scene.unsaid(p)
        for p in scene.pieces
    )


def _own(scene: Scene, kind: str, most: int, least: float) -> Piece | None:
    """The piece that answers best, if it answers well enough."""
    best: Piece | None = None
    best_score = least
    for piece in scene.pieces:
        if not scene.unsaid(piece) or size(piece.text) > most or not _ready(scene, piece):
            continue
        score = _score(scene, piece, kind)
        if score > best_score:
            best, best_score = piece, score
    return best


def _say(scene: Scene, piece: Piece) -> str:
    """A piece in words: as it is, or in a frame."""
    language = scene.language
    whole = plain_words(piece, language)
    if piece.role == "thought" or (piece.role == "emotion" and is_short_feeling(piece, language)):
        return scene.frame(piece.role).replace("{x}", framed(piece, language))
    if piece.role == "belief" and scene.rng.random() < 0.6:
        return scene.frame("belief").replace("{x}", framed(piece, language))
    if whole is None:
        return scene.frame("behaviour").replace("{x}", framed(piece, language))
    return whole


# --- moves --------------------------------------------------------------------------------------


def _answer(scene: Scene) -> list[str]:
    """Answer what was heard, with own words where they fit."""
    most, fewest, sentences_most = _room(scene)
    kind = scene.heard.kind
    parts: list[str] = []
    reaction = _reaction(scene, most)
    if reaction:
        parts.append(reaction)
    if not reaction or (sentences_most > 1 and kind in _STATED):
        core = _core(scene, kind, most - sum(map(size, parts)))
        if core:
            parts.append(core)
    return _extended(scene, parts, most, fewest, sentences_most)


def _core(scene: Scene, kind: str, most: int) -> str | None:
    loose = kind in _STATED or kind in ("open", "more", "first", "week", "example")
    piece = _own(scene, kind, most, 0.2 if loose else 2.6)
    if piece is not None:
        return _say(scene, piece)
    pool = f"on_{kind}"
    if pool in scene.material.pools and (line := scene.line(pool, most)):
        return line
    if kind == "scaling":
        return _number_said(scene)
    return scene.line("more", most)


def _reaction(scene: Scene, most: int) -> str | None:
    """What comes before any content: a yes or no, an echo of a feeling, or nothing."""
    heard, kind = scene.heard, scene.heard.kind
    if kind == "scaling":
        return _number_said(scene)
    if kind in _YES_OR_NO:
        return _yes_or_no(scene, most)
    if kind in ("reflection", "empathy") and heard.feeling and scene.rng.random() < 0.5:
        frame = scene.frame("echo").replace("{x}", heard.feeling)
        frame = frame[0].upper() + frame[1:]
        if scene.fits(frame, most):
            return frame
    pool = f"on_{kind}"
    if kind in _STATED or kind in (
        "advice",
        "reassure",
        "dismiss",
        "repair",
        "closing",
        "greeting",
    ):
        return scene.line(pool, most) if pool in scene.material.pools else None
    if most > 20 and scene.rng.random() < 0.25:
        return scene.line("lead", 6)
    return None


def _yes_or_no(scene: Scene, most: int) -> str | None:
    kind = scene.heard.kind
    if kind in ("permission", "task"):
        return scene.line(f"on_{kind}", most)
    near = any(len(scene.heard.topic & p.topic) > 1 for p in scene.pieces)
    if kind == "check":
        trusting = scene.view.stance.trust in ("cautious", "open", "trusting")
        yes = scene.rng.random() < (0.75 if trusting else 0.35)
        return scene.line("check_yes" if yes else "check_no", most) or scene.line("on_yesno", most)
    if near and scene.may_agree and scene.rng.random() < 0.6:
        return scene.line("yes", most)
    return scene.line("on_yesno", most)


def _number_said(scene: Scene) -> str:
    words = scene.heard.said
    stance = scene.view.stance
    up = {"not considering change": 2, "torn": 4, "getting ready": 6, "acting": 8}[stance.readiness]
    low = {"settled": 2, "uneasy": 4, "troubled": 6, "heavy": 7, "overwhelmed": 9}[stance.distress]
    ready = scene.material.asked["confidence"] if "confidence" in scene.material.asked else []
    from muspsy_sim.llm.offline.client_material import pattern

    n = up if ready and pattern(*ready).search(words) else low
    return scene.frame("scaling").replace("{x}", scene.material.numbers[n])


def _extended(
    scene: Scene, parts: list[str], most: int, fewest: int, sentences_most: int
) -> list[str]:
    """More of the same matter while the stance leaves room for it."""
    while True:
        count = sum(len(sentences(p)) for p in parts)
        left = most - sum(map(size, parts))
        if count >= sentences_most or left < 5:
            return parts
        if count >= fewest and scene.rng.random() < 0.45:
            return parts
        more = _further(scene, parts, left)
        if more is None:
            return parts
        parts = [*parts, more]


def _further(scene: Scene, parts: list[str], left: int) -> str | None:
    so_far = bare(" ".join(parts))
    group = next((p.group for p in scene.pieces if p.key in so_far), scene.current)
    for piece in scene.pieces:
        if (
            piece.group == group
            and piece.role not in ("retold", "belief")
            and piece.key not in so_far
            and scene.unsaid(piece)
            and size(piece.text) <= left
            and _ready_after(scene, piece, so_far)
        ):
            return _say(scene, piece)
    line = scene.line("coda", left)
    return line if line is not None and bare(line) not in so_far else None


def _ready_after(scene: Scene, piece: Piece, so_far: str) -> bool:
    return piece.order == 0 or not any(
        p.group == piece.group
        and p.role == piece.role
        and p.order < piece.order
        and scene.unsaid(p)
        and p.key not in so_far
        for p in scene.pieces
    )


def _greet(scene: Scene) -> list[str]:
    most, fewest, sentences_most = _room(scene)
    moment: Moment = "greeting"
    hello = scene.voice(moment, most) or scene.line(
        "greet" if scene.view.session == 1 else "greet_again", most
    )
    parts = [hello] if hello else []
    if scene.view.session == 1 and scene.heard.kind in (
        "first",
        "week",
        "open",
        "greeting",
        "other",
    ):
        words = scene.voice("first_words", most)
        if words and sentences_most > 1:
            return [*parts, words]
    if sentences_most > 1 or not parts:
        piece = _own(scene, "week", most, 1.0)
        if piece is not None:
            parts.append(_say(scene, piece))
    return parts


def _minimal(scene: Scene) -> list[str]:
    most = _ROOM[scene.language]["a word or two"][0]
    kind = scene.heard.kind
    if kind in ("closing", "greeting"):
        return [scene.line(f"minimal_{kind}", most) or _acknowledge(scene)]
    if scene.rng.random() < 0.5 and (own := scene.voice("minimal", most)):
        return [own]
    if kind in _YES_OR_NO:
        pool = "minimal_yesno"
    elif scene.heard.question:
        pool = "minimal_question"
    else:
        pool = "minimal_statement"
    return [scene.line(pool, most) or scene.line("minimal_statement", most) or _acknowledge(scene)]


def _acknowledge(scene: Scene) -> str:
    """Short acknowledgements are the one thing that may come back."""
    return scene.rng.choice(scene.material.pools["acknowledge"].any)


def _deflect(scene: Scene) -> list[str]:
    most, _, sentences_most = _room(scene)
    options: list[str | None] = []
    if scene.rng.random() < 0.5:
        options.append(scene.voice("guarded", most))
    if scene.rng.random() < 0.4:
        options.append(_hint(scene, most))
    options += [scene.line("deflect", most), scene.line("more", most)]
    first = next((o for o in options if o), None)
    parts = [first] if first else []
    if sentences_most > 1 and scene.rng.random() < 0.5:
        piece = _own(scene, "week", most - sum(map(size, parts)), 0.2)
        if piece is not None and piece.role in ("event", "presenting", "situation"):
            parts.append(_say(scene, piece))
    return parts


def _hint(scene: Scene, most: int) -> str | None:
    from muspsy_sim.llm.offline.wording import first_person

    for hint in scene.view.hints:
        if in_language(hint, scene.language) and first_person(hint, scene.language):
            text = ended(hint, scene.language)
            if scene.fits(text, most):
                return text
    return None


def _resist(scene: Scene) -> list[str]:
    most, _, sentences_most = _room(scene)
    kind = scene.heard.kind
    pool = {"advice": "resist_advice", "task": "resist_advice", "reassure": "resist_advice"}.get(
        kind, "resist_dismiss" if kind == "dismiss" else "resist"
    )
    own = scene.voice("doubt", most) if scene.rng.random() < 0.5 else None
    first = own or scene.line(pool, most) or scene.line("resist", most) or scene.line("more", most)
    parts = [first] if first else []
    if sentences_most > 1 and scene.rng.random() < 0.5:
        parts.append(scene.line("coda_guarded", most - sum(map(size, parts))) or "")
    return [p for p in parts if p]


def _consider(scene: Scene) -> list[str]:
    most, fewest, sentences_most = _room(scene)
    if scene.heard.question and scene.heard.kind not in _YES_OR_NO:
        parts = _answer(scene)
        left = most - sum(map(size, parts))
        if left > 6 and sentences_most > sum(len(sentences(p)) for p in parts):
            parts.append(scene.line("consider", left) or "")
        return [p for p in parts if p]
    own = scene.voice("change", most) if scene.rng.random() < 0.35 else None
    first = own or scene.line("consider", most) or scene.line("more", most)
    return _extended(scene, [first] if first else [], most, fewest, sentences_most)


def _agree(scene: Scene) -> list[str]:
    most, fewest, sentences_most = _room(scene)
    if scene.heard.kind in ("task", "permission", "check", "closing"):
        return _answer(scene)
    if scene.heard.question and scene.heard.kind not in _YES_OR_NO:
        return _answer(scene)
    moment: Moment = (
        "change" if scene.view.stance.readiness in ("getting ready", "acting") else "warm"
    )
    own = scene.voice(moment, most) if scene.rng.random() < 0.5 else None
    first = own or scene.line("agree", most) or scene.line("consider", most)
    return _extended(scene, [first] if first else [], most, fewest, sentences_most)


def _report_homework(scene: Scene) -> list[str]:
    most, _, sentences_most = _room(scene)
    work = scene.view.homework
    outcome = work.outcome if work else "not_done"
    moment: Moment = "homework_done" if outcome in ("done", "partly") else "homework_not_done"
    pool = {"done": "homework_done", "partly": "homework_partly"}.get(outcome, "homework_not_done")
    own = scene.voice(moment, most) if outcome != "partly" and scene.rng.random() < 0.6 else None
    if work is None:
        first = scene.line("homework_none", most)
    else:
        first = own or _about_homework(scene, pool, work.text, most)
    parts = [first] if first else []
    left = most - sum(map(size, parts))
    if sentences_most > 1 and left > 5:
        parts.append(scene.line(f"{pool}_more", left) or "")
    return [p for p in parts if p]


def _about_homework(scene: Scene, pool: str, text: str, most: int) -> str | None:
    name = homework_name(scene, text)
    frame = scene.frame(pool).replace("{x}", name)
    frame = frame[0].upper() + frame[1:]
    return frame if scene.fits(frame, most) else scene.line(f"{pool}_more", most)


def homework_name(scene: Scene, text: str) -> str:
    """What the client calls what was agreed."""
    from muspsy_sim.llm.offline.client_material import pattern

    for named in scene.material.homework:
        if pattern(named.cue).search(text):
            return named.name
    return scene.material.homework[-1].name


def _repair(scene: Scene) -> list[str]:
    most, fewest, sentences_most = _room(scene)
    own = scene.voice("relief", most) if scene.rng.random() < 0.4 else None
    first = own or scene.line("on_repair", most) or scene.line("consider", most)
    return _extended(scene, [first] if first else [], most, fewest, sentences_most)


def _hurt(scene: Scene) -> list[str]:
    most, _, sentences_most = _room(scene)
    own = scene.voice("hurt", most) if scene.rng.random() < 0.6 else None
    first = own or scene.line("hurt", most) or scene.line("resist", most)
    parts = [first] if first else []
    if sentences_most > 1 and scene.rng.random() < 0.5:
        parts.append(scene.line("coda_guarded", most - sum(map(size, parts))) or "")
    return [p for p in parts if p]


def _close(scene: Scene) -> list[str]:
    most, _, _ = _room(scene)
    own = scene.voice("farewell", most) if scene.rng.random() < 0.6 else None
    return [own or scene.line("close", most) or scene.line("minimal_closing", 8) or ""]


def _walk_out(scene: Scene) -> list[str]:
    most, _, _ = _room(scene)
    return [scene.line("walk_out", most) or scene.line("minimal_closing", 8) or ""]


def _disclose(scene: Scene, fact: UnlockedFact) -> Turn:
    """Tell a fact word for word, led in when there is room for it."""
    most, _, sentences_most = _room(scene)
    text = fact.text.strip()
    parts = [ended(text, scene.language) if text[:1].isupper() or scene.language == "zh" else text]
    if text not in parts[0]:
        parts = [fact.text]
    if sentences_most > 1 and size(text) < most and scene.rng.random() < 0.6:
        lead = scene.line("lead_tell", 12)
        if lead:
            parts.insert(0, lead)
    body = (
        joined(parts, scene.language)
        if parts[0][0].isupper() or scene.language == "zh"
        else " ".join(parts)
    )
    return body, [Told(fact=fact.id, quote=fact.text if fact.text in body else text)]


def _anything(scene: Scene) -> str:
    """When all is used up: the pools that fit anywhere, then a short acknowledgement."""
    most, _, _ = _room(scene)
    for pool in ("more", "coda", "consider", "deflect"):
        if line := scene.line(pool, most):
            return line
    return _acknowledge(scene)


_MOVES: dict[str, Callable[[Scene], list[str]]] = {
    "greet": _greet,
    "answer": _answer,
    "elaborate": _answer,
    "disclose": _answer,
    "minimal": _minimal,
    "deflect": _deflect,
    "resist": _resist,
    "consider": _consider,
    "agree": _agree,
    "report_homework": _report_homework,
    "repair": _repair,
    "hurt": _hurt,
    "close": _close,
    "walk_out": _walk_out,
}
