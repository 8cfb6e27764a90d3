"""How the offline client answers: which of its own words, which generic line, how much of either.

An answer is drafted as parts: a reaction to what was heard, the matter itself, more of the same
matter while there is room. Own words come only where they can be understood: a thought with its
situation, a detail with its fact.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from muspsy_sim.llm.offline.own_words import Piece, framed, plain_words
from muspsy_sim.llm.offline.scene import Scene
from muspsy_sim.llm.offline.wording import bare, ended, in_language, quoted, sentences, size

YES_OR_NO = frozenset({"yesno", "check", "permission", "task"})
"""Kinds of question that begin their answer with a yes, a no or something between."""
REACTED_TO = frozenset(
    {"reflection", "affirm", "inform", "silence", "empathy", "share", "reassure", "advice"}
    | {"dismiss", "repair", "closing", "greeting"}
)
"""Kinds of statement that a person reacts to before saying anything of its own."""
_LAST_WORDS = frozenset({"advice", "dismiss", "closing", "greeting"})
"""Kinds of statement to which the reaction is the whole answer."""
_LOOSE = frozenset(
    {"reflection", "empathy", "affirm", "inform", "silence", "other", "share", "open", "more"}
    | {"first", "week", "example", "reassure", "repair"}
)
"""Kinds to which anything of one's own is an answer."""
_OF_THE_MOMENT = frozenset({"feeling", "thought", "behaviour", "when", "where", "body"})
"""Kinds that ask about what was just spoken of."""
_BRIEF = frozenset(
    {"task", "permission", "scaling", "confidence", "repair", "closing", "advice", "dismiss"}
    | {"greeting", "reassure", "risk", "takeaway"}
)
"""Kinds after whose answer a person stops rather than going on about something else."""
_LINKED = frozenset({"affirm", "inform", "share", "reassure", "repair", "yesno", "check"})
"""Kinds to which own words belong only where they touch on what was said."""
_GOES_ON = frozenset(
    {"feeling", "thought", "behaviour", "why", "evidence", "meaning", "hardest", "other_view"}
)
"""Kinds after a generic answer to which the current matter may be gone on with."""
_INNER = frozenset({"thought", "emotion", "behaviour"})
_CLEAR = 2.6
"""The score from which own words answer a definite question better than a generic line."""
_ANY = 0.3


@dataclass(slots=True)
class Draft:
    """A turn being put together: its parts, and the matter that they are about."""

    most: int
    fewest: int
    sentences_most: int
    parts: list[str] = field(default_factory=list)
    group: str | None = None
    whole: bool = False
    """Whether the answer is complete, so that more of the current matter would be a jump."""

    @property
    def left(self) -> int:
        """Words still free."""
        return self.most - sum(map(size, self.parts))

    @property
    def count(self) -> int:
        """Sentences so far."""
        return sum(len(sentences(part)) for part in self.parts)

    @property
    def free(self) -> int:
        """Sentences still free."""
        return self.sentences_most - self.count

    def add(self, *parts: str | None, group: str | None = None) -> None:
        """Take parts in; empty ones are left out."""
        self.parts += [p for p in parts if p]
        self.group = group or self.group

    def holds(self, text: str) -> bool:
        """Whether the words of a text stand in the draft."""
        return bare(text) in bare(" ".join(self.parts))


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
    only_own = kind in _LOOSE and scene.rng.random() < (0.45 if alone else 0.3)
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
    if own(scene, draft, kind, _ANY if kind in _LOOSE else _CLEAR):
        return
    draft.add(scene.first_line(f"on_{kind}", "more", most=draft.left))
    draft.whole = kind not in _LOOSE and kind not in _GOES_ON


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
    trusting = scene.view.stance.trust in ("open", "trusting")
    if kind in ("empathy", "reflection", "affirm", "silence"):
        if trusting and scene.just_told and scene.rng.random() < 0.5:
            if line := scene.voice("relief", most):
                return line
        if trusting and kind != "silence" and scene.rng.random() < 0.25:
            if line := scene.voice("warm", most):
                return line
    if kind in ("reflection", "empathy", "inform") and nods(scene):
        if line := scene.line("nod_inform" if kind == "inform" else "nod", most):
            return line
    if kind in ("reflection", "empathy") and scene.heard.feeling and scene.rng.random() < 0.45:
        if line := scene.frame("echo", scene.heard.feeling, most):
            return line
    return scene.first_line(f"on_{kind}", most=most)


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
    """A number from 0 to 10: of readiness where sureness was asked for, else of distress."""
    stance = scene.view.stance
    sure = {"not considering change": 2, "torn": 4, "getting ready": 6, "acting": 8}
    bad = {"settled": 2, "uneasy": 4, "troubled": 6, "heavy": 7, "overwhelmed": 9}
    asked_sure = scene.heard.kind == "confidence"
    n = sure[stance.readiness] if asked_sure else bad[stance.distress]
    n = min(10, max(1, n + scene.rng.choice((-1, 0, 0))))
    return scene.frame("scaling", scene.material.numbers[n]) or scene.first_line("on_scaling")


# --- own words ----------------------------------------------------------------------------------


def own(
    scene: Scene, draft: Draft, kind: str, least: float, roles: frozenset[str] | None = None
) -> bool:
    """Add the own words that answer best, if any answers well enough; whether it did."""
    best: tuple[float, Piece] | None = None
    for piece in scene.pieces:
        if not scene.unsaid(piece) or size(piece.text) > draft.left or draft.holds(piece.text):
            continue
        if not _ready(scene, piece, draft) or (roles and piece.role not in roles):
            continue
        value = _score(scene, piece, kind, draft)
        if value > least and (best is None or value > best[0]):
            best = (value, piece)
    if best is None:
        return False
    _say_with_ground(scene, draft, best[1])
    return True


