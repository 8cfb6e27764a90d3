"""Which of its own words the offline client says: scored against what it was asked.

Own words come only where a listener would understand them: a thought with its situation, a detail
with its fact, unless they have just been spoken of.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.client.draft import Draft
from muspsy_sim.llm.offline.client.own_words import Piece, framed, plain_words
from muspsy_sim.llm.offline.client.scene import Scene
from muspsy_sim.llm.offline.client.wording import after_comma, bare, ended, size

LOOSE = frozenset(
    {"reflection", "empathy", "affirm", "inform", "silence", "other", "share", "open", "more"}
    | {"first", "week", "example", "reassure", "repair"}
)
"""Kinds to which anything of one's own is an answer."""
_OF_THE_MOMENT = frozenset(
    {"feeling", "thought", "behaviour", "when", "where", "body", "before", "ordinary"}
    | {"living", "seen", "wants", "taken"}
)
"""Kinds that ask about what was just spoken of."""
LINKED = frozenset({"affirm", "inform", "share", "other", "reassure", "repair", "yesno", "check"})
"""Kinds to which own words belong only where they touch on what was said."""
_OLD = 3.0
"""What having been told in an earlier session takes off a piece that answers the question."""
_INNER = frozenset({"thought", "emotion", "behaviour"})
_BESIDE = frozenset({"yesno", "check"})
"""Kinds behind whose answer something near to it may be said, whatever it would answer itself."""
_PLACED = frozenset(
    {"when", "where", "hardest", "living", "ordinary", "feeling", "wants", "thought"}
)
"""Kinds whose answer is a time or a place: a situation is told as a when."""
_PLACED_CHINESE = frozenset({"when", "where", "hardest", "ordinary"})
_BRIGHT = frozenset({"strength", "support", "goal"})
_BARE = frozenset({"first", "choose", "week"})
"""Kinds to which a situation may be told as news, without a word that makes it an instance."""


_SO = 0.5
_AS_A_WHEN = {"en": 0.75, "zh": 0.0}
"""Shares: of things done that begin with a so; of situations told as a when where nobody asked."""

_GLAD = {
    "support": 1.0,
    "strength": 1.0,
    "goal": 0.6,
    "thought": -1.2,
    "emotion": -0.8,
    "belief": -1.5,
}
_SAD = {
    "support": -0.8,
    "strength": -0.8,
    "goal": -0.5,
    "thought": 0.6,
    "emotion": 0.6,
    "belief": 0.6,
}
_MOOD = {"settled": _GLAD, "uneasy": _GLAD, "heavy": _SAD, "overwhelmed": _SAD}
"""What comes to mind in which mood: like calls up like (Matt, Vázquez and Campbell 1992)."""


def own(
    scene: Scene, draft: Draft, kind: str, least: float, roles: frozenset[str] | None = None
) -> bool:
    """Add the own words that answer best, if any answers well enough; whether it did."""
    best: tuple[float, Piece] | None = None
    for piece in scene.pieces:
        if not scene.unsaid(piece) or size(piece.text) > draft.left or draft.holds(piece.text):
            continue
        if not ready(scene, piece, draft) or (roles and piece.role not in roles):
            continue
        value = _score(scene, piece, kind, draft)
        if value > least and (best is None or value > best[0]):
            best = (value, piece)
    if best is None:
        return False
    _say_with_ground(scene, draft, best[1])
    return True


def _shared(scene: Scene, piece: Piece) -> int:
    """How far a piece and its matter touch on what the counselor said; 0 to 3."""
    heard = scene.heard.topic
    return min(3, len(heard & piece.topic) + min(2, len(heard & piece.matter)))


def _near(scene: Scene, piece: Piece, draft: Draft) -> bool:
    return piece.group in (draft.group, scene.current)


def _score(scene: Scene, piece: Piece, kind: str, draft: Draft) -> float:
    near = _near(scene, piece, draft)
    shared = _shared(scene, piece)
    if not near and not _grounded(scene, piece, draft, shared, kind):
        return -9.0
    if kind in LINKED and not near and not shared and piece.role != "detail":
        return -9.0
    score = 1.1 * shared + (1.4 if near else 0.0)
    if kind in piece.answers:
        moment = kind in _OF_THE_MOMENT and piece.role not in (*_INNER, "belief")
        score += 3.0 if not moment or near or shared else 1.0
    elif kind not in LOOSE and kind not in _BESIDE:
        # What does not answer a definite question is no answer to it, however near it lies.
        return -9.0
    match piece.role:
        case "detail":
            score += 0.5 - 0.1 * piece.place
        case "retold":
            score -= 1.0
        case "presenting" if scene.view.session > 1 or kind not in _BARE:
            score -= 2.2
        case "situation" if kind in LINKED:
            return -9.0
        case "situation" if draft.free == 1 and kind not in piece.answers - {"open"}:
            score -= 2.0
        case "presenting" | "event" if not scene.mine:
            score += 1.0
        case "goal" | "support" | "strength" | "symptom" if kind not in piece.answers:
            score -= 2.0
    score += _MOOD.get(scene.view.stance.distress, {}).get(piece.role, 0.0)
    if piece.key in scene.before:
        score -= 1.5
    if not scene.news(piece):
        score -= _OLD if kind in piece.answers else 2 * _OLD
    score += _turn_of(scene, piece)
    return score - 0.1 * piece.order + 0.5 * scene.rng.random()


