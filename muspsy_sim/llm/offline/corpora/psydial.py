"""`psydial.*` offline: summary, a client's turn from a complaint, a counselor's mended, verdict.

The client speaks as the offline client does, over the complaint alone; of several tries the one is
taken that answers what was asked and has the length. The verdict goes by word lists: it finds a
question of when, who or whether that is talked past, and words that nothing bears out.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from random import Random

from muspsy_sim.llm.offline.client import speak
from muspsy_sim.llm.offline.client.wording import content
from muspsy_sim.llm.offline.corpora.borne import outside
from muspsy_sim.llm.offline.corpora.cast import Cast, of_text, sentences
from muspsy_sim.llm.offline.corpora.duet import Hour, client_view, length_of, stance_of
from muspsy_sim.llm.offline.corpora.material import corpus_material
from muspsy_sim.llm.offline.corpora.questions import answers, fits, hedge, wanted
from muspsy_sim.llm.offline.counselor_material import material
from muspsy_sim.llm.offline.listening import hear as overhear
from muspsy_sim.records.base import Language
from muspsy_sim.records.corpus_answers import OneText, Verdict
from muspsy_sim.records.corpus_views import (
    MaskedSummaryView,
    ReconstructView,
    RefineView,
    VerdictView,
)
from muspsy_sim.records.holes import without_holes
from muspsy_sim.records.views import Move

_TRIES = 10
_LEANS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"(?:It|They|That|She|He|This|Before that|After that|Then|And|But|So|First|"
                     r"One|I've stopped|I stopped|Since then|Out loud)\b"),
    "zh": re.compile("但|可是|后来|那|所以|就|它|之后|以前|然后"),
}  # fmt: skip
_ALONE: dict[Language, int] = {"en": 5, "zh": 6}
"""Words and characters below which a sentence does not stand by itself."""
_UNIT = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[A-Za-z0-9]+(?:['’][A-Za-z]+)*")


def summarize(view: MaskedSummaryView, rng: Random) -> OneText:
    """The themes and the feeling that the counselor's turns speak of, in general words."""
    words, named = corpus_material(view.language), material(view.language).themes
    themes: Counter[str] = Counter()
    feelings: Counter[str] = Counter()
    for line in view.dialogue:
        if line.speaker == "counselor":
            heard = overhear(line.text, view.language)
            themes.update(heard.themes)
            feelings.update(feeling.feeling for feeling in heard.feelings if not feeling.good)
    about = ("、" if view.language == "zh" else ", ").join(
        named[name].name for name, _ in themes.most_common(3)
    )
    theme = about or ("近来的日子" if view.language == "zh" else "how things have been lately")
    if not feelings:
        return OneText(text=words.plain_about.replace("{theme}", theme))
    feeling = feelings.most_common(1)[0][0]
    return OneText(text=words.about.replace("{theme}", theme).replace("{feeling}", feeling))


def reconstruct(view: ReconstructView, rng: Random) -> OneText:
    """The client's next turn: a piece of the complaint that answers, else what people say."""
    cast = of_text(view.complaint, view.language)
    asked = view.dialogue[-1].text if view.dialogue else ""
    said = {line.text for line in view.dialogue}
    best, worst = "", 1e9
    for _ in range(_TRIES):
        text = _turn(view, cast, asked, rng)
        size = _length(text)
        cost = max(0, view.least - size) + max(0, size - view.most)
        cost += 100 * (not answers(asked, text, view.complaint, view.language)) + 60 * (
            text in said
        )
        cost += 25 * any(s in old for s in sentences(text) if len(s) > 12 for old in said)
        if cost < worst:
            best, worst = text, cost
        if cost == 0:
            break
    return OneText(text=best)