def _near(scene: Scene, piece: Piece, draft: Draft) -> bool:
    return piece.group in (draft.group, scene.current)


def _score(scene: Scene, piece: Piece, kind: str, draft: Draft) -> float:
    near = _near(scene, piece, draft)
    shared = min(3, len(scene.heard.topic & piece.topic))
    if not near and not _grounded(scene, piece, draft, shared):
        return -9.0
    if kind in _LINKED and not near and not shared and piece.role != "detail":
        return -9.0
    score = 1.1 * shared + (1.4 if near else 0.0)
    if kind in piece.answers:
        moment = kind in _OF_THE_MOMENT and piece.role not in (*_INNER, "belief")
        score += 3.0 if not moment or near or shared else 1.0
    elif kind not in _LOOSE:
        score -= 1.0
    match piece.role:
        case "detail":
            score += 0.5 - 0.1 * piece.place
        case "retold":
            score -= 1.0
        case "presenting" if scene.view.session > 1:
            score -= 1.0
        case "presenting" | "event" if not scene.mine:
            score += 1.0
        case "goal" | "support" | "strength" | "symptom" if kind not in piece.answers:
            score -= 2.0
    if piece.key in scene.before:
        score -= 1.5
    # Spread over the sessions what no view of a later one can see was said.
    if (sum(map(ord, piece.key[:12])) + scene.view.session) % 3 == 0:
        score += 0.6
    return score - 0.1 * piece.order + 0.5 * scene.rng.random()


def _grounded(scene: Scene, piece: Piece, draft: Draft, shared: int) -> bool:
    """Whether a listener would know what a piece is about that nobody has just spoken of."""
    if piece.role in _INNER:
        return _ground_of(scene, piece, draft) is not None
    if piece.role in ("detail", "retold") and piece.order == 0:
        return shared > 0 or _bridge(scene, piece, draft) is not None
    return True


def _ground_of(scene: Scene, piece: Piece, draft: Draft) -> Piece | None:
    """The situation that a thought belongs to, where there is room to say both."""
    if draft.free < 2:
        return None
    for other in scene.pieces:
        if other.group == piece.group and other.role == "situation" and scene.unsaid(other):
            fits = size(other.text) + size(piece.text) <= draft.left
            return other if fits and other.order == 0 else None
    return None


def _bridge(scene: Scene, piece: Piece, draft: Draft) -> str | None:
    """The name of the matter that a detail belongs to, where there is room to say it first."""
    topic = scene.topics.get(piece.group)
    if topic is None or draft.free < 2 or size(piece.text) + size(topic) + 4 > draft.left:
        return None
    return topic if bare(topic) not in bare(" ".join(scene.mine[-6:])) else None


def _ready(scene: Scene, piece: Piece, draft: Draft) -> bool:
    """A text's second sentence waits for its first."""
    if piece.order == 0:
        return True
    return not any(
        (p.group, p.role, p.place) == (piece.group, piece.role, piece.place)
        and p.order < piece.order
        and scene.unsaid(p)
        and not draft.holds(p.text)
        for p in scene.pieces
    )


def _say_with_ground(scene: Scene, draft: Draft, piece: Piece) -> None:
    """Add a piece, and before it what it needs to be understood."""
    shared = scene.heard.topic & piece.topic
    if not _near(scene, piece, draft):
        if piece.role in _INNER and (ground := _ground_of(scene, piece, draft)):
            draft.add(say(scene, ground), group=piece.group)
        elif piece.role in ("detail", "retold") and not shared:
            topic = _bridge(scene, piece, draft)
            draft.add(scene.frame("bridge", topic, draft.left) if topic else None)
    draft.add(say(scene, piece), group=piece.group)


def say(scene: Scene, piece: Piece) -> str:
    """A piece in words: as it is, or in a frame."""
    language = scene.language
    words = framed(piece, language)
    whole = plain_words(piece, language)
    if piece.role == "belief" and scene.rng.random() < 0.6:
        return scene.frame("belief", words) or whole or words
    if whole is not None:
        return whole
    quoted = f"“{words}”" if language == "zh" else f'"{words}"'
    return scene.frame(piece.role, words) or (quoted if piece.role == "thought" else ended(words, language))


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
        draft.add(None if scene.lately("coda_guarded", 3) else scene.line("coda_guarded", draft.left))
    elif not _further(scene, draft):
        _coda(scene, draft)


def _further(scene: Scene, draft: Draft) -> bool:
    group = draft.group or scene.current
    for piece in scene.pieces:
        if (
            not draft.whole
            and piece.group == group
            and piece.role not in ("retold", "goal", "support", "strength", "symptom")
            and scene.unsaid(piece)
            and not draft.holds(piece.text)
            and size(piece.text) <= draft.left
            and _ready(scene, piece, draft)
        ):
            draft.add(say(scene, piece), group=piece.group)
            return True
    if draft.count < draft.fewest and scene.heard.kind in _LOOSE - _LINKED:
        if own(scene, draft, "open", _ANY):
            return True
    if scene.rng.random() < 0.6:
        _coda(scene, draft)
    return False


def _coda(scene: Scene, draft: Draft) -> None:
    """An afterthought, now and then."""
    if scene.lately("coda", 3) or scene.heard.kind in ("closing", "greeting", "task", "permission"):
        return
    line = scene.line("coda", draft.left)
    if line is not None and not draft.holds(line):
        draft.add(line)