_ROTATED = frozenset(
    {"situation", "thought", "emotion", "behaviour", "goal", "support", "strength"}
)


def _turn_of(scene: Scene, piece: Piece) -> float:
    """Whose turn it is this session, since no view can see what earlier sessions used up."""
    session = scene.view.session
    if piece.role in _ROTATED:
        ahead = (piece.place - 2 * (session - 1)) % scene.places[piece.role]
        return 0.9 if ahead < 2 else -0.7
    return 0.6 if (sum(map(ord, piece.key[:12])) + session) % 3 == 0 else 0.0


def _grounded(scene: Scene, piece: Piece, draft: Draft, shared: int, kind: str) -> bool:
    """Whether a listener would know what a piece is about that nobody has just spoken of.

    Someone of few words answers a plain question with the bare thought and leaves it at that.
    """
    if piece.role in _INNER:
        asked_for = draft.sentences_most == 1 and kind in piece.answers
        if scene.language == "zh" and piece.role == "behaviour":
            # What is done about it, without what it was, leaves a Chinese listener in the dark.
            asked_for = False
        return asked_for or _ground_of(scene, piece, draft) is not None
    if piece.role in ("detail", "retold") and piece.order == 0:
        # One English word in common may be another word of that spelling.
        return shared > (scene.language == "en") or _bridge(scene, piece, draft) is not None
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
    if topic is None or size(piece.text) + size(topic) + 4 > draft.left:
        return None
    return topic if bare(topic) not in scene.lately_said else None


def ready(scene: Scene, piece: Piece, draft: Draft) -> bool:
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
    shared = _shared(scene, piece)
    draft.bright = draft.bright or piece.role in _BRIGHT
    if not _near(scene, piece, draft):
        if piece.role in _INNER and (ground := _ground_of(scene, piece, draft)):
            draft.add(say(scene, ground, draft), group=piece.group)
        elif piece.role in ("detail", "retold") and shared <= (scene.language == "en"):
            topic = _bridge(scene, piece, draft)
            draft.add(scene.frame("bridge", topic, draft.left) if topic else None)
    draft.add(say(scene, piece, draft), group=piece.group)


def say(scene: Scene, piece: Piece, draft: Draft | None = None) -> str:
    """A piece in words: as it is, or in a frame; with `draft`, as it follows on what that holds."""
    language = scene.language
    if draft is not None and (joined_on := _following(scene, piece, draft)):
        return joined_on
    words = framed(piece, language)
    whole = plain_words(piece, language)
    if piece.role == "belief" and scene.rng.random() < 0.6:
        return scene.frame("belief", words) or whole or words
    if whole is not None:
        return whole
    quoted = f"“{words}”" if language == "zh" else f'"{words}"'
    return scene.frame(piece.role, words) or (
        quoted if piece.role == "thought" else ended(words, language)
    )


def _following(scene: Scene, piece: Piece, draft: Draft) -> str | None:
    """A piece joined to what stands before it: an instance, another one, what came with it.

    `None` where the piece can stand as it is.
    """
    if piece.role == "situation" and piece.order == 0:
        return _instance(scene, piece, draft)
    if draft.group != piece.group or not draft.parts:
        return None
    if piece.role == "emotion" and scene.language == "en" and _is_a_fragment(piece.text):
        return scene.frame("felt", framed(piece, "en"), draft.left)
    if piece.role == "behaviour" and scene.rng.random() < _SO:
        whole = plain_words(piece, scene.language)
        if whole and whole.startswith(("I ", "我")):
            return (
                f"So {whole}"
                if scene.language == "en"
                else f"我就{whole[1:]}"
                if whole[1] not in "就会"
                else whole
            )
    return None


def _instance(scene: Scene, piece: Piece, draft: Draft) -> str | None:
    """A situation told as one of many, unless it is told as news."""
    kind = scene.heard.kind
    words = piece.text.strip().rstrip(".。")
    if draft.parts and draft.group is not None and draft.group != piece.group:
        return _framed_clause(scene, "another", words, draft.left)
    if kind in _BARE and not draft.parts:
        return None
    placed = (
        kind in (_PLACED if scene.language == "en" else _PLACED_CHINESE)
        or scene.rng.random() < _AS_A_WHEN[scene.language]
    )
    # An English clause that holds a when of its own bears no second one before it.
    placed = placed and " when " not in words
    line = _framed_clause(scene, "situation_when", words, draft.left) if placed else None
    return line or scene.frame("situation", ended(words, scene.language), draft.left)


def _framed_clause(scene: Scene, name: str, words: str, most: int) -> str | None:
    """A frame with a clause in it that runs on behind the frame's own words."""
    runs_on = words if scene.language == "zh" else after_comma(words)
    line = scene.frame(name, runs_on, most) if runs_on else None
    return ended(line, scene.language) if line else None


def _is_a_fragment(text: str) -> bool:
    return not text.startswith(("I ", "I'", "It", "My ", "Like ", "There", "We ", "Nothing"))