def _turn(view: ReconstructView, cast: Cast, asked: str, rng: Random) -> str:
    before = " ".join(line.text for line in view.dialogue)
    turns = 1 + sum(line.speaker == "client" for line in view.dialogue)
    story = [p for p in _pieces(view.complaint, view.language) if p.text not in before]
    want = wanted(asked, view.language)
    closing = view.turns_left == 0 and not want
    if turns == 1 or not view.dialogue:
        return _filled([], story, view)
    near = {p.at: _nearness(asked, p.text, want, view.language) for p in story}
    best = max(story, key=lambda p: (near[p.at], -p.at), default=None)
    if best and near[best.at] >= 2 and want != "yesno":
        return _filled([], _from(best, story), view)
    parts = sentences(_spoken(view, cast, "close" if closing else "answer", turns, rng))
    glue = "" if view.language == "zh" else " "
    if not answers(asked, glue.join(parts), view.complaint, view.language):
        parts = [hedge(asked, view.language, rng)]
    if closing:
        thanks = rng.choice(corpus_material(view.language).thanks)
        return glue.join(parts if _length(glue.join(parts)) >= view.least else [thanks, *parts])
    if best and _length(glue.join(parts)) < max(view.least, 8):
        leads = [s for s in corpus_material(view.language).leads if s not in before]
        lead = [rng.choice(leads)] if want and leads and near[best.at] < 1 else []
        return _filled([*parts, *lead], _from(best, story), view)
    return glue.join(_cut(parts, view))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sentences of a complaint that cannot be told apart, and where they stand in it."""

    at: int
    text: str


def _pieces(complaint: str, language: Language) -> list[_Piece]:
    """A sentence that points back, or says next to nothing, belongs to the one before it."""
    pieces: list[list[str]] = []
    for each in sentences(complaint):
        if pieces and (_LEANS[language].match(each) or _length(each) < _ALONE[language]):
            pieces[-1].append(each)
        else:
            pieces.append([each])
    glue = "" if language == "zh" else " "
    return [_Piece(n, glue.join(piece)) for n, piece in enumerate(pieces)]


def _from(first: _Piece, story: list[_Piece]) -> list[_Piece]:
    return [p for p in story if p.at >= first.at] + [p for p in story if p.at < first.at]


def _nearness(asked: str, text: str, want: str, language: Language) -> float:
    """How well a piece answers; from 2 it is told for its own sake."""
    one, two = overhear(asked, language), overhear(text, language)
    same = {*one.themes, *one.topics} & {*two.themes, *two.topics}
    score = 1.5 * bool(same) + min(2, len(content(asked) & content(text)))
    if not want:
        return score
    fit = fits(asked, text, language)
    if want in ("when", "any"):
        return score + 0.5 * fit if score else 0.0
    return score + 2 * fit


def _spoken(view: ReconstructView, cast: Cast, move: Move, turns: int, rng: Random) -> str:
    stance = stance_of(
        "neutral", move, length_of("neutral", rng), turns / (turns + view.turns_left)
    )
    hour = Hour(exchanges=turns + view.turns_left)
    return speak(client_view(cast, hour, view.dialogue, stance, 0), rng).text


def _filled(parts: list[str], story: list[_Piece], view: ReconstructView) -> str:
    """The parts, then a piece of the story, and those next to it while more is wanted."""
    glue = "" if view.language == "zh" else " "
    last: int | None = None
    for piece in story:
        size = _length(glue.join(parts))
        if last is not None and (
            size >= max(view.least, 6)
            or size + _length(piece.text) > view.most
            or (piece.at != last + 1 and size >= view.least)
        ):
            break
        parts, last = [*parts, piece.text], piece.at
    return glue.join(_cut(parts, view))


def _cut(parts: list[str], view: ReconstructView) -> list[str]:
    glue = "" if view.language == "zh" else " "
    leads = corpus_material(view.language).leads
    while len(parts) > 1 and (_length(glue.join(parts)) > view.most or parts[-1] in leads):
        parts = parts[:-1]
    return parts


def refine(view: RefineView, rng: Random) -> OneText:
    """The turn without its holes, and nothing put in."""
    mended = without_holes(view.kept, view.language)
    return OneText(text=mended or corpus_material(view.language).unclear)


def verdict(view: VerdictView, rng: Random) -> Verdict:
    """Whether a question is talked past, and which words no line of the material bears."""
    told = "\n".join((view.complaint, view.asked, *(line.text for line in view.before)))
    return Verdict(
        answers=answers(view.asked, view.reply, view.complaint, view.language),
        outside=outside(view.reply, told, view.language),
    )


def _length(text: str) -> int:
    return len(_UNIT.findall(text))
